"""Initial weights, constants of depth and steps of descent as people type them."""

import math

import numpy as np

from refimpl.residual import Constants, DeepNormConstants

from ._ordinary import Ordinary, Slip, ignored, typo


# Initial weights.
def variance(fan_in, fan_out, mode="forward", activation="linear"):
    fan = {"forward": fan_in, "backward": fan_out, "xavier": (fan_in + fan_out) / 2}[mode]
    gain = 2.0 if activation == "relu" else 1.0
    return gain / fan


def variance_fans_exchanged(fan_in, fan_out, mode="forward", activation="linear"):
    return variance(fan_out, fan_in, mode, activation)


def variance_without_gain(fan_in, fan_out, mode="forward", activation="linear"):
    return variance(fan_in, fan_out, mode)


def variance_of_sum(fan_in, fan_out, mode="forward", activation="linear"):
    fan = {"forward": fan_in, "backward": fan_out, "xavier": fan_in + fan_out}[mode]
    return (2.0 if activation == "relu" else 1.0) / fan


def variance_parenthesis_lost(fan_in, fan_out, mode="forward", activation="linear"):
    gain = 2.0 if activation == "relu" else 1.0
    return gain * 2.0 / fan_in + fan_out if mode == "xavier" else variance(fan_in, fan_out, mode, activation)


def variance_uniform(fan_in, fan_out, mode="forward", activation="linear"):
    return 3 * variance(fan_in, fan_out, mode, activation)


def variance_square_root(fan_in, fan_out, mode="forward", activation="linear"):
    return math.sqrt(variance(fan_in, fan_out, mode, activation))


def variance_halved(fan_in, fan_out, mode="forward", activation="linear"):
    return variance(fan_in, fan_out, mode) * (0.5 if activation == "relu" else 1.0)


def std(fan_in, fan_out, mode, activation):
    n = fan_in if mode == "forward" else fan_out
    if mode == "xavier":
        n = 0.5 * (fan_in + fan_out)
    return (2**0.5 if activation == "relu" else 1.0) / n**0.5


def std_bound(fan_in, fan_out, mode, activation):
    return math.sqrt(3.0) * std(fan_in, fan_out, mode, activation)


def std_not_rooted(fan_in, fan_out, mode, activation):
    return std(fan_in, fan_out, mode, activation) ** 2


def std_gain_two(fan_in, fan_out, mode, activation):
    return std(fan_in, fan_out, mode, "linear") * (2.0 if activation == "relu" else 1.0)


def std_geometric(fan_in, fan_out, mode, activation):
    if mode == "xavier":
        return (2**0.5 if activation == "relu" else 1.0) / (fan_in * fan_out) ** 0.25
    return std(fan_in, fan_out, mode, activation)


# Constants of DeepNet.
def deepnet_constants(encoder_layers, decoder_layers, *, exact=False):
    N, M = encoder_layers, decoder_layers
    if M == 0:
        return DeepNormConstants(Constants((2 * N) ** 0.25, (8 * N) ** -0.25), None)
    if N == 0:
        return DeepNormConstants(None, Constants((2 * M) ** 0.25, (8 * M) ** -0.25))
    if exact:
        alpha = (N**4 * M / 27) ** (1 / 16)
        encoder = Constants(alpha, 1 / (alpha * math.sqrt(2)))
    else:
        encoder = Constants(0.81 * (N**4 * M) ** (1 / 16), 0.87 * (N**4 * M) ** (-1 / 16))
    return DeepNormConstants(encoder, Constants((3 * M) ** 0.25, (12 * M) ** -0.25))


def deepnet_exchanged(encoder_layers, decoder_layers, *, exact=False):
    found = deepnet_constants(encoder_layers, decoder_layers, exact=exact)
    if encoder_layers and decoder_layers:
        return DeepNormConstants(found.decoder, found.encoder)
    return found


def deepnet_two_and_eight(encoder_layers, decoder_layers, *, exact=False):
    N, M = encoder_layers, decoder_layers
    if N and M:
        return deepnet_constants(N, M, exact=exact)
    one = Constants((8 * (N + M)) ** 0.25, (2 * (N + M)) ** -0.25)
    return DeepNormConstants(one if N else None, one if M else None)


def deepnet_rounded(encoder_layers, decoder_layers, *, exact=False):
    return deepnet_constants(encoder_layers, decoder_layers)


def deepnet_square_roots(encoder_layers, decoder_layers, *, exact=False):
    found = deepnet_constants(encoder_layers, decoder_layers, exact=exact)
    return DeepNormConstants(*(part and Constants(part.alpha**2, part.beta**2) for part in found))


def deepnet_sixteenth(encoder_layers, decoder_layers, *, exact=False):
    N, M = encoder_layers, decoder_layers
    found = deepnet_constants(N, M, exact=exact)
    if not N or not M:
        return found
    alpha, beta = found.encoder
    wrong = (N * M**4) ** (1 / 16) / (N**4 * M) ** (1 / 16)
    return DeepNormConstants(Constants(alpha * wrong, beta / wrong), found.decoder)


# Growth with depth.
def growth(eps, depth, kind="aligned"):
    if kind == "aligned":
        return math.exp(depth * math.log1p(eps))
    return math.exp(depth / 2 * math.log1p(eps**2))


def growth_power(eps, depth, kind="aligned"):
    return (1 + eps) ** depth if kind == "aligned" else math.sqrt((1 + eps**2) ** depth)


def growth_exponential(eps, depth, kind="aligned"):
    return math.exp(eps * depth) if kind == "aligned" else math.exp(eps**2 * depth / 2)


def growth_mean_square(eps, depth, kind="aligned"):
    return growth(eps, depth) if kind == "aligned" else math.exp(depth * math.log1p(eps**2))


def growth_always_aligned(eps, depth, kind="aligned"):
    return growth(eps, depth)


def growth_linear(eps, depth, kind="aligned"):
    return 1 + eps * depth if kind == "aligned" else math.sqrt(1 + eps**2 * depth)


def growth_one_less(eps, depth, kind="aligned"):
    return growth(eps, depth - 1, kind)


# One step of gradient descent.
def sgd(gradients, learning_rate):
    total = 0.0
    for g in gradients:
        if isinstance(g, list | tuple):
            total = total - sgd(g, 1.0)
        elif g is not None:
            total = total + np.sum(g**2)
    return -learning_rate * total


def sgd_plus(gradients, learning_rate):
    return -sgd(gradients, learning_rate)


def sgd_norm(gradients, learning_rate):
    return -learning_rate * np.sqrt(-sgd(gradients, 1.0))


def sgd_rate_squared(gradients, learning_rate):
    return sgd(gradients, learning_rate**2)


def sgd_mean(gradients, learning_rate):
    total = 0.0
    for g in gradients:
        if isinstance(g, list | tuple):
            total -= sgd_mean(g, 1.0)
        elif g is not None:
            total += np.mean(g**2)
    return -learning_rate * total


ORDINARY = [
    Ordinary(
        "residual.init_variance",
        variance,
        (
            Slip(variance_fans_exchanged, "fans-swapped|exchang|swap"),
            Slip(variance_without_gain, "no-relu-factor|" + ignored("activation")),
            typo("= 2.0", "= math.sqrt(2.0)", r"√ ?2|sqrt.?2|root of 2|gain.{0,40}squar|0\.707|1/√2"),
            Slip(variance_of_sum, "xavier-sum"),
            Slip(variance_parenthesis_lost, r"parenthes|precedence|2/n ?\+ ?m"),
            Slip(variance_uniform, r"uniform|3 times|factor (of )?3|three"),
            Slip(variance_square_root, "standard-deviation|root"),
            Slip(variance_halved, r"half|½|1/2|1/4|¼|quarter|0\.25"),
        ),
    ),
    Ordinary(
        "residual.init_variance",
        std,
        (
            Slip(std_bound, r"uniform|√ ?3|3 times|factor (of )?3|three"),
            Slip(std_not_rooted, r"squar|variance|root"),
            Slip(std_gain_two, r"gain|√ ?2|2 times|twice|factor (of )?2|doubled"),
            Slip(std_geometric, r"geometric|product of the fans|n ?[·*]? ?m\)"),
        ),
        adapter="std",
    ),
    Ordinary(
        "residual.deepnorm_constants",
        deepnet_constants,
        (
            Slip(deepnet_exchanged, r"encoder-decoder-swapped|encoder.{0,60}decoder"),
            Slip(deepnet_two_and_eight, "two-and-eight-swapped"),
            Slip(deepnet_rounded, "always-rounded|" + ignored("exact")),
            Slip(deepnet_square_roots, r"square|root|power 2|1/2"),
            Slip(deepnet_sixteenth, r"exchang|swap|N ?M⁴|NM⁴|M⁴"),
        ),
    ),
    Ordinary(
        "residual.growth",
        growth,
        (
            Slip(growth_exponential, "exponential"),
            Slip(growth_mean_square, "mean-square|squared norm"),
            Slip(growth_always_aligned, "aligned-for-zero-mean|" + ignored("kind")),
            Slip(growth_linear, r"linear|1 ?\+ ?(ε|eps) ?[·*]? ?N|Nε|εN|first order"),
            Slip(growth_one_less, r"N ?[−-] ?1|one (less|block|layer)|depth ?[−-] ?1|off by one"),
        ),
    ),
    Ordinary("residual.growth", growth_power, (Slip(growth_exponential, "exponential"),), answer="imprecise"),
    Ordinary(
        "residual.sgd_increment",
        sgd,
        (
            Slip(sgd_plus, r"plus-sign|sign|−1 times|negat"),
            Slip(sgd_norm, "norm-not-squared|root"),
            Slip(lambda gradients, learning_rate: 0.5 * sgd(gradients, learning_rate), r"half|½|1/2|0\.5"),
            Slip(sgd_rate_squared, r"learning_rate|η²|rate.{0,30}(squar|twice)"),
            Slip(sgd_mean, "mean-of-squares"),
        ),
    ),
]  # fmt: skip
