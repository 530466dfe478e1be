"""Arithmetic wider than float64: what its numbers, arrays and namespaces tell the functions of documents."""

from typing import Any, Protocol


class Arithmetic(Protocol):
    """Attributes of numbers, arrays and namespaces such as those of balls; others have none of them."""

    @property
    def refimpl_math(self) -> Any:
        """Functions and constants of numbers (log, sqrt, pi, …, number) that are as exact as these."""

    @property
    def refimpl_rounds(self) -> bool:
        """Of a namespace: whether it rounds to a dtype as the library under test does."""
        ...

    def refimpl_exact(self) -> Any:
        """Of an array: NumPy's with the exact values; an error if they have none."""


def is_wider(given: Any) -> bool:
    """Whether a number, array or namespace has an arithmetic of its own."""
    return hasattr(given, "refimpl_math")
