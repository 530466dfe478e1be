"""Adding noise, taking it away again, and sampling."""

from collections.abc import Callable
from typing import Literal, TypeAlias

from .. import _given, _xp
from .._errors import DTypeError, NamespaceError, ShapeError, message
from .._typing import Array, Namespace
from ..public import STAYS, Choice, FunctionOf, Reals, public
from ._steps import OUTSIDE, SCHEDULE, STEP, Coefficients, Schedule, Steps, at_step, at_steps, coefficients

NoiseModel: TypeAlias = Callable[[Array, int], Array]


@public(
    {"x_prev, noise": Reals("..., d"), "schedule": SCHEDULE, "t": STEP},
    Reals("..., d"),
    needs="indexing cumulative",
    nan=STAYS,
    broadcast="all",
    raises=OUTSIDE,
)
def diffuse_step(x_prev: Array, noise: Array, schedule: Schedule, t: Steps, /) -> Array:
    """One step of the diffusion: x_t from x_{t−1}.

    x_t = α_t x_{t−1} + β_t ε_t.

    Parameters
    ----------
    x_prev, noise
        x_{t−1} and the step's standard normal noise ε_t.
    schedule
    t

    Source: ddpm D3, C1.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import from_ho
    >>> diffuse_step(np.asarray([1.0]), np.asarray([0.0]), from_ho(np.asarray([0.36])), 1)
    array([0.8])
    """
    xp, at = at_steps(schedule, t)
    return at.alpha * x_prev + xp.sqrt(at.beta_squared) * noise


@public(
    {"x0, noise": Reals("..., d"), "schedule": SCHEDULE, "t": STEP},
    Reals("..., d"),
    needs="indexing cumulative",
    nan=STAYS,
    broadcast="all",
    raises=OUTSIDE,
)
def diffuse(x0: Array, noise: Array, schedule: Schedule, t: Steps, /) -> Array:
    """All steps of the diffusion at once: x_t from x_0.

    x_t = ᾱ_t x_0 + β̄_t ε.

    Parameters
    ----------
    x0, noise
        Data and the total standard normal noise ε.
    schedule
    t

    Source: ddpm D3, C1.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import from_ho
    >>> diffuse(np.asarray([1.0]), np.asarray([1.0]), from_ho(np.asarray([0.2, 0.2])), 2).round(12)
    array([1.4])
    """
    xp, at = at_steps(schedule, t)
    return at.alpha_bar * x0 + xp.sqrt(at.beta_bar_squared) * noise


@public(
    {"x0, x_t": Reals("..., d"), "schedule": SCHEDULE, "t": STEP},
    (Reals("..., d"), Reals("..., 1").loosely()),
    needs="indexing cumulative",
    nan=STAYS,
    broadcast="all",
    raises=OUTSIDE,
)
def posterior(x0: Array, x_t: Array, schedule: Schedule, t: Steps, /) -> tuple[Array, Array]:
    """Mean and variance of p(x_{t−1}|x_t, x_0), a normal distribution with independent coordinates.

    mean = (α_t β̄²_{t−1} x_t + ᾱ_{t−1} β_t² x_0)/β̄_t², variance = β̄²_{t−1} β_t²/β̄_t².

    At t = 1 the mean is x_0 and the variance is 0: there is no density.

    Parameters
    ----------
    x0, x_t
    schedule
    t

    Returns
    -------
    mean (..., d) and variance (..., 1); the variance has the axes of t and the schedule's dtype.

    Source: ddpm D4, C2, C9, C13.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import from_ho
    >>> posterior(np.asarray([2.0]), np.asarray([5.0]), from_ho(np.asarray([0.1, 0.3])), 1)
    (array([2.]), array([0.]))
    """
    _, at = at_steps(schedule, t)
    kept, added = shares(at)
    return at.alpha * kept * x_t + at.previous_alpha_bar * added * x0, kept * at.beta_squared


def shares(at: Coefficients) -> tuple[Array, Array]:
    """β̄²_{t−1}/β̄_t² and β_t²/β̄_t², quotients that cannot underflow as products do."""
    return at.previous_beta_bar_squared / at.beta_bar_squared, at.beta_squared / at.beta_bar_squared


@public(
    {"x_t, eps": Reals("..., d"), "schedule": SCHEDULE, "t": STEP},
    Reals("..., d"),
    needs="indexing cumulative",
    nan=STAYS,
    broadcast="all",
    raises=OUTSIDE,
)
def denoise_mean(x_t: Array, eps: Array, schedule: Schedule, t: Steps, /) -> Array:
    """Mean of the generator q(x_{t−1}|x_t), given a prediction of the total noise in x_t.

    μ_t = (x_t − (β_t²/β̄_t) ε)/α_t, where ε predicts the noise of x_t = ᾱ_t x_0 + β̄_t ε.

    Parameters
    ----------
    x_t, eps
    schedule
    t

    Source: ddpm D5, C5, C12, C13.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import from_ho
    >>> denoise_mean(np.asarray([1.4]), np.asarray([1.0]), from_ho(np.asarray([0.36])), 1).round(12)
    array([1.])
    """
    xp, at = at_steps(schedule, t)
    return _denoise_mean(x_t, eps, at, xp=xp)


def _denoise_mean(x_t: Array, eps: Array, at: Coefficients, *, xp: Namespace) -> Array:
    return (x_t - at.beta_squared / xp.sqrt(at.beta_bar_squared) * eps) / at.alpha


@public({"schedule": SCHEDULE, "kind": Choice("dirac", "normal")}, Reals("T"), needs="cumulative", nan=STAYS)
def sampling_std(schedule: Schedule, /, *, kind: Literal["dirac", "normal"] = "dirac") -> Array:
    """Standard deviations σ_t of the generator that are best for two extreme data distributions.

    "dirac": β̄_{t−1}β_t/β̄_t, for data at a single point (0 at t = 1); "normal": β_t, for N(m, I).

    Parameters
    ----------
    schedule
    kind

    Returns
    -------
    entry t−1 for step t.

    Source: ddpm D7, C6.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import from_ho
    >>> sampling_std(from_ho(np.asarray([0.04, 0.25])), kind="normal")
    array([0.2, 0.5])
    """
    xp = _xp.of(schedule.beta_squared)
    if kind == "normal":
        return xp.sqrt(schedule.beta_squared)
    at = coefficients(schedule, xp=xp)
    return xp.sqrt(shares(at)[0]) * xp.sqrt(at.beta_squared)


@public({"schedule": SCHEDULE, "conditional_variance": Reals("T")}, Reals("T"), needs="cumulative", nan=STAYS)
def optimal_std(schedule: Schedule, conditional_variance: Array, /) -> Array:
    """Standard deviations σ_t that minimise the bound, when the generator's mean is the true one.

    σ_t² = (β̄_{t−1}β_t/β̄_t)² + (ᾱ_{t−1}β_t²/β̄_t²)² E tr Cov(x_0|x_t)/d.

    Conditional variance 0 (a single point) gives "dirac", β̄_t² (data N(m, I)) gives "normal", and its
    largest possible value β̄_t²/ᾱ_t² gives β_t/α_t.

    Parameters
    ----------
    schedule
    conditional_variance
        E tr Cov(x_0|x_t)/d for t = 1..T.

    Returns
    -------
    entry t−1 for step t.

    Source: ddpm C6, C10.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import from_ho
    >>> optimal_std(from_ho(np.asarray([0.5])), np.asarray([0.25]))
    array([0.5])
    """
    xp = _xp.of(conditional_variance)
    at = coefficients(schedule, xp=xp)
    kept, added = shares(at)
    pull = at.previous_alpha_bar * added
    return xp.sqrt(kept * at.beta_squared + pull * pull * conditional_variance)


@public(
    {"x_t, eps, noise": Reals("..., d"), "schedule": SCHEDULE, "sigma": Reals("T"), "t": STEP},
    Reals("..., d"),
    needs="indexing cumulative",
    nan=STAYS,
    broadcast="all",
    raises=OUTSIDE,
)
def ancestral_step(
    x_t: Array, eps: Array, noise: Array, schedule: Schedule, sigma: Array, t: Steps, /
) -> Array:
    """One step of the generator: x_{t−1} from x_t.

    x_{t−1} = (x_t − (β_t²/β̄_t) ε)/α_t + σ_t·noise. Noise is added at t = 1 also: whoever wants the
    mean there, as Ho et al., passes zero noise or σ_1 = 0.

    Parameters
    ----------
    x_t, eps, noise
        Current state, prediction of its total noise, fresh standard normal noise.
    schedule
    sigma
        Standard deviations, entry t−1 for step t.
    t

    Source: ddpm D9, C12.

    Reference: Ho, Jain, Abbeel, Denoising diffusion probabilistic models, 2020, arXiv 2006.11239.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import from_ho
    >>> x, eps, noise = np.asarray([[1.4], [1.0], [2.0]])
    >>> ancestral_step(x, eps, noise, from_ho(np.asarray([0.36])), np.asarray([0.5]), 1).round(12)
    array([2.])
    """
    xp, at = at_steps(schedule, t)
    return _denoise_mean(x_t, eps, at, xp=xp) + at_step(sigma, t, xp=xp) * noise


@public(
    {
        "eps_model": FunctionOf("function (x_t, t) ↦ (..., d)", arrays=False),
        "x_T": Reals("..., d"),
        "noises": Reals("T, ..., d"),
        "schedule": SCHEDULE,
        "sigma": Reals("T"),
    },
    Reals("..., d"),
    needs="cumulative",
    nan=STAYS,
    raises={
        ShapeError: "for a result of the model that is of another shape",
        DTypeError: "for one of another dtype, or a model that does not take (x_t, t)",
        NamespaceError: "for one of another library",
    },
)
def sample(eps_model: NoiseModel, x_T: Array, noises: Array, schedule: Schedule, sigma: Array, /) -> Array:
    """Generate x_0 from x_T by the ancestral steps T, ..., 1.

    Noise is added at t = 1 also: whoever wants the mean there, as Ho et al., passes σ_1 = 0.

    Parameters
    ----------
    eps_model
        Predicts the total noise in x_t; t is a Python int.
    x_T
        Standard normal start.
    noises
        Standard normal noise of every step, entry t−1 for step t.
    schedule
    sigma
        Standard deviations, entry t−1 for step t.

    Source: ddpm D9, C12.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import from_ho, sampling_std
    >>> schedule, x_T = from_ho(np.asarray([0.36, 0.36])), np.asarray([0.64])
    >>> sample(lambda x, t: 0 * x, x_T, np.zeros((2, 1)), schedule, sampling_std(schedule)).round(12)
    array([1.])
    """
    xp = _xp.of(x_T)
    table = coefficients(schedule, xp=xp)
    x = x_T
    for t in range(noises.shape[0], 0, -1):
        eps = _given.called("eps_model(x, t)", eps_model, x, t)
        _xp.namespace(**{"eps_model(x, t)": eps, "x_T": x_T})
        _xp.floating(xp, **{"eps_model(x, t)": eps})
        if tuple(eps.shape) != tuple(x_T.shape):
            got = f"shape {tuple(eps.shape)}"
            raise ShapeError(message("eps_model(x, t)", got, f"shape {tuple(x_T.shape)}"))
        at = Coefficients(*(at_step(values, t, xp=xp) for values in table))
        x = _denoise_mean(x, eps, at, xp=xp) + at_step(sigma, t, xp=xp) * noises[t - 1, ...]
    return x
