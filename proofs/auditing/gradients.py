"""Audits of gradients: the laws of gradients on a user's function, and what is wrong with one that fails."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any, TypeAlias

import numpy as np

from ... import backends
from ...backends import HALVES, Setting
from ..engine import registry
from ..engine.calls import Call
from ..engine.gradient import laws, library
from ..engine.gradient.derivative import FAILURES, Enclosed, Point
from ..engine.gradient.mistakes import WrongGradient, all_of, rounded
from ..engine.runner import Outcome, run_law
from ..language.law import Implementation, Law
from . import spelled
from .gathered import gathered
from .gradient_program import program
from .messages import Diagnosis, Shown
from .targets import Source

CALLS = 16
"""Calls that are compared, small ones first."""
LARGEST = 256
"""Numbers in a call that is compared with everything that may be wrong."""
CLEAR = 8
"""A gradient is wrong by so many scales at the least: twice the tolerance of the laws."""
ALIKE = 64
"""Scales that a gradient may be apart from what a mistake gives, which rounds otherwise. Smaller errors have
no cause that can be told from others. In half precision so many are a quarter of the scale, and CLEAR do."""
Modes: TypeAlias = tuple[Implementation, Implementation | None]
"""The gradient of a function, and its Jacobian-vector product, if there is one."""
_OTHER = {"float64": "float32", "float32": "float64"}


def attempted(
    law: Law,
    function: str,
    gradient: Implementation,
    forwards: Implementation | None,
    on: Setting,
    examples: int,
    seed: int,
    shrink: bool = True,
) -> Outcome:
    """A law of gradients, tried on one; `forwards` is the Jacobian-vector product, if there is one."""
    reference, replaced = {function: library.of_reference(function, on)}, {function: gradient}
    if forwards is not None:
        name = laws.tangent(function)
        reference[name], replaced[name] = library.no_reference, forwards
    how: dict[str, Any] = {"examples": examples, "seed": seed, "shrink": shrink}
    return run_law(law, on, replaced=replaced, reference=reference, **how)


@dataclass(frozen=True, slots=True)
class Seen:
    """A call with what its gradient is and what it should be."""

    point: Point
    cotangents: list[np.ndarray[Any, Any]]
    expected: list[Enclosed]
    got: list[np.ndarray[Any, Any]]
    law: str
    kind: str

    def off(self, place: int) -> float:
        """How many bounds the gradient of one argument is off."""
        return distance(self.got[place], self.expected[place], self.point.on.u)


def distance(got: np.ndarray[Any, Any], wanted: Enclosed, u: float) -> float:
    """The largest error over u·scale; infinite where a number is none."""
    known = wanted.known
    if got.shape != known.shape:
        return float("inf")
    if not known.any():
        return 0.0
    with np.errstate(all="ignore"):
        beyond = np.maximum(np.maximum(wanted.low - got, got - wanted.high), 0.0)[known]
        ratio = np.where(beyond == 0, 0.0, beyond / (u * wanted.scale[known] + np.finfo(np.float64).tiny))
        ratio = np.where(np.isnan(got[known]), np.inf, ratio)
    return float(ratio.max())


def _alike(on: Setting) -> float:
    return CLEAR if on.precision.name in HALVES else ALIKE


def _in_turn(calls: Sequence[Call]) -> list[Call]:
    """Small calls first, those with an axis of one in turn with others: a sum is a mean on such an axis, a
    norm forgets its argument."""
    some = _small_first(calls)
    several, single = ([call for call in some if _is_single(call) is wanted] for wanted in (False, True))
    found = [call for pair in zip_longest(several, single) for call in pair if call is not None]
    return sorted(found, key=lambda call: call.kind != "ordinary")


def _small_first(calls: Sequence[Call]) -> list[Call]:
    """Ordinary calls first, and small ones: digits that are lost where hardly anything remains show there."""
    return sorted(calls, key=lambda call: (call.kind != "ordinary", _size(call)))


def _is_single(call: Call) -> bool:
    return any(1 in part.shape for part in _arrays(call))


def _size(call: Call) -> tuple[bool, int]:
    """How large it is; one or two numbers, which tell little, come last."""
    numbers = sum(math.prod(part.shape) for part in _arrays(call))
    return numbers <= 2, numbers


def _arrays(call: Call) -> list[Any]:
    return [part for part in call.args if hasattr(part, "shape")]


def observed(
    function: str, gradient: Implementation, on: Setting, seed: int, fixed: Mapping[str, Any],
    ordered: Callable[[Sequence[Call]], Sequence[Call]] = _in_turn,
) -> list[Seen]:  # fmt: skip
    """The calls on which gradients are compared: those that tell formulas apart, or the first in an order."""
    found: list[Seen] = []
    for call in ordered(gathered(function, on, seed, fixed)):
        if len(found) == CALLS:
            break
        point = laws.differentiated(function, (call.args, dict(call.kwargs)), on)
        if isinstance(point, str) or sum(array.size for array in map(on.host, point.arrays)) > LARGEST:
            continue
        cotangents = list(library.cotangents(point.shapes, len(found)))
        given = [on.array(part) for part in cotangents]
        try:
            result = gradient(given[0] if len(given) == 1 else tuple(given), *call.args, **call.kwargs)
            got = [np.asarray(on.host(part), dtype=np.float64) for part in result]
            expected = point.pulled(cotangents)
            got = [wanted.comparable(g) for wanted, g in zip(expected, got, strict=True)]
        except Exception:  # what it raises is told by the laws
            continue
        if len(got) == len(expected):
            found.append(Seen(point, cotangents, expected, got, call.law, call.kind))
    return found


def explained(function: str, seen: Sequence[Seen]) -> Diagnosis:
    """What is wrong with a gradient, argument by argument."""
    names = list(dict.fromkeys(_base(part.name) for one in seen for part in one.expected))
    lines, mistakes = [], []
    for name in names:
        wrong = [(one, place) for one in seen for place in _places(one, name) if one.off(place) > CLEAR]
        if not wrong:
            continue
        text, mistake = _cause(function, name, seen, wrong)
        lines.append(f"the gradient of {function} with respect to {name} {text}")
        mistakes += [mistake] if mistake else []
    if not lines:
        return Diagnosis(
            function, (f"its gradients are the expected ones at all {len(seen)} calls made again",)
        )
    return Diagnosis(function, tuple(lines), tuple(dict.fromkeys(mistakes)), cause="; ".join(lines))


def _base(name: str) -> str:
    return name.partition("[")[0]


def _places(one: Seen, name: str) -> list[int]:
    return [place for place, part in enumerate(one.expected) if _base(part.name) == name]


def _cause(
    function: str, name: str, seen: Sequence[Seen], wrong: Sequence[tuple[Seen, int]]
) -> tuple[str, str]:
    """A sentence, and the id of a mistake of the function."""
    candidates: list[WrongGradient] = []
    large = [(one, place) for one, place in wrong if one.off(place) > _alike(one.point.on)]
    for one, _ in large[:4]:
        for found in all_of(function, (tuple(one.point.args), dict(one.point.kwargs)), one.point.on):
            if found.sentence not in {known.sentence for known in candidates}:
                candidates.append(found)
    for candidate in candidates:
        if _explains(candidate, large):
            return candidate.sentence, candidate.mistake
    return _pattern(name, seen, wrong), ""


def _explains(candidate: WrongGradient, wrong: Sequence[tuple[Seen, int]]) -> bool:
    """Whether a mistake gives what was got, at all calls at which it can be tried: it says nothing of entries
    where it has several subgradients, such as those of tied maxima."""
    tried = 0
    for one, place in wrong:
        try:
            made = candidate.change(one.point, one.cotangents)
        except FAILURES:
            continue
        if len(made) != len(one.got) or made[place].shape != one.got[place].shape:
            return False
        given = one.expected[place].comparable(made[place])
        scale = np.maximum(one.expected[place].scale, np.abs(given))
        with np.errstate(all="ignore"):
            near = np.abs(one.got[place] - given) <= _alike(one.point.on) * one.point.on.u * scale
        known = one.expected[place].known
        said = known & ~np.isnan(given)
        if not near[said].all():
            return False
        if 2 * said.sum() <= known.sum():
            continue
        tried += 1
    return tried * 2 > len(wrong)


def _pattern(name: str, seen: Sequence[Seen], wrong: Sequence[tuple[Seen, int]]) -> str:
    """What can be said without a cause."""
    if all(np.isnan(one.got[place]).any() for one, place in wrong):
        return f"is NaN at {len(wrong)} of {len(seen)} calls, where the derivative is finite"
    ratios = np.concatenate([list(_ratios(one, place)) for one, place in wrong])
    if ratios.size > 1 and np.ptp(ratios) <= 0.1 * abs(ratios[0] - 1):
        factor = float(np.median(ratios))
        near = f"1 {'+' if factor > 1 else '−'} {abs(factor - 1):.2g}"
        return f"is the derivative times {near if abs(factor - 1) < 1e-3 else f'{factor:.6g}'}"
    if words := _short(wrong):
        return words
    outside = [one for one, place in wrong if _at_zeros(one, place)]
    if len(outside) == len(wrong):
        return "is not zero at places on which the result does not depend, such as masked ones"
    entries = [int(np.count_nonzero(_off(one, place))) for one, place in wrong]
    sizes = [one.got[place].size for one, place in wrong]
    if max(entries) == 1 < min(sizes):
        return "is wrong in one entry"
    where = f"{len(wrong)} of {len(seen)} calls, in {sum(entries)} of {sum(sizes)} entries"
    return f"is no known mistake: it is wrong at {where}"


def _short(wrong: Sequence[tuple[Seen, int]]) -> str:
    """Whether all numbers are those of a short format, as what is accumulated or kept in one."""
    for name, bits in (("bfloat16", 8), ("float16", 11), ("float32", 24)):
        if wrong[0][0].point.on.precision.bits <= bits:
            break
        found = [one.got[place] for one, place in wrong]
        wanted = [one.expected[place].middle for one, place in wrong]
        if all(np.array_equal(rounded(bits)(g), g) for g in found) and not all(
            np.array_equal(rounded(bits)(w), w) for w in wanted
        ):
            return f"consists of {name} numbers ({bits} bits): it is accumulated or kept in that format"
    return ""


def _ratios(one: Seen, place: int) -> Iterator[float]:
    wanted, got = one.expected[place], one.got[place]
    some = (
        wanted.known
        & (wanted.low == wanted.high)
        & (np.abs(wanted.low) > wanted.scale * one.point.on.u * 2**20)
    )
    yield from (got[some] / wanted.low[some]).tolist()


def _off(one: Seen, place: int) -> np.ndarray[Any, Any]:
    wanted = one.expected[place]
    with np.errstate(all="ignore"):
        return wanted.known & ~(
            np.abs(one.got[place] - wanted.middle) <= CLEAR * one.point.on.u * wanted.scale
        )


def _at_zeros(one: Seen, place: int) -> bool:
    off = _off(one, place)
    wanted = one.expected[place]
    return bool(off.any() and (wanted.low[off] == 0).all() and (wanted.high[off] == 0).all())


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a gradient comes from."""

    source: Source
    adapter: str
    backward: Source | None


def shown(function: str, seen: Sequence[Seen], origin: Origin) -> Shown | None:
    """The first call at which a gradient is wrong."""
    for one in seen:
        for place, wanted in enumerate(one.expected):
            if one.off(place) > CLEAR:
                return _shown(function, one, place, wanted, origin)
    return None


def _shown(function: str, one: Seen, place: int, wanted: Enclosed, origin: Origin) -> Shown:
    on, point = one.point.on, one.point
    signature = registry.signature(function)
    named = signature.bind(*point.args, **point.kwargs).arguments
    error = np.where(_off(one, place), np.abs(one.got[place] - wanted.middle), -1.0)
    at = tuple(
        int(i) for i in np.unravel_index(int(np.argmax(np.nan_to_num(error, nan=np.inf))), error.shape)
    )
    place_text = f"the gradient of {wanted.name}{list(at) if at else ''}"
    cotangent = ", ".join(str(part.tolist()) for part in one.cotangents)
    call = f"{spelled.call(function, named, on, signature)}, cotangent {cotangent}"
    arguments = tuple(f"{name}" for name in named)
    expected, got = repr(float(wanted.middle[at])), repr(float(one.got[place][at]))
    script = program(point, one.cotangents, wanted, place, origin.source, origin.adapter, origin.backward)
    return Shown(
        function, arguments, expected, got, place_text, one.off(place), script, call, f"{one.law}, {one.kind}"
    )


def imprecise(
    law: Law, function: str, made: Callable[[Setting], Modes], on: Setting, outcome: Outcome,
    errors: Callable[[Setting], Mapping[str, float]], examples: int, seed: int,
) -> str:  # fmt: skip
    """Evidence that a gradient loses digits and is no other formula; empty if there is none: its errors
    shrink with the format's roundoff, or all are right at ordinary inputs. `errors` are those of
    `errors_by_argument`."""
    if not _sizes(outcome, on.u):  # of another form
        return ""
    ordinary = replace(law, kinds=("ordinary",))
    here = attempted(ordinary, function, *made(on), on, 2 * examples, seed, shrink=False)
    if here.verdict == "held":
        return "it holds at ordinary inputs, and fails where digits cancel or the scale is extreme alone"
    other = _OTHER.get(on.precision.name, "")
    if not np.isfinite(here.worst) or other not in on.backend.dtypes:
        return ""
    there = Setting.of(backends.get(on.backend.name), other, on.device_name)
    one, two = errors(on), errors(there)
    if one := {name: size for name, size in one.items() if size > CLEAR}:
        same = all(_are_same(size, two.get(name, 0.0)) for name, size in one.items())
    else:
        away = attempted(ordinary, function, *made(there), there, 2 * examples, seed, shrink=False)
        same = away.verdict == "refuted" and _label(here) == _label(away)
        same = same and any(map(_are_same, _sizes(here, on.u), _sizes(away, there.u)))
    return f"its errors are as many bounds in {other}, so they are roundings and no other formula" * same


def errors_by_argument(function: str, gradient: Implementation, on: Setting, seed: int) -> dict[str, float]:
    """The largest error with respect to each argument at ordinary calls, in scales; in u where
    the reference rounds nothing, so that there is no scale."""
    sizes: dict[str, float] = {}
    for one in observed(function, gradient, on, seed, {}, _small_first):
        for place, part in enumerate(one.expected):
            if one.kind == "ordinary":
                unrounded = replace(part, scale=np.where(part.scale == 0, 1.0, part.scale))
                size = distance(one.got[place], unrounded, one.point.on.u)
                sizes[_base(part.name)] = max(sizes.get(_base(part.name), 0.0), size)
    return sizes


def _are_same(one: float, two: float) -> bool:
    return bool(two and np.isfinite(one) and np.isfinite(two) and 1 / SAME < one / two < SAME)


def _label(outcome: Outcome) -> str:
    finding = None if outcome.counterexample is None else outcome.counterexample.finding
    return "" if finding is None else finding.label


def _sizes(outcome: Outcome, u: float) -> list[float]:
    """How large the largest error is, in bounds and in units of roundoff: where nothing is rounded by the
    reference, the bound is none. Empty if it is no number."""
    finding = None if outcome.counterexample is None else outcome.counterexample.finding
    if finding is None or not (isinstance(finding.left, float) and isinstance(finding.right, float)):
        return []
    error = abs(finding.left - finding.right) / u
    # The shrunk example may show another error than the worst, whose kind says nothing of this one.
    return [outcome.worst, error] if finding.ratio >= outcome.worst / SAME else [outcome.worst]


SAME = 2.0**12
"""Bounds that errors of rounding are apart in two formats at the most; those of a formula are 2²⁹ apart."""
