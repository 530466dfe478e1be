"""Simple relations between a wrong result and the right one, for when no known mistake explains it."""

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import array_api_compat
import numpy as np

from ..packing import mapped_arrays

Reals: TypeAlias = np.ndarray[Any, Any]

_MAPS: dict[str, Callable[[Reals], Reals]] = {
    "the square of what is expected": np.square,
    "the square root of what is expected": np.sqrt,
    "the reciprocal of what is expected": np.reciprocal,
    "the logarithm of what is expected": np.log,
    "the exponential of what is expected": np.exp,
    "one minus what is expected": lambda x: 1 - x,
    "the absolute value of what is expected": np.abs,
    "what is expected with the last axis reversed": lambda x: x[..., ::-1],
    "what is expected with the last two axes exchanged": lambda x: np.swapaxes(x, -1, -2),
}

_NAMED = {
    math.sqrt(2): "√2", math.sqrt(0.5): "1/√2", math.pi: "π", 2 * math.pi: "2π", 1 / math.pi: "1/π",
    0.5 / math.pi: "1/(2π)", math.log(2): "ln 2", 1 / math.log(2): "1/ln 2", math.e: "e",
}  # fmt: skip


def relation(pairs: Sequence[tuple[Reals, Reals, int]], tolerance: float) -> str:
    """What all (got, expected, length of the last axis of the first argument) have in common, or nothing."""
    usable = [(g, e, n) for g, e, n in pairs if g.dtype.kind == "f" and e.dtype.kind == "f" and g.size]
    if not usable:
        return ""
    with np.errstate(all="ignore"):
        for text, transformed in _candidates(usable):
            if all(_near(g, t, tolerance) for (g, _, _), t in zip(usable, transformed, strict=True)):
                return text
    return ""


def _candidates(pairs: Sequence[tuple[Reals, Reals, int]]) -> Iterator[tuple[str, list[Reals]]]:
    factor = _constant(pairs, lambda g, e: g / e)
    if factor is not None and factor != 1:
        yield f"{_text(factor)} times what is expected", [factor * e for _, e, _ in pairs]
    for text, power in (("n", 1.0), ("1/n", -1.0), ("√n", 0.5), ("1/√n", -0.5)):
        if len({n for _, _, n in pairs}) > 1 and all(n for _, _, n in pairs):  # 1/n of an empty axis is none
            yield (
                f"{text} times what is expected, n the last axis of the first argument",
                [e * float(n) ** power for _, e, n in pairs],
            )
    shift = _constant(pairs, lambda g, e: g - e)
    if shift:
        yield f"what is expected plus {_text(shift)}", [e + shift for _, e, _ in pairs]
    for text, function in _MAPS.items():
        axes = 2 if "last two axes" in text else 1 if "last axis" in text else 0
        if all(e.ndim >= axes for _, e, _ in pairs):
            yield text, [function(e) for _, e, _ in pairs]


def _constant(pairs: Sequence[tuple[Reals, Reals, int]], f: Callable[[Reals, Reals], Reals]) -> float | None:
    """f at the entry of the largest expectation."""
    best = None
    for got, expected, _ in pairs:
        if got.shape == expected.shape:
            sizes = np.where(np.isfinite(expected) & np.isfinite(got), np.abs(expected), -1.0)
            place = np.unravel_index(int(np.argmax(sizes)), sizes.shape)
            if sizes[place] > 0 and (best is None or sizes[place] > best[0]):
                best = (sizes[place], float(f(got[place], expected[place])))
    return best[1] if best and math.isfinite(best[1]) else None


def _near(got: Reals, candidate: Reals, tolerance: float) -> bool:
    if got.shape != candidate.shape:
        return False
    scale = np.max(np.abs(candidate[np.isfinite(candidate)]), initial=0.0)
    same = (got == candidate) | (np.isnan(got) & np.isnan(candidate))
    return bool(np.all(same | (np.abs(got - candidate) <= tolerance * scale)))


def _text(number: float) -> str:
    """A number, by its name if it has one."""
    for value, name in _NAMED.items():
        for sign, prefix in ((1, ""), (-1, "−")):
            if math.isclose(number, sign * value, rel_tol=1e-7):
                return prefix + name
    simple = Fraction(number).limit_denominator(64)
    if math.isclose(number, float(simple), rel_tol=1e-7):
        return str(simple).replace("-", "−")
    return f"{number:.10g}"


def rounded(value: Any, digits: int) -> Any:
    """A value whose real arrays are rounded to so many binary digits, by Veltkamp's splitting."""

    def split(array: Any) -> Any:
        xp = array_api_compat.array_namespace(array)
        if not xp.isdtype(array.dtype, "real floating"):
            return array
        drop = round(-math.log2(float(xp.finfo(array.dtype).eps))) + 1 - digits
        shifted = array * float(2**drop + 1)
        return shifted - (shifted - array)

    return mapped_arrays(value, split)
