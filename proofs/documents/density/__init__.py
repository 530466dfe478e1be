"""Laws, mistakes and errata of refimpl.density."""
