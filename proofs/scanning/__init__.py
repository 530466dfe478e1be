"""Output layers of checkpoints: which of their classes can win, with certificates that are checked alone."""
