"""Where the general laws take their calls from: the laws that documents have about the function."""

from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import hypothesis.strategies as st

from .... import _libraries
from ...._libraries import is_array
from ....backends import Precision, Setting
from ...language import inputs
from ...language.law import KINDS, Implementation, Inputs, Kind, Law, Sampling
from ...language.packing import mapped, parts
from .. import registry
from ..calls import Given, record

CASES = 2
"""Cases of one law in an example: their shapes often agree, their values do not."""
CALLS = 2
"""Calls that are taken from each."""


def _extra(law: Law, function: str) -> frozenset[str]:
    """Capabilities that a law needs beyond those of a function."""
    needs = set(law.needs).union(*(registry.functions()[name].needs for name in law.about))
    return frozenset(needs - registry.functions()[function].needs)


@cache
def sources(function: str) -> tuple[Law, ...]:
    """The laws about a function that add the fewest needs to its own; sampled ones, which draw
    large samples, only if there is no other."""
    about = [law for law in registry.written_laws().values() if function in law.about and not law.mixes]
    about = [law for law in about if not isinstance(law.tolerance, Sampling)] or about
    fewest = min((_extra(law, function) for law in about), key=lambda extra: (len(extra), sorted(extra)))
    return tuple(law for law in about if _extra(law, function) == fewest)


def needs(function: str) -> dict[str, str]:
    """What the sources need beyond the function."""
    law = sources(function)[0]
    return dict.fromkeys(sorted(_extra(law, function)), f"{law.id}, whose calls are tried, uses it")


def not_in(function: str) -> dict[str, str]:
    """Formats in which no source has inputs, with the first one's reason."""
    first, *others = (law.not_in for law in sources(function))
    return {dtype: why for dtype, why in first.items() if all(dtype in other for other in others)}


def kinds(function: str) -> tuple[Kind, ...]:
    """The kinds of generator that the sources have."""
    return tuple(kind for kind in KINDS if any(kind in law.kinds for law in sources(function)))


@dataclass(frozen=True, slots=True)
class Drawn:
    """The id of one source, a few cases of its inputs, and which arguments `variant` changes."""

    law: str
    cases: list[Any]
    turn: int


def cases(function: str) -> Inputs[Drawn]:
    """Inputs: cases of the sources."""
    return partial(_cases, function)


@inputs.composite
def _cases(draw: inputs.Draw, function: str, p: Precision, kind: Kind) -> Drawn:
    fit = [law for law in sources(function) if kind in law.kinds and p.name not in law.not_in]
    law = draw(st.sampled_from(fit))
    cases = [draw(law.inputs(p, kind)) for _ in range(CASES)]
    return Drawn(law.id, cases, draw(st.sampled_from([0, 1])))


def recorded(function: str, case: Drawn, on: Setting) -> list[Given]:
    """The first calls that the source makes of the function on each of its cases."""
    law = registry.written_laws()[case.law]
    return [call for part in case.cases for call in record(function, law, part, on, CALLS)]


def taken(call: Given, *implementations: Implementation) -> bool:
    """Whether all the implementations take a call that may be outside the domain."""
    args, kwargs = call
    try:
        for implementation in implementations:
            implementation(*args, **kwargs)
    except Exception:  # whatever they, or functions among the arguments, say of it
        return False
    return True


def variant(call: Given, turn: int) -> Given:
    """A call of the same form with other numbers in every second argument, or in all options if none has
    any, which should give something else. They may be outside the domain, and are to be tried with care."""
    args, kwargs = call
    changed = _changeable(args, turn)
    if not changed:
        return args, mapped(kwargs, _varied)
    return tuple(mapped(part, _varied) if i in changed else part for i, part in enumerate(args)), kwargs


def _changeable(args: tuple[Any, ...], turn: int) -> list[int]:
    """The places of the arguments to change. Beside a function only the first: an integration over
    other times might not end."""
    numeric = [i for i, part in enumerate(args) if any(map(_numeric, dict(parts(part)).values()))]
    return numeric[:1] if any(map(callable, args)) else numeric[turn::2] or numeric


def _numeric(part: Any) -> bool:
    return isinstance(part, float) or is_array(part)


def _varied(part: Any) -> Any:
    if not _numeric(part):
        return part
    if isinstance(part, float):
        return part * 0.75
    xp = _libraries.array_namespace(part)
    # A covariance stays one if its rows are reversed as its columns are.
    square = part.ndim > 1 and part.shape[-1] == part.shape[-2]
    turned = xp.flip(part, axis=(-2, -1) if square else -1) if part.ndim else part
    if xp.isdtype(part.dtype, "real floating"):
        return smaller(turned)
    return turned // 2 if xp.isdtype(part.dtype, "integral") else turned


def smaller(array: Any) -> Any:
    """Reals three quarters as large, in their dtype, which NumPy's bfloat16 leaves beside a number."""
    return _libraries.array_namespace(array).astype(array * 0.75, array.dtype)
