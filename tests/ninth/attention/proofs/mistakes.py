"""What people get wrong."""

import math
from typing import Any

import array_api_compat
from refimpl.proofs.language.mistake import mistake

import attention


@mistake("attention.softmax", "no-shift", "Takes exponentials as they are, which overflow for large entries.")
def softmax_no_shift(x: Any, /) -> Any:
    """The definition as it is printed."""
    xp = array_api_compat.array_namespace(x)
    return xp.exp(x) / xp.sum(xp.exp(x), axis=-1, keepdims=True)


@mistake("attention.softmax", "whole-array", "Divides by the sum over the whole array, not over each row.")
def softmax_whole_array(x: Any, /) -> Any:
    """A forgotten axis."""
    xp = array_api_compat.array_namespace(x)
    shares = xp.exp(x - xp.max(x, axis=-1, keepdims=True))
    return shares / xp.sum(shares)


@mistake("attention.attend", "no-scale", "Forgets to divide the scores by √d.")
def attend_no_scale(q: Any, k: Any, v: Any, /) -> Any:
    """Scores grow with d."""
    return attention.attend(q * math.sqrt(q.shape[-1]), k, v)


@mistake("attention.attend", "divides-by-d", "Divides the scores by d, not by its root.")
def attend_divides_by_d(q: Any, k: Any, v: Any, /) -> Any:
    """The root is forgotten."""
    return attention.attend(q / math.sqrt(q.shape[-1]), k, v)


@mistake(
    "attention.attend", "over-queries", "Takes the softmax over the queries, the wrong axis of the scores."
)
def attend_over_queries(q: Any, k: Any, v: Any, /) -> Any:
    """The axis -2 where -1 is meant."""
    xp = array_api_compat.array_namespace(q, k, v)
    scores = xp.matmul(k, xp.matrix_transpose(q)) / math.sqrt(q.shape[-1])
    return xp.matmul(xp.matrix_transpose(attention.softmax(scores)), v)
