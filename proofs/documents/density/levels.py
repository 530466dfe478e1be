"""Laws of likelihoods of data of a few levels."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ....backends import Setting
from ...language.law import Gap, Impl, Record, Rounding, law
from . import inputs_of_practice as inputs


@law(
    "density.discretized_logistic_log_probability-definition",
    "a bin has log(F(b) − F(a)) of the logistic distribution function F; the first and the last one have "
    "its tails, so that all together have probability 1",
    source="density P4",
    about=("density.discretized_logistic_log_probability",),
    inputs=inputs.leveled,
    tolerance=Rounding(
        {"bounds of the bin": 4, "three terms and their sum": 6, "expectation": 4},
        calls=("exp", "log1p", "log1p", "expm1", "log"),
    ),
    refutes=(
        "density.discretized_logistic_log_probability/no-tails",
        "density.discretized_logistic_log_probability/levels",
        "density.discretized_logistic_log_probability/twice-as-wide",
        "density.discretized_logistic_log_probability/density",
        "density.discretized_logistic_log_probability/scale-itself",
        "density.discretized_logistic_log_probability/clamped",
        "density.discretized_logistic_log_probability/tails-swapped",
        "density.discretized_logistic_log_probability/deviation",
    ),
)
def logistic_definition(impl: Impl, on: Setting, case: inputs.Leveled) -> Iterator[Record]:
    """F(b) − F(a) = sinh(h/s)/(cosh((x − μ)/s) + cosh(h/s))."""
    found, L, m = impl["density.discretized_logistic_log_probability"], case.levels, on.math
    x = on.array(2 * on.host(case.level) / (L - 1) - 1)
    host, mean = on.host(x), on.host(case.mean)
    expected, scale = [], []
    for row, (mu,), (log_s,) in zip(host, mean, on.host(case.log_scale), strict=True):
        s, h = m.exp(log_s), on.number(1) / (L - 1)
        inner = [_bin((v - mu) / s, h / s, m) for v in row]
        ends = [-_softplus(-(row[0] - mu + h) / s, m), -_softplus((row[-1] - mu - h) / s, m)]
        expected.append([ends[0], *inner[1:-1], ends[1]])
        scale.append([(abs(v) + abs(mu) + h) / s + 1 + abs(log_s) + m.log(L) for v in row])
    options = {} if L == 256 else {"levels": L}
    given = found(x, case.mean, case.log_scale, **options)
    yield Gap("log-probability", given, on.reals(expected), on.reals(scale))


def _bin(c: Any, h: Any, m: Any) -> Any:
    """log(sinh h/(cosh c + cosh h)), the sum over the larger of e^|c| and e^h."""
    c = abs(c)
    peak = (c + h + abs(c - h)) / 2  # the larger, also of balls that nothing tells apart
    sum_ = (m.exp(c - peak) + m.exp(-c - peak) + m.exp(h - peak) + m.exp(-h - peak)) / 2
    return h - peak + m.log(-m.expm1(-2 * h) / 2) - m.log(sum_)


def _softplus(t: Any, m: Any) -> Any:
    return (t + abs(t)) / 2 + m.log1p(m.exp(-abs(t)))


@law(
    "density.dequantize-definition",
    "dequantize is (x + u)/levels, which fills [0, 1) evenly",
    source="density P5",
    about=("density.dequantize",),
    inputs=inputs.leveled,
    kinds=("ordinary", "extreme"),
    tolerance=Rounding({"sum and quotient": 2, "expectation": 2}, "nothing cancels"),
    refutes=(
        "density.dequantize/levels-minus-one",
        "density.dequantize/noise-as-it-is",
        "density.dequantize/centred",
        "density.dequantize/symmetric",
        "density.dequantize/no-noise",
    ),
)
def dequantize_definition(impl: Impl, on: Setting, case: inputs.Leveled) -> Iterator[Record]:
    """All numbers are whole sixteenths before they are divided."""
    expected = (on.host(case.level) + on.host(case.noise)) / case.levels
    given = impl["density.dequantize"](case.level, case.noise, levels=case.levels)
    yield Gap("data", given, expected, np.abs(expected))
    bytes_ = on.array(255.0 * (on.host(case.noise) > 0.5))
    usual = impl["density.dequantize"](bytes_, case.noise)
    wanted = (on.host(bytes_) + on.host(case.noise)) / 256
    yield Gap("bytes", usual, wanted, np.abs(wanted))
