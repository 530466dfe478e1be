"""Laws, mistakes and errata of refimpl.rope."""
