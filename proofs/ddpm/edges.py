"""Points at which diffusion models differ in practice."""

from typing import Any

from ... import ddpm
from ...ddpm._steps import at_step
from ..edge import Value, edge
from .tables import space


@edge(
    "ddpm.predict_noise",
    "no-signal",
    "where ᾱ_t = 0, at zero terminal SNR, x_t is the noise itself, and 1/ᾱ_t is infinite",
    ours="x_t",
    laws=("ddpm.no-signal",),
    values={
        "NaN": Value(
            float("nan"),
            "predict_eps_from_xstart of improved-diffusion: (x_t/ᾱ_t − x_0)/√(1/ᾱ_t² − 1)",
        ),
    },
)
def noise_without_signal(x_t: Any, prediction: Any, schedule: Any, t: Any, /, *, given: Any = "x0") -> Any:
    signal = ddpm.cumulative(schedule).alpha_bar[1:]
    return given == "x0" and at_step(signal, t, xp=space(signal)) == 0
