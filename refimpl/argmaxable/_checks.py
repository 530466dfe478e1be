"""What the functions take, and the check of an index."""

from .._errors import DomainError, message
from ..public import Integer, Raises, Reals

ROWS = Reals("n, d", n=1, d=1)
"""One row for each class."""
BIASES = Reals("n")
CLASS = Integer(0)
INFINITE: Raises = {DomainError: "for values that are not finite"}


def check_class(k: int, n: int) -> None:
    """Require the index of one of n classes."""
    if k >= n:
        raise DomainError(message("k", k, f"an integer in [0, {n - 1}]"))
