"""How people get layer normalisation and DeepNorm wrong."""

import math
from typing import Any

from .... import _libraries, residual
from ...language.mistake import MistakesOf
from .mistakes_of_stacks import _where_negative

of_layer_norm = MistakesOf("residual.layer_norm")
of_deep_norm = MistakesOf("residual.deep_norm")


def _norm(x: Any, gamma: Any, beta: Any, centre: bool, root: Any) -> Any:
    """Textbook normalisation with another root(Σd², n)."""
    xp = _libraries.array_namespace(x)
    d = x - xp.mean(x, axis=-1, keepdims=True) if centre else x
    y = d / root(xp.sum(d * d, axis=-1, keepdims=True), x.shape[-1])
    y = y if gamma is None else y * gamma
    return y if beta is None else y + beta


def _unbiased(total: Any, n: int) -> Any:
    """Σd²/(n − 1), of one number 0/0, as libraries give it."""
    return total / (n - 1) if n > 1 else total * math.nan


@of_layer_norm(
    "unbiased-variance",
    "Divides by n − 1, the default of `var` in some libraries.",
    reference="annotated-transformer PR#119",
)
def layer_norm_unbiased(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    return _norm(x, gamma, beta, True, lambda total, n: (_unbiased(total, n) + eps) ** 0.5)


@of_layer_norm("eps-outside-root", "Uses σ + eps instead of √(σ² + eps).")
def layer_norm_eps_outside(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    return _norm(x, gamma, beta, True, lambda total, n: (total / n) ** 0.5 + eps)


@of_layer_norm("mean-kept", "Does not remove the mean, as RMSNorm.")
def layer_norm_mean_kept(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    return _norm(x, gamma, beta, False, lambda total, n: (total / n + eps) ** 0.5)


@of_layer_norm(
    "one-pass-variance",
    "Computes E x² − (E x)² in one pass: cancels where rows are nearly constant and overflows where "
    "they are large.",
)
def layer_norm_one_pass(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    xp = _libraries.array_namespace(x)
    mean = xp.mean(x, axis=-1, keepdims=True)
    variance = xp.mean(x * x, axis=-1, keepdims=True) - mean * mean
    y = (x - mean) / xp.sqrt(_where_negative(variance, xp.zeros_like(variance), variance) + eps)
    y = y if gamma is None else y * gamma
    return y if beta is None else y + beta


@of_layer_norm("beta-scaled", "Returns γ (x̂ + β): adds the shift before the gain.")
def layer_norm_beta_scaled(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    y = residual.layer_norm(x, eps=eps)
    y = y if beta is None else y + beta
    return y if gamma is None else y * gamma


@of_deep_norm("branch-scaled", "Multiplies the branch by α, as by the ε of a residual block.")
def deep_norm_branch_scaled(
    x: Any, branch: Any, gamma: Any = None, beta: Any = None, /, *, alpha: Any, eps: Any = 1e-5
) -> Any:
    return residual.layer_norm(x + alpha * branch, gamma, beta, eps=eps)


@of_deep_norm(
    "post-norm",
    "Computes plain Post-LN: the constant is configured, but never applied.",
    reference="transformers#47458",
)
def deep_norm_post_norm(
    x: Any, branch: Any, gamma: Any = None, beta: Any = None, /, *, alpha: Any, eps: Any = 1e-5
) -> Any:
    return residual.layer_norm(x + branch, gamma, beta, eps=eps)


@of_deep_norm("branch-normalised", "Returns α x + LN(branch): normalises the branch alone.")
def deep_norm_branch_normalised(
    x: Any, branch: Any, gamma: Any = None, beta: Any = None, /, *, alpha: Any, eps: Any = 1e-5
) -> Any:
    return alpha * x + residual.layer_norm(branch, gamma, beta, eps=eps)


@of_deep_norm("no-gain", "Normalises without γ and β, which stay where they started.")
def deep_norm_no_gain(
    x: Any, branch: Any, gamma: Any = None, beta: Any = None, /, *, alpha: Any, eps: Any = 1e-5
) -> Any:
    return residual.deep_norm(x, branch, alpha=alpha, eps=eps)


@of_layer_norm(
    "rounded-mean",
    "Subtracts the rounded mean, as code usually does: of a row that is nearly constant digits are lost.",
)
def layer_norm_rounded_mean(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    xp = _libraries.array_namespace(x)
    quarter, rest = x / 4, math.sqrt(eps) / 4  # so that no difference leaves the range
    y = quarter - xp.sum(quarter / x.shape[-1], axis=-1, keepdims=True)
    size = xp.max(xp.abs(y), axis=-1, keepdims=True)
    size = xp.where(size > rest, size, xp.full_like(size, rest or 1.0))
    y, rest = y / size, rest / size
    y = y / xp.sqrt(xp.mean(y * y, axis=-1, keepdims=True) + rest * rest)
    y = y if gamma is None else y * gamma
    return y if beta is None else y + beta


@of_layer_norm("no-root", "Divides by the variance, σ² + eps, without the root.")
def layer_norm_no_root(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    return _norm(x, gamma, beta, True, lambda total, n: total / n + eps)


@of_layer_norm(
    "variance-squared",
    "Divides by (σ² + eps)², the square of the variance: ** 2 instead of ** 0.5.",
    reference="TPlinker#37",
)
def layer_norm_squared(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    return _norm(x, gamma, beta, True, lambda total, n: (total / n + eps) ** 2)


@of_layer_norm(
    "unbiased-and-eps-outside",
    "Divides by σ + eps with the unbiased deviation (n − 1), eps outside the root: two slips of one line.",
    reference="pytorch-transformer PR#31",
)
def layer_norm_torch_std(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    return _norm(x, gamma, beta, True, lambda total, n: _unbiased(total, n) ** 0.5 + eps)


@of_layer_norm(
    "second-moment",
    "Removes the mean above, but not in the variance: divides by √(E x² + eps), the second moment.",
)
def layer_norm_second_moment(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    xp = _libraries.array_namespace(x)
    y = (x - xp.mean(x, axis=-1, keepdims=True)) / xp.sqrt(xp.mean(x * x, axis=-1, keepdims=True) + eps)
    y = y if gamma is None else y * gamma
    return y if beta is None else y + beta


@of_layer_norm(
    "whole-array",
    "Takes mean and variance over the whole array, all rows at once, not only over the last axis.",
)
def layer_norm_whole_array(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    xp = _libraries.array_namespace(x)
    flat = residual.layer_norm(xp.reshape(x, (-1,)), eps=eps) if math.prod(x.shape) else x
    y = xp.reshape(flat, x.shape)
    y = y if gamma is None else y * gamma
    return y if beta is None else y + beta


@of_layer_norm("no-eps", "Leaves eps out, so that nearly constant rows are blown up.")
def layer_norm_no_eps(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    return residual.layer_norm(x, gamma, beta, eps=0.0)


@of_layer_norm("one-plus-gamma", "Multiplies by 1 + γ, for gains that are stored zero-centred.")
def layer_norm_one_plus_gamma(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    return residual.layer_norm(x, None if gamma is None else 1 + gamma, beta, eps=eps)


@of_layer_norm("no-shift", "Leaves β out: a norm without β, as after a bias-free layer.")
def layer_norm_no_shift(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    return residual.layer_norm(x, gamma, eps=eps)


@of_deep_norm("result-scaled", "Multiplies the result by α, outside the norm, instead of x.")
def deep_norm_result_scaled(
    x: Any, branch: Any, gamma: Any = None, beta: Any = None, /, *, alpha: Any, eps: Any = 1e-5
) -> Any:
    return alpha * residual.layer_norm(x + branch, gamma, beta, eps=eps)


@of_deep_norm(
    "both-scaled",
    "Multiplies x and the branch by α, both, of which the norm leaves nothing but a smaller eps.",
)
def deep_norm_both_scaled(
    x: Any, branch: Any, gamma: Any = None, beta: Any = None, /, *, alpha: Any, eps: Any = 1e-5
) -> Any:
    return residual.layer_norm(alpha * (x + branch), gamma, beta, eps=eps)


@of_deep_norm(
    "not-normalised",
    "Leaves the sum α x + branch without the norm, which went before the branch (pre-norm) or nowhere.",
)
def deep_norm_not_normalised(
    x: Any, branch: Any, gamma: Any = None, beta: Any = None, /, *, alpha: Any, eps: Any = 1e-5
) -> Any:
    return alpha * x + branch
