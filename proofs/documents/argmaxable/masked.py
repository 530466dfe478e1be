"""Laws of the classes that can win under a mask."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ....backends import Setting
from ...language.law import Impl, Record, Same, law
from . import inputs, oracle
from .classify import DECIDABLE, verdicts


def _wins(impl: Impl, on: Setting, W: Any, b: Any, allowed: Any) -> list[bool]:
    found: list[bool] = on.host(impl["argmaxable.can_win"](W, b, on.array(allowed))).tolist()
    return found


@law(
    "argmaxable.can_win-definition",
    "can_win finds the classes that are allowed and win strictly at some z among those that are",
    source="argmaxable P4",
    about=("argmaxable.can_win",),
    inputs=inputs.chosen,
    tolerance=DECIDABLE,
    refutes=(
        "argmaxable.can_win/mask-ignored",
        "argmaxable.can_win/inverted",
        "argmaxable.can_win/among-all",
        "argmaxable.can_win/all-allowed",
        "argmaxable.can_win/no-bias",
        "argmaxable.can_win/ties-win",
        "argmaxable.can_win/zeroed",
    ),
)
def can_win_definition(impl: Impl, on: Setting, case: inputs.Chosen) -> Iterator[Record]:
    """Compares with Fourier–Motzkin elimination in integers, of the rows that are left."""
    W, b, allowed = on.host(case.W), on.host(case.b), np.asarray(on.host(case.allowed)) != 0
    kept: list[int] = np.flatnonzero(allowed).tolist()
    expected = [bool(k in kept and oracle.argmaxable(W[kept], b[kept], kept.index(k))) for k in range(len(b))]
    yield Same("truth values", _wins(impl, on, case.W, case.b, allowed), expected)
    counted = on.host(impl["argmaxable.can_win"](case.W, case.b, case.allowed)).tolist()
    yield Same("integers", counted, expected)


@law(
    "argmaxable.can_win-grows",
    "without a mask can_win is what classify says; with one no allowed class is lost; rows that pad count "
    "unless they are banned",
    source="argmaxable P4, C9",
    stands="that what cannot win under a mask cannot win with less banned",
    about=("argmaxable.can_win", "argmaxable.classify"),
    inputs=inputs.chosen,
    tolerance=DECIDABLE,
    refutes=(
        "argmaxable.can_win/inverted",
        "argmaxable.can_win/among-all",
        "argmaxable.can_win/no-bias",
        "argmaxable.can_win/zeroed",
        "argmaxable.classify/own-row",
    ),
)
def can_win_grows(impl: Impl, on: Setting, case: inputs.Chosen) -> Iterator[Record]:
    """Also with three rows of zeros behind; and of the rows 1, 2 and 0."""
    W, b, allowed = on.host(case.W), on.host(case.b), np.asarray(on.host(case.allowed)) != 0
    known = [verdict != "unargmaxable" for verdict in verdicts(impl, case.W, case.b)]
    yield Same("no mask", _wins(impl, on, case.W, case.b, np.ones(len(b), dtype=bool)), known)
    fewer = _wins(impl, on, case.W, case.b, allowed)
    lost = [
        k for k, (was, now) in enumerate(zip(known, fewer, strict=True)) if was and allowed[k] and not now
    ]
    yield Same("lost", lost, [])
    rows = on.array(np.vstack([W, np.zeros((3, W.shape[1]))]))
    padded = _wins(impl, on, rows, on.array(np.append(b, [0.0] * 3)), np.append(allowed, [False] * 3))
    yield Same("padded", padded, [*fewer, False, False, False])
    line, none = on.array(np.asarray([[1.0], [2.0], [0.0]])), on.array(np.zeros(3))
    yield Same("1 beside 0", _wins(impl, on, line, none, np.asarray([True] * 3)), [False, True, True])
    yield Same(
        "1 without 0", _wins(impl, on, line, none, np.asarray([True, True, False])), [True, True, False]
    )
