"""torchode's integrator."""

from types import SimpleNamespace
from typing import Any

from ._binding import Library, lazy

LIBRARY = Library("torchode", backend="torch")
torch, torchode = lazy("torch"), lazy("torchode")


@LIBRARY.bound(
    "solve_ivp (tsit5, PIDController)", "flow.integrate_adaptive", adapter="solve-ivp",
    laws=("flow.adaptive-meets-tolerance",), examples=6, diagnosed=False,
)  # fmt: skip
def solve_ivp(f: Any, span: Any, y0: Any, /, *, t_eval: Any, rtol: float, atol: float) -> Any:
    """With its usual controller, one sample at a time, though it has a step for each."""
    times = torch.stack([torch.as_tensor(span[0], dtype=y0.dtype), t_eval[0]])

    def field(t: Any, y: Any) -> Any:
        return torch.stack([f(*pair) for pair in zip(t, y, strict=True)])

    controller = torchode.PIDController(atol, rtol, 0.2, 0.5, 0.0, term=torchode.ODETerm(field))
    solution = torchode.solve_ivp(field, y0[None], times[None], method="tsit5", controller=controller)
    return SimpleNamespace(y=solution.ys[0, 1:].T)
