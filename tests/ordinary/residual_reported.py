"""Norms and stacks as public code has them, and mistakes that were reported of such code."""

import numpy as np

from ._ordinary import Ordinary, Slip, torch, typo

UNBIASED = r"unbiased|n ?− ?1"
LAST = r"activation-last|after the second product"
SUM = r"sum-scaled|whole sum"
BIASES = r"bias-mean|averages the gradients of the biases"


Module = torch.nn.Module if torch else object


# Layer norm as a module, from the annotated Transformer.
class Norm(Module):
    def forward(self, x, weight=None, bias=None, eps=1e-5):
        mean, variance = x.mean(-1, keepdim=True), x.var(-1, keepdim=True, unbiased=False)
        y = (x - mean) / torch.sqrt(variance + eps)
        y = y if weight is None else y * weight
        return y if bias is None else y + bias


class AnnotatedNorm(Module):
    def forward(self, x, weight=None, bias=None, eps=1e-5):
        mean, std = x.mean(-1, keepdim=True), x.std(-1, keepdim=True)
        y = (x - mean) / (std + eps)
        y = y if weight is None else y * weight
        return y if bias is None else y + bias


# A residual stack of linear layers.
def act(activation):
    return getattr(torch, activation) if activation != "linear" else lambda z: z


def blocks(x, layers, scale, activation):
    for up, down in layers:
        hidden = x @ up.T
        x = x + scale * (hidden if down is None else act(activation)(hidden) @ down.T)
    return x


def blocks_scaled_sum(x, layers, scale, activation):
    for up, down in layers:
        hidden = x @ up.T
        x = scale * (x + (hidden if down is None else act(activation)(hidden) @ down.T))
    return x


# Backpropagation by hand.
def slope(z, activation):
    if activation == "tanh":
        return 1 - np.tanh(z) ** 2
    return (z > 0).astype(z.dtype) if activation == "relu" else np.ones_like(z)


def forward(z, activation):
    return np.tanh(z) if activation == "tanh" else np.maximum(z, 0) if activation == "relu" else z


def backward(x, weights, biases, grad, activation):
    inputs, sums = [x], []
    for i, w in enumerate(weights):
        sums.append(inputs[-1] @ w.T + (0 if biases is None else biases[i]))
        inputs.append(forward(sums[-1], activation))
    to_weights, to_biases = [], []
    for i in reversed(range(len(weights))):
        grad = grad * slope(sums[i], activation)
        rows = grad.reshape(-1, grad.shape[-1])
        to_weights.insert(0, rows.T @ inputs[i].reshape(-1, inputs[i].shape[-1]))
        to_biases.insert(0, rows.sum(axis=0))
        grad = grad @ weights[i]
    return grad, to_weights, to_biases


def backward_mean_of_biases(x, weights, biases, grad, activation):
    to_x, to_weights, to_biases = backward(x, weights, biases, grad, activation)
    rows = max(1, int(np.prod(x.shape[:-1])))
    return to_x, to_weights, [b / rows for b in to_biases]


ORDINARY = [
    Ordinary(
        "residual.layer_norm",
        Norm().forward,
        (Slip(AnnotatedNorm().forward, UNBIASED),),
        backend="torch",
        answer="imprecise",
    ),
    Ordinary(
        "residual.residual_stack",
        blocks,
        (typo("(hidden) @ down.T", "(hidden @ down.T)", LAST), Slip(blocks_scaled_sum, SUM)),
        adapter="out-in",
        backend="torch",
    ),
    Ordinary(
        "residual.plain_gradients",
        backward,
        (Slip(backward_mean_of_biases, BIASES),),
        adapter="out-in",
    ),
]
