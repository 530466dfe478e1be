"""How many digits of an imprecise function's results are right, where they begin to go, and why."""

import math
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...backends import Setting
from .. import catalogue
from ..calls import Call, calls
from ..implementations import fixed
from ..law import KINDS, Implementation
from ..packing import copied
from .compare import difference

FEWEST = 0.25
"""With a smaller share of the format's digits left at ordinary inputs a function is wrong, not imprecise."""


@dataclass(frozen=True, slots=True)
class Digits:
    """Decimal digits of a function's results, by kind of input."""

    of: float
    """Digits of the format."""
    kinds: Mapping[str, tuple[float, float]]
    """Median and fewest over the calls of each kind; 0 where a result is NaN, infinite or all wrong."""
    lost: bool
    """Whether so few are left at ordinary inputs that the function is wrong."""
    operation: str = ""
    """What overflows, underflows or has no value on the way, if something does."""
    begins: str = ""
    """Where digits begin to go."""
    remedy: str = ""
    """How digits are kept, where the catalogue knows it."""

    @property
    def fewest(self) -> str:
        """What is left at ordinary inputs, in words."""
        return f"of {self.of:.0f} digits {self.kinds['ordinary'][1]:.0f} remain at some ordinary inputs"

    def lines(self) -> list[str]:
        """The table and what belongs to it."""
        told = [f"digits left, of {self.of:.0f}: " + "; ".join(self._kind(kind) for kind in self.kinds)]
        told += [f"where they go: {self.begins}"] if self.begins else []
        told += [f"on the way, {self.operation}"] if self.operation else []
        told += [f"remedy: {self.remedy}"] if self.remedy else []
        return told

    def _kind(self, kind: str) -> str:
        median, fewest = self.kinds[kind]
        name = {"cancellation": "cancelling"}.get(kind, kind)
        return f"{name} inputs {median:.0f}" + (f", at worst {fewest:.0f}" if fewest < median - 0.5 else "")


def digits(name: str, function: Implementation, on: Setting, seed: int) -> Digits:
    """Compare a function with the reference at the calls that laws make."""
    of = -math.log10(on.u)
    left: dict[str, list[float]] = {}
    worst: tuple[float, Call | None] = (of, None)
    for call in calls(name, on, seed=seed, fixed=fixed(function)):
        found = _left(name, function, call, on)
        if found is not None:
            left.setdefault(call.kind, []).append(found)
            worst = min(worst, (found, call), key=lambda pair: pair[0])
    kinds = {kind: (float(np.median(left[kind])), min(left[kind])) for kind in KINDS if kind in left}
    lost = "ordinary" in kinds and kinds["ordinary"][1] < FEWEST * of
    operation = _operation(function, worst[1]) if worst[1] is not None else ""
    return Digits(of, kinds, lost, operation, remedy=catalogue.remedies().get(name, ""))


def _left(name: str, function: Implementation, call: Call, on: Setting) -> float | None:
    """Digits of one result; None if the call is not one of this function."""
    expected = _result(catalogue.reference()[name], call)
    got = _result(function, call)
    if expected is None or got is None:
        return None
    found = difference(got, expected, on)
    relative = math.inf if found is None else found.relative
    return -math.log10(min(max(relative, on.u), 1.0))


def _result(function: Implementation, call: Call) -> Any:
    try:
        with np.errstate(all="ignore"):
            return function(*copied(call.args), **copied(dict(call.kwargs)))
    except Exception:  # not taken, or not defined there
        return None


_OURS, _NUMPY = Path(__file__).parents[1], Path(np.__file__).parent
_STATES = ("over", "invalid", "divide", "under")


def _line(error: BaseException) -> str:
    """The line of the user's own code in which it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not Path(frame.filename).is_relative_to(_OURS) and frame.line]
    own = [frame for frame in own if not Path(frame.filename).is_relative_to(_NUMPY)]
    return f" (line {own[-1].lineno}: {own[-1].line})" if own else ""


def _operation(function: Implementation, call: Call) -> str:
    """The first operation of NumPy that overflows, has no value or underflows at a call, and its line."""
    for raised in (("over", "invalid", "divide"), ("under",)):
        states: Any = dict.fromkeys(_STATES, "ignore") | dict.fromkeys(raised, "raise")
        try:
            with np.errstate(**states):
                function(*copied(call.args), **copied(dict(call.kwargs)))
        except (FloatingPointError, OverflowError) as error:
            return f"{error}{_line(error)}"
        except Exception:
            return ""
    return ""
