"""Laws of arguments that may be wider than the vectors: their digits count before they are rounded."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ....backends import HALVES, Precision, Setting
from ...language.law import (
    Gap,
    Impl,
    ImplementationCrashedError,
    NotApplicableError,
    Record,
    WrongResultError,
    law,
)
from . import inputs
from .rotation import ROTATED, SCORES, complex_pairs, features, sizes


def _wider(on: Setting) -> Precision:
    """The next wider format, if the device has it: code for half precision computes in float32."""
    halves = on.precision.name in HALVES and not on.stores
    wider = "float32" if halves else "float64"
    try:
        known = on.xp.__array_namespace_info__().dtypes(device=on.device)
    except TypeError:  # ndonnx asks for no device there
        known = on.backend.dtypes
    return Precision(wider) if wider in known else on.precision


def _wide(values: Any, on: Setting) -> Any:
    """Reals of the host in the wider format."""
    return replace(on, precision=_wider(on)).array(values)


def _taken(what: str, wider: bool, call: Callable[[], Any]) -> Any:
    """What a call gives. Code that takes arrays of one dtype alone, or answers in the wider one, is not
    covered by a law of two: it rounds nothing away. Where there is one dtype only, nothing is excused."""
    try:
        return call()
    except (ImplementationCrashedError, WrongResultError) as error:
        if not wider:
            raise
        raise NotApplicableError(f"{what} are wider than the vectors") from error


@law(
    "rope.wide-angles",
    "angles may be wider than x: their cosines are taken before anything is rounded to the dtype of x",
    source="rope D4",
    about=("rope.rotate",),
    inputs=inputs.wide_rotations,
    tolerance=ROTATED,
    mixes=True,
    refutes=("rope.rotate/casts-angles", "rope.rotate/wrong-sign"),
)
def wide_angles(impl: Impl, on: Setting, case: inputs.WideRotations) -> Iterator[Record]:
    """In float64 itself, angles of thousands of radians; what float32 keeps of them is exact."""
    wide = _wide(on.host(case.angles) + on.host(case.radians), on)
    x, angles = on.host(case.x), on.host(wide)
    rotate, wider = impl["rope.rotate"], wide.dtype != case.x.dtype
    found = _taken("angles", wider, lambda: rotate(case.x, wide, layout=case.layout))
    expected = features(complex_pairs(x, case.layout) * np.exp(1j * angles), case.layout)
    yield Gap("rotated", found, expected, sizes(x, case.layout))


@law(
    "rope.wide-frequencies",
    "frequencies may be wider than q and k: angles are formed of them before anything is rounded",
    source="rope D6, C3",
    about=("rope.attention_scores",),
    inputs=inputs.wide_attention,
    tolerance=SCORES,
    mixes=True,
    refutes=("rope.attention_scores/casts-frequencies", "rope.attention_scores/conjugate-keys"),
)
def wide_frequencies(impl: Impl, on: Setting, case: inputs.WideAttention) -> Iterator[Record]:
    """As the definition of the scores, whose slack is for angles in float64."""
    wide = _wide(on.host(case.numerators) / 2.0**40, on)
    q, k = (complex_pairs(on.host(v), case.layout) for v in (case.q, case.k))
    i, j, omega = on.host(case.i)[:, None, None], on.host(case.j)[:, None], on.host(wide)
    pairs = np.conj(q)[:, :, None] * k[:, None]
    expected = np.sum(pairs * np.exp(1j * (j - i) * omega), axis=-1).real
    score, wider = impl["rope.attention_scores"], wide.dtype != case.q.dtype
    found = _taken(
        "frequencies", wider, lambda: score(case.q, case.k, case.i, case.j, wide, layout=case.layout)
    )
    slack = 1 + (2 + (np.abs(i) + np.abs(j)) * omega) * _wider(on).u / on.u
    yield Gap("score", found, expected, np.sum(2 * np.abs(pairs) * slack, axis=-1))
