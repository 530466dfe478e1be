"""Small numbers that are added where none belong: to arguments, to diagonals, to denominators."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from ... import _libraries
from ..._libraries import is_array
from ..language.packing import mapped
from .changes import Change, UnchangedError
from .observed import Observed, same_form

EPSILONS = tuple(10.0**-k for k in range(1, 13))
"""The numbers that people add."""


def changes(given: Sequence[Mapping[str, Any]]) -> Iterator[Change]:
    """A small number added to an argument, to the diagonal of a matrix, or put where it is smaller."""
    sample = {k: v for arguments in given for k, v in arguments.items() if v is not None}
    square = [k for k, v in sample.items() if _square(v)]
    for epsilon in EPSILONS:
        for names in ([square] if len(square) > 1 else []) + [[k] for k in square]:
            yield _change(names, f"{epsilon:.0e} added to the diagonal of {' and of '.join(names)} (jitter)",
                          partial(_diagonal, epsilon))  # fmt: skip
        for name, value in sample.items():
            if _real(value) and name not in square:
                yield _change([name], f"{epsilon:.0e} added to {name} (an epsilon)", partial(_plus, epsilon))
                yield _change([name], f"{name} at least {epsilon:.0e} (clipped)",
                              partial(_at_least, epsilon))  # fmt: skip


def _square(value: Any) -> bool:
    return is_array(value) and value.ndim > 1 and value.shape[-1] == value.shape[-2] and _real(value)


def _real(value: Any) -> bool:
    if isinstance(value, float):
        return True
    return is_array(value) and _libraries.array_namespace(value).isdtype(value.dtype, "real floating")


def _plus(epsilon: float, a: Any) -> Any:
    return a + epsilon


def _diagonal(epsilon: float, a: Any) -> Any:
    if a.shape[-1] != a.shape[-2]:
        raise UnchangedError
    return a + epsilon * _libraries.array_namespace(a).eye(a.shape[-1], dtype=a.dtype)


def _at_least(epsilon: float, a: Any) -> Any:
    if isinstance(a, float):
        return max(a, epsilon)
    return _libraries.array_namespace(a).clip(a, epsilon, None)


def _change(names: Sequence[str], text: str, operation: Callable[[Any], Any]) -> Change:
    def apply(arguments: dict[str, Any]) -> dict[str, Any]:
        new = {k: mapped(arguments[k], operation) for k in names if arguments.get(k) is not None}
        if not new:
            raise UnchangedError
        return arguments | new

    return Change(f"with {text}", apply)


def shrunk(seen: Observed, places: Sequence[int]) -> str:
    """Whether all results are a little nearer to 0 than expected, as by a small number in a denominator."""
    shares = []
    for i in places:
        got, expected = seen.got[i], seen.expected[i]
        if got is None or expected is None or not same_form(got, expected):
            return ""
        for g, e in zip(got, expected, strict=True):
            used = np.isfinite(g) & np.isfinite(e) & (np.abs(e) > 1e-3 * np.max(np.abs(e), initial=0.0))
            with np.errstate(all="ignore"):
                shares += list(1 - np.asarray(g[used] / e[used]).ravel())
    values = np.asarray(shares)
    # Deviations of one sign, of sizes that vary, are neither a factor nor rounding.
    if values.size < 8 or np.any(values < -1e-12) or np.any(values > 0.2) or not np.any(values > 0):
        return ""
    low, high = float(np.quantile(values, 0.1)), float(np.max(values))
    if low <= 0 or high < 1.5 * low or math.isclose(low, high):
        return ""
    return (
        f"gives results that are too small, by {low:.1g} to {high:.1g} of themselves, always towards 0: "
        "as if a small number (an epsilon) was added to a denominator, or a few terms were counted too many"
    )
