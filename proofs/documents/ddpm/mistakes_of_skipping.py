"""How people get inference with fewer steps wrong."""

import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any, NamedTuple

from .... import ddpm
from ...language.law import Implementation
from ...language.mistake import MistakesOf
from .tables import at, space, tables

Rule = Callable[[int, int, int], Iterable[int]]
"""The steps of one spacing, of T, n and the offset."""

of_inference_steps = MistakesOf("ddpm.inference_steps")
of_posterior_between = MistakesOf("ddpm.posterior_between")
of_ddim_step = MistakesOf("ddpm.ddim_step")
of_learned_variance = MistakesOf("ddpm.learned_variance")


@of_inference_steps("without-offset", "Leaves out the offset of leading.", reference="diffusers#465")
def steps_without_offset(train_steps: Any, steps: Any, /, *, spacing: Any, offset: Any = 0) -> Any:
    return ddpm.inference_steps(train_steps, steps, spacing=spacing)


@of_inference_steps("counted-from-zero", "Counts training steps from 0, as the tables of libraries do.")
def steps_from_zero(train_steps: Any, steps: Any, /, *, spacing: Any, offset: Any = 0) -> Any:
    return tuple(t - 1 for t in ddpm.inference_steps(train_steps, steps, spacing=spacing, offset=offset))


@of_inference_steps("ascending", "Goes from the first step to the last, as the diffusion does.")
def steps_ascending(train_steps: Any, steps: Any, /, *, spacing: Any, offset: Any = 0) -> Any:
    return ddpm.inference_steps(train_steps, steps, spacing=spacing, offset=offset)[::-1]


@of_inference_steps("ends-at-zero", "Appends 0, the data, at which no model is asked.")
def steps_to_zero(train_steps: Any, steps: Any, /, *, spacing: Any, offset: Any = 0) -> Any:
    return (*ddpm.inference_steps(train_steps, steps, spacing=spacing, offset=offset)[:-1], 0)


def _instead(of: str) -> Callable[[Rule], Implementation]:
    """A replacement of one spacing, made of its rule for T, n, offset."""

    def made(rule: Rule) -> Implementation:
        def steps(train_steps: Any, steps: Any, /, *, spacing: Any, offset: Any = 0) -> Any:
            if spacing == of:
                return tuple(rule(train_steps, steps, offset))
            return ddpm.inference_steps(train_steps, steps, spacing=spacing, offset=offset)

        return steps

    return made


@of_inference_steps(
    "leading-to-the-end", "Lets leading end at the last step T, as trailing does.", reference="MONAI#8600"
)
@_instead("leading")
def leading_to_the_end(last: int, steps: int, offset: int) -> Any:
    return (last - i * (last // steps) for i in range(steps))


@of_inference_steps("leading-rounded", "Takes the gaps of leading as T/n and rounds, where they are ⌊T/n⌋.")
@_instead("leading")
def leading_rounded(last: int, steps: int, offset: int) -> Any:
    return (1 + offset + round(i * last / steps) for i in range(steps - 1, -1, -1))


@of_inference_steps("linspace-without-end", "Spaces linspace by T/n, as arange does: it does not begin at T.")
@_instead("linspace")
def linspace_without_end(last: int, steps: int, offset: int) -> Any:
    return (1 + round(i * (last - 1) / steps) for i in range(steps - 1, -1, -1))


@of_inference_steps("trailing-by-whole-gaps", "Takes the gaps of trailing as ⌊T/n⌋, where they are T/n.")
@_instead("trailing")
def trailing_whole(last: int, steps: int, offset: int) -> Any:
    return (last - i * (last // steps) for i in range(steps))


@of_inference_steps(
    "trailing-one-more",
    "Takes floats T, T − T/n, ... above 0: where the last is a rounding error, there is a step 0 too many.",
)
@_instead("trailing")
def trailing_one_more(last: int, steps: int, offset: int) -> Any:
    count = math.ceil(last / (last / steps))
    return (round(last - i * (last / steps)) for i in range(count))


@of_inference_steps("trailing-from-one", "Counts trailing steps one higher than those of the other spacings.")
@_instead("trailing")
def trailing_higher(last: int, steps: int, offset: int) -> Any:
    return (1 + round(Fraction(i * last, steps)) for i in range(steps, 0, -1))


@of_inference_steps("trailing-cut", "Cuts the fractions of trailing off, where the next integer is meant.")
@_instead("trailing")
def trailing_cut(last: int, steps: int, offset: int) -> Any:
    return ((i * last) // steps for i in range(steps, 0, -1))


def _below(t: Any) -> Any:
    return t - 1


def _earlier(s: Any) -> Any:
    """s − 1, but 0 stays."""
    return max(s - 1, 0) if isinstance(s, int) else space(s).where(s > 0, s - 1, s)


def _not_zero(s: Any) -> Any:
    """1 in the place of 0."""
    return max(s, 1) if isinstance(s, int) else space(s).where(s == 0, s + 1, s)


@of_posterior_between(
    "adjacent-variance",
    "Gives the variance of the step from t to t − 1, whatever s is.",
    reference="diffusers#9261",
)
def between_adjacent_variance(x0: Any, x_t: Any, schedule: Any, t: Any, s: Any, /) -> Any:
    mean, variance = ddpm.posterior_between(x0, x_t, schedule, t, s)
    return mean, 0 * variance + ddpm.posterior(x0, x_t, schedule, t)[1]


@of_posterior_between(
    "adjacent-step",
    "Takes the coefficients of the step from t to t − 1, whatever s is.",
    reference="diffusers#9261",
)
def between_adjacent(x0: Any, x_t: Any, schedule: Any, t: Any, s: Any, /) -> Any:
    return ddpm.posterior_between(x0, x_t, schedule, t, _below(t))


@of_posterior_between(
    "alpha-of-one-step",
    "Takes α_t and β_t of the last step for those of all steps from s to t.",
    reference="diffusers#9261",
)
def between_one_alpha(x0: Any, x_t: Any, schedule: Any, t: Any, s: Any, /) -> Any:
    signal, noise = (at(part, s + 1) for part in ddpm.cumulative(schedule))
    alpha, beta, _, rest, _ = tables(schedule, t)
    kept, added = (noise / rest) ** 2, (beta / rest) ** 2
    return alpha * kept * x_t + signal * added * x0, kept * beta**2


def _wrapped(schedule: Any) -> Any:
    """ᾱ_s, and ᾱ_T in the place of ᾱ_0: the table at −1."""
    signal = ddpm.cumulative(schedule).alpha_bar
    return space(signal).concat([signal[-1:], signal[1:]])


def _between(signal: Any, schedule: Any, t: Any, s: Any) -> tuple[Any, Any, Any, Any]:
    """α², β², β̄_s² and β̄_t² of a table of ᾱ_s; t has its own."""
    ahead = at(ddpm.cumulative(schedule).alpha_bar[1:], t)
    behind = at(signal, s + 1)
    ratio = (ahead / behind) ** 2
    return ratio, 1 - ratio, 1 - behind * behind, 1 - ahead * ahead


@of_posterior_between(
    "signal-of-step-minus-one",
    "Looks ᾱ_0 up at the place −1 of a table that begins with ᾱ_1, where Python has ᾱ_T.",
    reference="diffusers#5921",
)
def between_minus_one(x0: Any, x_t: Any, schedule: Any, t: Any, s: Any, /) -> Any:
    ratio, beta2, before, now = _between(_wrapped(schedule), schedule, t, s)
    root = space(x0).sqrt
    signal = at(_wrapped(schedule), s + 1)
    return root(ratio) * before / now * x_t + signal * beta2 / now * x0, before * beta2 / now


@of_posterior_between(
    "signal-of-the-first-step",
    'Takes ᾱ_1 for ᾱ_0, as with "set_alpha_to_one": false.',
    reference="diffusers#6068",
)
def between_first(x0: Any, x_t: Any, schedule: Any, t: Any, s: Any, /) -> Any:
    return ddpm.posterior_between(x0, x_t, schedule, t, _not_zero(s))


@of_posterior_between("one-step-too-far", "Goes to s − 1: the table of ᾱ has been looked up one step early.")
def between_too_far(x0: Any, x_t: Any, schedule: Any, t: Any, s: Any, /) -> Any:
    return ddpm.posterior_between(x0, x_t, schedule, t, _earlier(s))


@of_posterior_between("deviation-as-variance", "Returns the standard deviation instead of the variance.")
def between_deviation(x0: Any, x_t: Any, schedule: Any, t: Any, s: Any, /) -> Any:
    mean, variance = ddpm.posterior_between(x0, x_t, schedule, t, s)
    return mean, space(mean).sqrt(variance)


@of_posterior_between("fixed-large", 'Returns β², the variance of the steps: the "normal" of a generator.')
def between_large(x0: Any, x_t: Any, schedule: Any, t: Any, s: Any, /) -> Any:
    mean, variance = ddpm.posterior_between(x0, x_t, schedule, t, s)
    return mean, ddpm.learned_variance(0 * variance + 1, schedule, t, s)


def _implied(x_t: Any, prediction: Any, schedule: Any, t: Any, given: Any) -> tuple[Any, Any]:
    """x_0 and ε."""
    x0 = prediction if given == "x0" else ddpm.predict_x0(x_t, prediction, schedule, t, given=given)
    return x0, _noise(x_t, prediction, schedule, t, given)


def _noise(x_t: Any, prediction: Any, schedule: Any, t: Any, given: Any) -> Any:
    return prediction if given == "noise" else ddpm.predict_noise(x_t, prediction, schedule, t, given=given)


def _printed(sigma: Any, *, turned: Any = None, data: Any = None, table: Any = None) -> Any:
    """The printed step with another σ(α², β², β̄_s², β̄_t², η), another σ under the root, other x_0 or ᾱ_s."""

    def step(
        x_t: Any,
        prediction: Any,
        noise: Any,
        schedule: Any,
        t: Any,
        s: Any,
        /,
        *,
        eta: Any = 0.0,
        given: Any = "noise",
    ) -> Any:
        signal = (table or (lambda it: ddpm.cumulative(it).alpha_bar))(schedule)
        parts = _between(signal, schedule, t, s)
        x0, eps = _implied(x_t, prediction, schedule, t, given)
        x0 = data(x0) if data else x0
        xp = space(x_t)
        added, under = sigma(xp.sqrt, *parts, eta), (turned or sigma)(xp.sqrt, *parts, eta)
        left = parts[2] - under * under
        direction = xp.sqrt(xp.where(left > 0, left, xp.zeros_like(left)))
        return at(signal, s + 1) * x0 + direction * eps + added * noise

    return step


def _song(root: Any, ratio: Any, beta2: Any, before: Any, now: Any, eta: Any) -> Any:
    return eta * root(before / now * beta2)


ddim_eta = of_ddim_step(
    "eta-not-squared", "Multiplies the variance by η, where the deviation has that factor."
)(_printed(lambda root, ratio, beta2, before, now, eta: root(eta * before / now * beta2)))
ddim_turned = of_ddim_step(
    "direction-not-shortened", "Keeps β̄_s ε whole beside fresh noise: √(β̄_s² − σ²) is left of it."
)(_printed(_song, turned=lambda root, ratio, beta2, before, now, eta: 0 * before))
ddim_variance = of_ddim_step("variance-for-deviation", "Multiplies the noise by σ², not by σ.")(
    _printed(lambda *given: _song(*given) ** 2, turned=_song)
)
ddim_all = of_ddim_step(
    "sigma-of-all-noise", "Takes σ = η β̄_t, as if all noise were drawn anew.", reference="CoursIA PR#16158"
)(_printed(lambda root, ratio, beta2, before, now, eta: eta * root(now)))
ddim_step_sigma = of_ddim_step(
    "sigma-of-the-step", 'Takes σ = η β, the "normal" one of DDPM, where "dirac" is meant.'
)(_printed(lambda root, ratio, beta2, before, now, eta: eta * root(beta2)))
ddim_clipped = of_ddim_step(
    "data-clipped", "Clips x_0 to [−1, 1], as samplers of images do by default.", reference="diffusers#2585"
)(_printed(_song, data=lambda x0: space(x0).clip(x0, min=-1, max=1)))
ddim_minus_one = of_ddim_step(
    "signal-of-step-minus-one",
    "Looks ᾱ_0 up at the place −1 of a table that begins with ᾱ_1, where Python has ᾱ_T.",
    reference="diffusers#5921",
)(_printed(_song, table=_wrapped))


class Asked(NamedTuple):
    """What a step is asked for."""

    x_t: Any
    prediction: Any
    noise: Any
    schedule: Any
    t: Any
    s: Any
    eta: Any
    given: Any


def _asking(change: Callable[[Asked], Asked]) -> Implementation:
    """The step, asked for something else."""

    def step(
        x_t: Any,
        prediction: Any,
        noise: Any,
        schedule: Any,
        t: Any,
        s: Any,
        /,
        *,
        eta: Any = 0.0,
        given: Any = "noise",
    ) -> Any:
        *arrays, eta, given = change(Asked(x_t, prediction, noise, schedule, t, s, eta, given))
        return ddpm.ddim_step(*arrays, eta=eta, given=given)

    return step


@of_ddim_step("eta-ignored", "Adds no noise, whatever η is.")
@_asking
def ddim_without_noise(asked: Asked) -> Asked:
    return asked._replace(eta=0.0)


@of_ddim_step(
    "adjacent-sigma", "Takes σ of the step from t to t − 1, whatever s is.", reference="diffusers#9261"
)
def ddim_adjacent(
    x_t: Any,
    prediction: Any,
    noise: Any,
    schedule: Any,
    t: Any,
    s: Any,
    /,
    *,
    eta: Any = 0.0,
    given: Any = "noise",
) -> Any:
    adjacent = at(ddpm.sampling_std(schedule), t)
    step = _printed(lambda root, ratio, beta2, before, now, eta: eta * adjacent)
    return step(x_t, prediction, noise, schedule, t, s, eta=eta, given=given)


@of_ddim_step(
    "signal-of-the-first-step",
    'Takes ᾱ_1 for ᾱ_0, as with "set_alpha_to_one": false.',
    reference="diffusers#6068",
)
@_asking
def ddim_first(asked: Asked) -> Asked:
    return asked._replace(s=_not_zero(asked.s))


@of_ddim_step(
    "whole-gaps",
    "Goes to the step before the one that is next, as a gap of ⌊T/n⌋ does where steps are spaced otherwise.",
    reference="diffusers#12633",
)
@_asking
def ddim_whole_gaps(asked: Asked) -> Asked:
    return asked._replace(s=_earlier(asked.s))


@of_ddim_step("given-noise-for-v", "Takes a prediction of v for one of noise.")
@_asking
def ddim_v_as_noise(asked: Asked) -> Asked:
    return asked._replace(given="noise" if asked.given == "v" else asked.given)


@of_ddim_step(
    "through-noise",
    "Goes from v to the noise and from there to the data, which divides by ᾱ_t = 0 at zero SNR.",
)
@_asking
def ddim_through_noise(asked: Asked) -> Asked:
    return asked._replace(
        prediction=_noise(asked.x_t, asked.prediction, asked.schedule, asked.t, asked.given), given="noise"
    )


@of_ddim_step(
    "rounded-below-zero",
    "Takes the root of β̄_s² − σ², a rounding error below 0 at zero SNR with η = 1: the result is NaN.",
)
def ddim_root_of_rounding(
    x_t: Any,
    prediction: Any,
    noise: Any,
    schedule: Any,
    t: Any,
    s: Any,
    /,
    *,
    eta: Any = 0.0,
    given: Any = "noise",
) -> Any:
    found = ddpm.ddim_step(x_t, prediction, noise, schedule, t, s, eta=eta, given=given)
    last = ddpm.cumulative(schedule).alpha_bar[-1:]
    empty = (last == 0) & (at(ddpm.cumulative(schedule).alpha_bar, t + 1) == last)
    return space(found).where(empty, found + (math.nan if eta == 1 else 0), found)


@of_learned_variance("evenly", "Interpolates the variances evenly, where their logarithms are meant.")
def learned_evenly(fraction: Any, schedule: Any, t: Any, s: Any, /) -> Any:
    low, high = (ddpm.learned_variance(end + 0 * fraction, schedule, t, s) for end in (0.0, 1.0))
    return (1 - fraction) * low + fraction * high


@of_learned_variance("ends-exchanged", "Exchanges the ends: v = 1 gives the smaller variance.")
def learned_exchanged(fraction: Any, schedule: Any, t: Any, s: Any, /) -> Any:
    return ddpm.learned_variance(1 - fraction, schedule, t, s)


@of_learned_variance("from-minus-one", "Takes v for the output of a model, from −1 to 1.")
def learned_output(fraction: Any, schedule: Any, t: Any, s: Any, /) -> Any:
    return ddpm.learned_variance((1 + fraction) / 2, schedule, t, s)


@of_learned_variance("output-for-fraction", "Takes the output of a model, 2v − 1 from −1 to 1, for v.")
def learned_of_output(fraction: Any, schedule: Any, t: Any, s: Any, /) -> Any:
    return ddpm.learned_variance(2 * fraction - 1, schedule, t, s)


@of_learned_variance("deviation", "Returns the standard deviation instead of the variance.")
def learned_deviation(fraction: Any, schedule: Any, t: Any, s: Any, /) -> Any:
    found = ddpm.learned_variance(fraction, schedule, t, s)
    return space(found).sqrt(found)


@of_learned_variance("adjacent-step", "Takes both variances of the step from t to t − 1, whatever s is.")
def learned_adjacent(fraction: Any, schedule: Any, t: Any, s: Any, /) -> Any:
    return ddpm.learned_variance(fraction, schedule, t, _below(t))


@of_learned_variance(
    "clamped",
    "Takes 1e-20 for the lower end where that is 0, before a logarithm.",
    reference="diffusers DDPMScheduler",
)
def learned_clamped(fraction: Any, schedule: Any, t: Any, s: Any, /) -> Any:
    low, high = (ddpm.learned_variance(end + 0 * fraction, schedule, t, s) for end in (0.0, 1.0))
    least = space(low).where(low < 1e-20, 1e-20 + 0 * low, low)
    return least ** (1 - fraction) * high**fraction


@of_learned_variance("logarithm", "Returns the logarithm of the variance, as the code of the paper does.")
def learned_logarithm(fraction: Any, schedule: Any, t: Any, s: Any, /) -> Any:
    return space(fraction).log(ddpm.learned_variance(fraction, schedule, t, s))
