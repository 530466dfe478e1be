"""The inputs: calls that the laws make, in numbers that every format holds, so that all ways see the same."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ... import backends
from ..._libraries import is_array
from ..._typing import DType
from ...backends import Precision, Setting
from ..engine.accuracy.enclose import Case
from ..engine.accuracy.measure import LARGEST, Effort, law_case
from ..engine.calls import Call, calls
from ..language.inputs import rounded
from ..language.packing import parts, size
from .ways import Way

SHAPES = 5
"""Shapes of arguments that are taken: some libraries compile for each."""
DRAWN = (6, 24)
"""Examples of each law: few, and more where they give too few calls to choose from."""
RECORDED = 120
"""Calls that are looked at, at most."""
FEW = 4
"""Numbers of a call below which others come first."""


class _Drawn(Setting):
    """NumPy's float32, with numbers drawn for a narrower format: of its range, as close as it has them."""

    __slots__ = ()

    @property
    def dtype(self) -> DType:
        return self.xp.float32


def cases(function: str, ways: Sequence[Way], effort: Effort, left_out: Counter[str]) -> Iterator[Case]:
    """Calls of a function, ordinary ones first; those with numbers that a format lacks are only counted."""
    dtypes = list(dict.fromkeys(way.dtype for way in ways))
    formats = [Precision(dtype) for dtype in dtypes]

    def held(host: Any) -> Any:
        for p in formats:
            host = rounded(host, p) if host.dtype.kind == "f" else host
        return host

    made = _recorded(function, min(formats, key=lambda p: (p.bits, p.largest)), effort)
    for number, each in enumerate(_chosen(made, effort.calls)):
        case = law_case(function, each, number, held)
        if _infinite(case) > _infinite(each):
            left_out[f"its numbers are beyond the range of {' or '.join(dtypes)}"] += 1
        else:
            yield case


def _recorded(function: str, coarsest: Precision, effort: Effort) -> list[Call]:
    made: list[Call] = []
    for examples in DRAWN:
        if len(made) < 2 * effort.calls:
            made = _drawn(function, coarsest, effort, examples)
    return made


def _drawn(function: str, coarsest: Precision, effort: Effort, examples: int) -> list[Call]:
    numpy = backends.get("numpy")
    how: dict[str, Any] = {"examples": examples, "seed": effort.seed, "limit": RECORDED}
    if coarsest.name in ("float64", "float32"):
        return calls(function, Setting.of(numpy, coarsest.name), **how)
    try:
        return calls(function, _Drawn(numpy, coarsest, "cpu"), **how)
    except Exception:  # generators need not know formats that no law is proved in
        return calls(function, Setting.of(numpy, "float32"), **how)


def _chosen(made: Sequence[Call], most: int) -> list[Call]:
    """Calls of a few shapes, those with all kinds of input and many numbers first, in their order."""
    groups: dict[Any, list[Call]] = defaultdict(list)
    for call in made:
        if size((call.args, call.kwargs)) <= LARGEST:
            groups[_shapes(call)].append(call)
    best = sorted(groups.values(), key=_rank)
    each = math.ceil(most / max(1, min(len(best), SHAPES)))
    taken = [call for group in best[:SHAPES] for call in _spread(group, each)]
    missing = {call.kind for call in made} - {call.kind for call in taken}
    taken += [call for group in best for call in group if call.kind in missing][: most // 4]
    kept = {id(call) for call in taken}
    return [call for call in made if id(call) in kept]


def _spread(group: Sequence[Call], most: int) -> list[Call]:
    """Some of them, evenly, so that all kinds of input are among them."""
    count = min(most, len(group))
    return [group[place * len(group) // count] for place in range(count)]


def _shapes(call: Call) -> Any:
    return tuple(part.shape for _, part in parts((call.args, dict(call.kwargs))) if is_array(part))


def _rank(group: Sequence[Call]) -> tuple[bool, int, int]:
    """Calls of a few numbers show little; then it counts how many kinds of input, and how many numbers."""
    sizes = [size((call.args, call.kwargs)) for call in group]
    return max(sizes) < FEW, -len({call.kind for call in group}), -sum(sizes)


def bound_to_numpy(case: Case) -> bool:
    """Whether an argument is a function, which may hold arrays of NumPy's that nothing moves."""
    given = [part for _, part in parts((case.args, dict(case.kwargs)))]
    return any(callable(part) and not isinstance(part, type) for part in given)


def _infinite(call: Case | Call) -> int:
    """How many numbers of the arguments are not finite."""
    arrays = [np.asarray(part) for _, part in parts((call.args, dict(call.kwargs))) if is_array(part)]
    return sum(int(np.count_nonzero(~np.isfinite(a))) for a in arrays if a.dtype.kind == "f")
