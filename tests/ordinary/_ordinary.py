"""What a corpus of ordinary code consists of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Answer = Literal["held", "imprecise", "edge"]


@dataclass(frozen=True, slots=True)
class Slip:
    """One mistake, typed into the textbook's formula."""

    function: Callable[..., Any]
    named: str
    """A regular expression that the diagnosis matches if it names the cause: its mistakes and sentences are
    searched, case does not matter. Usually the end of a known mistake's id, such as "wrong-sign"."""


@dataclass(frozen=True, slots=True)
class Ordinary:
    """A function of refimpl as people type it, right and with slips."""

    target: str
    textbook: Callable[..., Any]
    slips: tuple[Slip, ...]
    adapter: str = ""
    """The convention in which it is typed, by the name of an adapter."""
    backend: str = "numpy"
    dtype: str = "float64"
    answer: Answer = "held"
    """What an audit must say of the textbook's form: "imprecise" where its formula loses digits, "edge" where
    practice differs at an edge. "held" is as good as either."""


def ignored(*arguments: str) -> str:
    """Matches texts that say that a result does not depend on one of these arguments."""
    which = rf"\b({'|'.join(arguments)})\b"
    says = r"(ignor|not depend|independent|no effect|whatever|(not|never) (used|read))"
    return rf"{says}[^|]{{0,60}}{which}|{which}[^|]{{0,60}}{says}"
