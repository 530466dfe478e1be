"""The only place that decides whether a record holds."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ... import _libraries
from ...backends import Setting
from .law import AtMost, Gap, Record, Same, Tolerance, sides


@dataclass(frozen=True, slots=True)
class Finding:
    """A judged record: the worst error over its bound, and where."""

    label: str
    ratio: float
    """0 is perfect, above 1 (or NaN) is refuted; infinite where the bound is zero."""
    compared: int
    left: object = None
    right: object = None
    index: tuple[int, ...] = ()
    error_in_u: float = 0.0
    """The error at `index` in units of u·scale."""
    relation: str = "="
    """What is claimed of left and right."""
    narrowing: float = float("nan")
    """The derived bound over the law's own, as the median of the elements, if there is one."""
    bound_in_u: float = float("nan")
    """What is allowed at `index`, in the units of `error_in_u`."""

    @property
    def holds(self) -> bool:
        """Whether the record holds; NaN does not."""
        return self.ratio <= 1

    def __str__(self) -> str:
        at = f" at {self.index}" if self.index else ""
        text = f"{self.label}{at}: {compared(self.left, self.right, self.relation, self.holds)}"
        if 1 < self.ratio < math.inf:
            text += f": error {self.ratio:.3g} × the tolerance"
        return text


def compared(tested: object, expected: object, relation: str, holds: bool | None) -> str:
    """Both sides of a claim in words, with the digits in which they differ; `holds` is None if it is open."""
    first, second = _shown(tested, expected)
    if relation == "=":
        return f"got {first}, expected {second}"
    fails = "is not at most" if "nan" in (first, second) else "exceeds"
    return f"{first} {'is at most' if holds else 'may exceed' if holds is None else fails} {second}"


def _shown(*values: object) -> list[str]:
    """Numbers with one digit more than tells them apart, and four at least."""
    if not all(isinstance(value, float | np.floating) for value in values) or len(set(values)) == 1:
        return [f"{v:.17g}" if isinstance(v, float | np.floating) else str(v) for v in values]
    enough = (n for n in range(1, 17) if len({f"{v:.{n}g}" for v in values}) > 1)
    return [f"{v:.{max(next(enough, 16) + 1, 4)}g}" for v in values]


def _host(value: Any, on: Setting) -> Any:
    """A value of any backend as NumPy; Python values stay."""
    if isinstance(value, np.ndarray | np.generic):
        return _libraries.to_numpy(value) if _libraries.is_stored(value.dtype) else value
    return on.host(value) if _libraries.is_array(value) else value


def _refuted(label: str, left: object, right: object) -> Finding:
    return Finding(label, float("inf"), 1, left, right)


def judge(
    record: Record, tolerance: Tolerance, on: Setting, derived: np.ndarray[Any, Any] | None = None
) -> Finding:
    """Judge one record in its setting; where a derived bound is tighter than the law's own, it counts."""
    if isinstance(record, Same):
        return _judge_same(record, on)
    first, second = sides(record)
    left, right = np.asarray(_host(first, on)), np.asarray(_host(second, on))
    scale = np.asarray(
        _host(record.scale() if callable(record.scale) else record.scale, on), dtype=np.float64
    )
    # A plain number stands for all elements as an expectation or a bound, never as a tested array.
    plain = isinstance(second, int | float) or (isinstance(record, AtMost) and isinstance(first, int | float))
    if left.shape != right.shape and not plain:
        return _refuted(record.label, f"shape {left.shape}", f"shape {right.shape}")
    if np.iscomplexobj(left) or np.iscomplexobj(right):
        return _refuted(record.label, f"dtype {left.dtype}", "real numbers")
    given = [left.astype(np.float64), right.astype(np.float64), scale]
    left, right, scale, *limits = np.broadcast_arrays(*given, *([] if derived is None else [derived]))
    limit = limits[0] if limits else None
    if not left.size:
        return Finding(record.label, 0.0, 0)
    return _judge_numbers(record, left, right, scale, limit, tolerance.factor(on), on)


def _judge_numbers(
    record: Gap | AtMost,
    left: np.ndarray[Any, Any],
    right: np.ndarray[Any, Any],
    scale: np.ndarray[Any, Any],
    limit: np.ndarray[Any, Any] | None,
    factor: float,
    on: Setting,
) -> Finding:
    with np.errstate(all="ignore"):
        error = np.abs(left - right) if isinstance(record, Gap) else np.maximum(left - right, 0.0)
        # Equal infinities agree; a NaN, or an infinity on one side only, never does.
        met = left == right if isinstance(record, Gap) else left <= right
        error = np.where(met, 0.0, np.where(np.isnan(error), np.inf, error))
        error = np.where(np.isnan(left) | np.isnan(right), np.nan, error)
        bound, narrowing = factor * (on.u * scale + on.precision.smallest), float("nan")
        if limit is not None:
            if np.isfinite(limit).all():
                narrowing = float(np.median(limit / bound))
            bound = np.minimum(bound, limit)
        ratio = np.where(error == 0, 0.0, error / bound)
        ratio = np.where(np.isfinite(scale) & (scale >= 0) | (error == 0), ratio, np.nan)
        worst = int(np.argmax(np.where(np.isnan(ratio), np.inf, ratio)))
        index = tuple(int(i) for i in np.unravel_index(worst, ratio.shape))
        flat = ratio.reshape(-1)[worst]
        in_u = float(error[index] / (on.u * scale[index])) if error[index] else 0.0
        allowed = float(bound[index] / (on.u * scale[index])) if scale[index] else float("nan")
    return Finding(
        record.label,
        float("inf") if np.isnan(flat) else float(flat),
        int(left.size),
        float(left[index]),
        float(right[index]),
        index,
        in_u,
        "=" if isinstance(record, Gap) else "≤",
        narrowing,
        allowed,
    )


def _judge_same(record: Same, on: Setting) -> Finding:
    left, right = _host(record.left, on), _host(record.right, on)
    if not isinstance(left, np.ndarray) and not isinstance(right, np.ndarray):
        equal = bool(left == right)
        return Finding(record.label, 0.0 if equal else float("inf"), 1, left, right)
    left, right = np.asarray(left), np.asarray(right)
    if left.shape != right.shape:
        return _refuted(record.label, f"shape {left.shape}", f"shape {right.shape}")
    numeric = {left.dtype.kind, right.dtype.kind} <= set("biuf")
    if (left.dtype.kind == "f") != (right.dtype.kind == "f"):
        return _refuted(record.label, f"dtype {left.dtype}", f"dtype {right.dtype}")
    differs = left != right
    if numeric and left.dtype.kind == "f":
        differs &= ~(np.isnan(left) & np.isnan(right))
    if not differs.any():
        return Finding(record.label, 0.0, max(int(left.size), 1))
    index = tuple(int(i) for i in np.argwhere(differs)[0])
    return Finding(record.label, float("inf"), int(left.size), left[index].item(), right[index].item(), index)
