"""Where the source's statement is narrower than what holds."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from .... import flow
from ....backends import Setting
from ...language.erratum import Erratum
from ...language.law import AtMost, Gap, Record, Rounding
from . import closed

RATIO = 4.0
_SCHEDULE = closed.Preserving(0.1, 20.0)
_POINTS = np.asarray([[-2.0], [0.25], [1.5]])
_TIME = 0.5


def _residuals(on: Setting) -> tuple[list[tuple[str, Any]], Any]:
    """The residuals of the forward and the reversed member with σ² = 4 g² on a two-component
    mixture, and the sum of the magnitudes of their terms."""
    schedule = flow.variance_preserving(beta_min=_SCHEDULE.low, beta_max=_SCHEDULE.high)
    mixture = flow.diagonal_mixture(
        on.array(np.log([0.25, 0.75])), on.array([[-1.0], [2.0]]), on.array([0.25, 1.0])
    )
    t, x = on.array(np.full(3, _TIME)), on.array(_POINTS)
    at = (mixture, schedule, t, x)
    f, g2 = flow.drift_coefficient(schedule, t), flow.diffusion_squared(schedule, t)
    score, curvature, rate = (
        function(*at)
        for function in (flow.mixture_score, flow.mixture_score_divergence, flow.mixture_time_derivative)
    )
    sigma2, found = RATIO * g2, []
    for drift, diffusion in ((flow.forward_drift, sigma2), (flow.reverse_drift, -sigma2)):
        vectors = drift(f[:, None] * x, g2[:, None], sigma2[:, None], score)
        spread = drift(f, g2, sigma2, curvature)
        residual = flow.fokker_planck_residual(rate, vectors, spread, diffusion, score, curvature)
        found.append((drift.__name__, residual))
    return found, on.host(found[1][1].magnitude)


def _printed(on: Setting) -> Iterator[Record]:
    """If σ² ≤ g² were needed, σ² = 4g² would leave a residual of the order of the terms."""
    for name, residual in _residuals(on)[0]:
        yield AtMost(f"{name} differs", 0.01 * residual.magnitude, on.xp.abs(residual.value), 1.0)


def _corrected(on: Setting) -> Iterator[Record]:
    """The residual vanishes, forward (C2) and reversed (C9)."""
    found, size = _residuals(on)
    for name, residual in found:
        yield Gap(f"{name} shares p_t", residual.value, 0.0, size)


noise_above_diffusion = Erratum(
    id="flow.E1",
    source="flow E1",
    printed="the SDEs share the marginals p_t under the condition σ_t² ≤ g_t²",
    corrected="they share p_t for every σ_t² ≥ 0: nothing in C2 or C9 uses the condition",
    counterexample="σ² = 4g² on ¼N(−1, ¼) + ¾N(2, 1), variance-preserving with β = 0.1 + 19.9 t, t = ½, "
    "x = −2, ¼, 1.5: forward and reversed residuals are zero",
    check_printed=_printed,
    check_corrected=_corrected,
    tolerance=Rounding(
        {"offset and variance at 10, 2.5 times": 2 * 2.5 * 10, "f and g²": 6, "terms and their sum": 8},
        "ᾱ has the exponent 2.5",
        calls=("exp", "expm1"),
    ),
    laws=("flow.family-shares-marginals", "flow.reversal-shares-marginals"),
)
