"""Array libraries that are not refimpl's own, for tests of what a backend may be."""
