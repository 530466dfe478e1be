"""Diffrax' adaptive integrators."""

from typing import Any

from ._binding import Library, lazy
from ._samples import each_sample

LIBRARY = Library("diffrax", backend="jax")
diffrax = lazy("diffrax")


@LIBRARY.bound(
    "diffeqsolve (Dopri8, PIDController)", "flow.integrate_adaptive", laws=("flow.adaptive-meets-tolerance",),
    examples=6, diagnosed=False,
)  # fmt: skip
def integrate_adaptive(
    velocity: Any, x: Any, times: Any, /, *, rtol: float = 1e-6, atol: float = 1e-6
) -> Any:
    controller = diffrax.PIDController(rtol=rtol, atol=atol)

    def solve(field: Any, y: Any, start: Any, end: Any) -> Any:
        term = diffrax.ODETerm(lambda t, y, _: field(t, y))
        found = diffrax.diffeqsolve(
            term, diffrax.Dopri8(), start, end, None, y, stepsize_controller=controller, max_steps=100_000
        )
        return found.ys[-1]

    return each_sample(solve, velocity, x, times)
