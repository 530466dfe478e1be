"""A program that shows a wrong gradient without refimpl."""

import inspect
from collections.abc import Sequence
from textwrap import indent
from typing import Any

import numpy as np

from ..engine.gradient.derivative import Enclosed, Point, is_real
from ..language.packing import mapped
from . import spelled
from .shown import LIBRARIES, imported
from .targets import Source

ALLOWED = 8
"""What a program allows, in units of the scale: twice the tolerance of the laws."""


def program(
    point: Point,
    cotangents: Sequence[np.ndarray[Any, Any]],
    wanted: Enclosed,
    place: int,
    source: Source,
    adapter: str,
    backward: Source | None,
) -> str:
    """A program that calls the function, and exits with 1 while its gradient with respect to the argument at
    a place is another; or why there is none."""
    on = point.on
    try:
        library = LIBRARIES[on.backend.name]
        variables = [spelled.code(part, on, kind=spelled.bare) for part in point.arrays]
        arguments = _arguments(point)
        given = [spelled.code(part, on) for part in cotangents]
        bounds = [
            spelled.code(np.where(wanted.known, part, np.nan), on).replace("xp.", "np.")
            for part in (wanted.low, wanted.high, ALLOWED * on.u * wanted.scale + on.precision.smallest)
        ]
    except (KeyError, spelled.UnprintableError) as error:
        return f"no program: {error} cannot be spelled out; run the audit again with the same seed"
    shown = backward or source
    how = _BACKWARD if backward else _WAYS[on.backend.name]
    return _TEMPLATE.format(
        source=shown, name=point.function, argument=wanted.name, library=library,
        imports=imported(shown, "" if backward else adapter), variables=_lines(variables),
        arguments=_lines(arguments), cotangents=_lines(given), how=how, place=place,
        both="\ngot = got + np.swapaxes(got, -1, -2)  # only the sum with its mirror image is defined"
        if wanted.symmetric else "",
        low=bounds[0], high=bounds[1], allowed=bounds[2],
    )  # fmt: skip


def _arguments(point: Point) -> list[str]:
    """The arguments as Python in which real arrays are `x[0]`, `x[1]`, …; options at their defaults are
    left out, which the function may not have."""
    parameters = inspect.signature(point.reference).parameters
    bound = inspect.signature(point.reference).bind(*point.args, **point.kwargs)
    count = iter(range(len(point.arrays)))
    found = []
    for name, value in bound.arguments.items():
        named = mapped(value, lambda part: f"<x[{next(count)}]>" if is_real(part) else part)
        text = spelled.code(named, point.on, kind=spelled.bare).replace("'<", "").replace(">'", "")
        parameter = parameters[name]
        if parameter.kind is parameter.VAR_POSITIONAL:
            found.append(f"*{text}")
        elif parameter.kind is not parameter.KEYWORD_ONLY:
            found.append(text)
        elif isinstance(value, bool | int | float | str) and value == parameter.default:
            continue
        else:
            found.append(f"{name}={text}")
    return found


def _lines(parts: Sequence[str]) -> str:
    return indent("".join(f"{part},\n" for part in parts), "    ").rstrip()


_WAYS = {
    "torch": """\
if isinstance(mine, type) and issubclass(mine, xp.autograd.Function):
    apply = mine.apply
    mine = lambda *args, **kwargs: apply(*args, *kwargs.values())
x = [part.requires_grad_() for part in x]
results = reals(called(x))
found = xp.autograd.grad(results, x, cotangents[: len(results)], allow_unused=True)
found = [0 * part if each is None else each for each, part in zip(found, x)]
found = [part.detach() for part in found]""",
    "jax": """\
results, back = jax.vjp(lambda *x: reals(called(x)), *x)
found = back(cotangents)""",
}
_BACKWARD = """\
found = mine(cotangents[0] if len(cotangents) == 1 else tuple(cotangents), *given(x)[0], **given(x)[1])
found = list(found) if isinstance(found, (tuple, list)) else [found]
found = [0 * part if each is None else each for each, part in zip(found, x)]"""

_TEMPLATE = '''\
"""The gradient of {source} with respect to {argument}, against {name}: exits with 1 while it is wrong."""

import sys
from collections import namedtuple

import numpy as np
{library}

from numpy import inf, nan

{imports}

x = [
{variables}
]
cotangents = [
{cotangents}
]


def given(x):
    """The arguments of a call."""
    return (lambda *args, **kwargs: (args, kwargs))(
{arguments}
    )


def called(x):
    args, kwargs = given(x)
    return mine(*args, **kwargs)


def reals(value):
    """The arrays of reals in a result."""
    if isinstance(value, (tuple, list)):
        return [part for each in value for part in reals(each)]
    if hasattr(value, "__dataclass_fields__"):
        return [part for name in value.__dataclass_fields__ for part in reals(getattr(value, name))]
    return [value] if "float" in str(getattr(value, "dtype", "")) else []


{how}
got = np.asarray(found[{place}], dtype=np.float64){both}
least = {low}
largest = {high}
allowed = {allowed}
known = ~np.isnan(least)
with np.errstate(all="ignore"):
    off = np.maximum(least - got, got - largest) / allowed
off = np.where(known & ~(off <= 1), np.nan_to_num(np.abs(off), nan=inf), 0.0)
at = np.unravel_index(np.argmax(off), off.shape)
print("got     ", got[at], "at", tuple(map(int, at)))
print("expected", least[at] if least[at] == largest[at] else f"{{least[at]}} to {{largest[at]}}")
sys.exit(1 if off.any() else 0)
'''
