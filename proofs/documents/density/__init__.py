"""Laws, mistakes and errata of refimpl.density."""

FUNCTIONS = "refimpl.density"
