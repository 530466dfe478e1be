"""Points at which diffusion models differ in practice."""

from typing import Any

from .... import ddpm
from ....ddpm._steps import at_step
from ...language.edge import Value, edge
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


_LEAST = 1e-20


def _clamped(x0: Any, x_t: Any, schedule: Any, t: Any, /) -> Any:
    mean, variance = ddpm.posterior(x0, x_t, schedule, t)
    return mean, space(variance).clip(variance, _LEAST, None)


@edge(
    "ddpm.posterior",
    "no-variance",
    "x_{t−1} is known, as it is x_0 at t = 1",
    ours="its variance as it is, 0",
    laws=("ddpm.posterior-definition", "ddpm.ho-convention"),
    values={
        "1e-20": Value(
            _clamped,
            "diffusers 0.42 DDPMScheduler, before it takes a logarithm",
            "a variance of at least 1e-20",
        )
    },
)
def posterior_without_variance(x0: Any, x_t: Any, schedule: Any, t: Any, /) -> bool:
    _, variance = ddpm.posterior(x0, x_t, schedule, t)
    return bool(space(variance).any(variance < _LEAST))
