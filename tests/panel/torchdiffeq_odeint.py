"""torchdiffeq's integrators under refimpl's signatures."""

from types import SimpleNamespace
from typing import Any

import torch
from torchdiffeq import odeint

_METHODS = {"euler": "euler", "heun": "heun2", "rk4": "rk4"}


def integrate(velocity: Any, x: Any, times: Any, /, *, method: str = "rk4") -> Any:
    """One step between neighbouring times; torchdiffeq's rk4 is the rule of 3/8, of the same order."""
    return odeint(velocity, x, times, method=_METHODS[method])


def solve_ivp(f: Any, span: Any, y0: Any, /, *, t_eval: Any, rtol: float, atol: float) -> Any:
    """Its adaptive method of order 8, one sample at a time: it has one step for a whole batch."""
    return _solve(f, span, y0, t_eval, rtol=rtol, atol=atol)


def solve_ivp_to_times(f: Any, span: Any, y0: Any, /, *, t_eval: Any, rtol: float, atol: float) -> Any:
    """The same, made to step onto the times of the results."""
    return _solve(f, span, y0, t_eval, rtol=rtol, atol=atol, options={"step_t": t_eval})


def _solve(f: Any, span: Any, y0: Any, t_eval: Any, **how: Any) -> Any:
    times = torch.stack([torch.as_tensor(span[0], dtype=y0.dtype), t_eval[0]])
    return SimpleNamespace(y=odeint(f, y0, times, method="dopri8", **how)[1:].T)
