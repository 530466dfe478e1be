"""How people get normalisation by the root mean square, and the scores that use it, wrong."""

import math
from typing import Any

from .... import _libraries, residual
from ...language.mistake import MistakesOf

of_rms_norm = MistakesOf("residual.rms_norm")
of_qk_norm_scores = MistakesOf("residual.qk_norm_scores")


def _by(x: Any, gamma: Any, divisor: Any) -> Any:
    """γ x/divisor(Σx², n)."""
    xp = _libraries.array_namespace(x)
    y = x / divisor(xp.sum(x * x, axis=-1, keepdims=True), x.shape[-1])
    return y if gamma is None else y * gamma


@of_rms_norm(
    "mean-subtracted", "Subtracts the mean first, as layer normalisation does, which RMSNorm leaves out."
)
def rms_norm_centred(x: Any, gamma: Any = None, /, *, eps: Any = 1e-6) -> Any:
    return residual.layer_norm(x, gamma, None, eps=eps)


@of_rms_norm(
    "eps-outside-root",
    "Divides by √(mean x²) + eps: eps outside the root, as in the first code of the paper.",
    reference="OLMo#281",
)
def rms_norm_eps_outside(x: Any, gamma: Any = None, /, *, eps: Any = 1e-6) -> Any:
    return _by(x, gamma, lambda total, n: (total / n) ** 0.5 + eps)


@of_rms_norm(
    "deviation",
    "Divides x by the deviation √(σ² + eps), from which the mean is subtracted, though not from x.",
    reference="assignment1-basics#93",
)
def rms_norm_deviation(x: Any, gamma: Any = None, /, *, eps: Any = 1e-6) -> Any:
    xp = _libraries.array_namespace(x)
    d = x - xp.mean(x, axis=-1, keepdims=True)
    y = x / xp.sqrt(xp.mean(d * d, axis=-1, keepdims=True) + eps)
    return y if gamma is None else y * gamma


@of_rms_norm("sum-of-squares", "Divides by the length √(Σx² + eps): a sum of squares, not their mean.")
def rms_norm_sum(x: Any, gamma: Any = None, /, *, eps: Any = 1e-6) -> Any:
    return _by(x, gamma, lambda total, n: (total + eps) ** 0.5)


@of_rms_norm("no-root", "Divides by the mean square, mean x² + eps, without the root.")
def rms_norm_no_root(x: Any, gamma: Any = None, /, *, eps: Any = 1e-6) -> Any:
    return _by(x, gamma, lambda total, n: total / n + eps)


@of_rms_norm(
    "multiplied",
    "Multiplies by √(mean x² + eps): divides by the result of `rsqrt`, which is the reciprocal already.",
    reference="llm-foundry#371",
)
def rms_norm_multiplied(x: Any, gamma: Any = None, /, *, eps: Any = 1e-6) -> Any:
    return _by(x, gamma, lambda total, n: (total / n + eps) ** -0.5)


@of_rms_norm(
    "no-eps", "Takes eps and does not use it: rows near zero are blown up.", reference="keras-hub PR#1472"
)
def rms_norm_no_eps(x: Any, gamma: Any = None, /, *, eps: Any = 1e-6) -> Any:
    return residual.rms_norm(x, gamma, eps=0.0)


@of_rms_norm(
    "one-plus-gamma",
    "Multiplies by 1 + γ, for weights that are stored zero-centred (Gemma's), which these are not.",
    told={"zero-centred": "Multiplies by the weight itself, where this convention stores γ − 1."},
    reference="Liger-Kernel#74",
)
def rms_norm_one_plus_gamma(x: Any, gamma: Any = None, /, *, eps: Any = 1e-6) -> Any:
    return residual.rms_norm(x, None if gamma is None else 1 + gamma, eps=eps)


@of_rms_norm("gamma-ignored", "Leaves γ out: the weight is loaded, and never multiplied by.")
def rms_norm_gamma_ignored(x: Any, gamma: Any = None, /, *, eps: Any = 1e-6) -> Any:
    return residual.rms_norm(x, eps=eps)


@of_rms_norm(
    "whole-array",
    "Takes the mean square over the whole array, all rows at once, not only over the last axis.",
)
def rms_norm_whole_array(x: Any, gamma: Any = None, /, *, eps: Any = 1e-6) -> Any:
    xp = _libraries.array_namespace(x)
    y = xp.reshape(residual.rms_norm(xp.reshape(x, (-1,)), eps=eps), x.shape) if math.prod(x.shape) else x
    return y if gamma is None else y * gamma


@of_rms_norm(
    "squares-overflow",
    "Squares the entries as they are, in their own format: large rows overflow, small ones underflow.",
    reference="pytorch PR#133085",
)
def rms_norm_squares(x: Any, gamma: Any = None, /, *, eps: Any = 1e-6) -> Any:
    return _by(x, gamma, lambda total, n: (total / n + eps) ** 0.5)


def _to_bfloat16(x: Any) -> Any:
    """x with eight significant bits, in its own dtype (Veltkamp's splitting)."""
    xp = _libraries.array_namespace(x)
    shifted = x * float(2 ** max(round(-math.log2(float(xp.finfo(x.dtype).eps))) - 7, 0) + 1)
    return shifted - (shifted - x)


@of_rms_norm(
    "bfloat16-before-gamma",
    "Casts the normalised row to bfloat16 before the product with γ, in a model that computes in more.",
    reference="transformers#33133",
)
def rms_norm_cast_first(x: Any, gamma: Any = None, /, *, eps: Any = 1e-6) -> Any:
    y = _to_bfloat16(residual.rms_norm(x, eps=eps))
    return y if gamma is None else y * gamma


def _scored(q: Any, k: Any, scale: Any) -> Any:
    xp = _libraries.array_namespace(q, k)
    return xp.matmul(q, xp.matrix_transpose(k)) * (q.shape[-1] ** -0.5 if scale is None else scale)


def _gained(x: Any, gamma: Any) -> Any:
    return x if gamma is None else x * gamma


@of_qk_norm_scores(
    "keys-not-normalised",
    "Normalises the queries and not the keys (but, for example, the values).",
    reference="MegaVIT#17",
)
def qk_norm_scores_keys(
    q: Any, k: Any, gamma_q: Any = None, gamma_k: Any = None, /, *, eps: Any = 1e-6, scale: Any = None
) -> Any:
    return _scored(residual.rms_norm(q, gamma_q, eps=eps), _gained(k, gamma_k), scale)


@of_qk_norm_scores(
    "not-normalised",
    "Makes the norms and never applies them: plain scores.",
    reference="modelzoo PR#85",
)
def qk_norm_scores_plain(
    q: Any, k: Any, gamma_q: Any = None, gamma_k: Any = None, /, *, eps: Any = 1e-6, scale: Any = None
) -> Any:
    return _scored(_gained(q, gamma_q), _gained(k, gamma_k), scale)


@of_qk_norm_scores(
    "unit-length",
    "Normalises to length 1, as cosines need it, but keeps the scale of root mean squares: a d-th of it.",
)
def qk_norm_scores_unit(
    q: Any, k: Any, gamma_q: Any = None, gamma_k: Any = None, /, *, eps: Any = 1e-6, scale: Any = None
) -> Any:
    found = residual.qk_norm_scores(q, k, gamma_q, gamma_k, eps=eps, scale=scale)
    return found / q.shape[-1]


@of_qk_norm_scores(
    "all-heads",
    "Takes one mean square over all rows of a head, or all heads, not over the features of each row.",
    reference="vllm PR#16311, gpt-neox PR#1367",
)
def qk_norm_scores_all_heads(
    q: Any, k: Any, gamma_q: Any = None, gamma_k: Any = None, /, *, eps: Any = 1e-6, scale: Any = None
) -> Any:
    return _scored(
        rms_norm_whole_array.replacement(q, gamma_q, eps=eps),
        rms_norm_whole_array.replacement(k, gamma_k, eps=eps),
        scale,
    )


@of_qk_norm_scores("scale-ignored", "Keeps 1/√d, whatever scale is given.")
def qk_norm_scores_scale_ignored(
    q: Any, k: Any, gamma_q: Any = None, gamma_k: Any = None, /, *, eps: Any = 1e-6, scale: Any = None
) -> Any:
    return residual.qk_norm_scores(q, k, gamma_q, gamma_k, eps=eps)


@of_qk_norm_scores("not-scaled", "Forgets 1/√d, as if the norm had made it unnecessary.")
def qk_norm_scores_not_scaled(
    q: Any, k: Any, gamma_q: Any = None, gamma_k: Any = None, /, *, eps: Any = 1e-6, scale: Any = None
) -> Any:
    return residual.qk_norm_scores(q, k, gamma_q, gamma_k, eps=eps, scale=1.0 if scale is None else scale)


@of_qk_norm_scores("one-gain-for-both", "Multiplies queries and keys both by the γ of the queries.")
def qk_norm_scores_one_gain(
    q: Any, k: Any, gamma_q: Any = None, gamma_k: Any = None, /, *, eps: Any = 1e-6, scale: Any = None
) -> Any:
    return residual.qk_norm_scores(q, k, gamma_q, gamma_q, eps=eps, scale=scale)


@of_qk_norm_scores(
    "gains-ignored",
    "Leaves both γ out: they are made, and never multiplied by.",
    reference="x-transformers#352",
)
def qk_norm_scores_gains_ignored(
    q: Any, k: Any, gamma_q: Any = None, gamma_k: Any = None, /, *, eps: Any = 1e-6, scale: Any = None
) -> Any:
    return residual.qk_norm_scores(q, k, eps=eps, scale=scale)


@of_qk_norm_scores("scores-normalised", "Normalises the scores over the keys, not the queries and keys.")
def qk_norm_scores_of_scores(
    q: Any, k: Any, gamma_q: Any = None, gamma_k: Any = None, /, *, eps: Any = 1e-6, scale: Any = None
) -> Any:
    found = _scored(_gained(q, gamma_q), _gained(k, gamma_k), scale)
    return residual.rms_norm(found, eps=eps) if found.shape[-1] else found
