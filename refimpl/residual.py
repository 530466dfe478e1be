"""Why residual connections: growth, gradients and initialisation."""

__all__: list[str] = []
