"""The Fokker–Planck equation at points and on grids, as people type it."""

import numpy as np

from refimpl.flow import Residual

from ._ordinary import Ordinary, Slip


def residual(rate, drift, drift_divergence, diffusion, score, score_divergence):
    terms = [
        rate,
        drift_divergence,
        *np.moveaxis(drift * score, -1, 0),
        -0.5 * diffusion * score_divergence,
        -0.5 * diffusion * (score * score).sum(-1),
    ]
    return Residual(sum(terms), sum(np.abs(term) for term in terms))


def residual_of(value):
    """The same with another sum of terms; the magnitude stays."""

    def other(rate, drift, drift_divergence, diffusion, score, score_divergence):
        right = residual(rate, drift, drift_divergence, diffusion, score, score_divergence)
        found = value(
            rate,
            np.sum(drift * score, -1),
            drift_divergence,
            diffusion,
            np.sum(score**2, -1),
            score_divergence,
        )
        return Residual(found, right.magnitude)

    return other


def grid(density, drift, diffusion, *, spacing, method="differences"):
    """Fourier's derivative, or central differences."""
    out = np.zeros_like(density)
    spread = 0.5 * diffusion * density
    for axis, h in enumerate(spacing):
        if method == "spectral":
            k = fourier(density, axis, h)
            flux = np.fft.fft(drift[axis] * density, axis=axis)
            out = out + np.fft.ifft(k * (k * np.fft.fft(spread, axis=axis) - flux), axis=axis).real
        else:
            f = drift[axis] * density
            out = out - (np.roll(f, -1, axis) - np.roll(f, 1, axis)) / (2 * h)
            out = out + (np.roll(spread, -1, axis) - 2 * spread + np.roll(spread, 1, axis)) / h**2
    return out.astype(density.dtype)


def fourier(density, axis, h):
    """The derivative's factors i k along an axis; none for the frequency of Nyquist."""
    n = density.shape[axis]
    k = 2j * np.pi * np.fft.fftfreq(n, h)
    if n % 2 == 0:
        k[n // 2] = 0
    shape = [1] * density.ndim
    shape[axis] = n
    return k.reshape(shape)


def grid_of(
    flux=lambda f, h, axis: (np.roll(f, -1, axis) - np.roll(f, 1, axis)) / (2 * h), second=None, sign=-1
):
    """The same with other differences; the spectral method is the right one."""

    def other(density, drift, diffusion, *, spacing, method="differences"):
        if method == "spectral":
            return grid(density, drift, diffusion, spacing=spacing, method=method)
        out = np.zeros_like(density)
        spread = 0.5 * diffusion * density
        for axis, h in enumerate(spacing):
            out = out + sign * flux(drift[axis] * density, h, axis)
            heat = np.roll(spread, -1, axis) - 2 * spread + np.roll(spread, 1, axis)
            out = out + (second(heat, h) if second else heat / h**2)
        return out

    return other


def grid_missing_half(density, drift, diffusion, *, spacing, method="differences"):
    return grid(density, drift, 2 * diffusion, spacing=spacing, method=method)


def grid_diffusion_outside(density, drift, diffusion, *, spacing, method="differences"):
    heat = grid(density, 0 * drift, np.ones_like(density), spacing=spacing, method=method)
    return grid(density, drift, 0 * diffusion, spacing=spacing, method=method) + diffusion * heat


def grid_advective(density, drift, diffusion, *, spacing, method="differences"):
    heat = grid(density, 0 * drift, diffusion, spacing=spacing, method=method)
    for axis in range(density.ndim):
        one = np.zeros_like(drift)
        one[axis] = 1
        heat = heat + drift[axis] * grid(density, one, 0 * diffusion, spacing=spacing, method=method)
    return heat


ORDINARY = [
    Ordinary(
        target="flow.fokker_planck_residual",
        textbook=residual,
        slips=(
            Slip(residual_of(lambda r, fs, df, D, s2, ds: r + df + fs - D * (ds + s2)), "missing-half"),
            Slip(residual_of(lambda r, fs, df, D, s2, ds: r + df + fs - 0.5 * D * ds), "log-laplacian"),
            Slip(
                residual_of(lambda r, fs, df, D, s2, ds: r + fs - 0.5 * D * (ds + s2)), "drift_divergence|∇·f"
            ),
            Slip(
                residual_of(lambda r, fs, df, D, s2, ds: r + df - 0.5 * D * (ds + s2)),
                r"without-transport|f·∇|\bdrift\b",
            ),
            Slip(
                residual_of(lambda r, fs, df, D, s2, ds: r + df + fs + 0.5 * D * (ds + s2)),
                "plus-diffusion|sign",
            ),
            Slip(
                residual_of(lambda r, fs, df, D, s2, ds: r - df - fs - 0.5 * D * (ds + s2)), "minus-flux|sign"
            ),
        ),
    ),
    Ordinary(
        target="flow.fokker_planck_rhs_grid",
        textbook=grid,
        slips=(
            Slip(grid_missing_half, "missing-half"),
            Slip(grid_diffusion_outside, "diffusion-outside"),
            Slip(grid_advective, "advective-form"),
            Slip(lambda p, f, D, **options: grid(p, -f, D, **options), "plus-flux"),
            Slip(grid_of(flux=lambda f, h, axis: (np.roll(f, -1, axis) - f) / h), "one-sided"),
            Slip(
                grid_of(flux=lambda f, h, axis: (np.roll(f, 1, axis) - np.roll(f, -1, axis)) / (2 * h)),
                "rolled|plus-flux",
            ),
            Slip(
                grid_of(flux=lambda f, h, axis: (np.roll(f, -1, axis) - np.roll(f, 1, axis)) / h),
                "central-over-one-step|2h|twice",
            ),
            Slip(grid_of(second=lambda heat, h: heat / h), "step-not-squared|h²|not squared"),
        ),
        answer="imprecise",
    ),
]
