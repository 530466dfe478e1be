"""Inference with fewer steps than there are: which, and how to go from one to an earlier one."""

from fractions import Fraction
from typing import Any, Literal

from .. import _libraries, _xp
from .._errors import DomainError, message
from .._typing import Array, Namespace
from ..public import RAISES, STAYS, Choice, Integer, Integers, Number, Raises, Reals, Several, public
from ._process import shares
from ._schedules import STEPS
from ._steps import OUTSIDE, SCHEDULE, STEP, Coefficients, Schedule, Steps, log_signal, looking_up

Spacing = Literal["leading", "linspace", "trailing"]
EARLIER = Integers("...", "step").or_number(0)
BEYOND: Raises = {DomainError: f"{OUTSIDE[DomainError]}, or an int s above it"}


@public(
    {
        "train_steps, steps": STEPS,
        "spacing": Choice("leading", "linspace", "trailing"),
        "offset": Integer(0, _xp.MOST_ENTRIES),
    },
    Several(Integer(), "steps"),
    nan=RAISES,
    raises={
        DomainError: "for more steps than there are, one step of linspace, an offset of another spacing than "
        "leading, and one that leads beyond the last step"
    },
)
def inference_steps(train_steps: int, steps: int, /, *, spacing: Spacing, offset: int = 0) -> tuple[int, ...]:
    """The n of T training steps at which a model is asked at inference, from the last to the first.

    With i = n−1, ..., 0: leading 1 + offset + i⌊T/n⌋; linspace 1 + round(i(T−1)/(n−1)), which has both
    ends; trailing round((i+1)T/n), which begins at T. Halves are rounded to even numbers. Libraries count
    from 0: their steps are these less 1.

    Parameters
    ----------
    train_steps, steps
        T, and n ≤ T of them.
    spacing
    offset
        Of leading alone, whose last step is 1 + offset; Stable Diffusion has 1.

    Returns
    -------
    a tuple of n, descending. After the last comes the data, s = 0.

    Source: ddpm P4.

    Reference: Lin, Liu, Li, Yang, Common diffusion noise schedules and sample steps are flawed, 2023, arXiv
    2305.08891, table 2.

    Examples
    --------
    >>> inference_steps(1000, 4, spacing="leading"), inference_steps(1000, 4, spacing="leading", offset=1)
    ((751, 501, 251, 1), (752, 502, 252, 2))
    >>> inference_steps(1000, 4, spacing="linspace"), inference_steps(1000, 4, spacing="trailing")
    ((1000, 667, 334, 1), (1000, 750, 500, 250))
    """
    return spaced_steps(train_steps, steps, spacing, offset)


def spaced_steps(train_steps: int, steps: int, spacing: Spacing, offset: int) -> tuple[int, ...]:
    """The steps, where there are as many."""
    if steps > train_steps:
        raise DomainError(message("steps", steps, f"at most the {train_steps} that the model has"))
    if offset and spacing != "leading":
        raise DomainError(message("offset", offset, f'0, as "{spacing}" has no offset'))
    if spacing == "linspace" and steps == 1:
        advice = 'Use "trailing", which asks at the last step'
        raise DomainError(message("steps", 1, "at least 2 for linspace, which has both ends", advice))
    last = 1 + offset + (steps - 1) * (train_steps // steps)
    if spacing == "leading" and last > train_steps:
        raise DomainError(
            message("offset", offset, f"at most {offset + train_steps - last}: step {last} is none")
        )
    return tuple([_step_at(i, train_steps, steps, spacing, offset) for i in range(steps - 1, -1, -1)])


def _step_at(i: int, last: int, steps: int, spacing: Spacing, offset: int) -> int:
    if spacing == "leading":
        return 1 + offset + i * (last // steps)
    if spacing == "linspace":
        return 1 + round(Fraction(i * (last - 1), steps - 1))
    return round(Fraction((i + 1) * last, steps))


def between(schedule: Schedule, t: Steps, s: Steps) -> tuple[Namespace, Coefficients]:
    """As `at_steps`, of the one step that leads from s to t: α and β² are those of p(x_t|x_s), and "previous"
    is s. NaN where s is above t."""
    xp, last = _xp.of(schedule.beta_squared), schedule.beta_squared.shape[0]
    if isinstance(t, int) and t > last:
        raise DomainError(message("t", t, f"a step in 1..{last}"))
    if isinstance(s, int) and s > (t if isinstance(t, int) else last):
        raise DomainError(message("s", s, f"a step in 0..{t if isinstance(t, int) else last}"))
    log = log_signal(schedule, xp=xp)
    gap = _log_between(xp.log1p(-schedule.beta_squared), t, s, xp=xp)
    alpha_bar, beta_bar_squared = xp.exp(log / 2), xp.abs(xp.expm1(log))
    ahead, behind = (looking_up(step + 1, last + 1, xp=xp) for step in (t, s))
    return xp, Coefficients(
        xp.abs(xp.expm1(gap)),
        xp.exp(gap / 2),
        ahead(alpha_bar),
        ahead(beta_bar_squared),
        behind(alpha_bar),
        behind(beta_bar_squared),
    )


def _log_between(logs: Array, t: Steps, s: Steps, *, xp: Namespace) -> Array:
    """log α², the sum from s + 1 to t; NaN where s is above t. No difference of sums, which are larger."""
    if isinstance(t, int) and isinstance(s, int):
        return xp.sum(logs[s:t], axis=-1, keepdims=True)
    ahead, behind = (step if isinstance(step, int) else xp.expand_dims(step, axis=-1) for step in (t, s))
    number = xp.arange(1, logs.shape[0] + 1, dtype=xp.int64, device=_libraries.device(logs))
    inside = (number > behind) & (number <= ahead)
    gap = xp.sum(xp.where(inside, logs, xp.zeros_like(logs)), axis=-1, keepdims=True)
    return xp.where(behind <= ahead, gap, xp.full_like(gap, xp.nan))


@public(
    {"x0, x_t": Reals("..., d"), "schedule": SCHEDULE, "t": STEP, "s": EARLIER},
    (Reals("..., d"), Reals("..., 1").loosely()),
    needs="indexing cumulative",
    nan=STAYS,
    broadcast="all",
    raises=BEYOND,
)
def posterior_between(
    x0: Array, x_t: Array, schedule: Schedule, t: Steps, s: Steps, /
) -> tuple[Array, Array]:
    """Mean and variance of p(x_s|x_t, x_0) for a step s before t, not only the one before.

    mean = (α β̄_s² x_t + ᾱ_s β² x_0)/β̄_t², variance = β̄_s² β²/β̄_t², with α = ᾱ_t/ᾱ_s and β² = 1 − α².

    At s = 0 the mean is x_0, at s = t it is x_t, and the variance is 0. With s = t − 1 it is `posterior`.

    Parameters
    ----------
    x0, x_t
    schedule
    t
    s
        0 ≤ s ≤ t, else NaN.

    Returns
    -------
    mean (..., d) and variance (..., 1); the variance has the axes of t and s, and the schedule's dtype.

    Source: ddpm P5.

    Reference: Song, Meng, Ermon, Denoising diffusion implicit models, 2020, arXiv 2010.02502.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import from_ho
    >>> schedule = from_ho(np.asarray([0.5, 0.2, 0.375]))
    >>> mean, variance = posterior_between(np.asarray([1.0]), np.asarray([0.0]), schedule, 3, 1)
    >>> mean.round(12), variance.round(12)
    (array([0.47140452]), array([0.33333333]))
    """
    _, at = between(schedule, t, s)
    kept, added = shares(at)
    return at.alpha * kept * x_t + at.previous_alpha_bar * added * x0, kept * at.beta_squared


@public(
    {
        "x_t, prediction, noise": Reals("..., d"),
        "schedule": SCHEDULE,
        "t": STEP,
        "s": EARLIER,
        "eta": Number(least=0),
        "given": Choice("noise", "x0", "v", "score"),
    },
    Reals("..., d"),
    needs="indexing cumulative",
    nan=STAYS,
    broadcast="all",
    raises=BEYOND,
)
def ddim_step(
    x_t: Array,
    prediction: Array,
    noise: Array,
    schedule: Schedule,
    t: Steps,
    s: Steps,
    /,
    *,
    eta: float = 0.0,
    given: Literal["noise", "x0", "v", "score"] = "noise",
) -> Array:
    """One step of a generator from x_t to x_s, s before t, with η times the noise that DDPM adds.

    x_s = ᾱ_s x_0 + √(β̄_s² − σ²) ε + σ·noise, σ² = η² (β̄_s²/β̄_t²)(1 − ᾱ_t²/ᾱ_s²), where x_0 and ε are what
    the prediction implies.

    With α = ᾱ_t/ᾱ_s, β² = 1 − α², D² = β̄_s² − σ² = β̄_s²(1 − η² + η² α² β̄_s²/β̄_t²) and κ =
    (β² + α²σ²)/(αD + β̄_t) this is (x_t − κ ε)/α, or (D/β̄_t) x_t + (ᾱ_s κ/β̄_t) x_0, or
    ((D + ᾱ_s ᾱ_t κ)/β̄_t) x_t − ᾱ_s κ v, and nothing in them cancels. η = 0 is DDIM, without noise, and η = 1
    with s = t − 1 the ancestral step with "dirac" σ. Above 1, σ may exceed β̄_s: the result is NaN.

    Noise and score determine x_s only where ᾱ_t > 0 (check_signal) or s = t; else the result is NaN or ±∞.

    Parameters
    ----------
    x_t, prediction, noise
        Current state, prediction, fresh standard normal noise, which η = 0 multiplies by 0.
    schedule
    t
    s
        0 ≤ s ≤ t, else NaN. With s = 0 the result is x_0; "set_alpha_to_one": false of libraries ends at
        s = 1 in its place.
    eta
    given
        What the prediction is.

    Source: ddpm P6.

    Reference: Song, Meng, Ermon, Denoising diffusion implicit models, 2020, arXiv 2010.02502, equations 12
    and 16.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import from_ho
    >>> schedule, x = from_ho(np.asarray([0.36, 0.4375])), np.asarray([1.4])
    >>> ddim_step(x, np.asarray([1.0]), 0 * x, schedule, 1, 0).round(12)
    array([1.])
    """
    xp, at = between(schedule, t, s)
    return _ddim_step(x_t, prediction, noise, at, _xp.number(eta, xp), given, xp=xp)


def _ddim_step(
    x_t: Array, prediction: Array, noise: Array, at: Coefficients, eta: Any, given: str, *, xp: Namespace
) -> Array:
    kept, _ = shares(at)
    variance = eta * eta * kept * at.beta_squared
    left = (1 - eta) * (1 + eta) + eta * eta * at.alpha * at.alpha * kept
    beta_bar, before = xp.sqrt(at.beta_bar_squared), xp.sqrt(at.previous_beta_bar_squared)
    kept_noise = before * xp.sqrt(left)
    pull = (at.beta_squared + at.alpha * at.alpha * variance) / (at.alpha * kept_noise + beta_bar)
    if given == "noise":
        mean = (x_t - pull * prediction) / at.alpha
    elif given == "score":
        mean = (x_t + pull * beta_bar * prediction) / at.alpha
    elif given == "x0":
        mean = kept_noise / beta_bar * x_t + at.previous_alpha_bar * (pull / beta_bar) * prediction
    else:
        share = (kept_noise + at.previous_alpha_bar * at.alpha_bar * pull) / beta_bar
        mean = share * x_t - at.previous_alpha_bar * pull * prediction
    return mean + xp.sqrt(variance) * noise


@public(
    {"fraction": Reals("..., d"), "schedule": SCHEDULE, "t": STEP, "s": EARLIER},
    Reals("..., d"),
    needs="indexing cumulative",
    nan=STAYS,
    broadcast="all",
    raises=BEYOND,
)
def learned_variance(fraction: Array, schedule: Schedule, t: Steps, s: Steps, /) -> Array:
    """Variance between those of "dirac" and "normal" data, as models with a learned range choose it.

    β^{2v} (β̄_s² β²/β̄_t²)^{1−v} = β² (β̄_s²/β̄_t²)^{1−v}, with β² = 1 − ᾱ_t²/ᾱ_s², that is β_t² for s = t − 1.

    At s = 0 the lower end is 0, and so is the result unless v = 1. In use are the variance of the second step
    and 1e-20 for this end, before it enters a logarithm.

    Parameters
    ----------
    fraction
        v, 0 for "dirac" and 1 for "normal". Models give 2v − 1.
    schedule
    t
    s
        0 ≤ s ≤ t, else NaN.

    Source: ddpm P7.

    Reference: Nichol, Dhariwal, Improved denoising diffusion probabilistic models, 2021, arXiv 2102.09672,
    equation 15.

    Examples
    --------
    >>> import numpy as np
    >>> from refimpl.ddpm import from_ho
    >>> schedule = from_ho(np.asarray([0.25, 0.75]))
    >>> learned_variance(np.asarray([0.0, 1.0]), schedule, 2, 1).round(12)
    array([0.23076923, 0.75      ])
    """
    _, at = between(schedule, t, s)
    kept, _ = shares(at)
    return at.beta_squared * kept ** (1 - fraction)
