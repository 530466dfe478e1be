"""Classes that can never win, with certificates."""

__all__: list[str] = []
