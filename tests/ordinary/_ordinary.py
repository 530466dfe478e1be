"""What a corpus of ordinary code consists of."""

import importlib
import inspect
import linecache
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Literal

torch: Any = importlib.import_module("torch") if find_spec("torch") else None
"""For the forms that are typed in it; the others do without."""

Answer = Literal["held", "imprecise", "edge"]


@dataclass(frozen=True, slots=True)
class Slip:
    """One mistake, typed into the textbook's formula."""

    function: Callable[..., Any]
    named: str
    """A regular expression that the diagnosis matches if it names the cause: its mistakes and sentences are
    searched, case does not matter. Usually the end of a known mistake's id, such as "wrong-sign"."""


@dataclass(frozen=True, slots=True)
class Change:
    """One part of the text of a function, wherever it stands there, and what stands in its place."""

    old: str
    new: str

    def __call__(self, function: Callable[..., Any]) -> Any:
        """The function with the change."""
        text = inspect.getsource(function)
        if self.old not in text:
            raise ValueError(f"{function.__name__}: expected {self.old!r} in its text, got:\n{text}")
        text, file = text.replace(self.old, self.new), f"<{function.__name__}: {self.new} for {self.old}>"
        linecache.cache[file] = len(text), None, text.splitlines(keepends=True), file
        made: dict[str, Any] = {}
        exec(compile(text, file, "exec"), function.__globals__, made)
        changed = made[function.__name__]
        changed.__name__ = f"{function.__name__} with {self.new!r} for {self.old!r}"
        return changed


def changed(function: Callable[..., Any], old: str, new: str) -> Any:
    """A function with one part of its text changed."""
    return Change(old, new)(function)


def typo(old: str, new: str, named: str) -> Slip:
    """A slip that changes one part of the text of the textbook's form."""
    return Slip(Change(old, new), named)


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

    def __post_init__(self) -> None:
        """Make the slips that are changes of this form."""
        made = (
            Slip(slip.function(self.textbook), slip.named) if isinstance(slip.function, Change) else slip
            for slip in self.slips
        )
        object.__setattr__(self, "slips", tuple(made))


def ignored(*arguments: str) -> str:
    """Matches texts that say that a result does not depend on one of these arguments."""
    which = rf"\b({'|'.join(arguments)})\b"
    says = r"(ignor|not depend|independent|no effect|whatever|(not|never) (used|read))"
    return rf"{says}[^|]{{0,60}}{which}|{which}[^|]{{0,60}}{says}"
