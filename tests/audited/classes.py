"""Objects as people audit them: with a call, with methods, schedulers, modules of torch."""

from types import SimpleNamespace

import numpy as np


class Rotation:
    def __init__(self, layout="interleaved", sign=1):
        self.layout, self.sign = layout, sign

    def __call__(self, x, angles):
        half = self.layout == "half"
        first, second = np.split(x, 2, axis=-1) if half else (x[..., 0::2], x[..., 1::2])
        z = (first + 1j * second) * np.exp(1j * self.sign * angles)
        if half:
            return np.concatenate([z.real, z.imag], axis=-1)
        return np.stack([z.real, z.imag], axis=-1).reshape(*z.shape[:-1], x.shape[-1])

    def turned(self, x, angles):
        return self(x, angles)


class WrongRotation(Rotation):
    def __init__(self, layout="interleaved"):
        super().__init__(layout, sign=-1)


class Nothing:
    def other(self):
        return 0


class Scheduler:
    def __init__(self, num_train_timesteps=1000, trained_betas=None):
        assert len(trained_betas) == num_train_timesteps
        self.alphas_cumprod = np.cumprod(1 - np.asarray(trained_betas, dtype=np.float64))

    def add_noise(self, x0, noise, t):
        signal = self.alphas_cumprod[t][:, None]
        return (np.sqrt(signal) * x0 + np.sqrt(1 - signal) * noise).astype(x0.dtype)


class WrongScheduler(Scheduler):
    def add_noise(self, x0, noise, t):
        return super().add_noise(noise, x0, t)


def norms():
    """Modules of torch, which may not be there."""
    import torch  # noqa: PLC0415

    class Norm(torch.nn.Module):
        def __init__(self, dim, eps=1e-5):
            super().__init__()
            self.g, self.b, self.eps = (
                torch.nn.Parameter(torch.ones(dim)),
                torch.nn.Parameter(torch.zeros(dim)),
                eps,
            )

        def forward(self, x, correction=0):
            x = x - x.mean(-1, keepdim=True)
            x = x - x.mean(-1, keepdim=True)
            variance = (
                x.var(-1, keepdim=True, correction=correction)
                if correction
                else (x * x).mean(-1, keepdim=True)
            )
            return x / (variance + self.eps).sqrt() * self.g + self.b

    class WrongNorm(Norm):
        def forward(self, x):
            return super().forward(x) * 1.01

    def turn(x, angles):
        cos, sin = torch.cos(angles), torch.sin(angles)
        a, b = x[..., 0::2], x[..., 1::2]
        return torch.stack([a * cos - b * sin, a * sin + b * cos], dim=-1).flatten(-2)

    return SimpleNamespace(Norm=Norm, WrongNorm=WrongNorm, turn=turn)
