"""Laws of the likelihood of a level under a normal distribution."""

import math
from collections.abc import Iterator
from typing import Any

from ....backends import Setting
from ....backends._ball._numbers import real_math
from ...language.law import Gap, Impl, Record, Rounding, law
from . import inputs_of_practice as inputs


@law(
    "density.discretized_gaussian_log_probability-definition",
    "a bin has log(Φ(b) − Φ(a)) of the normal distribution; the first and the last one have its tails, so "
    "that all together have probability 1",
    source="density P7",
    about=("density.discretized_gaussian_log_probability",),
    inputs=inputs.leveled,
    tolerance=Rounding(
        {"bounds of the bin": 4, "squares and sums": 6, "expectation": 2},
        "errors of a bound count by the slope of the logarithm, at most its size and 1",
        calls=("exp", "exp", "log", "expm1", "log1p"),
    ),
    refutes=(
        "density.discretized_gaussian_log_probability/no-tails",
        "density.discretized_gaussian_log_probability/levels",
        "density.discretized_gaussian_log_probability/twice-as-wide",
        "density.discretized_gaussian_log_probability/density",
        "density.discretized_gaussian_log_probability/log-variance",
        "density.discretized_gaussian_log_probability/tanh",
        "density.discretized_gaussian_log_probability/clamped",
        "density.discretized_gaussian_log_probability/tails-swapped",
        "density.discretized_gaussian_log_probability/logistic",
    ),
)
def gaussian_definition(impl: Impl, on: Setting, case: inputs.Leveled) -> Iterator[Record]:
    """A difference of erfc in balls of 512 bits, of which the narrowest bin takes few."""
    L, m = case.levels, real_math(512)
    x = on.array(2 * on.host(case.level) / (L - 1) - 1)
    h = m.number(1) / (L - 1)
    expected, scale = [], []
    for row, (mu,), (log_s,) in zip(on.host(x), on.host(case.mean), on.host(case.log_scale), strict=True):
        s = m.exp(m.number(log_s))
        middles = [(m.number(v) - m.number(mu)) / s for v in row]
        inner = [m.log(_above(abs(c) - h / s, m) - _above(abs(c) + h / s, m)) for c in middles]
        ends = [_log_below(middles[0] + h / s, m), _log_below(h / s - middles[-1], m)]
        logs = [ends[0], *inner[1:-1], ends[1]]
        expected.append([_told(value, on) for value in logs])
        sizes = [1 + abs(c) + 2 * h / s for c in middles]
        reach = [(abs(m.number(v)) + abs(m.number(mu)) + h) / s for v in row]
        parts = zip(logs, sizes, reach, strict=True)
        scale.append([_told(abs(value) + 1 + m.log(L) + size * far, on) for value, size, far in parts])
    options = {} if L == 256 else {"levels": L}
    given = impl["density.discretized_gaussian_log_probability"](x, case.mean, case.log_scale, **options)
    yield Gap("log-probability", given, on.reals(expected), on.reals(scale))


def _above(t: Any, m: Any) -> Any:
    """1 − Φ(t)."""
    return m.erfc(t / m.sqrt(m.number(2))) / 2


def _log_below(t: Any, m: Any) -> Any:
    """log Φ(t)."""
    return m.log1p(-_above(t, m)) if t.ball.mid() > 0 else m.log(_above(-t, m))


def _told(value: Any, on: Setting) -> Any:
    """The middle of a ball as a float, for checks that compute with those."""
    return float(value.ball.mid()) if on.math is math else value
