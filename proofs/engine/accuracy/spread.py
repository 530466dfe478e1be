"""How measured errors spread over inputs."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from ...language.law import KINDS
from .. import errors
from ..errors import Errors, Point
from .enclose import Case
from .tally import Leaf


def points(case: Case, found: Sequence[Leaf]) -> Iterator[Point]:
    """The largest error of a case, or of each sample of a sweep, against the first argument of a sweep or
    the largest number of a call."""
    first = case.args[0] if case.limits else None
    count = len(first) if isinstance(first, np.ndarray) else 1
    worst = np.full(count, math.nan)
    for leaf in found:
        if len(leaf.errors) and len(leaf.errors) % count == 0:
            worst = np.fmax(worst, np.fmax.reduce(leaf.errors.reshape(count, -1), axis=1))
    kind = next((it for it in KINDS if f", {it}, " in case.source), "sweep")
    for row in np.flatnonzero(~np.isnan(worst)):
        sample = first if count == 1 or first is None else first[row]
        given = {"args": case.args, **case.kwargs} if sample is None else {"args": sample}
        size = errors.size(given)[1]
        yield kind, size, float(worst[row]), math.nan


def drawn(found: Sequence[Point]) -> Errors:
    """What is kept of them."""
    return errors.kept(errors.SIZE, found, 2 * errors.MOST)
