"""What a convention's test needs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Convention:
    """A right function in the convention, and one that is wrong by a sign or a factor."""

    right: Callable[..., Any]
    wrong: Callable[..., Any]
    dtypes: tuple[str, ...] = ("float64", "float32")
    """Where the right one is held by all laws about the function."""
