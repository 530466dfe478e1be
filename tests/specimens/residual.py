"""One call of every residual function, of a size that grows with n."""

from collections.abc import Callable
from typing import Any

import numpy as np

from refimpl import residual
from refimpl._typing import Array
from refimpl.backends import Setting

Specimen = tuple[Callable[..., Any], tuple[Array, ...]]


def _normal(on: Setting, *shape: int) -> Array:
    values = np.random.default_rng(sum(shape)).standard_normal(shape)
    return on.array(values / np.sqrt(shape[0]) if len(shape) > 1 else values)


def _width(n: int) -> int:
    return max(2, min(n, 256))


def _init_variance(on: Setting, n: int) -> Specimen:
    return lambda: residual.init_variance(n, 2 * n, activation="relu"), ()


def _growth(on: Setting, n: int) -> Specimen:
    return lambda: residual.growth(1 / n, n), ()


def _deepnorm_constants(on: Setting, n: int) -> Specimen:
    return lambda: residual.deepnorm_constants(n, n, exact=True), ()


def _plain_stack(on: Setting, n: int) -> Specimen:
    d = _width(n)

    def call(x: Array, first: Array, second: Array, a: Array, b: Array) -> Any:
        return residual.plain_stack(x, [first, second], [a, b], activation="relu")

    return call, (_normal(on, n, d), _normal(on, d, d), _normal(on, d, d), _normal(on, d), _normal(on, d))


def _plain_gradients(on: Setting, n: int) -> Specimen:
    d = _width(n)

    def call(x: Array, first: Array, second: Array, a: Array, b: Array, cotangent: Array) -> Any:
        return residual.plain_gradients(x, [first, second], [a, b], cotangent, activation="tanh")

    _, arrays = _plain_stack(on, n)
    return call, (*arrays, _normal(on, n, d))


def _residual_stack(on: Setting, n: int) -> Specimen:
    d = _width(n)

    def call(x: Array, first: Array, second: Array, third: Array) -> Any:
        return residual.residual_stack(x, [(first, second), (third, None)], scale=0.5, activation="relu")

    return call, (_normal(on, n, d), _normal(on, d, 2 * d), _normal(on, 2 * d, d), _normal(on, d, d))


def _residual_gradients(on: Setting, n: int) -> Specimen:
    def call(x: Array, first: Array, second: Array, third: Array, cotangent: Array) -> Any:
        blocks = [(first, second), (third, None)]
        return residual.residual_gradients(x, blocks, cotangent, scale=0.5, activation="tanh")

    _, arrays = _residual_stack(on, n)
    return call, (*arrays, _normal(on, n, _width(n)))


def _sgd_increment(on: Setting, n: int) -> Specimen:
    def call(first: Array, second: Array) -> Array:
        return residual.sgd_increment([(first, None), second], learning_rate=0.1)

    return call, (_normal(on, n, _width(n)), _normal(on, n))


def _layer_norm(on: Setting, n: int) -> Specimen:
    d = _width(n)
    return residual.layer_norm, (_normal(on, n, d), _normal(on, d), _normal(on, d))


def _deep_norm(on: Setting, n: int) -> Specimen:
    d = _width(n)

    def call(x: Array, branch: Array, gamma: Array, beta: Array) -> Array:
        return residual.deep_norm(x, branch, gamma, beta, alpha=2.0)

    return call, (_normal(on, n, d), _normal(on, n, d), _normal(on, d), _normal(on, d))


SPECIMENS: dict[str, Callable[[Setting, int], Specimen]] = {
    "residual.deep_norm": _deep_norm,
    "residual.deepnorm_constants": _deepnorm_constants,
    "residual.growth": _growth,
    "residual.init_variance": _init_variance,
    "residual.layer_norm": _layer_norm,
    "residual.plain_gradients": _plain_gradients,
    "residual.plain_stack": _plain_stack,
    "residual.residual_gradients": _residual_gradients,
    "residual.residual_stack": _residual_stack,
    "residual.sgd_increment": _sgd_increment,
}

TAKES = {
    "residual.layer_norm": "mlr - -",
    "residual.plain_stack": "mlr - - - -",
    "residual.residual_stack": "mlr - - -",
    "residual.sgd_increment": "mlsenr mlse",
}
