"""The laws of gradients, made for every differentiable function from the calls that its written laws make.

What is tested is a function of (cotangent, *arguments, **options) that gives one gradient for every real
array among the arguments: the vector-Jacobian product.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import numpy as np

from .... import backends
from ....backends import HALVES, Precision, Setting
from ...language import inputs
from ...language.judge import judge
from ...language.law import AtMost, Gap, Impl, Inputs, Kind, Law, NotApplicableError, Record, Rounding, Same
from ...language.packing import copied, key, mapped_arrays, parts
from .. import registry
from ..calls import Given
from ..general import shapes, sources

if TYPE_CHECKING:
    from .derivative import Enclosed, Point

MOST = 12
"""Examples of a law: each is some calls, and as many of balls."""
RICHEST = 4
"""Cases of which the one with most different numbers is tried, beside one as it comes: in a row of a single
number many a wrong gradient is right."""
LARGE = 4096
"""Numbers in a call up to which it is tried: on balls each costs microseconds."""
LONG = 2**13
"""Operations on single numbers in a call up to which it is tried."""
TOLERANCE = Rounding(
    {"both sides": 2, "slopes from the result, and not from the argument": 2},
    "the scale is, in units of u, 1.5 root mean squares of what reverse mode on the reference's operations "
    "gives with each rounded up or down at random: forward values, slopes, sums of cotangents; or, where "
    "less or where errors are not proportional to u, the radius of balls that hold all that it may give; "
    "another straightforward order of the formula rounds as often",
)


SEVERAL = "several subgradients, or none that is finite, where the law needs the one derivative"
"""Why a law says nothing of a call."""


def reason(function: str) -> str:
    """Why a function is not differentiable in any array argument; empty if it is."""
    known = registry.functions()[function]
    if function in (told := registry.facts().not_differentiable):
        return told[function]
    if not shapes.takes_arrays(function):
        return "it takes no arrays of reals"
    if known.needs & {"host", "rational"}:
        return "it searches on the host, in NumPy, which derivatives do not follow"
    return ""


@cache
def laws() -> Mapping[str, Law]:
    """The laws by id."""
    smooth = [name for name in registry.functions() if not reason(name)]
    made = [law(name) for name in smooth for law in (_equal, _linear, _adjoint)]
    made += [_invariant(name) for name in smooth if name in registry.facts().invariant]
    return {law.id: law for law in made}


def tangent(function: str) -> str:
    """The name under which laws find the Jacobian-vector product of a function."""
    return f"{function}, forwards"


def _law(function: str, name: str, statement: str, check: Any) -> Law:
    return Law(
        f"{function}-{name}",
        statement,
        registry.functions()[function].source,
        (function,),
        _inputs(function),
        check,
        TOLERANCE,
        (),
        sources.kinds(function),
        sources.needs(function),
        MOST,
        general=True,
        not_in=sources.not_in(function),
        drawn_as=f"{function}-gradient",
        simplest=False,
    )


def _equal(function: str) -> Law:
    """The law that the gradient is that of the reference."""

    def check(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
        yield from _each(function, case, on, partial(_compared, impl[function]))

    return _law(
        function, "gradient", "the gradient for any cotangent is the derivative of the reference", check
    )


def _compared(tested: Any, point: "Point", seed: int) -> Iterator[Record]:
    first = _cotangents(point, seed)
    got = _called(tested, point, first)
    yield from _settled(point, lambda expected: judged("gradient", got, expected, point.on), first)


def _linear(function: str) -> Law:
    """The law that the gradient is linear in the cotangent."""

    def check(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
        yield from _each(function, case, on, partial(_added, impl[function]))

    return _law(function, "gradient-linear", "the gradient is linear in the cotangent", check)


def _added(tested: Any, point: "Point", seed: int) -> Iterator[Record]:
    first, second = (_cotangents(point, seed + i) for i in (0, 1))
    both = [a - b / 2 for a, b in zip(first, second, strict=True)]
    found = [_called(tested, point, c) for c in (first, second, both)]
    yield from _settled(point, partial(_sums, point, found), first, second)


def _sums(
    point: "Point", found: Sequence[Any], first: "list[Enclosed]", second: "list[Enclosed]"
) -> Iterator[Record]:
    for g1, g2, g12, e1, e2 in zip(*found, first, second, strict=False):
        known = e1.known & e2.known & (e1.low == e1.high) & (e2.low == e2.high)
        host = [e1.comparable(point.on.host(part)) for part in (g1, g2, g12)]
        if known.any() and all(part.shape == known.shape for part in host):
            left, right = host[2][known], host[0][known] - host[1][known] / 2
            scale = (e1.scale + e2.scale)[known]
            yield Gap(f"gradient of {e1.name}, of a difference of cotangents", left, right, scale)


def _adjoint(function: str) -> Law:
    """The law that both modes of differentiation are adjoint."""

    def check(impl: Impl, on: Setting, case: Drawn) -> Iterator[Record]:
        if tangent(function) not in impl:
            raise NotApplicableError("it has no forward derivative")
        yield from _each(function, case, on, partial(_both, impl[function], impl[tangent(function)]))

    return _law(
        function,
        "gradient-adjoint",
        "both modes agree: cotangent · J tangent = Jᵀ cotangent · tangent",
        check,
    )


def _both(backwards: Any, forwards: Any, point: "Point", seed: int) -> Iterator[Record]:
    from . import derivative  # noqa: PLC0415

    on, cotangents = point.on, _cotangents(point, seed)
    along = list(derivative.cotangents([tuple(part.shape) for part in point.arrays], seed + 1))
    # First, for it may say that it has none, and what is expected takes far longer.
    moved = forwards(tuple(on.array(part) for part in along), *point.args, **point.kwargs)
    left = _inner(cotangents, [on.host(part) for part in moved])
    right = _inner(along, [on.host(part) for part in _called(backwards, point, cotangents)])

    def claimed(expected: "list[Enclosed]") -> Iterator[Record]:
        if all(part.known.all() and (part.low == part.high).all() for part in expected):
            # Forwards every way through the code has the same slopes as backwards, and as many roundings.
            scale = 2 * _inner([np.abs(part) for part in along], [part.scale for part in expected])
            yield Gap("both modes", left, right, scale)

    yield from _settled(point, claimed, cotangents)


def _inner(first: list[Any], second: list[Any]) -> float:
    return math.fsum(float(x) for a, b in zip(first, second, strict=True) for x in (a * b).flat)


def _invariant(function: str) -> Law:
    """The law that the gradient is orthogonal to what changes nothing."""

    def check(impl: Impl, on: Setting, case: Drawn) -> Iterator[Record]:
        yield from _each(function, case, on, partial(_orthogonal, function, impl[function]))

    return _law(
        function, "gradient-invariant", "the gradient is orthogonal to changes that leave the result", check
    )


def _orthogonal(function: str, tested: Any, point: "Point", seed: int) -> Iterator[Record]:
    cotangents = _cotangents(point, seed)
    found = [point.on.host(part) for part in _called(tested, point, cotangents)]
    yield from _settled(point, partial(_across, function, point, found), cotangents)


def _across(function: str, point: "Point", found: list[Any], expected: "list[Enclosed]") -> Iterator[Record]:
    if not all(part.known.all() and (part.low == part.high).all() for part in expected):
        return
    for changes in registry.facts().invariant[function]:
        along = [
            DIRECTIONS[changes.get(name, "none")](point.on.host(array))
            for name, array in zip(point.names, point.arrays, strict=True)
        ]
        scale = _inner([np.abs(part) for part in along], [part.scale for part in expected])
        told = " and ".join(f"{name} by {how}" for name, how in changes.items())
        yield Gap(f"change of {told}", _inner(along, found), 0.0, scale)


DIRECTIONS: Mapping[str, Callable[[Any], Any]] = {
    "none": np.zeros_like,
    "a constant": np.ones_like,
    "a factor": np.asarray,
}
"""Changes of an argument, to first order."""


def judged(label: str, got: Any, expected: "list[Enclosed]", on: Setting) -> Iterator[Record]:
    """Claims that gradients are the enclosed ones."""
    yield Same(f"number of {label}s", len(got), len(expected))
    for part, wanted in zip(got, expected, strict=False):
        host, known = wanted.comparable(on.host(part)), wanted.known
        yield Same(f"shape of the {label} of {wanted.name}", host.shape, wanted.low.shape)
        if host.shape != known.shape or not known.any():
            continue
        sure = known & (wanted.low == wanted.high)
        if sure.any():
            yield Gap(
                f"{label} of {wanted.name}",
                _spread(host, sure),
                _spread(wanted.low, sure),
                _spread(wanted.scale, sure),
            )
        some = known & ~sure
        if some.any():
            scale = wanted.scale[some]
            yield AtMost(f"least subgradient of {wanted.name}", wanted.low[some], host[some], scale)
            yield AtMost(f"largest subgradient of {wanted.name}", host[some], wanted.high[some], scale)


def _spread(values: np.ndarray[Any, Any], where: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The values where they count, in their places if they all do, so that findings tell these."""
    return values if where.all() else values[where]


def _each(
    function: str, case: Any, on: Setting, do: "Callable[[Point, int], Iterator[Record]]"
) -> Iterator[Record]:
    """The records of every call that a case makes; what cannot be judged is left out, and said."""
    left_out = ""
    for place, call in enumerate(_recorded(function, case, on)):
        point = differentiated(function, call, on)
        if isinstance(point, str):
            left_out = left_out or point
            continue
        made = list(do(point, case.seed + place))
        left_out = left_out or ("" if made else SEVERAL)
        yield from made
    if left_out:
        raise NotApplicableError(left_out)


def _recorded(function: str, case: Any, on: Setting) -> list[Given]:
    """The calls that a case makes; the other laws of a function make the same."""
    place = _place(function, case, on)
    known = None if _holds_functions(case) else _RECORDED.get(place)
    found = known or _made(function, case, on)
    if _holds_functions(case) or any(map(_holds_functions, found)):
        return found
    if len(_RECORDED) >= CASES:
        _RECORDED.clear()
    _RECORDED[place] = found
    return [(copied(args), copied(kwargs)) for args, kwargs in found]


def _made(function: str, case: Any, on: Setting) -> list[Given]:
    """Calls as NumPy makes them, for some libraries compile every operation on every shape; but those that
    hold functions, or a dtype, and those in half precision, which is not everywhere the same."""
    if on.precision.name not in HALVES and "numpy" not in on.backend.name:
        host = Setting.of(backends.get("numpy"), on.precision.name)
        calls = sources.recorded(function, case, host)
        if not any(map(_holds_functions, calls)):
            return [mapped_arrays(call, on.array) for call in calls]
    return sources.recorded(function, case, on)


def differentiated(function: str, call: Given, on: Setting) -> "Point | str":
    """The reference at a call, or why it has no derivative there. Laws ask for the same calls in turn."""
    if _holds_functions(call):
        return _differentiated(function, call, on)
    place = _place(function, call, on)
    found = _KNOWN.pop(place, None) or _differentiated(function, call, on)
    _KNOWN[place] = found  # the last one to be dropped
    while sum(1 if isinstance(each, str) else each.numbers for each in _KNOWN.values()) > KEPT:
        del _KNOWN[next(iter(_KNOWN))]
    return found if isinstance(found, str) else found.given(*call)


def _place(function: str, value: Any, on: Setting) -> Any:
    return function, key(value, on), on.backend.name, on.precision.name, on.device_name


def _holds_functions(value: Any) -> bool:
    """Whether functions are in a case, or among the arguments of a call: two that look alike may differ."""
    return any(callable(part) for _, part in parts(value))


_RECORDED: dict[Any, list[Given]] = {}
CASES = 64
"""Cases whose calls are kept."""
_KNOWN: "dict[Any, Point | str]" = {}
KEPT = 2**18
"""Operations of the calls whose derivative is kept: some hundred bytes each."""


def _differentiated(function: str, call: Given, on: Setting) -> "Point | str":
    from . import derivative  # noqa: PLC0415  (python-flint)

    names = derivative.variables(function, *call)
    if not names:
        return "the arguments have no reals"
    if sum(int(np.prod(part.shape)) for _, part in names) > LARGE:
        return f"more than {LARGE} numbers"
    try:
        point = derivative.Point(function, *call, on)
        point.middles(_cotangents(point, 0))
    except derivative.FAILURES as error:
        return derivative.told(error)
    if point.numbers > LONG:
        return f"more than {LONG} operations"
    return point if point.shapes else "the result has no reals"


def _settled(
    point: "Point", claims: "Callable[..., Iterator[Record]]", *several: list[np.ndarray[Any, Any]]
) -> list[Record]:
    """What is claimed of the products of some cotangents: with the least scales that it holds with, or the
    most that it fails with. What holds with less than the scales, or fails with more, does so with them."""

    def held(records: list[Record]) -> bool:
        return all(judge(record, TOLERANCE, point.on).holds for record in records)

    made: list[Record] = []
    for least, most in point.bracketed(*several):
        made = list(claims(*least))
        if least is most or held(made):
            return made
        if not held(worse := list(claims(*most))):
            return worse
    return made


def _cotangents(point: "Point", seed: int) -> list[np.ndarray[Any, Any]]:
    from . import derivative  # noqa: PLC0415

    return list(derivative.cotangents(point.shapes, seed))


def _called(tested: Any, point: "Point", cotangents: list[np.ndarray[Any, Any]]) -> Any:
    given = [point.on.array(part) for part in cotangents]
    return tested(given[0] if len(given) == 1 else tuple(given), *point.args, **point.kwargs)


@dataclass(frozen=True, slots=True)
class Drawn(sources.Drawn):
    """Cases of a source, and what cotangents are drawn from."""

    seed: int


def _inputs(function: str) -> Inputs[Drawn]:
    return partial(_cases, function)


@inputs.composite
def _cases(draw: inputs.Draw, function: str, p: Precision, kind: Kind) -> Drawn:
    fit = [law for law in sources.sources(function) if kind in law.kinds and p.name not in law.not_in]
    law = draw(st.sampled_from(fit))
    cases = [draw(law.inputs(p, kind)) for _ in range(sources.CASES - 1)]
    cases.append(max((draw(law.inputs(p, kind)) for _ in range(RICHEST)), key=_variety))
    return Drawn(law.id, cases, 0, draw(st.integers(0, 2**31)))


def _variety(case: Any) -> int:
    """How many different reals a case has, if derivatives are taken of so many numbers."""
    reals = [part for _, part in parts(case) if isinstance(part, np.ndarray) and part.dtype.kind == "f"]
    if not reals or sum(part.size for part in reals) > LARGE:
        return 0
    return len(np.unique(np.concatenate([part.ravel() for part in reals])))
