"""Laws of the noise schedules and of what accumulates along them."""

import math
from collections.abc import Iterator
from decimal import Decimal, localcontext
from itertools import pairwise
from typing import Any

import numpy as np

from ...._xp import numbers, rounds
from ....backends import Setting
from ....ddpm import Schedule
from ...language.law import AtMost, Exact, Gap, Impl, Kind, Record, Rounding, Same, law
from . import inputs

# Functions of two or three Python numbers: nothing cancels in them.
NO_DATA: tuple[Kind, ...] = ("ordinary", "extreme")


@law(
    "ddpm.linear_schedule-definition",
    "linear_schedule(T) has β_t² = 0.02 t/T, that is α_t = √(1 − 0.02 t/T)",
    source="ddpm D1",
    about=("ddpm.linear_schedule",),
    inputs=inputs.lengths,
    tolerance=Rounding({"0.02, or the expectation": 1, "product and quotient": 2}),
    refutes=(
        "ddpm.linear_schedule/zero-based",
        "ddpm.linear_schedule/alpha-squared-twice",
        "ddpm.linear_schedule/from-zero-to-last",
        "ddpm.linear_schedule/alpha-not-squared",
        "ddpm.linear_schedule/standard-deviations",
    ),
    kinds=NO_DATA,
)
def linear_schedule_definition(impl: Impl, on: Setting, case: inputs.Lengths) -> Iterator[Record]:
    """Compares with rational numbers, rounded once."""
    last = on.fraction(0.02)
    expected = on.reals([on.number(last * t / case.steps) for t in range(1, case.steps + 1)])
    yield Gap("β²", impl["ddpm.linear_schedule"](case.steps, **on.like).beta_squared, expected, expected)


@law(
    "ddpm.linear_schedule-forgets",
    "log ᾱ_T² < −0.01 (T + 1) for the linear schedule: at T = 1000, ᾱ_T = 0.00648203, which is not 0",
    source="ddpm C7",
    stands="what the linear schedule leaves of the signal",
    about=("ddpm.linear_schedule", "ddpm.cumulative"),
    inputs=inputs.lengths,
    tolerance=Rounding(
        {"argument of a logarithm": 3, "sum": 1}, "the scale counts the T sums", calls=("log1p", "exp")
    ),
    refutes=("ddpm.linear_schedule/zero-based", "ddpm.cumulative/alpha-for-alpha-bar"),
    kinds=NO_DATA,
)
def linear_schedule_forgets(impl: Impl, on: Setting, case: inputs.Lengths) -> Iterator[Record]:
    """Also the value itself, against math.fsum of exact logarithms."""
    schedule = impl["ddpm.linear_schedule"](case.steps, **on.like)
    alpha_bar = on.host(impl["ddpm.cumulative"](schedule).alpha_bar)[-1]
    log, steps = 2 * on.math.log(alpha_bar), case.steps
    expected = on.math.fsum(on.math.log1p(-on.number(0.02) * t / steps) for t in range(1, steps + 1))
    scale = 2 + steps * abs(expected)
    yield Gap("log ᾱ_T²", log, expected, scale)
    yield AtMost("bound", log, -0.01 * (steps + 1), scale)


@law(
    "ddpm.ho_schedule-definition",
    "ho_schedule(T, first, last) spaces β_t² evenly from first to last, both included",
    source="ddpm D1",
    about=("ddpm.ho_schedule",),
    inputs=inputs.lengths,
    tolerance=Rounding(
        {"two ends": 2, "two weights": 2, "two products and a sum": 3, "expectation": 1},
        "or first + i·step, which may cancel",
    ),
    refutes=(
        "ddpm.ho_schedule/endpoint-left-out",
        "ddpm.ho_schedule/evenly-spaced-roots",
        "ddpm.ho_schedule/evenly-spaced-logarithms",
        "ddpm.ho_schedule/ends-exchanged",
        "ddpm.ho_schedule/first-left-out",
    ),
    kinds=NO_DATA,
)
def ho_schedule_definition(impl: Impl, on: Setting, case: inputs.Lengths) -> Iterator[Record]:
    """Compares with rational interpolation, rounded once."""
    first, last, gaps = on.fraction(case.first), on.fraction(case.last), max(case.steps - 1, 1)
    expected = on.reals([on.number(first + (last - first) * i / gaps) for i in range(case.steps)])
    got = impl["ddpm.ho_schedule"](case.steps, case.first, case.last, **on.like)
    yield Gap("β²", got.beta_squared, expected, expected + np.abs(expected - case.first))


_PI = Decimal("3.14159265358979323846264338327950288419716939937510")


def _cosine(angle: Decimal) -> Decimal:
    """The Taylor series at 0, summed until it stops changing."""
    term, total, k, last = Decimal(1), Decimal(1), 0, Decimal(0)
    while total != last:
        last, k = total, k + 2
        term *= -angle * angle / (k * (k - 1))
        total += term
    return total


def cosine_variances(steps: int, offset: Any) -> list[Any]:
    """β_t² as Nichol and Dhariwal print it, in 45 digits, so that 1 − ratio loses none that count."""
    if not rounds(offset):
        m = numbers(offset)
        signal = [
            m.cos(m.pi / 2 * (t + steps * offset) / (steps * (1 + offset))) ** 2 for t in range(steps + 1)
        ]
        return [min(1 - now / before, m.number(0.999)) for before, now in pairwise(signal)]
    with localcontext() as context:
        context.prec = 45
        shift = Decimal(offset)
        angles = [_PI / 2 * (Decimal(t) / steps + shift) / (1 + shift) for t in range(steps + 1)]
        signal = [_cosine(angle) ** 2 for angle in angles]
        pairs = pairwise(signal)
        return [float(min(1 - now / before, Decimal("0.999"))) for before, now in pairs]


@law(
    "ddpm.cosine_schedule-definition",
    "cosine_schedule(T, s) has β_t² = min(1 − f(t)/f(t−1), 0.999), f(t) = cos²((π/2)(t/T + s)/(1 + s))",
    source="ddpm D1",
    about=("ddpm.cosine_schedule",),
    inputs=inputs.cosine_lengths,
    tolerance=Rounding(
        {"four angles, at condition ≤ 1": 4 * 3, "two quotients, product, expectation": 4},
        calls=("sin", "sin", "sin", "sin"),
    ),
    refutes=(
        "ddpm.cosine_schedule/unclipped",
        "ddpm.cosine_schedule/cosine-not-squared",
        "ddpm.cosine_schedule/cancels",
        "ddpm.cosine_schedule/divided-by-points",
        "ddpm.cosine_schedule/offset-not-normalised",
        "ddpm.cosine_schedule/half-turn",
        "ddpm.cosine_schedule/clipped-at-0.9999",
    ),
    kinds=NO_DATA,
)
def cosine_schedule_definition(impl: Impl, on: Setting, case: inputs.CosineLengths) -> Iterator[Record]:
    """Compares with the printed form in decimal arithmetic."""
    got = impl["ddpm.cosine_schedule"](case.steps, case.offset, **on.like)
    expected = on.reals(cosine_variances(case.steps, case.offset))
    yield Gap("β²", got.beta_squared, expected, expected)


@law(
    "ddpm.defaults",
    "by default Ho's variances go from 1e-4 to 0.02, the cosine schedule has offset 0.008, predictions are "
    "of noise (of data for predict_noise), σ is dirac's, and the weight is the source's",
    source="ddpm D1, D6, D7, D8",
    about=(
        "ddpm.ho_schedule",
        "ddpm.cosine_schedule",
        "ddpm.predict_x0",
        "ddpm.predict_noise",
        "ddpm.predict_v",
        "ddpm.predict_score",
        "ddpm.sampling_std",
        "ddpm.loss_weight",
    ),
    inputs=inputs.steps,
    tolerance=Exact("the same computation twice"),
    refutes=(
        "ddpm.ho_schedule/last-of-variances-for-deviations",
        "ddpm.cosine_schedule/without-offset",
        "ddpm.predict_v/from-data-by-default",
        "ddpm.predict_score/from-data-by-default",
    ),
    kinds=("ordinary",),  # options that are left out: no number is drawn near another or far out
)
def defaults(impl: Impl, on: Setting, case: inputs.Steps) -> Iterator[Record]:
    """Compares with the same options in words."""
    schedule, steps = Schedule(case.beta_squared), case.beta_squared.shape[0]
    for name, ends in (("ho_schedule", (1e-4, 0.02)), ("cosine_schedule", (0.008,))):
        function = impl[f"ddpm.{name}"]
        expected = on.host(function(steps, *ends, **on.like).beta_squared)
        yield Gap(name, function(steps, **on.like).beta_squared, expected, 0.0)
    at = (case.x, case.y, schedule, case.t)
    sigma = impl["ddpm.sampling_std"](schedule, kind="normal")
    for name, given, options in (
        ("predict_x0", at, {"given": "noise"}),
        ("predict_noise", at, {"given": "x0"}),
        ("predict_v", at, {"given": "noise"}),
        ("predict_score", at, {"given": "noise"}),
        ("sampling_std", (schedule,), {"kind": "dirac"}),
        ("loss_weight", (schedule, sigma), {"half": False}),
    ):
        expected = on.host(impl[f"ddpm.{name}"](*given, **options))
        yield Gap(name, impl[f"ddpm.{name}"](*given), expected, 1.0)  # a prediction may be 0


@law(
    "ddpm.ho-conversion",
    "from_ho keeps Ho's β_t as β_t²; to_ho gives β_t², 1 − β_t² and Π(1 − β²)",
    source="ddpm D1",
    about=("ddpm.from_ho", "ddpm.to_ho"),
    inputs=inputs.schedules,
    tolerance=Rounding({"partial sums": 6, "1 − β²": 1, "expectation": 1}, calls=("log1p", "exp")),
    refutes=(
        "ddpm.from_ho/squares",
        "ddpm.to_ho/standard-deviations",
        "ddpm.from_ho/standard-deviations",
        "ddpm.to_ho/roots",
        "ddpm.to_ho/previous-product",
        "ddpm.to_ho/sum-for-product",
    ),
)
def ho_conversion(impl: Impl, on: Setting, case: inputs.Scheduled) -> Iterator[Record]:
    """Compares with exact integer products."""
    schedule = impl["ddpm.from_ho"](case.beta_squared)
    yield Same("β² is kept", schedule.beta_squared, case.beta_squared)
    host = inputs.exact(on.host(case.beta_squared))
    betas, alphas, signal = impl["ddpm.to_ho"](Schedule(case.beta_squared))
    yield Same("β", betas, case.beta_squared)
    yield Gap("α", alphas, host.alpha_squared, host.alpha_squared)
    yield Gap("Πα", signal, host.alpha_bar_squared, host.alpha_bar_squared * host.condition)


@law(
    "ddpm.from_alpha-definition",
    "from_alpha has β_t² = 1 − α_t², accurate for the α_t that it is given",
    source="ddpm D1",
    about=("ddpm.from_alpha",),
    inputs=inputs.alphas,
    tolerance=Rounding({"two sums and a product": 3, "expectation": 1}),
    refutes=(
        "ddpm.from_alpha/not-squared",
        "ddpm.from_alpha/cancels",
        "ddpm.from_alpha/squares-the-difference",
        "ddpm.from_alpha/standard-deviations",
    ),
)
def from_alpha_definition(impl: Impl, on: Setting, case: inputs.Alphas) -> Iterator[Record]:
    """Compares with rational numbers, rounded once."""
    expected = on.reals([on.number(1 - on.fraction(a) ** 2) for a in on.host(case.alphas)])
    yield Gap("β²", impl["ddpm.from_alpha"](case.alphas).beta_squared, expected, expected)


@law(
    "ddpm.predicates",
    "check_schedule, check_steps and check_signal tell valid schedules, steps and signals from others",
    source="ddpm D1, D3, P2, C11",
    about=("ddpm.check_schedule", "ddpm.check_steps", "ddpm.check_signal"),
    inputs=inputs.suspects,
    tolerance=Exact("booleans"),
    refutes=(
        "ddpm.check_schedule/closed-interval",
        "ddpm.check_schedule/open-interval",
        "ddpm.check_steps/zero-based",
        "ddpm.check_signal/last-step-only",
        "ddpm.check_signal/of-square",
        "ddpm.check_schedule/any-for-all",
        "ddpm.check_schedule/or-for-and",
        "ddpm.check_schedule/lower-bound-left-out",
        "ddpm.check_schedule/upper-bound-left-out",
        "ddpm.check_steps/admits-zero",
        "ddpm.check_steps/last-left-out",
        "ddpm.check_steps/any-for-all",
        "ddpm.check_signal/underflow-missed",
        "ddpm.check_signal/threshold",
    ),
    needs={"underflow": "the steps of one signal are below every number of the dtype"},
)
def predicates(impl: Impl, on: Setting, case: inputs.Suspects) -> Iterator[Record]:
    """Compares with Python's own comparisons."""
    schedule = Schedule(case.beta_squared)
    values = [on.number(value) for value in on.host(case.beta_squared)]
    valid = all(0 < value < 1 for value in values[:-1]) and 0 < values[-1] <= 1
    inside = all(1 <= int(step) <= len(values) for step in on.host(case.t))
    yield Same("schedule", on.host(impl["ddpm.check_schedule"](schedule)), np.asarray(valid))
    yield Same("steps", on.host(impl["ddpm.check_steps"](schedule, case.t)), np.asarray(inside))
    if valid or 1.0 in values:
        signal = on.host(impl["ddpm.check_signal"](schedule))
        yield Same("signal", signal, np.asarray(1.0 not in values))
    # ᾱ_T by steps of 2^−3.5: nearly the smallest normal number of the dtype, as far above it as partial sums
    # of logarithms may be off, and one well below the subnormal ones.
    normal = -math.log2(on.precision.smallest)
    least = normal + on.precision.bits
    halvings = math.floor(2 * (normal - 0.35 - on.u * normal * normal / 7))
    for twice, left in ((halvings, True), (7 * math.ceil(1.1 * least / 3.5), False)):
        steps, rest = divmod(twice, 7)
        faint = Schedule(on.array(1 - 2.0 ** -np.asarray([7.0] * steps + [float(rest)] * (rest > 0))))
        yield Same(f"signal 2^−{twice / 2}", on.host(impl["ddpm.check_signal"](faint)), np.asarray(left))


@law(
    "ddpm.cumulative-definition",
    "ᾱ_t = Π α_s and β̄_t = √(1 − ᾱ_t²) for t = 0..T, with no digit lost to 1 − ᾱ_t²",
    source="ddpm D2",
    about=("ddpm.cumulative",),
    inputs=inputs.schedules,
    tolerance=Rounding(
        {"partial sums": 6, "root": 1, "root of the expectation": 1}, calls=("log1p", "exp", "expm1")
    ),
    refutes=(
        "ddpm.cumulative/one-minus-product",
        "ddpm.cumulative/alpha-for-alpha-bar",
        "ddpm.cumulative/without-step-zero",
        "ddpm.cumulative/alphas-for-products",
        "ddpm.cumulative/noise-variance",
        "ddpm.cumulative/not-rooted",
        "ddpm.cumulative/signal-not-rooted",
        "ddpm.cumulative/sum-to-one",
        "ddpm.cumulative/product-of-betas",
        "ddpm.cumulative/exponential",
        "ddpm.cumulative/sum-of-variances",
        "ddpm.cumulative/previous-step",
    ),
)
def cumulative_definition(impl: Impl, on: Setting, case: inputs.Scheduled) -> Iterator[Record]:
    """Compares with exact integer products."""
    alpha_bar_squared, beta_bar_squared = inputs.products(on.host(case.beta_squared))
    alpha_bar, beta_bar = impl["ddpm.cumulative"](Schedule(case.beta_squared))
    signal, noise = np.sqrt(alpha_bar_squared), np.sqrt(beta_bar_squared)
    yield Gap("ᾱ", alpha_bar, signal, signal * (1 - np.log(alpha_bar_squared)))
    yield Gap("β̄", beta_bar, noise, noise)


@law(
    "ddpm.snr-definition",
    "SNR_t = ᾱ_t²/β̄_t² with SNR_0 = ∞, and log_snr is its natural logarithm",
    source="ddpm D2",
    about=("ddpm.snr", "ddpm.log_snr"),
    inputs=inputs.schedules,
    tolerance=Rounding(
        {"partial sums": 6, "quotient or difference": 1, "expectation": 2},
        calls=("log1p", "exp", "expm1", "log"),
    ),
    refutes=(
        "ddpm.snr/not-squared",
        "ddpm.snr/inverted",
        "ddpm.log_snr/of-amplitudes",
        "ddpm.snr/alpha-for-alpha-bar",
        "ddpm.snr/without-signal",
        "ddpm.snr/signal-squared-twice",
        "ddpm.snr/noise-squared-twice",
        "ddpm.snr/capped",
        "ddpm.log_snr/decimal",
        "ddpm.log_snr/binary",
        "ddpm.log_snr/noise-to-signal",
        "ddpm.log_snr/alpha-for-alpha-bar",
        "ddpm.log_snr/signal-alone",
        "ddpm.log_snr/noise-halved",
    ),
)
def snr_definition(impl: Impl, on: Setting, case: inputs.Scheduled) -> Iterator[Record]:
    """Compares with exact integer products."""
    signal, noise = inputs.products(on.host(case.beta_squared))
    schedule = Schedule(case.beta_squared)
    with np.errstate(divide="ignore"):
        ratio, log = signal / noise, np.log(signal) - np.log(noise)
    condition = 1 - np.log(signal)
    yield Gap("SNR", impl["ddpm.snr"](schedule), ratio, np.where(noise > 0, ratio * condition, 0))
    scale = np.where(noise > 0, condition + np.abs(log), 0)
    yield Gap("log SNR", impl["ddpm.log_snr"](schedule), log, scale)


@law(
    "ddpm.snr-decreases",
    "SNR_t strictly decreases in t: SNR_{t−1} = SNR_t (1 + β_t²/(α_t² β̄²_{t−1}))",
    source="ddpm C7",
    stands="that noise only grows",
    about=("ddpm.snr", "ddpm.log_snr"),
    inputs=inputs.schedules,
    tolerance=Rounding(
        {"two ratios of partial sums, quotient, difference and expectation": 2 * 9},
        calls=("log1p", "exp", "expm1", "log") * 2,
    ),
    refutes=("ddpm.snr/inverted", "ddpm.snr/not-squared", "ddpm.log_snr/of-amplitudes"),
)
def snr_decreases(impl: Impl, on: Setting, case: inputs.Scheduled) -> Iterator[Record]:
    """The decrease is compared with its exact size; where that is beyond rounding, it must show."""
    host = inputs.exact(on.host(case.beta_squared))
    schedule = Schedule(case.beta_squared)
    ratio, log = on.host(impl["ddpm.snr"](schedule)), on.host(impl["ddpm.log_snr"](schedule))
    with np.errstate(divide="ignore"):
        growth = host.beta_squared / (host.alpha_squared * host.previous_beta_bar_squared)
    scale = host.condition[1:] + np.abs(log[2:]) + np.abs(log[1:-1])
    yield Gap("log SNR_{t−1} − log SNR_t", log[1:-1] - log[2:], np.log1p(growth[1:]), scale)
    expected = ratio[2:] * (1 + growth[1:])
    yield Gap("SNR_{t−1}", ratio[1:-1], expected, expected * host.condition[1:])
    plain = growth > 1e4 * on.u * host.condition  # beyond the rounding of any backend
    yield Same("strictly", (ratio[1:] < ratio[:-1])[plain], np.ones(plain.sum(), dtype=bool))
