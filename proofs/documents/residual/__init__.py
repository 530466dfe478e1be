"""Laws, mistakes and errata of refimpl.residual."""

FUNCTIONS = "refimpl.residual"
