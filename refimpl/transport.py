"""The Wasserstein distance and its bounds by score matching."""

__all__: list[str] = []
