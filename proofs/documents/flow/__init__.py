"""Laws, mistakes and errata of refimpl.flow."""
