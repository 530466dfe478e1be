"""Correct implementations that share no algorithm with refimpl, as a user might port the documents.

They say what a law must admit: plain NumPy and SciPy, customary formulas, other routes to the same numbers.
Functions of which tests/conventions has a form without refimpl have that one, by its adapter.
Where a customary formula loses digits, a comment says so beside the one that does not.
"""
