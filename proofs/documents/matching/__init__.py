"""Laws, mistakes and errata of refimpl.matching."""

FUNCTIONS = "refimpl.matching"
