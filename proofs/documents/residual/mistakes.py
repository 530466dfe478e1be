"""How people get residual connections wrong."""

import math
from typing import Any

import array_api_compat

from .... import residual
from ...language.mistake import mistake


def _where_negative(z: Any, low: Any, high: Any) -> Any:
    return array_api_compat.array_namespace(z).where(z <= 0, low, high)


@mistake(
    "residual.init_variance", "fans-swapped", "Takes rows for outputs, as for weights kept as (out, in)."
)
def init_variance_fans_swapped(fan_in: Any, fan_out: Any, **options: Any) -> Any:
    return residual.init_variance(fan_out, fan_in, **options)


@mistake("residual.init_variance", "no-relu-factor", "LeCun's 1/n kept for relu, which halves the moment.")
def init_variance_no_relu_factor(
    fan_in: Any, fan_out: Any, *, mode: Any = "forward", activation: Any = ""
) -> Any:
    return residual.init_variance(fan_in, fan_out, mode=mode)


@mistake("residual.init_variance", "xavier-sum", "1/(n+m): the mean of the fans taken for their sum.")
def init_variance_xavier_sum(
    fan_in: Any, fan_out: Any, *, mode: Any = "forward", activation: Any = "linear"
) -> Any:
    value = residual.init_variance(fan_in, fan_out, mode=mode, activation=activation)
    return value / 2 if mode == "xavier" else value


@mistake(
    "residual.init_variance", "standard-deviation", "Returns the standard deviation, which samplers take."
)
def init_variance_standard_deviation(fan_in: Any, fan_out: Any, **options: Any) -> Any:
    return math.sqrt(residual.init_variance(fan_in, fan_out, **options))


@mistake(
    "residual.plain_stack", "last-layer-linear", "Leaves the last layer linear, as in a classifier's head."
)
def plain_stack_last_layer_linear(
    x: Any, weights: Any, biases: Any = None, /, *, activation: Any = "linear"
) -> Any:
    trace = residual.plain_stack(x, weights, biases, activation=activation)
    last = trace.preactivations[-1]
    return trace._replace(output=last, states=(*trace.states[:-1], last))


@mistake("residual.plain_stack", "bias-after-activation", "Adds the bias to φ(xW) instead of to xW.")
def plain_stack_bias_after_activation(
    x: Any, weights: Any, biases: Any = None, /, *, activation: Any = "linear"
) -> Any:
    states, preactivations = [x], []
    for i, W in enumerate(weights):
        y, _, (z,) = residual.plain_stack(states[-1], [W], activation=activation)
        states.append(y if biases is None else y + biases[i])
        preactivations.append(z)
    return residual.PlainTrace(states[-1], tuple(states), tuple(preactivations))


def _reshaped(W: Any) -> Any:
    """Wᵀ's shape with W's order of elements."""
    return array_api_compat.array_namespace(W).reshape(W, (W.shape[1], W.shape[0]))


def _transposed(W: Any) -> Any:
    return array_api_compat.array_namespace(W).matrix_transpose(W)


@mistake(
    "residual.plain_stack",
    "reshaped-for-transposed",
    "Weights stored as (out, in) are brought to (in, out) by reshape instead of by transposing.",
)
def plain_stack_reshaped(x: Any, weights: Any, biases: Any = None, /, *, activation: Any = "linear") -> Any:
    stored = [_transposed(W) for W in weights]
    return residual.plain_stack(x, [_reshaped(W) for W in stored], biases, activation=activation)


@mistake(
    "residual.residual_stack",
    "scale-ignored",
    "ε is computed and stored, but never multiplied in.",
    reference="transformers#47458",
)
def residual_stack_scale_ignored(x: Any, weights: Any, /, *, scale: Any, activation: Any = "linear") -> Any:
    return residual.residual_stack(x, weights, scale=1.0, activation=activation)


@mistake(
    "residual.residual_stack", "half-power-scale", "ε/√2: 1/√(2N) of two branches a block, used for one."
)
def residual_stack_half_power_scale(
    x: Any, weights: Any, /, *, scale: Any, activation: Any = "linear"
) -> Any:
    return residual.residual_stack(x, weights, scale=scale / math.sqrt(2), activation=activation)


@mistake("residual.residual_stack", "scale-on-skip", "Scales x instead of the branch, ε x + φ(xW₁)W₂.")
def residual_stack_scale_on_skip(x: Any, weights: Any, /, *, scale: Any, activation: Any = "linear") -> Any:
    return _run(x, weights, lambda x, z, branch: scale * x + branch, activation)


@mistake(
    "residual.residual_stack",
    "normalised-sum",
    "Divides by √(1+ε²) in every block, as variance-preserving sums do.",
)
def residual_stack_normalised_sum(x: Any, weights: Any, /, *, scale: Any, activation: Any = "linear") -> Any:
    return _run(x, weights, lambda x, z, branch: (x + scale * branch) / math.hypot(1.0, scale), activation)


@mistake(
    "residual.residual_stack",
    "second-activation",
    "Applies relu after W₂ too, so that the branch has a positive mean and the sum drifts.",
)
def residual_stack_second_activation(
    x: Any, weights: Any, /, *, scale: Any, activation: Any = "linear"
) -> Any:
    def join(x: Any, z: Any, branch: Any) -> Any:
        return x + scale * _where_negative(branch, 0 * branch, branch)

    return _run(x, weights, join, activation)


def _run(x: Any, weights: Any, join: Any, activation: Any) -> Any:
    """A residual stack with another way to join x and the branch."""
    states, preactivations, branches = [x], [], []
    for block in weights:
        trace = residual.residual_stack(states[-1], [block], scale=1.0, activation=activation)
        preactivations.append(trace.preactivations[0])
        branches.append(trace.branches[0])
        states.append(join(states[-1], preactivations[-1], branches[-1]))
    return residual.ResidualTrace(states[-1], tuple(states), tuple(preactivations), tuple(branches))


def _backward(
    x: Any, weights: Any, biases: Any, cotangent: Any, activation: Any, back: Any, slope: Any
) -> Any:
    """Reverse mode with another matrix on the way back or another φ′."""
    xp = array_api_compat.array_namespace(x)
    trace = residual.plain_stack(x, weights, biases, activation=activation)
    to_weights, to_biases = [], []
    for i in reversed(range(len(weights))):
        to_z = cotangent * slope(i, trace)
        state = trace.states[i]
        rows = xp.reshape(to_z, (-1, to_z.shape[-1]))
        to_weights.append(xp.matmul(xp.matrix_transpose(xp.reshape(state, (-1, state.shape[-1]))), rows))
        to_biases.append(xp.sum(rows, axis=0))
        cotangent = xp.matmul(to_z, back(weights[i]))
    bias_gradients = () if biases is None else tuple(reversed(to_biases))
    return residual.PlainGradients(cotangent, tuple(reversed(to_weights)), bias_gradients)


def _slope(z: Any, activation: Any) -> Any:
    xp = array_api_compat.array_namespace(z)
    if activation == "tanh":
        return 1 - xp.tanh(z) ** 2
    return _where_negative(z, xp.zeros_like(z), xp.ones_like(z)) if activation == "relu" else xp.ones_like(z)


@mistake(
    "residual.plain_gradients",
    "weight-reshaped-in-backward",
    "Sends the cotangent back through W reshaped to Wᵀ's shape instead of transposed.",
)
def plain_gradients_reshaped(
    x: Any, weights: Any, biases: Any, cotangent: Any, /, *, activation: Any = "linear"
) -> Any:
    def slope(i: int, trace: Any) -> Any:
        return _slope(trace.preactivations[i], activation)

    return _backward(x, weights, biases, cotangent, activation, _reshaped, slope)


@mistake("residual.plain_gradients", "mask-missing", "Forgets φ′ on the way back.")
def plain_gradients_mask_missing(
    x: Any, weights: Any, biases: Any, cotangent: Any, /, *, activation: Any = "linear"
) -> Any:
    def slope(i: int, trace: Any) -> Any:
        return _slope(trace.preactivations[i], "linear")

    return _backward(x, weights, biases, cotangent, activation, _transposed, slope)


@mistake(
    "residual.plain_gradients",
    "mask-without-bias",
    "Takes φ′ at the product xW, which was saved before the bias was added in place.",
)
def plain_gradients_mask_without_bias(
    x: Any, weights: Any, biases: Any, cotangent: Any, /, *, activation: Any = "linear"
) -> Any:
    def slope(i: int, trace: Any) -> Any:
        z = trace.preactivations[i]
        return _slope(z if biases is None else z - biases[i], activation)

    return _backward(x, weights, biases, cotangent, activation, _transposed, slope)


@mistake(
    "residual.plain_gradients",
    "tanh-slope-of-preactivation",
    "1 − z² at the pre-activation for 1 − y² at the output: the formula for saved outputs, fed with inputs.",
)
def plain_gradients_tanh_slope(
    x: Any, weights: Any, biases: Any, cotangent: Any, /, *, activation: Any = "linear"
) -> Any:
    def slope(i: int, trace: Any) -> Any:
        z = trace.preactivations[i]
        return 1 - z * z if activation == "tanh" else _slope(z, activation)

    return _backward(x, weights, biases, cotangent, activation, _transposed, slope)


@mistake("residual.plain_gradients", "batch-mean", "Averages over the rows: the loss was taken for a mean.")
def plain_gradients_batch_mean(
    x: Any, weights: Any, biases: Any, cotangent: Any, /, *, activation: Any = "linear"
) -> Any:
    found = residual.plain_gradients(x, weights, biases, cotangent, activation=activation)
    rows = math.prod(x.shape[:-1])
    return found._replace(
        weights=tuple(g / rows for g in found.weights), biases=tuple(g / rows for g in found.biases)
    )


@mistake(
    "residual.residual_gradients", "unscaled", "The branch's weights get the branch's gradient, without ε."
)
def residual_gradients_unscaled(
    x: Any, weights: Any, cotangent: Any, /, *, scale: Any, activation: Any = "linear"
) -> Any:
    found = residual.residual_gradients(x, weights, cotangent, scale=scale, activation=activation)
    unscaled = tuple(
        (first / scale, None if second is None else second / scale) for first, second in found.weights
    )
    return found._replace(weights=unscaled)


@mistake(
    "residual.residual_gradients",
    "one-projection-unscaled",
    "The scale reaches every projection of a branch but one.",
    reference="xformers PR#284",
)
def residual_gradients_one_projection_unscaled(
    x: Any, weights: Any, cotangent: Any, /, *, scale: Any, activation: Any = "linear"
) -> Any:
    found = residual.residual_gradients(x, weights, cotangent, scale=scale, activation=activation)
    return found._replace(weights=tuple((g1, None if g2 is None else g2 / scale) for g1, g2 in found.weights))


def _residual_backward(
    x: Any, weights: Any, cotangent: Any, scale: Any, activation: Any, step: Any, slope_as: Any
) -> Any:
    """Reverse mode with another cotangent `step` to the block before or another φ′."""
    _, states, preactivations, _ = residual.residual_stack(x, weights, scale=scale, activation=activation)
    gradients = []
    for i in reversed(range(len(weights))):
        W1, W2 = weights[i]
        to_z, second = cotangent, None
        if W2 is not None:
            hidden = residual.plain_stack(states[i], [W1], activation=activation).output
            to_hidden, (second,), _ = residual.plain_gradients(hidden, [W2], None, cotangent)
            to_z, second = to_hidden * _slope(preactivations[i], slope_as), scale * second
        to_x, (first,), _ = residual.plain_gradients(states[i], [W1], None, to_z)
        gradients.append((scale * first, second))
        cotangent = step(cotangent, to_x, to_z, W1)
    return residual.ResidualGradients(cotangent, tuple(reversed(gradients)))


@mistake(
    "residual.residual_gradients",
    "skip-missing",
    "Sends back only what went through the branch: the block was differentiated as if it were plain.",
)
def residual_gradients_skip_missing(
    x: Any, weights: Any, cotangent: Any, /, *, scale: Any, activation: Any = "linear"
) -> Any:
    def step(skip: Any, to_x: Any, to_z: Any, W1: Any) -> Any:
        return scale * to_x

    return _residual_backward(x, weights, cotangent, scale, activation, step, activation)


@mistake("residual.residual_gradients", "mask-missing", "Forgets φ′ on the way back through the branch.")
def residual_gradients_mask_missing(
    x: Any, weights: Any, cotangent: Any, /, *, scale: Any, activation: Any = "linear"
) -> Any:
    def step(skip: Any, to_x: Any, to_z: Any, W1: Any) -> Any:
        return skip + scale * to_x

    return _residual_backward(x, weights, cotangent, scale, activation, step, "linear")


@mistake(
    "residual.residual_gradients",
    "weight-reshaped-in-backward",
    "Sends the cotangent back through W₁ reshaped to W₁ᵀ's shape instead of transposed.",
)
def residual_gradients_reshaped(
    x: Any, weights: Any, cotangent: Any, /, *, scale: Any, activation: Any = "linear"
) -> Any:
    def step(skip: Any, to_x: Any, to_z: Any, W1: Any) -> Any:
        return skip + scale * array_api_compat.array_namespace(to_z).matmul(to_z, _reshaped(W1))

    return _residual_backward(x, weights, cotangent, scale, activation, step, activation)


@mistake(
    "residual.sgd_increment", "plus-sign", "The step's length without its direction: the loss goes down."
)
def sgd_increment_plus_sign(gradients: Any, /, *, learning_rate: Any) -> Any:
    return -residual.sgd_increment(gradients, learning_rate=learning_rate)


@mistake("residual.sgd_increment", "norm-not-squared", "−η‖∇‖: the square forgotten.")
def sgd_increment_norm(gradients: Any, /, *, learning_rate: Any) -> Any:
    return -learning_rate * (-residual.sgd_increment(gradients, learning_rate=1.0)) ** 0.5


@mistake("residual.sgd_increment", "mean-of-squares", "Averages over each array: `mean` written for `sum`.")
def sgd_increment_mean(gradients: Any, /, *, learning_rate: Any) -> Any:
    return sum(
        residual.sgd_increment([part], learning_rate=learning_rate) / math.prod(part.shape)
        for part in _flat(gradients)
    )


@mistake(
    "residual.sgd_increment",
    "sum-of-norms-squared",
    "−η (Σ‖∇‖)²: the norms of the arrays are added before squaring.",
)
def sgd_increment_norms(gradients: Any, /, *, learning_rate: Any) -> Any:
    norms = [(-residual.sgd_increment([part], learning_rate=1.0)) ** 0.5 for part in _flat(gradients)]
    return -learning_rate * sum(norms) ** 2


def _flat(tree: Any) -> list[Any]:
    if isinstance(tree, list | tuple):
        return [leaf for part in tree for leaf in _flat(part)]
    return [] if tree is None else [tree]


@mistake(
    "residual.growth", "aligned-for-zero-mean", "(1+ε)^N for every J, as the triangle inequality bounds it."
)
def growth_aligned_for_zero_mean(eps: Any, depth: Any, *, kind: Any = "aligned") -> Any:
    return residual.growth(eps, depth)


@mistake("residual.growth", "mean-square", "(1+ε²)^N: the growth of the squared norm given for the norm's.")
def growth_mean_square(eps: Any, depth: Any, *, kind: Any = "aligned") -> Any:
    return residual.growth(eps, depth, kind=kind) ** (2 if kind == "zero_mean" else 1)


@mistake(
    "residual.growth", "rounded-sum", "Raises the rounded 1+ε to the power N, which magnifies its error."
)
def growth_rounded_sum(eps: Any, depth: Any, *, kind: Any = "aligned") -> Any:
    return (1 + eps) ** depth if kind == "aligned" else (1 + eps * eps) ** (depth / 2)


@mistake("residual.growth", "exponential", "e^{εN} for (1+ε)^N, its limit for small ε.")
def growth_exponential(eps: Any, depth: Any, *, kind: Any = "aligned") -> Any:
    return math.exp(eps * depth if kind == "aligned" else eps * eps * depth / 2)


@mistake("residual.deepnorm_constants", "encoder-decoder-swapped", "The encoder's constants for the decoder.")
def deepnorm_constants_swapped(encoder_layers: Any, decoder_layers: Any, *, exact: Any = False) -> Any:
    found = residual.deepnorm_constants(encoder_layers, decoder_layers, exact=exact)
    if found.encoder is None or found.decoder is None:
        return found
    return residual.DeepNormConstants(found.decoder, found.encoder)


@mistake(
    "residual.deepnorm_constants", "two-and-eight-swapped", "(8N)^{1/4} and (2N)^{-1/4}: swapped factors."
)
def deepnorm_constants_two_and_eight(encoder_layers: Any, decoder_layers: Any, *, exact: Any = False) -> Any:
    found = residual.deepnorm_constants(encoder_layers, decoder_layers, exact=exact)
    if found.encoder is not None and found.decoder is not None:
        return found
    return residual.DeepNormConstants(
        *(None if c is None else residual.Constants(1 / c.beta, 1 / c.alpha) for c in found)
    )


@mistake(
    "residual.deepnorm_constants",
    "single-stack-formula",
    "Uses (2N)^{1/4}, (8N)^{-1/4} for both parts of an encoder-decoder.",
)
def deepnorm_constants_single_stack(encoder_layers: Any, decoder_layers: Any, *, exact: Any = False) -> Any:
    return residual.DeepNormConstants(
        residual.deepnorm_constants(encoder_layers, 0).encoder if encoder_layers else None,
        residual.deepnorm_constants(0, decoder_layers).decoder if decoder_layers else None,
    )


@mistake(
    "residual.deepnorm_constants",
    "always-rounded",
    "Keeps 0.81 and 0.87 where exact constants are asked for.",
)
def deepnorm_constants_always_rounded(encoder_layers: Any, decoder_layers: Any, *, exact: Any = False) -> Any:
    return residual.deepnorm_constants(encoder_layers, decoder_layers)


def _norm(x: Any, gamma: Any, beta: Any, centre: bool, root: Any) -> Any:
    """Textbook normalisation with another root(Σd², n)."""
    xp = array_api_compat.array_namespace(x)
    d = x - xp.mean(x, axis=-1, keepdims=True) if centre else x
    y = d / root(xp.sum(d * d, axis=-1, keepdims=True), x.shape[-1])
    y = y if gamma is None else y * gamma
    return y if beta is None else y + beta


@mistake(
    "residual.layer_norm",
    "unbiased-variance",
    "Divides by n − 1, the default of `var` in some libraries.",
    reference="annotated-transformer PR#119",
)
def layer_norm_unbiased(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    return _norm(x, gamma, beta, True, lambda total, n: (total / max(n - 1, 1) + eps) ** 0.5)


@mistake("residual.layer_norm", "eps-outside-root", "σ + eps for √(σ² + eps).")
def layer_norm_eps_outside(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    return _norm(x, gamma, beta, True, lambda total, n: (total / n) ** 0.5 + eps)


@mistake("residual.layer_norm", "mean-kept", "RMSNorm: the mean is not removed.")
def layer_norm_mean_kept(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    return _norm(x, gamma, beta, False, lambda total, n: (total / n + eps) ** 0.5)


@mistake(
    "residual.layer_norm",
    "one-pass-variance",
    "E x² − (E x)² in one pass: cancels where rows are nearly constant and overflows where they are large.",
)
def layer_norm_one_pass(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    xp = array_api_compat.array_namespace(x)
    mean = xp.mean(x, axis=-1, keepdims=True)
    variance = xp.mean(x * x, axis=-1, keepdims=True) - mean * mean
    y = (x - mean) / xp.sqrt(_where_negative(variance, xp.zeros_like(variance), variance) + eps)
    y = y if gamma is None else y * gamma
    return y if beta is None else y + beta


@mistake("residual.layer_norm", "beta-scaled", "γ (x̂ + β): the shift goes in before the gain.")
def layer_norm_beta_scaled(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: Any = 1e-5) -> Any:
    y = residual.layer_norm(x, eps=eps)
    y = y if beta is None else y + beta
    return y if gamma is None else y * gamma


@mistake("residual.deep_norm", "branch-scaled", "α multiplies the branch, as ε of a residual block does.")
def deep_norm_branch_scaled(
    x: Any, branch: Any, gamma: Any = None, beta: Any = None, /, *, alpha: Any, eps: Any = 1e-5
) -> Any:
    return residual.layer_norm(x + alpha * branch, gamma, beta, eps=eps)


@mistake(
    "residual.deep_norm",
    "post-norm",
    "Plain Post-LN: the constant is configured, but never applied.",
    reference="transformers#47458",
)
def deep_norm_post_norm(
    x: Any, branch: Any, gamma: Any = None, beta: Any = None, /, *, alpha: Any, eps: Any = 1e-5
) -> Any:
    return residual.layer_norm(x + branch, gamma, beta, eps=eps)


@mistake("residual.deep_norm", "branch-normalised", "α x + LN(branch): the norm around the branch alone.")
def deep_norm_branch_normalised(
    x: Any, branch: Any, gamma: Any = None, beta: Any = None, /, *, alpha: Any, eps: Any = 1e-5
) -> Any:
    return alpha * x + residual.layer_norm(branch, gamma, beta, eps=eps)


@mistake("residual.deep_norm", "no-gain", "Normalises without γ and β, which stay where they started.")
def deep_norm_no_gain(
    x: Any, branch: Any, gamma: Any = None, beta: Any = None, /, *, alpha: Any, eps: Any = 1e-5
) -> Any:
    return residual.deep_norm(x, branch, alpha=alpha, eps=eps)
