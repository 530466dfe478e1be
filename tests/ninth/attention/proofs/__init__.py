"""Laws, mistakes and adapters of attention."""

FUNCTIONS = "attention"
