"""Laws, mistakes and errata of refimpl.flow."""

FUNCTIONS = "refimpl.flow"
