"""Laws, mistakes and errata of refimpl.ddpm."""

FUNCTIONS = "refimpl.ddpm"
