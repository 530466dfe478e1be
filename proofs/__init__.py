"""Laws of the eight documents, and the runner that tries them on any implementation."""
