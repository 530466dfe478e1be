"""Results that are cut at one number, above or below, as by a clamp."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from ...backends import Precision
from ..engine.planning import DTYPES
from .constants import recognised, text

Reals: TypeAlias = np.ndarray[Any, Any]
_ENDS = {Precision(name).largest: name for name in DTYPES}
_SIDES: dict[str, Callable[..., Reals]] = {"no less than": np.maximum, "no more than": np.minimum}


def cuts(pairs: Iterable[tuple[Reals, Reals]]) -> Iterator[tuple[str, Callable[[Reals], Reals]]]:
    """What results may be cut at, and how, from results and what is expected: where those differ, at two
    entries at least, there is one number in the place of whatever is beyond it, or of infinities."""
    found = [(g, e) for g, e in pairs if g.shape == e.shape]
    got, expected = (
        np.concatenate([np.zeros(0), *(pair[side].ravel() for pair in found)]) for side in (0, 1)
    )
    for words, cut in _SIDES.items():
        beyond = np.isfinite(got) & (got > expected if cut is np.maximum else got < expected)
        for number, count in Counter(got[beyond].tolist()).most_common(1):
            cut_off = np.unique(expected[beyond & (got == number)])
            if count > 1 and number and (cut_off.size > 1 or np.isinf(cut_off[0])):
                infinite = f"{_said(number)} in the place of {'−' if cut is np.maximum else ''}∞"
                told = f"{words} {_said(number)}" if cut_off.size > 1 else infinite
                yield f"what is expected, but {told}", partial(cut, number)


def _said(number: float) -> str:
    """The number by its name, as the end of a format, or as the logarithm of one that has a name."""
    if (form := _ENDS.get(abs(number))) is not None:
        return f"the {'least' if number < 0 else 'largest'} number of {form}"
    if number < 0 and not recognised(number) and number > -700 and (below := recognised(math.exp(number))):
        return f"−{-number:.6g}, the logarithm of {below[1]}"
    return text(number)
