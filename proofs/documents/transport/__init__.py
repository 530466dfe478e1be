"""Laws, mistakes and errata of refimpl.transport."""

FUNCTIONS = "refimpl.transport"
