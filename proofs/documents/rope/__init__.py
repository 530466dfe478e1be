"""Laws, mistakes and errata of refimpl.rope."""

FUNCTIONS = "refimpl.rope"
