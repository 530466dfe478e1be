"""Gradients: the vector-Jacobian product of a function against the proven derivative of the reference."""
