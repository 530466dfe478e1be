"""Points at which temperatures differ in practice."""

from typing import Any

from ...._libraries import array_namespace
from ...language.edge import Raises, Value, edge

_LAWS = ("argmaxable.softmax_with_temperature-definition",)


def _all_banned(scores: Any) -> Any:
    return array_namespace(scores).all(scores == -float("inf"), axis=-1, keepdims=True)


def _first(scores: Any, /, *, temperature: float = 1.0) -> Any:
    """The first of the largest has all."""
    xp = array_namespace(scores)
    best = xp.argmax(scores, axis=-1, keepdims=True)
    return xp.astype(xp.arange(scores.shape[-1], dtype=best.dtype) == best, scores.dtype)


@edge(
    "argmaxable.softmax_with_temperature",
    "zero-temperature",
    "a temperature of 0 is a limit, at which equal scores share",
    ours="equal shares of the largest",
    laws=_LAWS,
    values={
        "first": Value(_first, "samplers that take the temperature 0 for argmax, such as vLLM's"),
        "raises": Value(Raises((ValueError, ArithmeticError)), "TemperatureLogitsWarper of transformers"),
    },
)
def softmax_zero_temperature(scores: Any, /, *, temperature: float = 1.0) -> Any:
    return ~_all_banned(scores) if temperature == 0 else False


softmax_all_banned = edge(
    "argmaxable.softmax_with_temperature",
    "all-banned",
    "all classes are banned",
    ours="NaN",
    laws=_LAWS,
    values={
        "0": Value(0.0, "scaled_dot_product_attention of torch 2.13, for a row that is masked altogether"),
        "first": Value(_first, "samplers that take argmax, which gives the first place"),
        "1/n": Value(
            lambda scores, /, **_: 1 / scores.shape[-1], "code that bans by the least number of the format"
        ),
    },
)(lambda scores, /, **_: _all_banned(scores))
