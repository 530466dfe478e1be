"""Conventions of networks that differ from this document's."""

from collections.abc import Sequence
from typing import Any

from .... import _libraries, residual
from ...._libraries import array_namespace
from ...language.adapter import adapter
from ...language.law import Implementation


def _turned(W: Any) -> Any:
    """The other layout of a matrix, which may be None."""
    return None if W is None else array_namespace(W).matrix_transpose(W)


@adapter(
    "residual.plain_stack",
    "out-in",
    "mine(x, weights, biases, activation) → output: weights (out, in), y = φ(xWᵀ + b); biases may be None. "
    "Every layer is also run by itself.",
    reference="torch.nn.Linear",
)
def plain_stack_out_in(mine: Implementation) -> Implementation:
    def plain_stack(
        x: Any, weights: Sequence[Any], biases: Any = None, /, *, activation: Any = "linear"
    ) -> Any:
        turned = [_turned(W) for W in weights]
        states, preactivations = [x], []
        for i, W in enumerate(turned):
            own = None if biases is None else biases[i : i + 1]
            preactivations.append(mine(states[-1], [W], own, "linear"))
            states.append(mine(states[-1], [W], own, activation))
        output = mine(x, turned, biases, activation)
        return residual.PlainTrace(output, tuple(states), tuple(preactivations))

    return plain_stack


@adapter(
    "residual.residual_stack",
    "out-in",
    "mine(x, weights, scale, activation) → output: pairs (W1, W2) of weights (out, in), W2 may be None. "
    "Every block is also run by itself; pre-activations and branches are the reference's.",
    reference="torch.nn.Linear",
)
def residual_stack_out_in(mine: Implementation) -> Implementation:
    def residual_stack(x: Any, weights: Sequence[Any], /, *, scale: float, activation: Any = "linear") -> Any:
        turned = [(_turned(first), _turned(second)) for first, second in weights]
        states, preactivations, branches = [x], [], []
        for block, here in zip(turned, weights, strict=True):
            inner = residual.residual_stack(states[-1], [here], scale=scale, activation=activation)
            preactivations.append(inner.preactivations[0])
            branches.append(inner.branches[0])
            states.append(mine(states[-1], [block], scale, activation))
        output = mine(x, turned, scale, activation)
        return residual.ResidualTrace(output, tuple(states), tuple(preactivations), tuple(branches))

    return residual_stack


@adapter(
    "residual.plain_gradients",
    "out-in",
    "mine(x, weights, biases, cotangent, activation) → (to x, to weights, to biases): weights and their "
    "gradients (out, in); the biases' are not read where biases is None.",
    reference="torch.nn.Linear",
)
def plain_gradients_out_in(mine: Implementation) -> Implementation:
    def plain_gradients(
        x: Any, weights: Sequence[Any], biases: Any, cotangent: Any, /, *, activation: Any = "linear"
    ) -> Any:
        to_x, to_weights, to_biases = mine(x, [_turned(W) for W in weights], biases, cotangent, activation)
        to_biases = () if biases is None else tuple(to_biases)
        return residual.PlainGradients(to_x, tuple(_turned(W) for W in to_weights), to_biases)

    return plain_gradients


@adapter(
    "residual.residual_gradients",
    "out-in",
    "mine(x, weights, cotangent, scale, activation) → (to x, to weights): pairs (W1, W2) of weights "
    "(out, in), "
    "and pairs of their gradients, None for W2 None.",
    reference="torch.nn.Linear",
)
def residual_gradients_out_in(mine: Implementation) -> Implementation:
    def residual_gradients(
        x: Any, weights: Sequence[Any], cotangent: Any, /, *, scale: float, activation: Any = "linear"
    ) -> Any:
        turned = [(_turned(first), _turned(second)) for first, second in weights]
        to_x, pairs = mine(x, turned, cotangent, scale, activation)
        back = tuple((_turned(first), _turned(second)) for first, second in pairs)
        return residual.ResidualGradients(to_x, back)

    return residual_gradients


@adapter(
    "residual.layer_norm",
    "normalized-shape",
    "mine(x, (n,), weight, bias, eps): γ and β may be None.",
    reference="torch.nn.functional.layer_norm",
)
def layer_norm_normalized_shape(mine: Implementation) -> Implementation:
    def layer_norm(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
        return mine(x, (x.shape[-1],), gamma, beta, eps)

    return layer_norm


@adapter(
    "residual.deep_norm",
    "sublayer",
    "mine(x, sublayer, norm, alpha): functions of an array, the norm with its γ, β and eps (the "
    "reference's).",
)
def deep_norm_sublayer(mine: Implementation) -> Implementation:
    def deep_norm(
        x: Any, branch: Any, gamma: Any = None, beta: Any = None, /, *, alpha: float, eps: float = 1e-5
    ) -> Any:
        def norm(total: Any) -> Any:
            return residual.layer_norm(total, gamma, beta, eps=eps)

        return mine(x, lambda _: branch, norm, alpha)

    return deep_norm


@adapter(
    "residual.init_variance",
    "std",
    "mine(fan_in, fan_out, mode=, activation=) → standard deviation.",
    reference="torch.nn.init",
)
def init_variance_std(mine: Implementation) -> Implementation:
    def init_variance(
        fan_in: int, fan_out: int, *, mode: Any = "forward", activation: Any = "linear"
    ) -> float:
        return float(mine(fan_in, fan_out, mode=mode, activation=activation) ** 2)

    return init_variance


@adapter(
    "residual.rms_norm",
    "normalized-shape",
    "mine(x, (n,), weight, eps): γ may be None.",
    reference="torch.nn.functional.rms_norm",
)
def rms_norm_normalized_shape(mine: Implementation) -> Implementation:
    def rms_norm(x: Any, gamma: Any = None, /, *, eps: float = 1e-6) -> Any:
        return mine(x, (x.shape[-1],), gamma, eps)

    return rms_norm


@adapter(
    "residual.rms_norm",
    "weight-eps",
    "mine(x, weight, eps): γ is always given, 1 where there is none.",
    reference="LlamaRMSNorm of transformers",
)
def rms_norm_weight_eps(mine: Implementation) -> Implementation:
    def rms_norm(x: Any, gamma: Any = None, /, *, eps: float = 1e-6) -> Any:
        xp = array_namespace(x)
        return mine(x, xp.ones_like(_one_row(x)) if gamma is None else gamma, eps)

    return rms_norm


@adapter(
    "residual.rms_norm",
    "zero-centred",
    "mine(x, weight, eps): multiplies by 1 + weight; it gets γ − 1, or 0 where there is none.",
    reference="GemmaRMSNorm of transformers",
)
def rms_norm_zero_centred(mine: Implementation) -> Implementation:
    def rms_norm(x: Any, gamma: Any = None, /, *, eps: float = 1e-6) -> Any:
        xp = array_namespace(x)
        return mine(x, xp.zeros_like(_one_row(x)) if gamma is None else gamma - 1, eps)

    return rms_norm


def _one_row(x: Any) -> Any:
    """A row of x, or zeros of its length if there is none."""
    xp = array_namespace(x)
    return xp.zeros((x.shape[-1],), dtype=x.dtype, device=_libraries.device(x))


@adapter(
    "residual.qk_norm_scores",
    "norms",
    "mine(q, k, q_norm, k_norm, scale): functions of an array that normalise the last axis (the "
    "reference's, with their γ and eps); q, k (batch, heads, sequence, d).",
)
def qk_norm_scores_norms(mine: Implementation) -> Implementation:
    def qk_norm_scores(
        q: Any, k: Any, gamma_q: Any = None, gamma_k: Any = None, /, *,
        eps: float = 1e-6, scale: float | None = None,
    ) -> Any:  # fmt: skip
        def q_norm(x: Any) -> Any:
            return residual.rms_norm(x, gamma_q, eps=eps)

        def k_norm(x: Any) -> Any:
            return residual.rms_norm(x, gamma_k, eps=eps)

        return mine(q, k, q_norm, k_norm, q.shape[-1] ** -0.5 if scale is None else scale)

    return qk_norm_scores
