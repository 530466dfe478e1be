"""Laws, mistakes and errata of refimpl.argmaxable."""
