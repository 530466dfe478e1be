"""How many digits of an imprecise function's results are right, where they begin to go, and why."""

import math
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...backends import Setting
from ..engine import catalogue
from ..engine.calls import Call
from ..language.law import KINDS, Implementation
from ..language.packing import copied
from .compare import Difference, difference
from .observed import Observed, apply
from .patterns import where_right
from .remarks import Digits

FEWEST = 0.25
"""With a smaller share of the format's digits left at a tenth of the ordinary inputs a function is wrong, not
imprecise."""


def digits(
    name: str, function: Implementation, bare: Implementation, made: Sequence[Call], on: Setting
) -> Digits:
    """Compare a function with the reference at calls; `bare` is the same where edges are not forgiven."""
    of = -math.log10(on.u)
    left: dict[str, list[float]] = {}
    worst: tuple[float, Call | None] = (of, None)
    made_up, undefined, overflows = 0, 0, False
    for call in made:
        expected, got = _result(catalogue.reference()[name], call), _result(function, call)
        if expected is None or got is None:  # not a call of this function
            continue
        found = difference(got, expected, on)
        # A result that is zero has no digits: what comes out instead is what is left of a cancellation.
        kind = "cancellation" if found is not None and not found.scale else call.kind
        left.setdefault(kind, []).append(_digits(found, on))
        worst = min(worst, (left[kind][-1], call), key=lambda pair: pair[0])
        none = found is not None and math.isfinite(found.expected) and not math.isfinite(found.got)
        overflows |= none
        undefined += none and kind == "ordinary"
        made_up += found is not None and math.isnan(found.expected) and math.isfinite(found.got)
    kinds: dict[str, tuple[float, float, float]] = {
        kind: (float(np.median(left[kind])), _few(left[kind]), min(left[kind]))
        for kind in KINDS
        if kind in left
    }
    operation = _operation(bare, worst[1]) if worst[1] is not None else ""
    wrong = ""
    if made_up:
        wrong = (
            f"it gives a number where NaN is expected, at {made_up} calls: what is left of the rounding of 0"
        )
    elif (few := kinds.get("ordinary", (of, of, of))[1]) < FEWEST * of:
        wrong = f"digits are lost: of {of:.0f}, {few:.0f} remain at a tenth of the ordinary inputs"
        if 10 * undefined >= (total := len(left["ordinary"])):  # then these are that tenth
            wrong = f"it gives infinity or NaN for a finite number at {undefined} of {total} ordinary inputs"
    if not operation and overflows:
        operation = "something leaves the range of the format: it gives infinity or NaN for a finite number"
    begins = _begins(name, function, made, on)
    remedy = catalogue.remedies().get(name, "")
    return Digits(of, kinds, wrong, operation, begins, remedy, _proven(name, function, made, on))


_PROVEN = 40
"""Points at which the formula is compared, at most."""


def _proven(name: str, function: Implementation, made: Sequence[Call], on: Setting) -> int:
    """The calls at which the function is the reference's formula, with proof; none if it is not at some."""
    if on.backend.name != "numpy":
        return 0
    from .agreement import same_formula  # noqa: PLC0415  (python-flint)

    pairs = [(call.args, dict(call.kwargs)) for call in made[:_PROVEN]]
    found = same_formula(function, catalogue.reference()[name], pairs, on)
    return 0 if found.differing else found.agreeing


def _few(left: Sequence[float]) -> float:
    """What is left at a tenth of the calls: a single one may be next to a cancellation by chance."""
    return sorted(left)[len(left) // 10]


def _begins(name: str, function: Implementation, made: Sequence[Call], on: Setting) -> str:
    """The one quantity that separates calls that keep most, half or a few digits from those that do not."""
    references = [apply(catalogue.reference()[name], call) for call in made]
    seen = Observed.of(function, made, references, on)
    for words, share in (("three quarters", 0.75), ("half", 0.5), ("a quarter", 0.25)):
        if text := where_right(seen, name, on.u**share):
            text = text.replace("right ", "left ", 1).replace("; wrong ", "; fewer ", 1)
            return f"{words} of the digits are {text}"
    return ""


def _digits(found: Difference | None, on: Setting) -> float:
    relative = math.inf if found is None else found.relative
    return 0.0 if relative >= 1 else -math.log10(max(relative, on.u))


def _result(function: Implementation, call: Call) -> Any:
    try:
        with np.errstate(all="ignore"):
            return function(*copied(call.args), **copied(dict(call.kwargs)))
    except Exception:  # not taken, or not defined there
        return None


_OURS, _NUMPY = Path(__file__).parents[2], Path(np.__file__).parent
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
        except Exception:  # foreign code may raise anything
            return ""
    return ""
