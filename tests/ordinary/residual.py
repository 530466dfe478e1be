"""Layer normalisation as people type it."""

import numpy as np

from ._ordinary import Ordinary, Slip, ignored, torch, typo

NO_ROOT = r"(without|no|in place of).{0,30}root|by the variance|variance.{0,40}for .{0,20}deviation"
UNBIASED = r"unbiased|n ?[−-] ?1\b"
OUTSIDE = r"eps-outside|outside the root|σ ?\+ ?eps"
SECOND_MOMENT = r"second moment|mean.{0,40}variance|E x²|mean square|variance.{0,40}mean"
PRE_NORM = r"pre-?(norm|LN)|before the (branch|sublayer)|not normalised|without (the )?norm"
WHOLE = r"whole array|all (axes|rows|entries)|every axis|over the batch|not only the last|other rows"
NO_EPS = r"without eps|leaves eps out|eps.{0,40}(omit|miss|left out|forgot|0\b)|no eps|" + ignored("eps")
ONE_PLUS = r"1 ?\+ ?γ|γ ?\+ ?1|one plus|gamma.{0,30}(\+ ?1|plus (one|1)|increased)|zero-cent"


# Layer normalisation in two passes.
def layer_norm(x, gamma=None, beta=None, *, eps=1e-5):
    mean = x.mean(axis=-1, keepdims=True)
    var = ((x - mean) ** 2).mean(axis=-1, keepdims=True)
    y = (x - mean) / np.sqrt(var + eps)
    if gamma is not None:
        y = y * gamma
    if beta is not None:
        y = y + beta
    return y


def _affine(y, gamma, beta):
    y = y if gamma is None else gamma * y
    return y if beta is None else y + beta


def layer_norm_unbiased(x, gamma=None, beta=None, *, eps=1e-5):
    mean, std = x.mean(-1, keepdims=True), x.std(-1, keepdims=True, ddof=1)
    return _affine((x - mean) / np.sqrt(std**2 + eps), gamma, beta)


def layer_norm_eps_outside(x, gamma=None, beta=None, *, eps=1e-5):
    mean, std = x.mean(-1, keepdims=True), x.std(-1, keepdims=True)
    return _affine((x - mean) / (std + eps), gamma, beta)


def layer_norm_mean_kept(x, gamma=None, beta=None, *, eps=1e-5):
    return _affine(x / np.sqrt((x**2).mean(-1, keepdims=True) + eps), gamma, beta)


def layer_norm_no_root(x, gamma=None, beta=None, *, eps=1e-5):
    mean, var = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return _affine((x - mean) / (var + eps), gamma, beta)


def layer_norm_annotated(x, gamma=None, beta=None, *, eps=1e-5):
    mean, std = x.mean(-1, keepdims=True), x.std(-1, keepdims=True, ddof=1)
    return _affine((x - mean) / (std + eps), gamma, beta)


def layer_norm_squared(x, gamma=None, beta=None, *, eps=1e-5):
    return _affine((x - x.mean(-1, keepdims=True)) / (x.var(-1, keepdims=True) + eps) ** 2, gamma, beta)


def layer_norm_whole(x, gamma=None, beta=None, *, eps=1e-5):
    return _affine((x - x.mean()) / np.sqrt(x.var() + eps), gamma, beta)


def layer_norm_fixed_eps(x, gamma=None, beta=None, *, eps=1e-5):
    return layer_norm(x, gamma, beta, eps=1e-5)


def layer_norm_shift_scaled(x, gamma=None, beta=None, *, eps=1e-5):
    y = layer_norm(x, eps=eps)
    y = y if beta is None else y + beta
    return y if gamma is None else y * gamma


def layer_norm_one_plus(x, gamma=None, beta=None, *, eps=1e-5):
    return layer_norm(x, None if gamma is None else 1 + gamma, beta, eps=eps)


def layer_norm_mean_not_in_variance(x, gamma=None, beta=None, *, eps=1e-5):
    mean = x.mean(-1, keepdims=True)
    return _affine((x - mean) / np.sqrt((x**2).mean(-1, keepdims=True) + eps), gamma, beta)


# The same in torch, as a functional form.
def functional(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    mean = x.mean(-1, keepdim=True)
    var = x.var(-1, unbiased=False, keepdim=True)
    y = (x - mean) * torch.rsqrt(var + eps)
    if weight is not None:
        y = y * weight
    return y if bias is None else y + bias


def functional_default_var(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    mean = x.mean(-1, keepdim=True)
    y = (x - mean) / torch.sqrt(x.var(-1, keepdim=True) + eps)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


def functional_std(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    mean, std = x.mean(-1, keepdim=True), x.std(-1, keepdim=True, unbiased=False)
    y = (x - mean) / (std + eps)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


def functional_rms(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    y = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


def functional_no_shift(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    return functional(x, normalized_shape, weight, None, eps)


# The residual connection of DeepNet.
def deep_norm(x, branch, gamma=None, beta=None, *, alpha, eps=1e-5):
    return layer_norm(alpha * x + branch, gamma, beta, eps=eps)


def deep_norm_outside(x, branch, gamma=None, beta=None, *, alpha, eps=1e-5):
    return alpha * x + layer_norm(branch, gamma, beta, eps=eps)


def deep_norm_both_scaled(x, branch, gamma=None, beta=None, *, alpha, eps=1e-5):
    return alpha * layer_norm(x + branch, gamma, beta, eps=eps)


class DeepNorm:
    """α as a module holds it."""

    def __init__(self, norm, alpha):
        self.norm, self.alpha = norm, alpha

    def forward(self, x, sublayer):
        return self.norm(x * self.alpha + sublayer(x))


def deep_norm_module(x, sublayer, norm, alpha):
    return DeepNorm(norm, alpha).forward(x, sublayer)


ORDINARY = [
    Ordinary(
        "residual.layer_norm",
        layer_norm,
        (
            Slip(layer_norm_unbiased, UNBIASED),
            Slip(layer_norm_eps_outside, OUTSIDE),
            Slip(layer_norm_mean_kept, "mean-kept|RMS"),
            Slip(layer_norm_no_root, NO_ROOT),
            Slip(layer_norm_annotated, f"{UNBIASED}|{OUTSIDE}"),
            Slip(layer_norm_squared, r"variance-squared|square of the variance|\*\* ?2"),
            Slip(layer_norm_whole, WHOLE),
            Slip(layer_norm_fixed_eps, ignored("eps")),
            Slip(lambda x, gamma=None, beta=None, *, eps=1e-5: layer_norm(x, gamma, beta, eps=0.0), NO_EPS),
            Slip(layer_norm_shift_scaled, "beta-scaled"),
            Slip(layer_norm_one_plus, ONE_PLUS),
            Slip(layer_norm_mean_not_in_variance, SECOND_MOMENT),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "residual.layer_norm",
        functional,
        (
            Slip(functional_default_var, UNBIASED),
            Slip(functional_std, OUTSIDE),
            Slip(functional_rms, "mean-kept|RMS"),
            Slip(functional_no_shift, r"without β|no β|no shift|" + ignored("beta", "bias", "β")),
        ),
        adapter="normalized-shape",
        backend="torch",
        dtype="float32",
        answer="imprecise",
    ),
    Ordinary(
        "residual.deep_norm",
        deep_norm,
        (
            typo("alpha * x +", "x + alpha *", "branch-scaled"),
            typo("alpha * x", "x", r"post-norm|Post-LN|" + ignored("alpha")),
            Slip(deep_norm_outside, "branch-normalised"),
            Slip(deep_norm_both_scaled, r"whole|outside the norm|after the norm|result.{0,40}(α|alpha)|both"),
            typo("gamma, beta, eps", "eps", "no-gain"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "residual.deep_norm",
        deep_norm_module,
        (
            Slip(lambda x, sublayer, norm, alpha: alpha * x + sublayer(norm(x)), PRE_NORM),
            typo("(norm, alpha)", "(norm, 1.0)", r"post-norm|Post-LN|" + ignored("alpha")),
        ),
        adapter="sublayer",
    ),
]  # fmt: skip
