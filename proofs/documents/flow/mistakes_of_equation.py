"""How people get the Fokker–Planck equation wrong."""

from typing import Any

from .... import flow
from ...._libraries import array_namespace as _xp
from ...language.mistake import MistakesOf

of_fokker_planck_residual = MistakesOf("flow.fokker_planck_residual")
of_fokker_planck_rhs_grid = MistakesOf("flow.fokker_planck_rhs_grid")


@of_fokker_planck_residual("missing-half", "Writes g²Δp instead of ½g²Δp.")
def residual_missing_half(
    rate: Any, drift: Any, spread: Any, diffusion: Any, score: Any, curve: Any, /
) -> Any:
    return flow.fokker_planck_residual(rate, drift, spread, 2 * diffusion, score, curve)


@of_fokker_planck_residual("log-laplacian", "Uses Δ log p instead of Δp/p and loses ‖∇log p‖².")
def residual_log_laplacian(
    rate: Any, drift: Any, spread: Any, diffusion: Any, score: Any, curve: Any, /
) -> Any:
    square = _xp(score).sum(score**2, axis=-1)
    return flow.fokker_planck_residual(rate, drift, spread, diffusion, score, curve - square)


@of_fokker_planck_rhs_grid("advective-form", "Uses f·∇p instead of ∇·(f p): mass is not kept.")
def grid_advective_form(density: Any, drift: Any, diffusion: Any, /, **options: Any) -> Any:
    xp, flat = _xp(density), _xp(density).ones_like(density)
    rate = flow.fokker_planck_rhs_grid(density, 0 * drift, diffusion, **options)
    for axis in range(drift.shape[0]):
        along = xp.stack([flat if k == axis else 0 * flat for k in range(drift.shape[0])])
        slope = flow.fokker_planck_rhs_grid(density, along, 0 * diffusion, **options)
        rate = rate + drift[axis, ...] * slope
    return rate


@of_fokker_planck_rhs_grid("missing-half", "Writes g²Δp instead of ½g²Δp.")
def grid_missing_half(density: Any, drift: Any, diffusion: Any, /, **options: Any) -> Any:
    return flow.fokker_planck_rhs_grid(density, drift, 2 * diffusion, **options)


@of_fokker_planck_rhs_grid(
    "diffusion-outside",
    "Writes ½g²Δp instead of ½Δ(g²p), which is the same only while g² does not vary from point to point.",
)
def grid_diffusion_outside(density: Any, drift: Any, diffusion: Any, /, **options: Any) -> Any:
    flux = flow.fokker_planck_rhs_grid(density, drift, 0 * diffusion, **options)
    heat = flow.fokker_planck_rhs_grid(density, 0 * drift, 0 * diffusion + 1, **options)
    return flux + diffusion * heat


@of_fokker_planck_rhs_grid("plus-flux", "Loses the sign of the divergence of the flux.")
def grid_plus_flux(density: Any, drift: Any, diffusion: Any, /, **options: Any) -> Any:
    return flow.fokker_planck_rhs_grid(density, -drift, diffusion, **options)


@of_fokker_planck_rhs_grid("one-sided", "Uses forward differences for the flux, which have order 1.")
def grid_one_sided(density: Any, drift: Any, diffusion: Any, /, *, spacing: Any, **options: Any) -> Any:
    xp, flux = _xp(density), drift * density
    heat = flow.fokker_planck_rhs_grid(density, 0 * drift, diffusion, spacing=spacing, **options)
    for axis, step in enumerate(spacing):
        part = flux[axis, ...]
        heat = heat - (xp.roll(part, -1, axis=axis) - part) / step
    return heat


@of_fokker_planck_residual("plus-diffusion", "Adds ½ D Δp/p instead of subtracting it.")
def residual_plus_diffusion(
    rate: Any, drift: Any, spread: Any, diffusion: Any, score: Any, curve: Any, /
) -> Any:
    return flow.fokker_planck_residual(rate, drift, spread, -diffusion, score, curve)


@of_fokker_planck_residual("minus-flux", "Subtracts ∇·(f p)/p instead of adding it.")
def residual_minus_flux(rate: Any, drift: Any, spread: Any, diffusion: Any, score: Any, curve: Any, /) -> Any:
    return flow.fokker_planck_residual(rate, -drift, -spread, diffusion, score, curve)


@of_fokker_planck_residual(
    "without-compression", "Leaves out ∇·f (drift_divergence): f·∇p instead of ∇·(f p)."
)
def residual_without_compression(
    rate: Any, drift: Any, spread: Any, diffusion: Any, score: Any, curve: Any, /
) -> Any:
    right = flow.fokker_planck_residual(rate, drift, spread, diffusion, score, curve)
    return right._replace(value=right.value - spread)


@of_fokker_planck_residual("without-transport", "Leaves out f·∇log p, what the drift carries.")
def residual_without_transport(
    rate: Any, drift: Any, spread: Any, diffusion: Any, score: Any, curve: Any, /
) -> Any:
    right = flow.fokker_planck_residual(rate, drift, spread, diffusion, score, curve)
    return right._replace(value=right.value - _xp(score).sum(drift * score, axis=-1))


def _differences(change: Any) -> Any:
    """Another change(flux, axis, step, right terms) in differences; the spectral method is left right."""

    def grid(
        density: Any, drift: Any, diffusion: Any, /, *, spacing: Any, method: Any = "differences"
    ) -> Any:
        right = flow.fokker_planck_rhs_grid(density, drift, diffusion, spacing=spacing, method=method)
        if method != "differences":
            return right
        heat = flow.fokker_planck_rhs_grid(density, 0 * drift, diffusion, spacing=spacing)
        return change(heat, right - heat, spacing)

    return grid


grid_rolled = of_fokker_planck_rhs_grid(
    "rolled-the-other-way",
    "Rolls the flux the other way in its differences, which have the opposite sign: plus-flux.",
)(_differences(lambda heat, flux, spacing: heat - flux))


grid_undivided = of_fokker_planck_rhs_grid(
    "central-over-one-step",
    "Divides the central difference of the flux by h, although its ends are 2h apart: it is twice too large.",
)(_differences(lambda heat, flux, spacing: heat + 2 * flux))


@of_fokker_planck_rhs_grid(
    "step-not-squared", "Divides the second difference by h, not squared, instead of h²."
)
def grid_step_not_squared(
    density: Any, drift: Any, diffusion: Any, /, *, spacing: Any, method: Any = "differences"
) -> Any:
    right = flow.fokker_planck_rhs_grid(density, drift, diffusion, spacing=spacing, method=method)
    if method != "differences":
        return right
    xp, spread = _xp(density), 0.5 * diffusion * density
    for axis, step in enumerate(spacing):
        second = xp.roll(spread, -1, axis=axis) - 2 * spread + xp.roll(spread, 1, axis=axis)
        right = right + second * (1 / step - 1 / step**2)
    return right
