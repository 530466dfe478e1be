"""torchdiffeq's integrators under refimpl's signatures."""

from types import SimpleNamespace
from typing import Any

from ._binding import Library, lazy

LIBRARY = Library("torchdiffeq", backend="torch")
torch, torchdiffeq = lazy("torch"), lazy("torchdiffeq")
_METHODS = {"euler": "euler", "heun": "heun2", "rk4": "rk4"}
_ADAPTIVE = {"adapter": "solve-ivp", "laws": ("flow.adaptive-meets-tolerance",), "diagnosed": False}


@LIBRARY.bound("odeint (euler, heun2, rk4)", "flow.integrate")
def integrate(velocity: Any, x: Any, times: Any, /, *, method: str = "rk4") -> Any:
    """One step between neighbouring times; torchdiffeq's rk4 is the rule of 3/8, of the same order."""
    return torchdiffeq.odeint(velocity, x, times, method=_METHODS[method])


@LIBRARY.bound("odeint (dopri8)", "flow.integrate_adaptive", examples=3, **_ADAPTIVE)
def solve_ivp(f: Any, span: Any, y0: Any, /, *, t_eval: Any, rtol: float, atol: float) -> Any:
    """Its adaptive method of order 8, one sample at a time: it has one step for a whole batch."""
    return _solve(f, span, y0, t_eval, rtol=rtol, atol=atol)


@LIBRARY.bound("odeint (dopri8, step_t)", "flow.integrate_adaptive", examples=6, **_ADAPTIVE)
def solve_ivp_to_times(f: Any, span: Any, y0: Any, /, *, t_eval: Any, rtol: float, atol: float) -> Any:
    """The same, made to step onto the times of the results."""
    return _solve(f, span, y0, t_eval, rtol=rtol, atol=atol, options={"step_t": t_eval})


def _solve(f: Any, span: Any, y0: Any, t_eval: Any, **how: Any) -> Any:
    times = torch.stack([torch.as_tensor(span[0], dtype=y0.dtype), t_eval[0]])
    return SimpleNamespace(y=torchdiffeq.odeint(f, y0, times, method="dopri8", **how)[1:].T)
