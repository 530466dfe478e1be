"""Laws, mistakes and errata of refimpl.transport."""
