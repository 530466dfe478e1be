"""diffusers' embeddings and helpers under the conventions of refimpl's adapters. Their tables are float32."""

from types import SimpleNamespace
from typing import Any

import torch
from diffusers.models.embeddings import get_timestep_embedding
from diffusers.schedulers.scheduling_ddpm import betas_for_alpha_bar
from diffusers.training_utils import compute_snr

from refimpl import ddpm
from refimpl.proofs.language.law import NotApplicableError


def timestep_embedding(positions: Any, dim: int, base: float, /, **shift: float) -> Any:
    """All sines, then all cosines."""
    flat = torch.as_tensor(positions).reshape(-1)
    table = get_timestep_embedding(flat, dim, max_period=base, **({"downscale_freq_shift": 0} | shift))
    return table.reshape(*torch.as_tensor(positions).shape, dim)


def timestep_embedding_by_default(positions: Any, dim: int, base: float, /) -> Any:
    """With the default of the shift, under which the last frequency is 1/base: exponents i/(d/2 - 1)."""
    if dim == 2:
        raise NotApplicableError("dim=2, where it divides by 0")
    return timestep_embedding(positions, dim, base, downscale_freq_shift=1)


def snr(schedule: Any, /) -> Any:
    """compute_snr at every step of a scheduler with these variances, and infinity before the first."""
    betas = torch.tensor(schedule.beta_squared.tolist(), dtype=torch.float32)
    scheduler = SimpleNamespace(alphas_cumprod=torch.cumprod(1 - betas, dim=0))
    found = compute_snr(scheduler, torch.arange(betas.shape[0]))
    return torch.cat([torch.full((1,), torch.inf, dtype=found.dtype), found])


def cosine_schedule(
    steps: int, offset: float = 0.008, /, *, xp: Any = None, dtype: Any = None, device: Any = None
) -> Any:
    """betas_for_alpha_bar, which has the usual offset and clips variances at 0.999."""
    if offset != 0.008:
        raise NotApplicableError(f"offset={offset}")
    return ddpm.Schedule(betas_for_alpha_bar(steps))
