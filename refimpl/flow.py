"""The Fokker–Planck equation and the probability-flow ODE."""

__all__: list[str] = []
