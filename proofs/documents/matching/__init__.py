"""Laws, mistakes and errata of refimpl.matching."""
