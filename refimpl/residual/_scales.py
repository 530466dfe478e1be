"""Numbers: variances of initial weights, growth with depth, DeepNorm's constants."""

import math
import sys
from fractions import Fraction
from typing import Literal, NamedTuple

from .. import _xp
from .._errors import DomainError, message
from ..public import RAISES, Choice, Flag, Integer, Number, Own, public


class Constants(NamedTuple):
    """DeepNorm's α, which scales x, and β, which scales the initial weights of the branch."""

    alpha: float
    beta: float


class DeepNormConstants(NamedTuple):
    """DeepNorm's constants of the encoder and of the decoder; None for the one that is absent."""

    encoder: Constants | None
    decoder: Constants | None


@public(
    {
        "fan_in, fan_out": Integer(1, exact=True),
        "mode": Choice("forward", "backward", "xavier"),
        "activation": Choice("linear", "relu"),
    },
    Number(),
    needs="eager",
    nan=RAISES,
)
def init_variance(
    fan_in: int,
    fan_out: int,
    *,
    mode: Literal["forward", "backward", "xavier"] = "forward",
    activation: Literal["linear", "relu"] = "linear",
) -> float:
    """The variance of zero-mean initial weights that keeps second moments through a layer.

    1/n (forward), 1/m (backward) or 2/(n+m) (xavier) for n = fan_in, m = fan_out; twice that for relu,
    which keeps half of a symmetric second moment. A host function: Python numbers in and out.

    Parameters
    ----------
    fan_in, fan_out
        Rows and columns of W in y = xW.
    mode
        Keep the outputs' moment, the gradients' moment, or the mean of both fans.
    activation
        What follows the product.

    Returns
    -------
    correctly rounded.

    Source: residual D1, C1.

    Examples
    --------
    >>> init_variance(4, 12), init_variance(4, 12, mode="xavier", activation="relu")
    (0.25, 0.25)
    """
    n, m = fan_in, fan_out
    gain = 2 if activation == "relu" else 1
    variance: float = 2 * gain / (n + m) if mode == "xavier" else gain / (n if mode == "forward" else m)
    return variance


@public(
    {"eps": Number(least=0), "depth": Integer(0, 2**1023 - 1), "kind": Choice("aligned", "zero_mean")},
    Number(),
    needs="eager",
    nan=RAISES,
)
def growth(eps: float, depth: int, *, kind: Literal["aligned", "zero_mean"] = "aligned") -> float:
    """The factor by which N residual blocks y = x(I + εJ) multiply the norm.

    (1+ε)^N for J = I in any dimension ("aligned"); (1+ε²)^{N/2}, the root of the mean square, for J of
    zero mean with E[JJᵀ] = I or for a Haar-orthogonal J ("zero_mean"). A host function: Python numbers
    in and out.

    Parameters
    ----------
    eps
        ε.
    depth
        N.
    kind

    Returns
    -------
    inf where it overflows. Relative error at most (4 + 3 |log result|) 2⁻⁵³, for however small ε and
    large N; much less for "aligned" up to N = 2⁵⁰.

    Source: residual D5, C5, C6.

    Examples
    --------
    >>> growth(1.0, 3), round(growth(0.1, 100, kind="zero_mean"), 6)
    (8.0, 1.644632)
    """
    if not _xp.rounds(eps):
        return (1 + eps) ** depth if kind == "aligned" else (1 + eps * eps) ** Fraction(depth, 2)
    if kind == "aligned":
        return _power(eps, depth)
    # ε² would overflow for large ε; hypot would lose small ε.
    return _power(eps * eps, depth / 2) if eps < 1 else _power(math.hypot(1.0, eps) - 1, depth)


def _power(increment: float, exponent: float) -> float:
    """(1 + increment)^exponent for increment ≥ 0."""
    log = exponent * math.log1p(increment)
    if exponent > 2**50 or log > 709:
        return math.exp(log) if log <= math.log(sys.float_info.max) else math.inf
    # A power of the rounded sum, which is exact for small integers, times what the sum lost.
    total = 1 + increment
    lost = increment - (total - 1) if increment < 1 else 1 - (total - increment)
    return float(total**exponent * math.exp(exponent * math.log1p(lost / total)))


@public(
    {"encoder_layers, decoder_layers": Integer(0, exact=True), "exact": Flag()},
    Own("DeepNormConstants"),
    needs="eager",
    nan=RAISES,
    raises={DomainError: "for no layer at all"},
)
def deepnorm_constants(encoder_layers: int, decoder_layers: int, *, exact: bool = False) -> DeepNormConstants:
    """DeepNorm's α and β for a Transformer of N encoder and M decoder layers.

    Encoder only: (2N)^{1/4}, (8N)^{-1/4}. Decoder only: (2M)^{1/4}, (8M)^{-1/4}. Both: for the encoder
    0.81 (N⁴M)^{1/16}, 0.87 (N⁴M)^{-1/16} as published, for the decoder (3M)^{1/4}, (12M)^{-1/4}
    (see the reference). A host function: Python numbers in and out.

    Parameters
    ----------
    encoder_layers, decoder_layers
        N and M; not both 0.
    exact
        With True the encoder's published roundings give way to what they round,
        α = (N⁴M/27)^{1/16} and β = 1/(α√2).

    Returns
    -------
    of Python floats; None for a part of no layers.

    Source: residual D6, C8, C9.

    Reference: Wang et al., DeepNet: Scaling transformers to 1,000 layers, 2022, arXiv 2203.00555.

    Examples
    --------
    >>> deepnorm_constants(8, 0).encoder
    Constants(alpha=2.0, beta=0.3535533905932738)
    """
    N, M = encoder_layers, decoder_layers
    if N and M:
        root = N**0.25 * M**0.0625
        alpha, beta = 0.81 * root, 0.87 / root
        if exact:
            alpha = root / _xp.number(27, N) ** 0.0625
            beta = _xp.numbers(N).sqrt(0.5) / alpha
        return DeepNormConstants(Constants(alpha, beta), Constants((3 * M) ** 0.25, (12 * M) ** -0.25))
    if not N and not M:
        raise DomainError(message("encoder_layers, decoder_layers", "0, 0", "at least one layer"))
    only = Constants((2 * (N + M)) ** 0.25, (8 * (N + M)) ** -0.25)
    return DeepNormConstants(only, None) if N else DeepNormConstants(None, only)
