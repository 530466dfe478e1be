"""MONAI's Fréchet distances, noise schedules and noising."""

from typing import Any

from ... import ddpm
from ..language.law import NotApplicableError
from ._binding import Library, lazy

LIBRARY = Library("monai", backend="torch")
FLOAT32: dict[str, Any] = {"dtypes": ("float32",)}
torch = lazy("torch")
fid, schedulers = lazy("monai.metrics.fid"), lazy("monai.networks.schedulers")
rectified_flow = lazy("monai.networks.schedulers.rectified_flow")

_SEVERAL = "one feature, of which it makes a covariance without axes"


@LIBRARY.bound(
    "metrics.fid.compute_frechet_distance", "transport.frechet_distance", adapter="one-pair", examples=9
)
def frechet_distance(m1: Any, S1: Any, m2: Any, S2: Any, /) -> Any:
    if m1.shape[-1] == 1:
        raise NotApplicableError(_SEVERAL)
    return fid.compute_frechet_distance(m1, S1, m2, S2)


@LIBRARY.bound(
    "metrics.fid.get_fid_score", "transport.frechet_feature_distance", adapter="one-pair", examples=9
)
def frechet_feature_distance(x: Any, y: Any, /) -> Any:
    if x.shape[-1] == 1:
        raise NotApplicableError(_SEVERAL)
    return fid.get_fid_score(x, y)


def _made(kind: str, steps: int, place: dict[str, Any], **named: float) -> Any:
    """A schedule of its scheduler, whose tables are float32 whatever is asked for."""
    scheduler = schedulers.DDPMScheduler(steps, schedule=kind, **named)
    return ddpm.Schedule(scheduler.betas.to(dtype=place.get("dtype") or torch.float32))


@LIBRARY.bound("DDPMScheduler (schedule cosine)", "ddpm.cosine_schedule", **FLOAT32)
def cosine_schedule(steps: int, offset: float = 0.008, /, **place: Any) -> Any:
    return _made("cosine", steps, place, s=offset)


@LIBRARY.bound("DDPMScheduler (schedule scaled_linear_beta)", "ddpm.scaled_linear_schedule", **FLOAT32)
def scaled_linear_schedule(steps: int, first: float, last: float, /, **place: Any) -> Any:
    return _made("scaled_linear_beta", steps, place, beta_start=first, beta_end=last)


@LIBRARY.bound("DDPMScheduler (schedule sigmoid_beta)", "ddpm.sigmoid_schedule", **FLOAT32)
def sigmoid_schedule(steps: int, first: float, last: float, /, **place: Any) -> Any:
    return _made("sigmoid_beta", steps, place, beta_start=first, beta_end=last)


@LIBRARY.bound("schedulers.rectified_flow.timestep_transform", "flow.shift_time")
def shift_time(t: Any, /, *, shift: float) -> Any:
    """Of times from 0 to 1, and images of the size of the reference."""
    return rectified_flow.timestep_transform(t, 1, 1, shift, num_train_timesteps=1)
