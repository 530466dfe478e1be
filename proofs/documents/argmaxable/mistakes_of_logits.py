"""How people get softcaps, masks and temperatures wrong."""

import math
from typing import Any

from ...._libraries import array_namespace as _xp
from ....argmaxable import mask_scores, softcap, softmax_with_temperature
from ...language.mistake import MistakesOf

of_softcap = MistakesOf("argmaxable.softcap")
of_mask_scores = MistakesOf("argmaxable.mask_scores")
of_softmax = MistakesOf("argmaxable.softmax_with_temperature")


@of_softcap("clipped", "Clips at ±cap, which makes ties of all scores beyond and leaves the others.")
def softcap_clipped(scores: Any, /, *, cap: float) -> Any:
    return _xp(scores).clip(scores, -cap, cap)


@of_softcap("not-multiplied", "Forgets the factor: scores stay between −1 and 1.")
def softcap_not_multiplied(scores: Any, /, *, cap: float) -> Any:
    return _xp(scores).tanh(scores / cap)


@of_softcap("not-divided", "Takes the tangent of the score itself, which nearly all scores saturate.")
def softcap_not_divided(scores: Any, /, *, cap: float) -> Any:
    return cap * _xp(scores).tanh(scores)


@of_softcap("multiplied-inside", "Multiplies the score by the cap instead of dividing it.")
def softcap_multiplied(scores: Any, /, *, cap: float) -> Any:
    return cap * _xp(scores).tanh(scores * cap)


@of_softcap(
    "by-itself",
    "Multiplies the tangent by the score instead of the cap: large scores have no cap, negative ones turn.",
    reference="unsloth-zoo PR#593",
)
def softcap_by_itself(scores: Any, /, *, cap: float) -> Any:
    return scores * _xp(scores).tanh(scores / cap)


@of_softcap("twice", "Caps what is capped, as a model does that inherits the layer and has one of its own.")
def softcap_twice(scores: Any, /, *, cap: float) -> Any:
    return softcap(softcap(scores, cap=cap), cap=cap)


@of_softcap("sigmoid", "Takes cap·(2σ(z/cap) − 1), which is half as steep at 0.")
def softcap_sigmoid(scores: Any, /, *, cap: float) -> Any:
    return softcap(scores, cap=2 * cap) / 2


@of_softcap("left-out", "Leaves the scores as they are: the cap is in the configuration only.",
            reference="Megatron-Bridge#4610")  # fmt: skip
def softcap_left_out(scores: Any, /, *, cap: float) -> Any:
    return +scores


def _truths(mask: Any) -> Any:
    return mask if _xp(mask).isdtype(mask.dtype, "bool") else mask != 0


def _banned(scores: Any, allowed: Any, value: Any) -> Any:
    xp = _xp(scores, allowed)
    scores, keep = xp.broadcast_arrays(scores, _truths(allowed))
    return xp.where(keep, scores, xp.full_like(scores, value))


@of_mask_scores(
    "zero",
    "Multiplies by the mask: banned classes have the score 0, and win where the others are negative.",
    reference="allennlp PR#105",
)
def mask_zero(scores: Any, allowed: Any, /) -> Any:
    return _banned(scores, allowed, 0.0)


@of_mask_scores("inverted", "Bans what is allowed: True means banned in masked_fill of torch.")
def mask_inverted(scores: Any, allowed: Any, /) -> Any:
    return mask_scores(scores, ~_truths(allowed))


@of_mask_scores("finite", "Gives banned classes −10⁴: they win where all scores are lower, and tie.")
def mask_finite(scores: Any, allowed: Any, /) -> Any:
    return _banned(scores, allowed, -1e4)


@of_mask_scores("added", "Adds −10⁴ to what is banned, which keeps its order and any share that is large.")
def mask_added(scores: Any, allowed: Any, /) -> Any:
    xp = _xp(scores, allowed)
    scores, keep = xp.broadcast_arrays(scores, _truths(allowed))
    return xp.where(keep, scores, scores - 1e4)


@of_mask_scores("times-infinity", "Adds (1 − mask)·(−∞), which is NaN for all that is allowed.")
def mask_times_infinity(scores: Any, allowed: Any, /) -> Any:
    keep = _xp(scores, allowed).astype(_truths(allowed), scores.dtype)
    return scores + (1 - keep) * -math.inf


@of_mask_scores(
    "mask-ignored", "Ignores the mask, as for rows that pad a vocabulary and are never asked for."
)
def mask_ignored(scores: Any, allowed: Any, /) -> Any:
    return scores + _xp(scores, allowed).astype(_truths(allowed), scores.dtype) * 0


@of_mask_scores("mask-of-the-first", "Bans in every row what is banned in the first.")
def mask_first_row(scores: Any, allowed: Any, /) -> Any:
    return mask_scores(scores, allowed if allowed.ndim < 2 or not allowed.shape[0] else allowed[:1, ...])


@of_softmax("multiplied", "Multiplies by the temperature instead of dividing by it.")
def softmax_multiplied(scores: Any, /, *, temperature: float = 1.0) -> Any:
    return softmax_with_temperature(scores, temperature=1 / temperature if temperature else 1.0)


@of_softmax("after-softmax", "Divides the probabilities by the temperature, so that their sum is not 1.")
def softmax_after(scores: Any, /, *, temperature: float = 1.0) -> Any:
    return softmax_with_temperature(scores) / (temperature or 1.0)


@of_softmax("left-out", "Ignores the temperature.")
def softmax_left_out(scores: Any, /, *, temperature: float = 1.0) -> Any:
    return softmax_with_temperature(scores)


@of_softmax("zero-is-one", "Asks `if temperature`, so that 0 is taken for not given and samples at 1.")
def softmax_zero_is_one(scores: Any, /, *, temperature: float = 1.0) -> Any:
    return softmax_with_temperature(scores, temperature=temperature or 1.0)


@of_softmax(
    "divided-by-zero", "Divides by a temperature of 0: infinite scores, and NaN.", reference="ggml#37"
)
def softmax_divided_by_zero(scores: Any, /, *, temperature: float = 1.0) -> Any:
    found = softmax_with_temperature(scores, temperature=temperature)
    return found if temperature else found * math.nan


@of_softmax("no-shift", "Takes exponentials of the scores as they are, which overflow.")
def softmax_no_shift(scores: Any, /, *, temperature: float = 1.0) -> Any:
    if not temperature:
        return softmax_with_temperature(scores, temperature=0.0)
    xp = _xp(scores)
    shares = xp.exp(scores / temperature)
    return shares / xp.sum(shares, axis=-1, keepdims=True)


@of_softmax("logarithms", "Gives logarithms of the probabilities.")
def softmax_logarithms(scores: Any, /, *, temperature: float = 1.0) -> Any:
    return _xp(scores).log(softmax_with_temperature(scores, temperature=temperature))


@of_softmax(
    "squared", "Divides by the square of the temperature, once in the scores and once in the softmax."
)
def softmax_squared(scores: Any, /, *, temperature: float = 1.0) -> Any:
    return softmax_with_temperature(scores, temperature=temperature**2)


@of_softmax("negative", "Changes the sign of the scores, as of energies: the least likely class wins.")
def softmax_negative(scores: Any, /, *, temperature: float = 1.0) -> Any:
    xp = _xp(scores)
    turned = xp.where(scores == -math.inf, scores, -scores)  # what is banned stays so
    return softmax_with_temperature(turned, temperature=temperature)


@of_softmax("first-axis", "Takes the softmax over the first axis, the batch.")
def softmax_first_axis(scores: Any, /, *, temperature: float = 1.0) -> Any:
    if scores.ndim < 2:
        return softmax_with_temperature(scores, temperature=temperature)
    xp = _xp(scores)
    turned = xp.moveaxis(scores, 0, -1)
    return xp.moveaxis(softmax_with_temperature(turned, temperature=temperature), -1, 0)
