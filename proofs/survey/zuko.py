"""Zuko's integrator."""

from types import SimpleNamespace
from typing import Any

from ._binding import Library, lazy

LIBRARY = Library("zuko", backend="torch")
torch, utils = lazy("torch"), lazy("zuko.utils")


@LIBRARY.bound(
    "utils.odeint", "flow.integrate_adaptive", adapter="solve-ivp", laws=("flow.adaptive-meets-tolerance",),
    examples=6, diagnosed=False,
)  # fmt: skip
def solve_ivp(f: Any, span: Any, y0: Any, /, *, t_eval: Any, rtol: float, atol: float) -> Any:
    """One sample at a time: it has one step for a whole batch."""
    start = torch.as_tensor(span[0], dtype=y0.dtype)
    return SimpleNamespace(y=utils.odeint(f, y0, start, t_eval[0], rtol=rtol, atol=atol)[:, None])
