"""Gradients: closed forms, wrong ones, and what other checkers of gradients find."""
