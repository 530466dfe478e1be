"""What checkers of gradients find of errors that are planted in right backward functions, as a table.

`python -m tests.gradients.table` writes README.md.
"""

import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from refimpl import backends
from refimpl.backends import Setting
from refimpl.backends.jax import enable_x64
from refimpl.proofs.auditing.gradients import attempted
from refimpl.proofs.engine import catalogue, registry
from refimpl.proofs.engine.gradient import laws, library
from refimpl.proofs.engine.gradient.derivative import Enclosed, Point
from refimpl.proofs.language.judge import judge

from .closed import CLOSED

README = Path(__file__).with_name("README.md")
Backward = Callable[..., tuple[Any, ...]]
ULP = 2.0**-52
EXAMPLES = 12
FEW = 16
"""Numbers in a small argument, at most."""


@dataclass(frozen=True, slots=True)
class Plant:
    """An error in the gradient of the first argument."""

    told: str
    size: float
    entries: int = 0
    """How many numbers the argument has where one of them is wrong; 0 for an error of all in a small one."""

    def into(self, backward: Backward) -> Backward:
        """The backward function with the error."""

        def wrong(cotangent: Any, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
            first, *rest = backward(cotangent, *args, **kwargs)
            factor = np.full(first.shape, 1 + self.size)
            if self.entries:
                factor = np.ones(first.shape)
                factor.reshape(-1)[first.shape[-1] // 3] += self.size
            return first * _like(factor, first), *rest

        return wrong


PLANTS = (
    Plant("none: the gradient is right", 0.0),
    Plant("all entries by 1e-3", 1e-3),
    Plant("all entries by 1e-6", 1e-6),
    Plant("all entries by 1e-9", 1e-9),
    Plant("all entries by 64 ulp", 64 * ULP),
    Plant("one entry of 10⁴ by 1e-3", 1e-3, 10_000),
    Plant("one entry of 10⁴ by 1e-9", 1e-9, 10_000),
)


def _like(values: Any, array: Any) -> Any:
    if isinstance(array, np.ndarray):
        return values
    if type(array).__module__.startswith("torch"):
        import torch  # noqa: PLC0415

        return torch.as_tensor(values)
    import jax.numpy as jnp  # noqa: PLC0415

    return jnp.asarray(values)


def point(function: str, entries: int) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Ordinary arguments of a function, the first with so many numbers, or a few."""
    rng = np.random.default_rng(7)
    rows, width = (100, 100) if entries else (2, 4)

    def normal(*shape: int) -> Any:
        return rng.standard_normal(shape)

    def variance(*shape: int) -> Any:
        return 0.5 + rng.random(shape)

    shape = (rows, width)
    pairs = 100 if entries else 8
    made: Mapping[str, Callable[[], tuple[Any, ...]]] = {
        "rope.rotate": lambda: (normal(*shape), normal(rows, width // 2)),
        "residual.layer_norm": lambda: (normal(*shape),),
        "residual.rms_norm": lambda: (normal(*shape),),
        "matching.cosine_similarity": lambda: (normal(*shape), normal(*shape)),
        "matching.cosent_loss": lambda: (np.linspace(-0.9, 0.9, pairs), np.arange(pairs) % 3),
        "density.importance_bound": lambda: (normal(*shape),),
        "density.normal_kl": lambda: (normal(*shape), variance(*shape), normal(*shape), variance(*shape)),
        "density.normal_log_density": lambda: (normal(*shape), normal(*shape), variance(*shape)),
        "transport.wasserstein_1d": lambda: (normal(*shape), normal(*shape)),
    }
    return made[function](), {"scale": 2.0} if function == "matching.cosent_loss" else {}


def ours(function: str, backward: Backward, args: Any, kwargs: Any) -> bool:
    """Whether the law of gradients refutes it, here or, as in an audit, at the calls that it draws."""
    on = Setting.of(backends.get("numpy"))
    given, expected = _expected(function, args[0].size)
    gradient = library.of_backward(function, backward)
    records = laws.judged("gradient", gradient(given[0], *args, **kwargs), expected, on)
    if any(not judge(record, laws.TOLERANCE, on).holds for record in records):
        return True
    law = replace(catalogue.gradients()[f"{function}-gradient"], kinds=("ordinary",))
    return attempted(law, function, gradient, None, on, EXAMPLES, 0).verdict == "refuted"


@cache
def _expected(function: str, entries: int) -> tuple[list[Any], list[Enclosed]]:
    """Cotangents, and the derivative, which is the same whatever is planted."""
    args, kwargs = point(function, entries if entries > FEW else 0)
    at = Point(function, args, kwargs, Setting.of(backends.get("numpy")))
    given = list(library.cotangents(at.shapes, 0))
    return given, at.pulled(given)


def gradcheck(function: str, backward: Backward, args: Any, kwargs: Any) -> bool:
    """Whether torch.autograd.gradcheck refuses it; in its fast mode where it would need hours."""
    import torch  # noqa: PLC0415

    class Function(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *given: Any) -> Any:
            ctx.save_for_backward(*given)
            return registry.reference()[function](*given, **kwargs)

        @staticmethod
        def backward(ctx: Any, *cotangents: Any) -> Any:
            found = backward(cotangents[0], *ctx.saved_tensors, **kwargs)
            return (*found, *(None,) * (len(ctx.saved_tensors) - len(found)))

    given = [torch.tensor(a, requires_grad=a.dtype.kind == "f") for a in args]
    fast = args[0].size > FEW
    return not torch.autograd.gradcheck(Function.apply, given, raise_exception=False, fast_mode=fast)


def check_grads(function: str, backward: Backward, args: Any, kwargs: Any) -> bool:
    """Whether jax.test_util.check_grads refuses it."""
    import jax  # noqa: PLC0415
    from jax.test_util import check_grads as check  # noqa: PLC0415

    reals = [a for a in args if a.dtype.kind == "f"]
    others = [jax.numpy.asarray(a) for a in args if a.dtype.kind != "f"]

    @jax.custom_vjp
    def called(*given: Any) -> Any:
        return registry.reference()[function](*map(jax.numpy.asarray, given), *others, **kwargs)

    called.defvjp(
        lambda *given: (called(*given), given),
        lambda given, cotangent: tuple(backward(cotangent, *given, *others, **kwargs)[: len(given)]),
    )
    try:
        check(called, tuple(map(jax.numpy.asarray, reals)), order=1, modes=["rev"])
    except AssertionError:
        return True
    return False


CHECKERS: dict[str, Callable[..., bool]] = {
    "refimpl": ours,
    "torch.autograd.gradcheck": gradcheck,
    "jax.test_util.check_grads": check_grads,
}


def found(checkers: Mapping[str, Callable[..., bool]] = CHECKERS) -> Iterator[tuple[Plant, str, list[str]]]:
    """For every error and checker the functions in which it is seen."""
    enable_x64()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for plant in PLANTS:
            for name, checker in checkers.items():
                seen = []
                for function, backward in CLOSED.items():
                    args, kwargs = point(function, plant.entries)
                    if checker(function, plant.into(backward), args, kwargs):
                        seen.append(function)
                yield plant, name, seen


def lines() -> Iterator[str]:
    """The table."""
    yield "| error in the gradient | " + " | ".join(CHECKERS) + " |"
    yield "| --- |" + " --- |" * len(CHECKERS)
    cells: dict[str, list[str]] = {}
    for plant, _, seen in found():
        missed = [name for name in CLOSED if name not in seen]
        few = f" (not {', '.join(f'`{m}`' for m in missed)})" if 0 < len(missed) < 4 and seen else ""
        cells.setdefault(plant.told, []).append(f"{len(seen)} of {len(CLOSED)}{few}")
    for told, row in cells.items():
        yield f"| {told} | {' | '.join(row)} |"


HEAD = """# Checkers of gradients, side by side

Right backward functions of {count} functions ([closed.py](closed.py)), in float64, with a relative error
planted in the gradient of the first argument, at ordinary arguments. A cell says in how many of them the
checker sees it; the first row counts false alarms. `gradcheck` runs with its defaults (at 10⁴ numbers in its
fast mode, as the other would hold 10⁸ differences), `check_grads` with its defaults for the first derivative
in reverse mode; `refimpl` is its law of gradients there and, where that holds, at twelve ordinary cases
that the law draws, as in an audit. (Of `cosent_loss`, whose pairwise closed form would hold 10⁸ pairs, one
entry of 100 is wrong.) Written by `python -m tests.gradients.table`; a long test keeps it true.

<!-- table -->
"""


def main() -> None:
    """Write README.md."""
    started = time.perf_counter()
    README.write_text(HEAD.format(count=len(CLOSED)) + "\n".join(lines()) + "\n", encoding="utf-8")
    sys.stderr.write(f"{time.perf_counter() - started:.0f} s\n")


if __name__ == "__main__":
    main()
