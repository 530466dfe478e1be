"""Laws of the stacks and of their gradients."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ...._typing import Array
from ...._xp import numbers
from ....backends import Setting
from ...language.law import Gap, Impl, Record, Rounding, Same, law
from . import derivatives, inputs
from .derivatives import Real

Blocks = tuple[tuple[Array, Array | None], ...]


def _rows(array: Real) -> Real:
    return array.reshape(-1, array.shape[-1])


def _size(blocks: list[tuple[Any, Any]]) -> list[tuple[Real, Real | None]]:
    return [(np.abs(W1), None if W2 is None else np.abs(W2)) for W1, W2 in blocks]


def _host(on: Setting, blocks: Blocks) -> list[tuple[Real, Real | None]]:
    return [(on.host(W1), None if W2 is None else on.host(W2)) for W1, W2 in blocks]


def _product(x: Real, W: Real) -> Real:
    """xW with every sum rounded once."""
    total = numbers(x).fsum
    return np.stack([np.stack([total(row * column) for column in W.T]) for row in x])


def _apply(z: Real, activation: str) -> Real:
    if activation == "tanh":
        return np.tanh(z)
    return np.maximum(z, 0.0) if activation == "relu" else z


@law(
    "residual.plain_stack-definition",
    "plain_stack repeats y = φ(xW + b) and keeps every state and pre-activation",
    source="residual D2",
    about=("residual.plain_stack",),
    inputs=inputs.plain,
    tolerance=Rounding(
        {"products, sums, bias of 3, 2, 4 inputs": 4 + 3 + 5, "expectation, in exact sums": 3 * 3},
        calls=("tanh",) * 3,
    ),
    refutes=(
        "residual.plain_stack/last-layer-linear",
        "residual.plain_stack/bias-after-activation",
        "residual.plain_stack/reshaped-for-transposed",
        "residual.plain_stack/no-bias",
        "residual.plain_stack/bias-subtracted",
        "residual.plain_stack/leaky",
        "residual.plain_stack/sigmoid-for-tanh",
    ),
)
def plain_stack_definition(impl: Impl, on: Setting, case: inputs.PlainStack) -> Iterator[Record]:
    """Compares with sums that round once, layer by layer; the scale is the same stack of absolute values."""
    weights, biases = case.weights, case.biases
    options = {} if case.activation == "linear" else {"activation": case.activation}  # the default
    trace = impl["residual.plain_stack"](case.x, weights, biases, **options)
    output, states, preactivations = trace
    yield Same("states", (len(states), len(preactivations)), (len(weights) + 1, len(weights)))
    x = on.host(case.x)
    y, size = _rows(x), np.abs(_rows(x))
    yield Same("first state", states[0], x)
    for i, (W, b) in enumerate(zip(weights, biases, strict=True)):
        W, b = on.host(W), on.host(b)  # noqa: PLW2901
        z, size = _product(y, W) + b, size @ np.abs(W) + np.abs(b)
        y = _apply(z, case.activation)
        shape = (*x.shape[:-1], W.shape[1])
        yield Gap(f"z{i}", preactivations[i], z.reshape(shape), size.reshape(shape))
        yield Gap(f"y{i}", states[i + 1], y.reshape(shape), size.reshape(shape))
    yield Same("output", output, states[-1])


@law(
    "residual.residual_stack-definition",
    "residual_stack repeats y = x + ε φ(xW₁)W₂, or y = x + ε xW₁ without W₂, and keeps every state",
    source="residual D2",
    about=("residual.residual_stack",),
    inputs=inputs.residual,
    tolerance=Rounding(
        {"products and sums": 3 * 3 + 3 + 4 + 2, "ε and skip": 3 * 2, "expectation, in exact sums": 3 * 6},
        calls=("tanh",) * 3,
    ),
    refutes=(
        "residual.residual_stack/scale-ignored",
        "residual.residual_stack/half-power-scale",
        "residual.residual_stack/scale-on-skip",
        "residual.residual_stack/second-activation",
        "residual.residual_stack/activation-last",
        "residual.residual_stack/sum-scaled",
        "residual.residual_stack/normalised-sum",
        "residual.residual_stack/no-skip",
        "residual.residual_stack/scale-squared",
        "residual.residual_stack/activated-sum",
    ),
)
def residual_stack_definition(impl: Impl, on: Setting, case: inputs.ResidualStack) -> Iterator[Record]:
    """Compares with sums that round once, block by block; the scale is the same stack of absolute values."""
    options = {} if case.activation == "linear" else {"activation": case.activation}  # the default
    output, states, preactivations, branches = impl["residual.residual_stack"](
        case.x, case.blocks, scale=case.scale, **options
    )
    depth = len(case.blocks)
    yield Same("states", (len(states), len(preactivations), len(branches)), (depth + 1, depth, depth))
    x = on.host(case.x)
    y, size = _rows(x), np.abs(_rows(x))
    yield Same("first state", states[0], x)
    for i, (W1, W2) in enumerate(_host(on, case.blocks)):
        z, z_size = _product(y, W1), size @ np.abs(W1)
        branch, branch_size = z, z_size
        if W2 is not None:
            branch, branch_size = _product(_apply(z, case.activation), W2), z_size @ np.abs(W2)
        y, size = y + case.scale * branch, size + abs(case.scale) * branch_size
        yield Gap(
            f"z{i}",
            preactivations[i],
            z.reshape(preactivations[i].shape),
            z_size.reshape(preactivations[i].shape),
        )
        yield Gap(f"branch{i}", branches[i], branch.reshape(x.shape), branch_size.reshape(x.shape))
        yield Gap(f"y{i}", states[i + 1], y.reshape(x.shape), size.reshape(x.shape))
    yield Same("output", output, states[-1])


def _curvature(activation: str, sizes: list[Real]) -> Any:
    """How much a rounded z moves φ′(z), over all layers: |φ″| < 1 for tanh, 0 off the kink of relu."""
    return 1 + sum(np.max(size) for size in sizes) if activation == "tanh" else 1.0


@law(
    "residual.plain_gradients-definition",
    "plain_gradients are the derivatives of ⟨cotangent, plain_stack⟩ for x, every weight and every bias",
    source="residual D3",
    about=("residual.plain_gradients",),
    inputs=inputs.plain,
    tolerance=Rounding(
        {"forward": 3 * 5, "backward": 3 * 6, "outer product": 7, "complex step to expect": 12 + 8},
        "rows near relu's kink have cotangent 0, so both sides agree on its side",
        calls=("tanh", "exp") * 3,
    ),
    refutes=(
        "residual.plain_gradients/slope-of-output",
        "residual.plain_gradients/weight-reshaped-in-backward",
        "residual.plain_gradients/mask-missing",
        "residual.plain_gradients/mask-without-bias",
        "residual.plain_gradients/tanh-slope-of-preactivation",
        "residual.plain_gradients/batch-mean",
        "residual.plain_gradients/bias-mean",
    ),
)
def plain_gradients(impl: Impl, on: Setting, case: inputs.PlainStack) -> Iterator[Record]:
    """Compares with the complex step; the scale is the gradient of the linear stack of absolute values."""
    weights, biases = case.weights, case.biases
    x, host_weights = _rows(on.host(case.x)), [on.host(W) for W in weights]
    rows = [on.host(b)[None, :] for b in biases]
    cotangent = _rows(on.host(case.cotangent))
    sizes = np.abs(x), [np.abs(W) for W in host_weights], [np.abs(b) for b in rows]
    _, zs = derivatives.plain(x, host_weights, rows, case.activation)
    _, z_sizes = derivatives.plain(*sizes, "linear")
    if case.activation == "relu":
        cotangent = np.where(derivatives.near_kink(zs, z_sizes, 32 * on.u), 0.0, cotangent)
    expected = derivatives.plain_gradients(x, host_weights, rows, cotangent, case.activation)
    scales = derivatives.plain_gradients(*sizes, np.abs(cotangent), "linear")
    got = impl["residual.plain_gradients"](
        case.x,
        weights,
        biases,
        on.array(cotangent.reshape(case.cotangent.shape)),
        activation=case.activation,
    )
    to_x, to_weights, to_biases = got
    factor = _curvature(case.activation, z_sizes)
    yield Same("parts", (len(to_weights), len(to_biases)), (len(weights), len(biases)))
    for label, argument, gradient, value, scale in zip(
        ["x", *(f"w{i}" for i in range(len(weights))), *(f"b{i}" for i in range(len(biases)))],
        [case.x, *weights, *biases],
        [to_x, *to_weights, *to_biases],
        expected,
        scales,
        strict=True,
    ):
        shape = argument.shape
        yield Gap(label, gradient, value.reshape(shape), factor * scale.reshape(shape))


@law(
    "residual.residual_gradients-definition",
    "residual_gradients are the derivatives of ⟨cotangent, residual_stack⟩ for x and every weight",
    source="residual D3",
    about=("residual.residual_gradients",),
    inputs=inputs.residual,
    tolerance=Rounding(
        {"forward": 20, "backward": 29, "outer product": 7, "complex step to expect": 24 + 8},
        "rows near relu's kink have cotangent 0, so both sides agree on its side",
        calls=("tanh", "exp") * 3,
    ),
    refutes=(
        "residual.residual_gradients/scale-ignored",
        "residual.residual_gradients/unscaled",
        "residual.residual_gradients/one-projection-unscaled",
        "residual.residual_gradients/skip-missing",
        "residual.residual_gradients/mask-missing",
        "residual.residual_gradients/weight-reshaped-in-backward",
    ),
)
def residual_gradients(impl: Impl, on: Setting, case: inputs.ResidualStack) -> Iterator[Record]:
    """Compares with the complex step; the scale is the gradient of the linear stack of absolute values."""
    x, weights = _rows(on.host(case.x)), _host(on, case.blocks)
    cotangent, z_sizes = _off_kink(case, on)
    expected = derivatives.residual_gradients(x, weights, cotangent, case.scale, case.activation)
    scales = derivatives.residual_gradients(
        np.abs(x), _size(weights), np.abs(cotangent), abs(case.scale), "linear"
    )
    to_x, to_weights = impl["residual.residual_gradients"](
        case.x,
        case.blocks,
        on.array(cotangent.reshape(case.x.shape)),
        scale=case.scale,
        activation=case.activation,
    )
    absent = [None if second is None else "an array" for _, second in to_weights]
    yield Same("absent", absent, [None if second is None else "an array" for _, second in case.blocks])
    factor = _curvature(case.activation, z_sizes)
    got = [to_x, *(part for pair in to_weights for part in pair if part is not None)]
    for i, (gradient, value, scale) in enumerate(zip(got, expected, scales, strict=True)):
        shape = case.x.shape if i == 0 else value.shape
        yield Gap(f"gradient {i}", gradient, value.reshape(shape), factor * scale.reshape(shape))


def _off_kink(case: inputs.ResidualStack, on: Setting) -> tuple[Real, list[Real]]:
    """The cotangent's rows, 0 where relu's side is open to rounding, and the sizes of the xW₁."""
    x, weights = _rows(on.host(case.x)), _host(on, case.blocks)
    _, zs = derivatives.residual(x, weights, case.scale, case.activation)
    _, z_sizes = derivatives.residual(np.abs(x), _size(weights), abs(case.scale), "linear")
    cotangent = _rows(on.host(case.cotangent))
    if case.activation == "relu":
        # Without W₂ there is no kink.
        kinked = [i for i, (_, second) in enumerate(case.blocks) if second is not None]
        if kinked:
            close = derivatives.near_kink([zs[i] for i in kinked], [z_sizes[i] for i in kinked], 48 * on.u)
            cotangent = np.where(close, 0.0, cotangent)
    return cotangent, z_sizes


@law(
    "residual.branch-gradient-scaled",
    "the gradient of a residual block's own weights is ε times the gradient of its branch",
    source="residual C4",
    about=(
        "residual.residual_stack",
        "residual.residual_gradients",
        "residual.plain_stack",
        "residual.plain_gradients",
    ),
    inputs=inputs.residual,
    tolerance=Rounding(
        {"two gradients without their expectation": 2 * (20 + 29 + 7), "product with ε": 1},
        calls=("tanh", "exp") * 6,
    ),
    refutes=(
        "residual.residual_gradients/unscaled",
        "residual.residual_gradients/one-projection-unscaled",
    ),
)
def branch_gradient_scaled(impl: Impl, on: Setting, case: inputs.ResidualStack) -> Iterator[Record]:
    """The branch is two plain layers, φ(xW₁) and hW₂, fed with the block's input and its cotangent."""
    blocks, options = case.blocks, {"scale": case.scale, "activation": case.activation}
    rows, z_sizes = _off_kink(case, on)
    cotangent = on.array(rows.reshape(case.x.shape))
    scales = iter(
        derivatives.residual_gradients(
            np.abs(_rows(on.host(case.x))),
            _size(_host(on, blocks)),
            np.abs(rows),
            abs(case.scale),
            "linear",
        )[1:]
    )
    factor = _curvature(case.activation, z_sizes)
    plain, backward = impl["residual.plain_stack"], impl["residual.plain_gradients"]
    states = impl["residual.residual_stack"](case.x, blocks, **options)[1]
    own = impl["residual.residual_gradients"](case.x, blocks, cotangent, **options)[1]
    for i, (W1, W2) in enumerate(blocks):
        rest = blocks[i + 1 :]
        to_block = impl["residual.residual_gradients"](states[i + 1], rest, cotangent, **options)[0]
        activation = "linear" if W2 is None else case.activation
        hidden = plain(states[i], [W1], None, activation=activation)[0]
        to_hidden, branch = to_block, []
        if W2 is not None:
            to_hidden, branch, _ = backward(hidden, [W2], None, to_block)
        branch = [*backward(states[i], [W1], None, to_hidden, activation=activation)[1], *branch]
        for j, (gradient, of_branch) in enumerate(zip(own[i], branch, strict=False)):  # no W₂, no second
            yield Gap(f"W{j + 1} of {i}", gradient, case.scale * on.host(of_branch), factor * next(scales))


@law(
    "residual.sgd_increment-definition",
    "sgd_increment is −η times the sum of the squares of all gradients, however nested",
    source="residual D4",
    about=("residual.sgd_increment",),
    inputs=inputs.gradients,
    tolerance=Rounding({"15 squares and their sum": 15, "η and its product": 2, "expectation": 3}),
    refutes=(
        "residual.sgd_increment/plus-sign",
        "residual.sgd_increment/norm-not-squared",
        "residual.sgd_increment/mean-of-squares",
        "residual.sgd_increment/sum-of-norms-squared",
        "residual.sgd_increment/half",
        "residual.sgd_increment/rate-squared",
    ),
)
def sgd_increment_definition(impl: Impl, on: Setting, case: inputs.Gradients) -> Iterator[Record]:
    """Compares with a sum that rounds once; pairs and None as residual_gradients returns them."""
    parts = [on.host(case.first), on.host(case.second), on.host(case.third)]
    expected = -case.learning_rate * on.math.fsum(g * g for part in parts for g in part.reshape(-1))
    got = impl["residual.sgd_increment"](
        [(case.first, case.third), (case.second, None)], learning_rate=case.learning_rate
    )
    yield Same("shape", tuple(got.shape), ())
    yield Gap("increment", got, expected, -expected)


def _loss_slopes(
    x: Real,
    parameters: tuple[list[Real], list[Real]],
    steps: tuple[list[Real], list[Real]],
    at: Real,
    target: Real,
    activation: str,
) -> tuple[Real, Real]:
    """½‖y − t‖² and its derivative, along θ − s·step, at each s, by complex step."""
    s = (at + 1j * derivatives.STEP)[:, None, None]
    weights = [W - s * G for W, G in zip(parameters[0], steps[0], strict=True)]
    biases = [b - s * g for b, g in zip(parameters[1], steps[1], strict=True)]
    y, _ = derivatives.plain(x, weights, biases, activation)
    loss = np.sum((y - _rows(target)) ** 2, axis=(-2, -1)) / 2
    return loss.real, loss.imag / derivatives.STEP


@law(
    "residual.increment-first-order",
    "L(θ − η∇L) − L(θ) + η‖∇L‖² is the integral of the slope's change along the step, hence O(η²); for a "
    "quadratic L it is ½η²gᵀHg",
    source="residual C2",
    about=("residual.plain_stack", "residual.plain_gradients", "residual.sgd_increment"),
    inputs=inputs.losses,
    kinds=("ordinary", "cancellation"),
    tolerance=Rounding(
        {"two outputs of 3 layers at 5": 2 * 3 * 5, "rounded step": 3, "difference": 3, "increment": 4},
        "the extreme kind is left out because its squared losses leave the range",
        calls=("tanh", "tanh"),
    ),
    refutes=(
        "residual.sgd_increment/plus-sign",
        "residual.sgd_increment/norm-not-squared",
        "residual.sgd_increment/mean-of-squares",
        "residual.plain_gradients/batch-mean",
    ),
    needs={"approximation": "the remainder is a sum over Gauss–Legendre nodes"},
)
def increment_first_order(impl: Impl, on: Setting, case: inputs.PlainStack) -> Iterator[Record]:
    """L = ½‖y − t‖² with t the case's cotangent; Gauss–Legendre on the complex-step slope; no relu kink."""
    if case.activation == "relu":
        case = replace(case, activation="linear")
    weights, biases = case.weights, case.biases
    y = impl["residual.plain_stack"](case.x, weights, biases, activation=case.activation)[0]
    target = on.host(case.cotangent)
    residue = on.host(y) - target
    _, to_weights, to_biases = impl["residual.plain_gradients"](
        case.x, weights, biases, on.array(residue), activation=case.activation
    )
    steps = ([on.host(g) for g in to_weights], [on.host(g)[None, :] for g in to_biases])
    at = ([on.host(W) for W in weights], [on.host(b)[None, :] for b in biases])
    x = _rows(on.host(case.x))
    largest = max(on.number(np.max(np.abs(g))) for part in steps for g in part)
    # So small that tanh stays analytic well around the segment.
    eta = 2.0 ** -np.ceil(np.log2(16 * (1 + on.number(np.max(np.abs(x)))) * (1 + largest)))
    moved = [on.array(W - eta * G) for W, G in zip(at[0], steps[0], strict=True)]
    shifted = [on.array((b - eta * g)[0]) for b, g in zip(at[1], steps[1], strict=True)]
    after = on.host(impl["residual.plain_stack"](case.x, moved, shifted, activation=case.activation)[0])
    change = on.number(np.sum((after - on.host(y)) * (after + on.host(y) - 2 * target)) / 2)
    first_order = on.number(
        on.host(impl["residual.sgd_increment"]([to_weights, to_biases], learning_rate=on.number(eta)))
    )
    nodes, shares = np.polynomial.legendre.leggauss(12)
    _, slopes = _loss_slopes(x, at, steps, np.append(eta * (nodes + 1) / 2, 0.0), target, case.activation)
    remainder = on.number(np.sum(shares * (slopes[:-1] - slopes[-1])) * eta / 2)
    if len(weights) == 1 and case.activation == "linear":
        curvature = on.number(np.sum((x @ steps[0][0] + steps[1][0]) ** 2))
        remainder = eta**2 * curvature / 2
    sizes, _ = derivatives.plain(
        np.abs(x),
        [np.abs(W) + eta * np.abs(G) for W, G in zip(at[0], steps[0], strict=True)],
        [np.abs(b) + eta * np.abs(g) for b, g in zip(at[1], steps[1], strict=True)],
        "linear",
    )
    scale = on.number(np.sum(sizes * (sizes + np.abs(_rows(target)))))
    yield Gap("remainder", change - first_order, remainder, scale)
