"""What may have happened to a result as a whole: signs, powers, orders, sums, cuts."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

Reals: TypeAlias = np.ndarray[Any, Any]


def _shifted(x: Reals, by: int, axis: int) -> Reals:
    """The previous or next entries; what would come from outside is not known."""
    moved = np.roll(x, by, axis=axis).astype(float)
    edge = [slice(None)] * x.ndim
    edge[axis] = slice(0, by) if by > 0 else slice(by, None)
    moved[tuple(edge)] = np.nan
    return moved


MAPS: Sequence[tuple[str, int, Callable[[Reals], Reals]]] = (
    ("the negative of what is expected", 0, np.negative),
    ("the square of what is expected", 0, np.square),
    ("the square root of what is expected", 0, np.sqrt),
    ("the reciprocal of what is expected", 0, np.reciprocal),
    ("the reciprocal square root of what is expected", 0, lambda x: 1 / np.sqrt(x)),
    ("the logarithm of what is expected", 0, np.log),
    ("the logarithm (base 10) of what is expected", 0, np.log10),
    ("the exponential of what is expected", 0, np.exp),
    ("one minus what is expected", 0, lambda x: 1 - x),
    ("one plus what is expected", 0, lambda x: 1 + x),
    ("what is expected minus one", 0, lambda x: x - 1),
    ("√(1 − x), x what is expected", 0, lambda x: np.sqrt(1 - x)),
    ("√(1 − x²), x what is expected", 0, lambda x: np.sqrt(1 - x * x)),
    ("1 − x², x what is expected", 0, lambda x: 1 - x * x),
    ("the absolute value of what is expected", 0, np.abs),
    ("the sign of what is expected", 0, np.sign),
    ("what is expected where it is positive and 0 elsewhere", 0, lambda x: np.maximum(x, 0)),
    ("what is expected cut at 1", 0, lambda x: np.minimum(x, 1)),
    ("what is expected cut to [0, 1]", 0, lambda x: np.clip(x, 0, 1)),
    ("what is expected cut to [−1, 1]", 0, lambda x: np.clip(x, -1, 1)),
    ("what is expected rounded down to whole numbers", 0, np.floor),
    ("what is expected rounded to whole numbers", 0, np.round),
    ("what is expected rounded towards zero to whole numbers", 0, np.trunc),
    ("what is expected with the last axis reversed", 1, lambda x: x[..., ::-1]),
    ("what is expected with the first axis reversed", 1, lambda x: x[::-1]),
    ("what is expected with the last two axes exchanged (transposed)", 2, lambda x: np.swapaxes(x, -1, -2)),
    ("what is expected sorted along the last axis", 1, lambda x: np.sort(x, axis=-1)),
    ("the previous entry of what is expected (shifted by one)", 1, lambda x: _shifted(x, 1, -1)),
    ("the next entry of what is expected (shifted by one)", 1, lambda x: _shifted(x, -1, -1)),
    ("the previous entry along the first axis of what is expected (shifted by one)", 2,
     lambda x: _shifted(x, 1, 0)),
    ("the next entry along the first axis of what is expected (shifted by one)", 2,
     lambda x: _shifted(x, -1, 0)),
    ("running sums of what is expected", 1, lambda x: np.cumsum(x, axis=-1)),
    ("running products of what is expected", 1, lambda x: np.cumprod(x, axis=-1)),
    ("the factor by which what is expected changes from entry to entry", 1,
     lambda x: np.concatenate([x[..., :1], x[..., 1:] / x[..., :-1]], axis=-1)),
    ("the step from entry to entry of what is expected", 1,
     lambda x: np.concatenate([x[..., :1], x[..., 1:] - x[..., :-1]], axis=-1)),
    ("the two halves of the last axis exchanged", 1, lambda x: np.roll(x, x.shape[-1] // 2, axis=-1)),
    ("neighbours on the last axis exchanged", 1,
     lambda x: x.reshape(*x.shape[:-1], -1, 2)[..., ::-1].reshape(x.shape)),
    ("what is expected in the other layout (halves for neighbours)", 1,
     lambda x: np.concatenate([x[..., 0::2], x[..., 1::2]], axis=-1)),
    ("what is expected divided by its sum", 1, lambda x: x / np.sum(x, axis=-1, keepdims=True)),
    ("what is expected divided by its largest entry", 1, lambda x: x / np.max(x, axis=-1, keepdims=True)),
    ("what is expected divided by its length (normalised)", 1,
     lambda x: x / np.sqrt(np.sum(x * x, axis=-1, keepdims=True))),
    ("what is expected without its axes of length 1 (squeezed)", 1, np.squeeze),
    ("the mean over the last axis of what is expected", 1, lambda x: np.mean(x, axis=-1)),
    ("the sum over the last axis of what is expected", 1, lambda x: np.sum(x, axis=-1)),
    ("the mean over the first axis of what is expected", 1, lambda x: np.mean(x, axis=0)),
    ("the sum over the first axis of what is expected", 1, lambda x: np.sum(x, axis=0)),
    ("the mean of all that is expected", 1, np.mean),
    ("the sum of all that is expected", 1, np.sum),
    ("what is expected with a further axis at the end", 0, lambda x: x[..., None]),
    ("what is expected with a further axis at the front", 0, lambda x: x[None]),
    ("only the first entry of what is expected", 1, lambda x: x[0]),
    ("only the last entry of what is expected", 1, lambda x: x[-1]),
    ("what is expected without the first entry", 1, lambda x: x[1:]),
    ("what is expected without the last entry", 1, lambda x: x[:-1]),
    ("the diagonal of what is expected", 2, lambda x: np.diagonal(x, axis1=-2, axis2=-1)),
)  # fmt: skip
"""What may have happened to a result: text, axes that are needed, map."""

FORMS = frozenset({
    "what is expected without the first entry", "what is expected without the last entry",
    "only the first entry of what is expected", "only the last entry of what is expected",
    "the diagonal of what is expected", "what is expected without its axes of length 1 (squeezed)",
    "what is expected with a further axis at the end", "what is expected with a further axis at the front",
    "what is expected with the last two axes exchanged (transposed)",
    "the mean over the last axis of what is expected", "the sum over the last axis of what is expected",
    "the mean over the first axis of what is expected", "the sum over the first axis of what is expected",
})  # fmt: skip
"""Those that give another form, and beside which something else may be wrong."""
