"""Laws, mistakes and errata of refimpl.residual."""
