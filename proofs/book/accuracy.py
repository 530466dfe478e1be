"""The figures of ACCURACY.md, by function."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

_CELL = re.compile(r"\s*(?<!\\)\|\s*")
_HEAD = "| function | "


@dataclass(slots=True)
class Figures:
    """What was measured of one function."""

    formats: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Worst, beyond condition, and median, by format."""
    at: str = ""
    """Where the worst beyond condition is."""
    notes: list[str] = field(default_factory=list)


def text() -> str:
    """ACCURACY.md."""
    return files(__package__ or "").joinpath("ACCURACY.md").read_text(encoding="utf-8")


@cache
def figures() -> Mapping[str, Figures]:
    """The rows of its tables by function, the first table before the one of half precision."""
    found: defaultdict[str, Figures] = defaultdict(Figures)
    formats: list[str] = []
    for line in text().splitlines():
        cells = [cell.replace("\\|", "|") for cell in _CELL.split(line)[1:-1]]
        if line.startswith(_HEAD):
            formats = [name.partition(":")[0] for name in cells[1:-2]]
        elif cells and cells[0].startswith("`"):
            one = found[cells[0].strip("`")]
            one.formats |= zip(formats, map(_three, cells[1:-2]), strict=True)
            one.at = one.at or cells[-2]
            one.notes += filter(None, cells[-1:])
    return dict(found)


def _three(cell: str) -> tuple[str, ...]:
    """The three figures of a cell, or what stands in their place."""
    found = cell.split(", ")
    return tuple(found) if len(found) == 3 else (cell, "", "")
