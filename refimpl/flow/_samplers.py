"""Steps from noise to data as samplers take them: ancestral, stochastic, and by exponential integrators."""

from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

from .. import _xp
from .._typing import Array, Namespace
from ..public import STAYS, Choice, FunctionOf, Nested, Number, Reals, public
from ._drifts import ANY, UNLIKE
from ._integrators import POINTS, TIMES

Level: TypeAlias = tuple[Array, Array]
"""(ᾱ, β̄) of a time."""
LEVEL = Nested("(...) real floating", count=2, inside=ANY)


class AncestralStep(NamedTuple):
    """The level that is reached without noise, and the noise that is added there."""

    down: Array
    up: Array


@public(
    {"sigma_from, sigma_to": Reals("..."), "eta": Number(least=0)},
    (Reals("..."), Reals("...")),
    nan=STAYS,
    broadcast="all",
)
def ancestral_split(sigma_from: Array, sigma_to: Array, /, *, eta: float = 1.0) -> AncestralStep:
    """Split an ancestral step into one down to σ_down without noise, and fresh noise of deviation σ_up.

    σ_up = min(σ', η √(σ'²(σ² − σ'²)/σ²)), σ_down = √(σ'² − σ_up²), from σ to σ'; so σ_down² + σ_up² = σ'².
    η = 0 is the flow, η = 1 the reverse process of Ho et al.

    Parameters
    ----------
    sigma_from, sigma_to
        Deviations of the noise, σ ≥ σ' ≥ 0 and σ > 0; with others the result is NaN.
    eta
        How much of the noise is new.

    Returns
    -------
    AncestralStep of two arrays, in the common dtype of the arguments, on their device.

    Source: flow P2.

    Reference: Crowson, k-diffusion, get_ancestral_step, 2022.

    Examples
    --------
    >>> import numpy as np
    >>> down, up = ancestral_split(np.asarray(5.0), np.asarray(4.0))
    >>> down.round(12), up.round(12)
    (np.float64(3.2), np.float64(2.4))
    """
    xp = _xp.of(sigma_from, sigma_to)
    ratio = sigma_to / sigma_from
    fresh = (sigma_from - sigma_to) / sigma_from * (1 + ratio)  # 1 − ratio², which keeps its digits
    share = eta * xp.sqrt(fresh)
    most = xp.ones_like(share)
    up = sigma_to * xp.where(share > most, most, share)
    down = sigma_to * (ratio if eta == 1 else _kept(eta, ratio, xp=xp))
    return AncestralStep(xp.where(xp.isnan(share), share, down), up)


def _kept(eta: float, ratio: Array, *, xp: Namespace) -> Array:
    """√(1 − η²(1 − ratio²)), of which nothing cancels for η ≤ 1; 0 where that is negative."""
    rest = (1 - eta) * (1 + eta) + (eta * ratio) ** 2
    none = rest <= 0
    return xp.where(none, xp.zeros_like(rest), xp.sqrt(xp.where(none, xp.ones_like(rest), rest)))


@public(
    {
        "denoise": FunctionOf("(σ, x) ↦ E[x_0 | x]"),
        "x": POINTS,
        "sigmas": TIMES,
        "noises": Reals("n, ..., d"),
        "method": Choice("heun", "euler"),
        "churn, low": Number(least=0),
        "high": Number(least=0) | None,
        "noise_scale": Number(least=0),
    },
    Reals("n+1, ..., d"),
    needs="loops",
    nan=STAYS,
    raises=UNLIKE,
)
def edm_sampler(
    denoise: Callable[[Array, Array], Array],
    x: Array,
    sigmas: Array,
    noises: Array,
    /,
    *,
    method: Literal["heun", "euler"] = "heun",
    churn: float = 0.0,
    low: float = 0.0,
    high: float | None = None,
    noise_scale: float = 1.0,
) -> Array:
    """Run the stochastic sampler of Karras et al. down the levels σ: add noise, then step by Heun or Euler.

    σ̂ = σ + γσ, γ = min(churn/n, √2 − 1) for low ≤ σ ≤ high, else 0; x̂ = x + noise_scale·√(σ̂² − σ²)·z.
    Euler: e = x̂ + (σ' − σ̂) v, v = (x̂ − D(x̂; σ̂))/σ̂; Heun, unless σ' = 0:
    x' = x̂ + (σ' − σ̂)(v + v')/2, v' = (e − D(e; σ'))/σ'.

    Parameters
    ----------
    denoise
        Gets σ̂, or σ', as a 0-d array, and points.
    x
        Where to start, at sigmas[0]: x_0 + σz, not divided by √(1 + σ²).
    sigmas
        Levels that fall, all of them positive but for the last, which may be 0.
    noises
        Standard normal samples z, one array of x's shape a step.
    method
    churn, low
        S_churn of all steps together, and S_tmin.
    high
        S_tmax; None is infinity.
    noise_scale
        S_noise, of which 1 adds what the level says.

    Returns
    -------
    the states at all levels, with dtype and device of x.

    Source: flow P3.

    Reference: Karras, Aittala, Aila, Laine, Elucidating the design space of diffusion-based generative
    models, 2022, algorithm 2, arXiv 2206.00364.

    Examples
    --------
    Data at the point 5, which one step finds from anywhere:

    >>> import numpy as np
    >>> edm_sampler(lambda sigma, x: 0 * x + 5, np.asarray([7.0]), np.asarray([2.0, 0.0]), np.ones((1, 1)))
    array([[7.],
           [5.]])
    """
    xp = _xp.of(x, sigmas, noises)
    steps, states = sigmas.shape[0] - 1, [x]
    cap = _xp.numbers(xp).sqrt(2) - 1
    for i in range(steps):
        sigma, target = sigmas[i], sigmas[i + 1]
        capped = churn >= steps or (churn + steps) ** 2 >= 2 * steps**2
        gamma = sigma * 0 + (cap if capped else churn / steps)
        inside = sigma >= low if high is None else (sigma >= low) & (sigma <= high)
        gamma = xp.where(inside, gamma, xp.zeros_like(gamma))
        noise = noise_scale * sigma * xp.sqrt(gamma * (2 + gamma)) * noises[i, ...]
        states.append(_churned(denoise, states[-1] + noise, sigma + gamma * sigma, target, method, xp=xp))
    return xp.stack(states)


def _churned(
    denoise: Callable[[Array, Array], Array],
    x: Array,
    sigma: Array,
    target: Array,
    method: str,
    *,
    xp: Namespace,
) -> Array:
    """One step from x at σ̂: Euler's, and Heun's as what it adds to that, ½(σ̂/σ' − 1)(D' − D)."""
    data = denoise(sigma, x)
    euler = target / sigma * x + (sigma - target) / sigma * data
    if method == "euler":
        return euler
    there = xp.where(target > 0, target, sigma)  # σ' = 0 has no second velocity
    added = (sigma - there) / (2 * there) * (denoise(there, euler) - data)
    return euler + added


@public({"x": ANY, "data": ANY, "source, target": LEVEL}, Reals("..."), nan=STAYS, raises=UNLIKE)
def exponential_step(x: Array, data: Array, source: Level, target: Level, /) -> Array:
    """Advance x by one exponential step of order 1 at constant predicted data, DPM-Solver++(1).

    x' = (β̄'/β̄) x − ᾱ'(e^{−h} − 1) x_0, h = λ' − λ, λ = log(ᾱ/β̄); it is `ddim_step` with
    ε = (x − ᾱ x_0)/β̄.

    Parameters
    ----------
    x
        Points at the time of `source`.
    data
        Predicted x_0 there, of the shape of x.
    source, target
        (ᾱ, β̄) where x is and where it goes, β̄ > 0 where it is; they broadcast against x.

    Returns
    -------
    the points at the time of `target`, in the common dtype of the arguments, on their device. NaN
    in an array is NaN in every result that depends on it.

    Source: flow P4.

    Reference: Lu, Zhou, Bao, Chen, Li, Zhu, DPM-Solver++, 2022, arXiv 2211.01095.

    Examples
    --------
    From x = 0.6·5 + 0.8·1 to ᾱ = 0.8 and β̄ = 0.6:

    >>> import numpy as np
    >>> low, high = np.asarray(0.6), np.asarray(0.8)
    >>> exponential_step(np.asarray([3.8]), np.asarray([5.0]), (low, high), (high, low)).round(12)
    array([4.6])
    """
    xp = _check_levels({"x": x, "data": data}, source=source, target=target)
    return target[1] / source[1] * x + _gain(source, target, xp=xp) * data


@public(
    {"x": ANY, "data, earlier_data": ANY, "earlier, source, target": LEVEL},
    Reals("..."),
    nan=STAYS,
    raises=UNLIKE,
)
def dpm_solver_2m_step(
    x: Array, data: Array, earlier_data: Array, earlier: Level, source: Level, target: Level, /
) -> Array:
    """Advance x by one step of DPM-Solver++(2M), which has order 2 by the data predicted one step earlier.

    x' = (β̄'/β̄) x − ᾱ'(e^{−h} − 1)((1 + 1/(2r)) x_0 − x_0⁻/(2r)), r = h⁻/h with the last step h⁻ and
    this one's h in λ = log(ᾱ/β̄). Where β̄' = 0, h is infinite and the step is of order 1.

    Parameters
    ----------
    x
        Points at the time of `source`.
    data, earlier_data
        Predicted x_0 there, and x_0⁻ at the time of `earlier`, of the shape of x.
    earlier, source, target
        (ᾱ, β̄) one step ago, where x is, and where it goes: ᾱ > 0 and β̄ > 0 where x is, different at
        all three; they broadcast against x.

    Returns
    -------
    the points at the time of `target`, in the common dtype of the arguments, on their device. NaN
    in an array is NaN in every result that depends on it.

    Source: flow P4.

    Reference: Lu, Zhou, Bao, Chen, Li, Zhu, DPM-Solver++, 2022, algorithm 2, arXiv 2211.01095.

    Examples
    --------
    λ = 0, log 2, log 4, so that r = 1:

    >>> import numpy as np
    >>> one = np.ones(1)
    >>> dpm_solver_2m_step(one, 3 * one, 2 * one, (one, 4 * one), (one, 2 * one), (one, one))
    array([2.25])
    """
    given = {"x": x, "data": data, "earlier_data": earlier_data}
    xp = _check_levels(given, earlier=earlier, source=source, target=target)
    last = target[1] == 0
    finite = (target[0], xp.where(last, xp.ones_like(target[1]), target[1]))
    weight = _log_step(source, finite, xp=xp) / (2 * _log_step(earlier, source, xp=xp))  # 1/(2r)
    change = xp.where(last, xp.zeros_like(weight), weight) * (data - earlier_data)
    return target[1] / source[1] * x + _gain(source, target, xp=xp) * (data + change)


def _check_levels(given: dict[str, Array], **levels: Level) -> Namespace:
    for name, (alpha, beta) in levels.items():
        given = given | {f"alpha of {name}": alpha, f"beta of {name}": beta}
    _xp.check_broadcast(**given)
    return _xp.of(*given.values())


def _crossed(source: Level, target: Level, *, xp: Namespace) -> Array:
    """ᾱ'β̄ − β̄'ᾱ: by differences, of which nothing cancels, where ᾱ rises and β̄ falls, or the reverse."""
    (alpha, beta), (alpha_to, beta_to) = source, target
    apart = ((alpha_to >= alpha) & (beta_to <= beta)) | ((alpha_to <= alpha) & (beta_to >= beta))
    by_differences = (alpha_to - alpha) * beta + (beta - beta_to) * alpha
    return xp.where(apart, by_differences, alpha_to * beta - beta_to * alpha)


def _gain(source: Level, target: Level, *, xp: Namespace) -> Array:
    """−ᾱ'(e^{−h} − 1), which is ᾱ' where β̄' = 0."""
    return _crossed(source, target, xp=xp) / source[1]


def _log_step(source: Level, target: Level, *, xp: Namespace) -> Array:
    """h = λ' − λ."""
    return xp.log1p(_crossed(source, target, xp=xp) / (target[1] * source[0]))
