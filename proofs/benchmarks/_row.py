"""What one writes benchmarks in: a row of the table, whom it is beside, and what is measured."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from ... import _libraries

Agreement: TypeAlias = Callable[[Any, Any], str]
"""What differs between our result and the peer's; empty if nothing does."""


@dataclass(frozen=True, slots=True)
class Peer:
    """What a user would pick instead."""

    name: str
    needs: Mapping[str, str] = field(default_factory=dict)
    """The modules that it takes, beyond NumPy, and the distributions that bring them."""

    @property
    def install(self) -> str:
        """The command that brings what it needs."""
        return "pip install " + " ".join(dict.fromkeys(self.needs.values()))


@dataclass(frozen=True, slots=True)
class Calls:
    """Two functions without arguments that do the same: CPU time, in turn in one process."""

    ours: Callable[[], Any]
    theirs: Callable[[], Any]
    agree: Agreement
    share: float = 1.0
    """How much of our work the peer's call does, where all would take hours: its time is divided by it."""


@dataclass(frozen=True, slots=True)
class Memory:
    """The same for memory: how far each call, in a process of its own, raises the peak above what was there.
    A number of bytes, such as the size of the input, may stand in the place of the peer."""

    ours: Callable[[], Any]
    theirs: Callable[[], Any] | int


@dataclass(frozen=True, slots=True)
class Commands:
    """Two command lines: CPU time of the process and all that it started, or the peak memory of the largest
    of these. Each must end with exit code 0."""

    ours: Sequence[str]
    theirs: Sequence[str]
    memory: bool = False


@dataclass(frozen=True, slots=True)
class Growth:
    """Calls of growing size: the exponent of CPU time, fitted, beside the one that is stated."""

    make: Callable[[int], Callable[[], Any]]
    sizes: Sequence[int]
    """Three decades, where memory and patience allow."""
    stated: str
    """As the docstring says it, such as "n log n"."""


Work: TypeAlias = Calls | Memory | Commands | Growth


@dataclass(frozen=True, slots=True)
class Row:
    """One row: refimpl's function on the left, the peer on the right, and the ratio that is wanted."""

    name: str
    """In the table of its job, such as "cosent-65k-labels"."""
    title: str
    """What is done with how much of what, in words."""
    make: Callable[[], Work]
    """Imports what it needs, makes the inputs from a fixed seed, and gives the work."""
    peer: Peer
    goal: float | None = None
    """The largest ratio, ours over the peer's, that is good enough; of a growth, the largest exponent."""
    about: str = ""
    """The function, such as "matching.cosent_loss"; none of a command."""


def close(relative: float) -> Agreement:
    """Agreement of two results, arrays or numbers, up to an error relative to the largest of the peer's."""

    def agree(ours: Any, theirs: Any) -> str:
        left, right = (np.asarray(_numbers(it), dtype=np.float64) for it in (ours, theirs))
        if left.shape != right.shape:
            return f"got shape {left.shape}; the peer gives {right.shape}"
        scale = float(np.max(np.abs(right), where=np.isfinite(right), initial=0.0))
        with np.errstate(invalid="ignore"):  # equal infinities agree
            apart = float(np.max(np.where(left == right, 0.0, np.abs(left - right)), initial=0.0))
        if apart <= relative * scale:
            return ""
        return f"the results differ by {apart:.3g}; expected at most {relative} of the largest, {scale:.3g}"

    return agree


def _numbers(result: Any) -> Any:
    return _libraries.to_numpy(result) if _libraries.is_array(result) else result
