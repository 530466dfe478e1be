"""Laws of noise, data, velocity and score predictions, and of the loss weight."""

from collections.abc import Iterator

import numpy as np

from ....backends import Precision, Setting
from ....ddpm import Schedule
from ...language import inputs as common
from ...language.law import Gap, Impl, Kind, Record, Rounding, Same, law
from . import inputs
from .inputs import Host
from .process import COEFFICIENTS, each_step, later_steps

TARGETS = ("noise", "x0", "v", "score")


def _forms(at: inputs.Exact) -> dict[str, tuple[Host, Host]]:
    """Every quantity as its coefficients of (x_0, ε)."""
    signal, noise = np.sqrt(at.alpha_bar_squared), np.sqrt(at.beta_bar_squared)
    zero, one = np.zeros_like(signal), np.ones_like(signal)
    return {
        "x_t": (signal, noise),
        "noise": (zero, one),
        "x0": (one, zero),
        "v": (-noise, signal),
        "score": (zero, -1 / noise),
    }


def _cross(a: tuple[Host, Host], b: tuple[Host, Host]) -> Host:
    result: Host = a[0] * b[1] - a[1] * b[0]
    return result


@law(
    "ddpm.velocity-definition",
    "velocity gives v = ᾱ_t ε − β̄_t x_0",
    source="ddpm D6",
    about=("ddpm.velocity",),
    inputs=inputs.steps,
    tolerance=Rounding(
        {"partial sums": 6, "root, product, difference": 3, "expectation": 4}, calls=COEFFICIENTS
    ),
    refutes=(
        "ddpm.velocity/opposite-sign",
        "ddpm.velocity/roles-exchanged",
        "ddpm.velocity/adds-data",
        "ddpm.velocity/straight-path",
        "ddpm.velocity/not-rooted",
        "ddpm.velocity/alpha-for-alpha-bar",
        "ddpm.velocity/previous-step",
    ),
)
def velocity_definition(impl: Impl, on: Setting, case: inputs.Steps) -> Iterator[Record]:
    """Compares with the coefficients by exact products."""
    x0, noise, schedule = on.host(case.x), on.host(case.y), Schedule(case.beta_squared)
    for label, t, at in each_step(case, on):
        gained, lost = np.sqrt(at.alpha_bar_squared) * noise, np.sqrt(at.beta_bar_squared) * x0
        got = impl["ddpm.velocity"](case.x, case.y, schedule, t)
        yield Gap(label, got, gained - lost, (np.abs(gained) + np.abs(lost)) * at.condition)


@law(
    "ddpm.conversions-definition",
    "each of ε, x_0, v and score is the combination of x_t and another that it is of x_0 and ε",
    source="ddpm D6",
    about=("ddpm.predict_noise", "ddpm.predict_x0", "ddpm.predict_v", "ddpm.predict_score"),
    inputs=inputs.steps,
    tolerance=Rounding(
        {"two coefficients of sums, root, quotient": 2 * 8, "two products, a sum": 3, "expectation": 5},
        calls=COEFFICIENTS,
    ),
    refutes=(
        "ddpm.predict_x0/adds-noise",
        "ddpm.predict_x0/not-divided",
        "ddpm.predict_x0/velocity-sign",
        "ddpm.predict_noise/score-unscaled",
        "ddpm.predict_noise/velocity-sign",
        "ddpm.predict_v/opposite-sign",
        "ddpm.predict_score/positive",
        "ddpm.predict_score/unscaled",
        "ddpm.predict_score/variance-for-deviation",
        "ddpm.predict_x0/noise-not-divided",
        "ddpm.predict_x0/variance-as-deviation",
        "ddpm.predict_x0/signal-not-rooted",
        "ddpm.predict_x0/alpha-for-alpha-bar",
        "ddpm.predict_x0/clipped",
        "ddpm.predict_x0/score-by-deviation",
        "ddpm.predict_noise/data-unscaled",
        "ddpm.predict_noise/variance-for-deviation",
        "ddpm.predict_noise/not-divided",
        "ddpm.predict_noise/opposite-sign",
        "ddpm.predict_noise/velocity-coefficients-exchanged",
        "ddpm.predict_noise/score-positive",
        "ddpm.predict_v/not-divided",
        "ddpm.predict_v/roles-exchanged",
        "ddpm.predict_score/data-by-deviation",
        "ddpm.predict_score/multiplied",
    ),
)
def conversions_definition(impl: Impl, on: Setting, case: inputs.Steps) -> Iterator[Record]:
    """Solves target = a·x_t + b·given in the basis (x_0, ε) by Cramer's rule."""
    x_t, prediction, schedule = on.host(case.x), on.host(case.y), Schedule(case.beta_squared)
    for label, t, at in each_step(case, on):
        forms = _forms(at)
        for target in TARGETS:
            for given in TARGETS:
                if given == target:
                    continue
                determinant = _cross(forms["x_t"], forms[given])
                first = _cross(forms[target], forms[given]) / determinant * x_t
                second = _cross(forms["x_t"], forms[target]) / determinant * prediction
                convert = impl[f"ddpm.predict_{target}"]
                got = convert(case.x, case.y, schedule, t, given=given)
                scale = (np.abs(first) + np.abs(second)) * at.condition
                yield Gap(f"{target} from {given}, {label}", got, first + second, scale)


@law(
    "ddpm.conversions-round-trip",
    "x_0 and ε make x_t and v; every prediction leads back; ‖Δv‖² = (1 + SNR) ‖Δx_0‖² at a fixed x_t",
    source="ddpm C11",
    stands="that the four predictions say the same",
    about=(
        "ddpm.diffuse",
        "ddpm.velocity",
        "ddpm.predict_noise",
        "ddpm.predict_x0",
        "ddpm.predict_v",
        "ddpm.predict_score",
    ),
    inputs=inputs.steps,
    tolerance=Rounding(
        {"three functions of two coefficients at 8, products, sum and quotient": 3 * 20},
        calls=COEFFICIENTS * 3,
    ),
    refutes=(
        "ddpm.velocity/opposite-sign",
        "ddpm.predict_x0/adds-noise",
        "ddpm.predict_score/unscaled",
        "ddpm.predict_v/opposite-sign",
        "ddpm.diffuse/previous-step",
    ),
)
def conversions_round_trip(impl: Impl, on: Setting, case: inputs.Steps) -> Iterator[Record]:
    """x_0 → x_t, v → score, noise and back: only the noise divides by ᾱ_t to give x_0."""
    x0, noise, other, schedule = (
        on.host(case.x),
        on.host(case.y),
        on.host(case.z),
        Schedule(case.beta_squared),
    )
    size = np.abs(x0) + np.abs(noise)
    for label, t, at in each_step(case, on):
        signal, spread = np.sqrt(at.alpha_bar_squared), np.sqrt(at.beta_bar_squared)
        reach = size * at.condition
        x_t = impl["ddpm.diffuse"](case.x, case.y, schedule, t)
        v = impl["ddpm.velocity"](case.x, case.y, schedule, t)
        score = impl["ddpm.predict_score"](x_t, v, schedule, t, given="v")
        eps = impl["ddpm.predict_noise"](x_t, score, schedule, t, given="score")
        yield Gap(f"noise, {label}", eps, noise, reach)
        yield Gap(f"x0, {label}", impl["ddpm.predict_x0"](x_t, v, schedule, t, given="v"), x0, reach)
        again = impl["ddpm.predict_x0"](x_t, eps, schedule, t)
        yield Gap(f"x0 from that noise, {label}", again, x0, reach / signal)
        again = impl["ddpm.predict_v"](x_t, case.x, schedule, t, given="x0")
        yield Gap(f"v, {label}", again, on.host(v), reach / spread)
        pair = [
            on.host(impl["ddpm.predict_v"](x_t, data, schedule, t, given="x0")) for data in (case.x, case.z)
        ]
        ratio = 1 + at.alpha_bar_squared / at.beta_bar_squared
        change, scale = (x0 - other) ** 2, (size + np.abs(other)) ** 2
        yield Gap(f"‖Δv‖², {label}", (pair[0] - pair[1]) ** 2, ratio * change, ratio * scale)


@law(
    "ddpm.loss_weight-definition",
    "loss_weight is β_t⁴/(β̄_t² α_t² σ_t²), half of it in the likelihood, ∞ where σ_t = 0",
    source="ddpm D8",
    about=("ddpm.loss_weight",),
    inputs=inputs.samplers,
    tolerance=Rounding(
        {"partial sums": 6, "root and three quotients, squared": 2 * 4, "square": 1, "expectation": 5},
        calls=("log1p", "expm1") * 2,
    ),
    refutes=(
        "ddpm.loss_weight/half-both-times",
        "ddpm.loss_weight/square-for-fourth-power",
        "ddpm.loss_weight/deviation-for-variance",
        "ddpm.loss_weight/without-alpha",
        "ddpm.loss_weight/alpha-bar-for-alpha",
        "ddpm.loss_weight/beta-for-beta-bar",
    ),
)
def loss_weight_definition(impl: Impl, on: Setting, case: inputs.Sampler) -> Iterator[Record]:
    """Compares with exact products, ∞ for σ_t = 0 included."""
    host, sigma = inputs.exact(on.host(case.beta_squared)), on.host(case.sigma)
    with np.errstate(divide="ignore"):
        removed = host.beta_squared / host.beta_bar_squared
        weight = removed * (host.beta_squared / sigma**2) / host.alpha_squared
    schedule, scale = Schedule(case.beta_squared), np.where(sigma > 0, weight, 0)
    yield Gap("weight", impl["ddpm.loss_weight"](schedule, case.sigma), weight, scale)
    yield Gap("half", impl["ddpm.loss_weight"](schedule, case.sigma, half=True), weight / 2, scale)


@law(
    "ddpm.loss_weight-of-data",
    "with the dirac σ, the likelihood's weight of ‖x_0 − x_θ‖² is ½(SNR_{t−1} − SNR_t) for t ≥ 2",
    source="ddpm C11",
    stands="the weight in terms of x_0, which the definition has in terms of ε",
    about=("ddpm.loss_weight", "ddpm.sampling_std", "ddpm.snr", "ddpm.predict_noise"),
    inputs=later_steps,
    tolerance=Rounding({"weight, σ and two coefficients, squared": 4 * 15}, calls=COEFFICIENTS * 4),
    refutes=(
        "ddpm.loss_weight/half-both-times",
        "ddpm.loss_weight/square-for-fourth-power",
        "ddpm.loss_weight/without-alpha",
        "ddpm.sampling_std/variance",
        "ddpm.sampling_std/kinds-exchanged",
    ),
)
def loss_weight_of_data(impl: Impl, on: Setting, case: inputs.Steps) -> Iterator[Record]:
    """A unit change of x_0 changes the noise by ᾱ_t/β̄_t. The difference of SNRs is taken of exact
    products, and of the functions' own results on the scale of SNR_{t−1}."""
    schedule, host = Schedule(case.beta_squared), inputs.exact(on.host(case.beta_squared))
    weight = impl["ddpm.loss_weight"](schedule, impl["ddpm.sampling_std"](schedule), half=True)
    steps = len(host.beta_squared)
    t = on.array(np.arange(1, steps + 1))
    one, zero = on.array(np.ones((steps, 1))), on.array(np.zeros((steps, 1)))
    change = on.host(impl["ddpm.predict_noise"](zero, one, schedule, t))[1:, 0]
    got = (on.host(weight)[1:]) * change**2
    step = host.beta_squared / host.beta_bar_squared
    exact = (step[1:] * host.previous_alpha_bar_squared[1:]) / host.previous_beta_bar_squared[1:] / 2
    yield Gap("exact difference", got, exact, exact * host.condition[1:])
    ratio = on.host(impl["ddpm.snr"](schedule))
    scale = (exact + ratio[1:-1]) * host.condition[1:]
    yield Gap("difference of SNRs", got, (ratio[1:-1] - ratio[2:]) / 2, scale)


@common.composite
def silenced(draw: common.Draw, p: Precision, kind: Kind) -> inputs.Steps:
    """A schedule whose last β² is 1 ("zero terminal SNR"), and three batches of data (n, d)."""
    case: inputs.Steps = draw(inputs.steps(p, kind))
    case.beta_squared[-1] = 1.0
    return case


@law(
    "ddpm.no-signal",
    "where β_T² = 1, SNR_T = 0, x_T is the noise, x_0 = −v, ε = x_T, the score −x_T; only ε → x_0 is lost",
    source="ddpm D6, C11",
    about=(
        "ddpm.cumulative",
        "ddpm.snr",
        "ddpm.log_snr",
        "ddpm.diffuse",
        "ddpm.posterior",
        "ddpm.velocity",
        "ddpm.predict_x0",
        "ddpm.predict_noise",
        "ddpm.predict_v",
        "ddpm.predict_score",
    ),
    inputs=silenced,
    tolerance=Rounding(
        {"product with 1 and sum with 0": 2, "root and product of the expectation": 2}, calls=COEFFICIENTS
    ),
    refutes=("ddpm.predict_x0/velocity-through-noise", "ddpm.snr/clipped"),
)
def no_signal(impl: Impl, on: Setting, case: inputs.Steps) -> Iterator[Record]:
    """ᾱ_T = 0 and β̄_T = 1 leave one of the two terms of every formula."""
    schedule, T = Schedule(case.beta_squared), len(on.host(case.beta_squared))
    x, y = on.host(case.x), on.host(case.y)
    last = {name: on.host(impl[f"ddpm.{name}"](schedule))[-1] for name in ("snr", "log_snr")}
    yield Same("SNR", on.number(last["snr"]), 0.0)
    yield Same("log SNR", on.number(last["log_snr"]), -np.inf)
    signal, noise = (on.host(part)[-1] for part in impl["ddpm.cumulative"](schedule))
    yield Same("ᾱ", on.number(signal), 0.0)
    yield Gap("β̄", noise, 1.0, 1.0)
    at = case.x, case.y, schedule, T
    yield Gap("x_T", impl["ddpm.diffuse"](*at), y, np.abs(y))
    yield Gap("v", impl["ddpm.velocity"](*at), -x, np.abs(x))
    yield Gap("x_0 from v", impl["ddpm.predict_x0"](*at, given="v"), -y, np.abs(y))
    yield Gap("ε from v", impl["ddpm.predict_noise"](*at, given="v"), x, np.abs(x))
    yield Gap("ε from x_0", impl["ddpm.predict_noise"](*at), x, np.abs(x))
    yield Gap("v from x_0", impl["ddpm.predict_v"](*at, given="x0"), -y, np.abs(y))
    for given in ("x0", "v"):
        yield Gap(f"score from {given}", impl["ddpm.predict_score"](*at, given=given), -x, np.abs(x))
    host = inputs.products(on.host(case.beta_squared)[:-1])
    before, spread = np.sqrt(host[0][-1]), host[1][-1]
    mean, variance = impl["ddpm.posterior"](*at)
    condition = 1 - np.log(host[0][-1])
    yield Gap("posterior's mean", mean, before * x, before * np.abs(x) * (4 * condition))
    yield Gap("posterior's variance", variance, np.full((1,), spread), 4 * spread)
