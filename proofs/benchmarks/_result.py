"""What was measured, as reports hold it."""

from dataclasses import dataclass, field
from typing import Literal

from ..engine import registry
from ._measure import Spread

Status = Literal["measured", "not measured", "failed"]
LINEARITHMIC = 1.3
"""The largest exponent of what is stated as O(n log n): over three decades log n adds 0.1 to 0.2, and caches,
which small inputs fit into, as much again."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One row of the table."""

    name: str
    title: str
    function: str
    """What it is about; empty of a command."""
    peer: str
    status: Status
    reason: str
    """Why there is no figure, or what is wrong; empty if nothing is."""
    quantity: Literal["CPU seconds", "MiB", "exponent"] = "CPU seconds"
    ours: Spread | None = None
    theirs: Spread | None = None
    ratio: Spread | None = None
    """Ours over theirs: the median, least and largest of the rounds."""
    wall: Spread | None = None
    """The same ratio by the clock on the wall, which a busy machine disturbs."""
    goal: float | None = None
    rounds: int = 0
    first: tuple[float, float] | None = None
    """CPU seconds of the first calls, ours and theirs: what is compiled, is compiled there."""
    imports: tuple[float, float] | None = None
    """CPU seconds of the imports, ours and theirs, beyond those of NumPy."""
    stated: str = ""
    """What a docstring says of the growth, such as "n log n"."""
    exponent: float | None = None
    sizes: tuple[int, ...] = ()
    seconds: tuple[float, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)
    """Of what the peer needs."""
    load: float = 0.0
    """Processes that waited for a processor in the last minute, when the measurement began."""

    @property
    def source(self) -> str:
        """What the function cites."""
        return registry.functions()[self.function].source if self.function else ""

    @property
    def figure(self) -> float | None:
        """What a goal is about."""
        return self.exponent if self.ratio is None else self.ratio.median

    @property
    def verdict(self) -> str:
        """One word, or two: "reached", "missed" and "no goal" of a figure; else the status."""
        if self.status != "measured" or self.figure is None:
            return self.status
        if self.goal is None:
            return "no goal"
        return "reached" if self.figure <= self.goal else "missed"


@dataclass(frozen=True, slots=True)
class Machine:
    """Where it was measured."""

    processor: str
    cores: int
    system: str
    threads: int
    load: tuple[float, float]
    """Processes that waited for a processor in the minute before, and at the end."""
