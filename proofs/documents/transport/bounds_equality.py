"""Laws of the cases in which the bound is attained, so that no constant can be wrong."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .... import transport
from ....backends import Setting
from ...language.law import AtMost, Gap, Impl, Record, Rounding, law
from . import inputs_of_bounds
from .gaussian import root_error

Function = Callable[[Any], Any]

_ATTAINED = Rounding(
    {"gap and exponent at a node": 8, "8 panels": 8, "the rule": 2, "roots of d ≤ 3, 4d": 12}, calls=("exp",)
)


def _line(coefficients: list[float]) -> Function:
    """c₀ + c₁t."""
    return lambda t: coefficients[0] + coefficients[1] * t


def _integral(coefficients: list[float], t: Any) -> Any:
    """∫₀ᵗ c₀ + c₁s."""
    return coefficients[0] * t + coefficients[1] * t * t / 2


def _times(case: inputs_of_bounds.Homotheties, on: Setting) -> Any:
    return on.array(np.linspace(0.0, case.T, 9))


def _scale(
    case: inputs_of_bounds.Homotheties, on: Setting, value: Any, means: Any, covariances: Any
) -> float:
    """The bound with the roundings of its exponents, and two Gaussians with those of their roots."""
    exponents = sum(abs(c) * (case.T + case.T**2) for c in (*case.rate, *case.other))
    roots = on.number(root_error(on.u, *(on.host(S) for S in covariances)))
    lengths = sum(on.number(np.linalg.norm(on.host(m))) for m in means)
    return on.number(on.host(value)) * on.number(1 + exponents) + roots + lengths


@law(
    "transport.equality-shift",
    "the bound is attained for g = c_t x + e_t, f − g = a_t v with a_t ≥ 0, and equal terminals",
    source="transport C5",
    stands="equality by a shift",
    about=("transport.wasserstein_bound", "transport.wasserstein_gaussian"),
    inputs=inputs_of_bounds.homotheties,
    tolerance=_ATTAINED,
    refutes=(
        "transport.wasserstein_bound/gap-squared",
        "transport.wasserstein_bound/growth-from-the-end",
        "transport.wasserstein_bound/no-growth",
        "transport.wasserstein_gaussian/mean-dropped",
        "transport.wasserstein_gaussian/mean-not-squared",
    ),
    needs={"approximation": "integrals are sums over Gauss–Legendre nodes"},
)
def equality_shift(impl: Impl, on: Setting, case: inputs_of_bounds.Homotheties) -> Iterator[Record]:
    """With a_t = (1 + βt)e^{C_t}, C = ∫₀ᵗ c, the paths part by v∫(1 + βt): I_t = e^{−C_t}."""
    C = _integral(case.rate, case.T)
    v, xp = on.host(case.v), on.xp
    length, push = on.number(np.linalg.norm(v)), _line([1.0, case.tilt])
    bound = impl["transport.wasserstein_bound"](
        _times(case, on),
        lambda t: length * push(t) * xp.exp(_integral(case.rate, t)),
        lambda t: -_line(case.rate)(t),
        on.array(np.asarray(0.0)),
    )
    covariance = on.array(on.math.exp(-2 * C) * on.host(case.S1))
    start = on.math.exp(-C) * on.host(case.m1)
    mean, moved = (on.array(m) for m in (start, start - v * _integral([1.0, case.tilt], case.T)))
    distance = on.host(impl["transport.wasserstein_gaussian"](mean, covariance, moved, covariance))
    scale = _scale(case, on, bound.value, (mean, moved), (covariance, covariance))
    yield Gap("attained", bound.value, distance, scale)
    yield AtMost("a bound", distance, bound.value, scale)


@law(
    "transport.equality-terminal",
    "the bound is attained for f = g = c_t x + e_t and any terminals: it is I_T W₂[p_T, q_T]",
    source="transport C5",
    stands="equality by the terminals",
    about=("transport.wasserstein_bound", "transport.wasserstein_gaussian"),
    inputs=inputs_of_bounds.homotheties,
    tolerance=_ATTAINED,
    refutes=(
        "transport.wasserstein_bound/terminal-not-grown",
        "transport.wasserstein_bound/no-growth",
        "transport.wasserstein_gaussian/squared",
    ),
    needs={"approximation": "integrals are sums over Gauss–Legendre nodes"},
)
def equality_terminal(impl: Impl, on: Setting, case: inputs_of_bounds.Homotheties) -> Iterator[Record]:
    """Both Gaussians are scaled by e^{−C_T}; e_t shifts both alike."""
    W, C = impl["transport.wasserstein_gaussian"], _integral(case.rate, case.T)
    start = on.host(case.v)
    terminal = W(case.m1, case.S1, case.m2, case.S2)
    bound = impl["transport.wasserstein_bound"](
        _times(case, on), lambda t: 0 * t, lambda t: -_line(case.rate)(t), terminal
    )
    means = [on.array(on.math.exp(-C) * on.host(m) + start) for m in (case.m1, case.m2)]
    spreads = [on.array(on.math.exp(-2 * C) * on.host(S)) for S in (case.S1, case.S2)]
    distance = W(means[0], spreads[0], means[1], spreads[1])
    scale = _scale(case, on, bound.value, means, spreads)
    # The terminal's own error has grown along.
    grown = on.math.exp(-C) * on.number(root_error(on.u, on.host(case.S1), on.host(case.S2)))
    yield Gap("attained", bound.value, distance, scale + grown)


@law(
    "transport.equality-scale",
    "the bound is attained for f = a_t x, g = b_t x with a_t − b_t of one sign, and equal centred terminals",
    source="transport C5",
    stands="equality by a factor",
    about=("transport.wasserstein_bound", "transport.wasserstein_gaussian"),
    inputs=inputs_of_bounds.homotheties,
    tolerance=_ATTAINED,
    refutes=(
        "transport.wasserstein_bound/gap-squared",
        "transport.wasserstein_bound/growth-from-the-end",
        "transport.wasserstein_bound/no-growth",
        "transport.wasserstein_gaussian/operator-norm",
    ),
    needs={"approximation": "integrals are sums over Gauss–Legendre nodes"},
)
def equality_scale(impl: Impl, on: Setting, case: inputs_of_bounds.Homotheties) -> Iterator[Record]:
    """p_t = N(0, e^{2(A_t − A_T)}P): the gap is |a − b|e^{A_t − A_T}√tr P."""
    A, B = (_integral(k, case.T) for k in (case.other, case.rate))
    P, xp = on.host(case.S1), on.xp
    excess = [a - b for a, b in zip(case.other, case.rate, strict=True)]
    root, zero = on.math.sqrt(on.number(np.trace(P))), on.array(np.zeros(len(P)))
    bound = impl["transport.wasserstein_bound"](
        _times(case, on),
        lambda t: root * xp.abs(_line(excess)(t)) * xp.exp(_integral(case.other, t) - A),
        lambda t: -_line(case.rate)(t),
        on.array(np.asarray(0.0)),
    )
    spreads = [on.array(on.math.exp(-2 * k) * P) for k in (A, B)]
    distance = impl["transport.wasserstein_gaussian"](zero, spreads[0], zero, spreads[1])
    yield Gap("attained", bound.value, distance, _scale(case, on, bound.value, (), spreads))


@law(
    "transport.not-tight",
    "for f − g = a·e₁ and g = diag(λ, −λ)x the distance is e^{−λT} of the bound: 0.368 for λ = T = 1",
    source="transport C5",
    stands="how far from equality the bound can be",
    about=("transport.wasserstein_bound", "transport.linear_flow_pair"),
    inputs=inputs_of_bounds.saddles,
    tolerance=Rounding(
        {"16 nodes": 16, "gap and growth": 8, "a distance": 24, "panels, terminal": 4, "expectation": 8},
        calls=("exp", "exp"),
    ),
    refutes=(
        "transport.wasserstein_bound/no-growth",
        "transport.linear_flow_pair/forward",
    ),
)
def not_tight(impl: Impl, on: Setting, case: inputs_of_bounds.Saddles) -> Iterator[Record]:
    """The paths part by a(1 − e^{−λT})/λ along e₁, but e₂ is what grows backward, by e^{λT}."""
    saddle, zero = on.array(np.diag([case.rate, -case.rate])), on.array(np.zeros(2))
    unit = on.array(np.eye(2))
    still = transport.Affine(saddle, zero, case.mean, unit)
    pushed = still._replace(offset=on.array(np.asarray([case.push, 0.0])))
    times = on.array(np.asarray([0.0, case.T / 2, case.T]))
    at = impl["transport.linear_flow_pair"](pushed, still, times, end=case.T)
    bound = impl["transport.wasserstein_bound"](
        times, lambda t: 0 * t + case.push, lambda t: 0 * t + at.lipschitz, at.terminal
    )
    power = case.rate * case.T
    distance = case.push * -on.math.expm1(-power) / case.rate
    scale = distance * on.math.exp(power) * (1 + power)
    yield Gap("distance", at.distance, distance, scale * (1 + on.number(np.linalg.norm(on.host(case.mean)))))
    yield Gap("bound", bound.value, distance * on.math.exp(power), scale)
