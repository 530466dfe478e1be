"""Laws, mistakes and errata of refimpl.ddpm."""
