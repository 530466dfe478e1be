"""How people get normalisation and initial numbers wrong, continued from mistakes.py."""

import math
from typing import Any

import array_api_compat

from .... import residual
from ...language.mistake import mistake
from .mistakes import _norm


@mistake("residual.layer_norm", "no-root", "Divides by the variance, σ² + eps, without the root.")
def layer_norm_no_root(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    return _norm(x, gamma, beta, True, lambda total, n: total / n + eps)


@mistake(
    "residual.layer_norm",
    "variance-squared",
    "Divides by (σ² + eps)², the square of the variance, ** 2 in place of the root ** 0.5.",
    reference="TPlinker#37",
)
def layer_norm_squared(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    return _norm(x, gamma, beta, True, lambda total, n: (total / n + eps) ** 2)


@mistake(
    "residual.layer_norm",
    "unbiased-and-eps-outside",
    "Divides by σ + eps with the unbiased deviation (n − 1), eps outside the root: two slips of one line.",
    reference="pytorch-transformer PR#31",
)
def layer_norm_torch_std(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    return _norm(x, gamma, beta, True, lambda total, n: (total / max(n - 1, 1)) ** 0.5 + eps)


@mistake(
    "residual.layer_norm",
    "second-moment",
    "Removes the mean above, but not in the variance: divides by √(E x² + eps), the second moment.",
)
def layer_norm_second_moment(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    xp = array_api_compat.array_namespace(x)
    y = (x - xp.mean(x, axis=-1, keepdims=True)) / xp.sqrt(xp.mean(x * x, axis=-1, keepdims=True) + eps)
    y = y if gamma is None else y * gamma
    return y if beta is None else y + beta


@mistake(
    "residual.layer_norm",
    "whole-array",
    "Takes mean and variance over the whole array, all rows at once, not only over the last axis.",
)
def layer_norm_whole_array(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    xp = array_api_compat.array_namespace(x)
    flat = residual.layer_norm(xp.reshape(x, (-1,)), eps=eps) if math.prod(x.shape) else x
    y = xp.reshape(flat, x.shape)
    y = y if gamma is None else y * gamma
    return y if beta is None else y + beta


@mistake("residual.layer_norm", "no-eps", "Leaves eps out, so that nearly constant rows are blown up.")
def layer_norm_no_eps(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    return residual.layer_norm(x, gamma, beta, eps=0.0)


@mistake(
    "residual.layer_norm",
    "one-plus-gamma",
    "Multiplies by 1 + γ, for gains that are stored zero-centred.",
)
def layer_norm_one_plus_gamma(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    return residual.layer_norm(x, None if gamma is None else 1 + gamma, beta, eps=eps)


@mistake("residual.layer_norm", "no-shift", "Leaves β out: a norm without β, as after a bias-free layer.")
def layer_norm_no_shift(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    return residual.layer_norm(x, gamma, eps=eps)


@mistake("residual.deep_norm", "result-scaled", "Multiplies the result by α, outside the norm, instead of x.")
def deep_norm_result_scaled(
    x: Any, branch: Any, gamma: Any = None, beta: Any = None, /, *, alpha: Any, eps: Any = 1e-5
) -> Any:
    return alpha * residual.layer_norm(x + branch, gamma, beta, eps=eps)


@mistake(
    "residual.deep_norm",
    "both-scaled",
    "Multiplies x and the branch by α, both, of which the norm leaves nothing but a smaller eps.",
)
def deep_norm_both_scaled(
    x: Any, branch: Any, gamma: Any = None, beta: Any = None, /, *, alpha: Any, eps: Any = 1e-5
) -> Any:
    return residual.layer_norm(alpha * (x + branch), gamma, beta, eps=eps)


@mistake(
    "residual.deep_norm",
    "not-normalised",
    "Leaves the sum α x + branch without the norm, which went before the branch (pre-norm) or nowhere.",
)
def deep_norm_not_normalised(
    x: Any, branch: Any, gamma: Any = None, beta: Any = None, /, *, alpha: Any, eps: Any = 1e-5
) -> Any:
    return alpha * x + branch


@mistake(
    "residual.init_variance",
    "parenthesis-lost",
    "Loses the parenthesis of the fans' sum: 2/n + m for 2/(n + m).",
    reference="mlverse/torch#555",
)
def init_variance_parenthesis(
    fan_in: Any, fan_out: Any, *, mode: Any = "forward", activation: Any = "linear"
) -> Any:
    if mode != "xavier":
        return residual.init_variance(fan_in, fan_out, mode=mode, activation=activation)
    return 2.0 * (2.0 if activation == "relu" else 1.0) / fan_in + fan_out


@mistake(
    "residual.init_variance",
    "gain-not-squared",
    "Takes relu's gain √2 for the factor of the variance, which is its square: √2/n.",
)
def init_variance_gain(
    fan_in: Any, fan_out: Any, *, mode: Any = "forward", activation: Any = "linear"
) -> Any:
    value = residual.init_variance(fan_in, fan_out, mode=mode)
    return value * math.sqrt(2.0) if activation == "relu" else value


@mistake(
    "residual.init_variance",
    "gain-of-two",
    "Takes 2 for relu's gain, which is √2: the variance is doubled twice, a factor of 4.",
    told={"std": "Takes 2 for relu's gain, which is √2."},
)
def init_variance_gain_two(
    fan_in: Any, fan_out: Any, *, mode: Any = "forward", activation: Any = "linear"
) -> Any:
    return residual.init_variance(fan_in, fan_out, mode=mode) * (4.0 if activation == "relu" else 1.0)


@mistake(
    "residual.init_variance",
    "uniform-bound",
    "Gives the squared bound of a uniform law, 3 times its variance.",
    told={"std": "Gives the bound of a uniform law, √3 times its deviation."},
)
def init_variance_uniform(fan_in: Any, fan_out: Any, **options: Any) -> Any:
    return 3 * residual.init_variance(fan_in, fan_out, **options)


@mistake(
    "residual.init_variance",
    "xavier-three",
    "Gives 3/(n+m) for xavier, 3/2 times the variance: of the bound 6/(n+m) of a uniform law, half.",
    reference="tflearn#870",
)
def init_variance_xavier_three(fan_in: Any, fan_out: Any, *, mode: Any = "forward", **options: Any) -> Any:
    value = residual.init_variance(fan_in, fan_out, mode=mode, **options)
    return 1.5 * value if mode == "xavier" else value


@mistake("residual.init_variance", "relu-halves", "Multiplies by ½ for relu where 2 makes up for its half.")
def init_variance_halved(
    fan_in: Any, fan_out: Any, *, mode: Any = "forward", activation: Any = "linear"
) -> Any:
    return residual.init_variance(fan_in, fan_out, mode=mode) * (0.5 if activation == "relu" else 1.0)


@mistake(
    "residual.init_variance",
    "geometric-mean",
    "Takes the geometric mean of the fans for xavier, 1/√(nm), the root of the product of the fans.",
)
def init_variance_geometric(fan_in: Any, fan_out: Any, *, mode: Any = "forward", activation: Any = "") -> Any:
    if mode != "xavier":
        return residual.init_variance(fan_in, fan_out, mode=mode, activation=activation or "linear")
    return (2.0 if activation == "relu" else 1.0) / math.sqrt(fan_in * fan_out)


@mistake(
    "residual.deepnorm_constants",
    "square-roots",
    "Takes square roots for fourth roots: α and β squared, (2N)^{1/2} and (8N)^{-1/2}.",
)
def deepnorm_constants_square_roots(encoder_layers: Any, decoder_layers: Any, *, exact: Any = False) -> Any:
    found = residual.deepnorm_constants(encoder_layers, decoder_layers, exact=exact)
    parts = (part and residual.Constants(part.alpha**2, part.beta**2) for part in found)
    return residual.DeepNormConstants(*parts)


@mistake(
    "residual.deepnorm_constants",
    "depths-exchanged",
    "Exchanges the depths in the encoder's constants: N M⁴ for N⁴ M.",
)
def deepnorm_constants_exchanged(encoder_layers: Any, decoder_layers: Any, *, exact: Any = False) -> Any:
    found = residual.deepnorm_constants(encoder_layers, decoder_layers, exact=exact)
    if found.encoder is None or found.decoder is None:
        return found
    ratio = (decoder_layers / encoder_layers) ** (3 / 16)
    encoder = residual.Constants(found.encoder.alpha * ratio, found.encoder.beta / ratio)
    return found._replace(encoder=encoder)


@mistake(
    "residual.deepnorm_constants",
    "decoder-alone",
    "Gives the decoder of an encoder-decoder the constants of a decoder alone: (2M)^{1/4}, (8M)^{-1/4} "
    "for (3M)^{1/4}, (12M)^{-1/4}.",
)
def deepnorm_constants_decoder_alone(encoder_layers: Any, decoder_layers: Any, *, exact: Any = False) -> Any:
    found = residual.deepnorm_constants(encoder_layers, decoder_layers, exact=exact)
    if found.decoder is None:
        return found
    return found._replace(decoder=residual.deepnorm_constants(0, decoder_layers).decoder)


@mistake("residual.growth", "linear", "Adds the blocks up, 1 + Nε (√(1 + Nε²)): the growth to first order.")
def growth_linear(eps: Any, depth: Any, *, kind: Any = "aligned") -> Any:
    return 1 + eps * depth if kind == "aligned" else math.hypot(1, eps * math.sqrt(depth))


@mistake("residual.growth", "one-block-less", "Counts N − 1 blocks, the steps between N states: off by one.")
def growth_one_block_less(eps: Any, depth: Any, *, kind: Any = "aligned") -> Any:
    return residual.growth(eps, max(depth - 1, 0), kind=kind)


@mistake("residual.sgd_increment", "half", "Halves the sum of squares, as in ½‖∇‖².")
def sgd_increment_half(gradients: Any, /, *, learning_rate: Any) -> Any:
    return residual.sgd_increment(gradients, learning_rate=learning_rate) / 2


@mistake("residual.sgd_increment", "rate-squared", "Multiplies by the learning rate twice, η² for η.")
def sgd_increment_rate_squared(gradients: Any, /, *, learning_rate: Any) -> Any:
    return residual.sgd_increment(gradients, learning_rate=learning_rate) * learning_rate
