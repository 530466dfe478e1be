"""What a function in half precision may keep to."""

from typing import Literal, TypeAlias

Contract: TypeAlias = Literal[
    "",  # not in half precision, or no real numbers
    "float32, rounded once",
    "the format's roundings",
    "either",  # the two allow the same
    "neither",
    "not known",
]
"""What a function in half precision keeps to."""
