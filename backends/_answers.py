"""What a class answers with, where the modules that hold the answers need the class, so that its module
cannot import them: they put their functions in when they load, and the package loads them all.

>>> answers = Answers()
>>> @answers
... def twice(x):
...     return 2 * x
>>> answers.twice(3)
6
"""

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class Answers:
    """Functions by name."""

    def __call__(self, function: F) -> F:
        """Put a function in."""
        setattr(self, function.__name__, function)
        return function

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"no module that is loaded has put {name} in")
