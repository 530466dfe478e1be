"""Laws, mistakes and errata of refimpl.argmaxable."""

FUNCTIONS = "refimpl.argmaxable"
