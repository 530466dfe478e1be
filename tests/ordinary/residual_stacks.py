"""Stacks of layers and of residual blocks, and backpropagation, as people type them: weights (out, in)."""

import math

import numpy as np

from ._ordinary import Ordinary, Slip, ignored

MASK = "mask-missing|φ′|derivative|slope"
SKIP = r"skip|identity|\bx \+|plain"
SUBTRACTED = r"bias.{0,40}(sign|negat|subtract|minus)|(sign|negat|subtract)\w*.{0,40}bias"
AFTER_SUM = r"after the (sum|skip|addition)|activation.{0,40}(sum|skip|again)|φ\(x ?\+"
OF_OUTPUT = r"slope.{0,60}(output|twice|tanh)|tanh.{0,60}(twice|output)"


def act(z, activation):
    if activation == "relu":
        return np.maximum(z, 0)
    return np.tanh(z) if activation == "tanh" else z


def act_grad(z, activation):
    if activation == "relu":
        return (z > 0) * 1.0
    return 1 - np.tanh(z) ** 2 if activation == "tanh" else np.ones_like(z)


# Plain layers.
def mlp(x, weights, biases, activation):
    for i, W in enumerate(weights):
        z = x @ W.T
        if biases is not None:
            z = z + biases[i]
        x = act(z, activation)
    return x


def mlp_without_bias(x, weights, biases, activation):
    return mlp(x, weights, None, activation)


def mlp_bias_after(x, weights, biases, activation):
    for i, W in enumerate(weights):
        x = act(x @ W.T, activation)
        if biases is not None:
            x = x + biases[i]
    return x


def mlp_bias_subtracted(x, weights, biases, activation):
    return mlp(x, weights, None if biases is None else [-b for b in biases], activation)


def mlp_never_activated(x, weights, biases, activation):
    return mlp(x, weights, biases, "linear")


def mlp_reshaped(x, weights, biases, activation):
    for i, W in enumerate(weights):
        z = x @ W.reshape(W.shape[::-1])
        x = act(z if biases is None else z + biases[i], activation)
    return x


def mlp_leaky(x, weights, biases, activation):
    for i, W in enumerate(weights):
        z = x @ W.T if biases is None else x @ W.T + biases[i]
        x = np.where(z > 0, z, 0.01 * z) if activation == "relu" else act(z, activation)
    return x


def mlp_sigmoid(x, weights, biases, activation):
    for i, W in enumerate(weights):
        z = x @ W.T if biases is None else x @ W.T + biases[i]
        x = 1 / (1 + np.exp(-z)) if activation == "tanh" else act(z, activation)
    return x


# Residual blocks.
def resnet(x, weights, scale, activation):
    for W1, W2 in weights:
        h = x @ W1.T
        if W2 is not None:
            h = act(h, activation) @ W2.T
        x = x + scale * h
    return x


def resnet_unscaled(x, weights, scale, activation):
    return resnet(x, weights, 1.0, activation)


def resnet_over_depth(x, weights, scale, activation):
    return resnet(x, weights, scale / math.sqrt(2), activation)


def resnet_scaled_skip(x, weights, scale, activation):
    for W1, W2 in weights:
        h = x @ W1.T
        h = h if W2 is None else act(h, activation) @ W2.T
        x = scale * x + h
    return x


def resnet_normalised(x, weights, scale, activation):
    for W1, W2 in weights:
        h = x @ W1.T
        h = h if W2 is None else act(h, activation) @ W2.T
        x = (x + scale * h) / math.sqrt(1 + scale**2)
    return x


def resnet_without_skip(x, weights, scale, activation):
    for W1, W2 in weights:
        h = x @ W1.T
        x = scale * (h if W2 is None else act(h, activation) @ W2.T)
    return x


def resnet_scale_squared(x, weights, scale, activation):
    return resnet(x, weights, scale**2, activation)


def resnet_activated_after(x, weights, scale, activation):
    for W1, W2 in weights:
        h = x @ W1.T
        x = x + scale * h if W2 is None else act(x + scale * (act(h, activation) @ W2.T), activation)
    return x


# Backpropagation through plain layers.
def flat(x):
    return x.reshape(-1, x.shape[-1])


def backprop(x, weights, biases, cotangent, activation, slope=act_grad, mean=False, turned=True, bias=True):
    inputs, zs = [], []
    for i, W in enumerate(weights):
        inputs.append(x)
        zs.append(x @ W.T if biases is None else x @ W.T + biases[i])
        x = act(zs[-1], activation)
    delta, dWs, dbs = cotangent, [], []
    for i in reversed(range(len(weights))):
        z = zs[i] if bias or biases is None else zs[i] - biases[i]
        dz = delta * slope(z, activation)
        rows = flat(dz).shape[0] if mean else 1
        dWs.insert(0, flat(dz).T @ flat(inputs[i]) / rows)
        dbs.insert(0, flat(dz).sum(axis=0) / rows)
        delta = dz @ (weights[i] if turned else weights[i].T.reshape(weights[i].shape))
    return delta, dWs, dbs


def backprop_without_slope(x, weights, biases, cotangent, activation):
    return backprop(x, weights, biases, cotangent, activation, slope=lambda z, _: np.ones_like(z))


def backprop_mean(x, weights, biases, cotangent, activation):
    return backprop(x, weights, biases, cotangent, activation, mean=True)


def backprop_reshaped(x, weights, biases, cotangent, activation):
    return backprop(x, weights, biases, cotangent, activation, turned=False)


def backprop_tanh_of_input(x, weights, biases, cotangent, activation):
    def slope(z, activation):
        return 1 - z**2 if activation == "tanh" else act_grad(z, activation)

    return backprop(x, weights, biases, cotangent, activation, slope)


def backprop_mask_before_bias(x, weights, biases, cotangent, activation):
    return backprop(x, weights, biases, cotangent, activation, bias=False)


def backprop_outputs_for_inputs(x, weights, biases, cotangent, activation):
    def slope(z, activation):
        return act_grad(act(z, activation), activation)

    return backprop(x, weights, biases, cotangent, activation, slope)


def backprop_negative(x, weights, biases, cotangent, activation):
    return backprop(x, weights, biases, -cotangent, activation)


# Backpropagation through residual blocks.
def resnet_backprop(x, weights, cotangent, scale, activation, slope=act_grad, skip=1.0, scaled=(1, 1)):
    inputs = []
    for W1, W2 in weights:
        inputs.append(x)
        h = x @ W1.T
        x = x + scale * (h if W2 is None else act(h, activation) @ W2.T)
    delta, grads = cotangent, []
    for (W1, W2), x_in in zip(reversed(weights), reversed(inputs), strict=True):
        z, branch = x_in @ W1.T, scale * delta
        if W2 is None:
            dz, dW2 = branch, None
        else:
            dW2 = flat(branch).T @ flat(act(z, activation)) * scaled[1]
            dz = (branch @ W2) * slope(z, activation)
        grads.insert(0, (flat(dz).T @ flat(x_in) * scaled[0], dW2))
        delta = skip * delta + dz @ W1
    return delta, grads


def resnet_backprop_without_skip(x, weights, cotangent, scale, activation):
    return resnet_backprop(x, weights, cotangent, scale, activation, skip=0.0)


def resnet_backprop_without_slope(x, weights, cotangent, scale, activation):
    return resnet_backprop(x, weights, cotangent, scale, activation, slope=lambda z, _: 1.0)


def resnet_backprop_unscaled(x, weights, cotangent, scale, activation):
    return resnet_backprop(x, weights, cotangent, scale, activation, scaled=(1 / scale, 1 / scale))


def resnet_backprop_one_unscaled(x, weights, cotangent, scale, activation):
    return resnet_backprop(x, weights, cotangent, scale, activation, scaled=(1, 1 / scale))


def resnet_backprop_scale_ignored(x, weights, cotangent, scale, activation):
    return resnet_backprop(x, weights, cotangent, 1.0, activation)


ORDINARY = [
    Ordinary(
        "residual.plain_stack",
        mlp,
        (
            Slip(mlp_without_bias, r"no bias|without (the )?bias|" + ignored("biases")),
            Slip(mlp_bias_after, "bias-after-activation"),
            Slip(mlp_bias_subtracted, SUBTRACTED),
            Slip(mlp_never_activated, r"activation=.?.?linear|" + ignored("activation")),
            Slip(mlp_reshaped, "reshaped-for-transposed"),
            Slip(mlp_leaky, "leak|negative"),
            Slip(mlp_sigmoid, r"sigmoid|logistic|tanh"),
        ),
        adapter="out-in",
    ),
    Ordinary(
        "residual.residual_stack",
        resnet,
        (
            Slip(resnet_unscaled, "scale-ignored|" + ignored("scale")),
            Slip(resnet_over_depth, r"half-power-scale|√ ?2"),
            Slip(resnet_scaled_skip, "scale-on-skip"),
            Slip(resnet_normalised, "normalised-sum"),
            Slip(resnet_without_skip, SKIP),
            Slip(resnet_scale_squared, r"scale.{0,40}squar|squar\w*.{0,40}scale|ε²|twice"),
            Slip(resnet_activated_after, AFTER_SUM),
        ),
        adapter="out-in",
    ),
    Ordinary(
        "residual.plain_gradients",
        backprop,
        (
            Slip(backprop_without_slope, MASK),
            Slip(backprop_mean, "batch-mean"),
            Slip(backprop_reshaped, "weight-reshaped-in-backward"),
            Slip(backprop_tanh_of_input, "tanh-slope-of-preactivation"),
            Slip(backprop_mask_before_bias, "mask-without-bias"),
            Slip(backprop_outputs_for_inputs, OF_OUTPUT),
            Slip(backprop_negative, r"sign|negat|−1 times|-1 times"),
        ),
        adapter="out-in",
    ),
    Ordinary(
        "residual.residual_gradients",
        resnet_backprop,
        (
            Slip(resnet_backprop_without_skip, "skip-missing"),
            Slip(resnet_backprop_without_slope, "mask-missing"),
            Slip(resnet_backprop_unscaled, "residual_gradients/unscaled"),
            Slip(resnet_backprop_one_unscaled, "one-projection-unscaled"),
            Slip(resnet_backprop_scale_ignored, ignored("scale")),
        ),
        adapter="out-in",
    ),
]  # fmt: skip
