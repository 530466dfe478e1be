"""How people get initial variances, growth and the constants of DeepNorm wrong."""

import math
from typing import Any

from .... import residual
from ...language.mistake import MistakesOf

of_init_variance = MistakesOf("residual.init_variance")
of_growth = MistakesOf("residual.growth")
of_deepnorm_constants = MistakesOf("residual.deepnorm_constants")


@of_init_variance("fans-swapped", "Takes the rows to be outputs, as of weights kept as (out, in).")
def init_variance_fans_swapped(fan_in: Any, fan_out: Any, **options: Any) -> Any:
    return residual.init_variance(fan_out, fan_in, **options)


@of_init_variance("no-relu-factor", "Keeps LeCun's 1/n with relu, which halves the moment.")
def init_variance_no_relu_factor(
    fan_in: Any, fan_out: Any, *, mode: Any = "forward", activation: Any = ""
) -> Any:
    return residual.init_variance(fan_in, fan_out, mode=mode)


@of_init_variance("xavier-sum", "Uses 1/(n+m): divides by the sum of the fans instead of their mean.")
def init_variance_xavier_sum(
    fan_in: Any, fan_out: Any, *, mode: Any = "forward", activation: Any = "linear"
) -> Any:
    value = residual.init_variance(fan_in, fan_out, mode=mode, activation=activation)
    return value / 2 if mode == "xavier" else value


@of_init_variance("standard-deviation", "Returns the standard deviation, which samplers take.")
def init_variance_standard_deviation(fan_in: Any, fan_out: Any, **options: Any) -> Any:
    return math.sqrt(residual.init_variance(fan_in, fan_out, **options))


@of_growth("aligned-for-zero-mean", "Uses (1+ε)^N for every J, as the triangle inequality bounds it.")
def growth_aligned_for_zero_mean(eps: Any, depth: Any, *, kind: Any = "aligned") -> Any:
    return residual.growth(eps, depth)


@of_growth("mean-square", "Returns (1+ε²)^N: the growth of the squared norm instead of the norm's.")
def growth_mean_square(eps: Any, depth: Any, *, kind: Any = "aligned") -> Any:
    return residual.growth(eps, depth, kind=kind) ** (2 if kind == "zero_mean" else 1)


@of_growth("rounded-sum", "Raises the rounded 1+ε to the power N, which magnifies its error.")
def growth_rounded_sum(eps: Any, depth: Any, *, kind: Any = "aligned") -> Any:
    return (1 + eps) ** depth if kind == "aligned" else (1 + eps * eps) ** (depth / 2)


@of_growth("exponential", "Uses e^{εN}, the limit for small ε, instead of (1+ε)^N.")
def growth_exponential(eps: Any, depth: Any, *, kind: Any = "aligned") -> Any:
    return math.exp(eps * depth if kind == "aligned" else eps * eps * depth / 2)


@of_deepnorm_constants("encoder-decoder-swapped", "Gives the decoder the encoder's constants.")
def deepnorm_constants_swapped(encoder_layers: Any, decoder_layers: Any, *, exact: Any = False) -> Any:
    found = residual.deepnorm_constants(encoder_layers, decoder_layers, exact=exact)
    if found.encoder is None or found.decoder is None:
        return found
    return residual.DeepNormConstants(found.decoder, found.encoder)


@of_deepnorm_constants("two-and-eight-swapped", "Uses (8N)^{1/4} and (2N)^{-1/4}: swaps the factors.")
def deepnorm_constants_two_and_eight(encoder_layers: Any, decoder_layers: Any, *, exact: Any = False) -> Any:
    found = residual.deepnorm_constants(encoder_layers, decoder_layers, exact=exact)
    if found.encoder is not None and found.decoder is not None:
        return found
    return residual.DeepNormConstants(
        *(None if c is None else residual.Constants(1 / c.beta, 1 / c.alpha) for c in found)
    )


@of_deepnorm_constants(
    "single-stack-formula", "Uses (2N)^{1/4}, (8N)^{-1/4} for both parts of an encoder-decoder."
)
def deepnorm_constants_single_stack(encoder_layers: Any, decoder_layers: Any, *, exact: Any = False) -> Any:
    return residual.DeepNormConstants(
        residual.deepnorm_constants(encoder_layers, 0).encoder if encoder_layers else None,
        residual.deepnorm_constants(0, decoder_layers).decoder if decoder_layers else None,
    )


@of_deepnorm_constants("always-rounded", "Keeps 0.81 and 0.87 when exact constants are asked for.")
def deepnorm_constants_always_rounded(encoder_layers: Any, decoder_layers: Any, *, exact: Any = False) -> Any:
    return residual.deepnorm_constants(encoder_layers, decoder_layers)


@of_init_variance(
    "parenthesis-lost",
    "Loses the parentheses of the fans' sum: 2/n + m instead of 2/(n + m).",
    reference="mlverse/torch#555",
)
def init_variance_parenthesis(
    fan_in: Any, fan_out: Any, *, mode: Any = "forward", activation: Any = "linear"
) -> Any:
    if mode != "xavier":
        return residual.init_variance(fan_in, fan_out, mode=mode, activation=activation)
    return 2.0 * (2.0 if activation == "relu" else 1.0) / fan_in + fan_out


@of_init_variance(
    "gain-not-squared", "Uses relu's gain √2 as the factor of the variance, which is its square: √2/n."
)
def init_variance_gain(
    fan_in: Any, fan_out: Any, *, mode: Any = "forward", activation: Any = "linear"
) -> Any:
    value = residual.init_variance(fan_in, fan_out, mode=mode)
    return value * math.sqrt(2.0) if activation == "relu" else value


@of_init_variance(
    "gain-of-two",
    "Uses 2 as relu's gain instead of √2: the variance is doubled twice, a factor of 4.",
    told={"std": "Takes 2 for relu's gain, which is √2."},
)
def init_variance_gain_two(
    fan_in: Any, fan_out: Any, *, mode: Any = "forward", activation: Any = "linear"
) -> Any:
    return residual.init_variance(fan_in, fan_out, mode=mode) * (4.0 if activation == "relu" else 1.0)


@of_init_variance(
    "uniform-bound",
    "Gives the squared bound of a uniform law, 3 times its variance.",
    told={"std": "Gives the bound of a uniform law, √3 times its deviation."},
)
def init_variance_uniform(fan_in: Any, fan_out: Any, **options: Any) -> Any:
    return 3 * residual.init_variance(fan_in, fan_out, **options)


@of_init_variance(
    "xavier-three",
    "Gives 3/(n+m) for xavier, 3/2 times the variance: of the bound 6/(n+m) of a uniform law, half.",
    reference="tflearn#870",
)
def init_variance_xavier_three(fan_in: Any, fan_out: Any, *, mode: Any = "forward", **options: Any) -> Any:
    value = residual.init_variance(fan_in, fan_out, mode=mode, **options)
    return 1.5 * value if mode == "xavier" else value


@of_init_variance("relu-halves", "Multiplies by ½ for relu instead of 2, which makes up for its half.")
def init_variance_halved(
    fan_in: Any, fan_out: Any, *, mode: Any = "forward", activation: Any = "linear"
) -> Any:
    return residual.init_variance(fan_in, fan_out, mode=mode) * (0.5 if activation == "relu" else 1.0)


@of_init_variance(
    "geometric-mean",
    "Takes the geometric mean of the fans for xavier, 1/√(nm), the root of the product of the fans.",
)
def init_variance_geometric(fan_in: Any, fan_out: Any, *, mode: Any = "forward", activation: Any = "") -> Any:
    if mode != "xavier":
        return residual.init_variance(fan_in, fan_out, mode=mode, activation=activation or "linear")
    return (2.0 if activation == "relu" else 1.0) / math.sqrt(fan_in * fan_out)


@of_deepnorm_constants(
    "square-roots", "Uses square roots instead of fourth roots: α and β squared, (2N)^{1/2} and (8N)^{-1/2}."
)
def deepnorm_constants_square_roots(encoder_layers: Any, decoder_layers: Any, *, exact: Any = False) -> Any:
    found = residual.deepnorm_constants(encoder_layers, decoder_layers, exact=exact)
    parts = (part and residual.Constants(part.alpha**2, part.beta**2) for part in found)
    return residual.DeepNormConstants(*parts)


@of_deepnorm_constants(
    "depths-exchanged", "Exchanges the depths in the encoder's constants: N M⁴ instead of N⁴ M."
)
def deepnorm_constants_exchanged(encoder_layers: Any, decoder_layers: Any, *, exact: Any = False) -> Any:
    found = residual.deepnorm_constants(encoder_layers, decoder_layers, exact=exact)
    if found.encoder is None or found.decoder is None:
        return found
    ratio = (decoder_layers / encoder_layers) ** (3 / 16)
    encoder = residual.Constants(found.encoder.alpha * ratio, found.encoder.beta / ratio)
    return found._replace(encoder=encoder)


@of_deepnorm_constants(
    "decoder-alone",
    "Gives the decoder of an encoder-decoder the constants of a decoder alone: (2M)^{1/4}, (8M)^{-1/4} "
    "instead of (3M)^{1/4}, (12M)^{-1/4}.",
)
def deepnorm_constants_decoder_alone(encoder_layers: Any, decoder_layers: Any, *, exact: Any = False) -> Any:
    found = residual.deepnorm_constants(encoder_layers, decoder_layers, exact=exact)
    if found.decoder is None:
        return found
    return found._replace(decoder=residual.deepnorm_constants(0, decoder_layers).decoder)


@of_growth("linear", "Adds the blocks up, 1 + Nε (√(1 + Nε²)): the growth to first order.")
def growth_linear(eps: Any, depth: Any, *, kind: Any = "aligned") -> Any:
    return 1 + eps * depth if kind == "aligned" else math.hypot(1, eps * math.sqrt(depth))


@of_growth("one-block-less", "Counts N − 1 blocks, the steps between N states: off by one.")
def growth_one_block_less(eps: Any, depth: Any, *, kind: Any = "aligned") -> Any:
    return residual.growth(eps, max(depth - 1, 0), kind=kind)
