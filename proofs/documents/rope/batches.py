"""The law of the axes before the last: a batch of any shape."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ....backends import Setting
from ...language.law import Gap, Impl, Record, Rounding, law
from . import inputs

Call = tuple[str, dict[str, Any], tuple[tuple[Any, int | None], ...]]


def _calls(on: Setting, case: inputs.Stacks) -> Iterator[Call]:
    """Functions with options and arrays, each with the number of axes that are no batch (None: all)."""
    n, x, angles, table = (case.n, 0), (case.x, 1), case.angles, (case.frequencies, None)
    dtype, layout = {"dtype": on.dtype}, {"layout": case.layout}
    yield "digits", {"base": 3, "count": 4}, (n,)
    yield "mixed_radix_digits", {"bases": (3, 5)}, (n,)
    yield "from_digits", {"base": 3}, ((case.digits, 1),)
    yield "angles", {}, (n, table)
    yield "sinusoidal", {"dim": 4, **dtype}, (n,)
    yield "interpolate", {"factor": 3.0, **dtype}, (n,)
    yield "log_n_scale", {"train_length": 7, **dtype}, (n,)
    yield "period", {}, ((angles, 1),)
    yield "rotation_matrix", {}, ((angles, 1),)
    yield "convert_layout", {"source": "half", "target": "interleaved"}, (x,)
    yield "rotate", layout, (x, (angles[0, ...], 1))
    vectors = (case.q, 2), (case.q[0, ...], 2)
    yield "attention_scores", layout, (*vectors, (case.n[0, ...], 1), (case.n, 1), table)


def _flat(array: Any, core: int) -> Any:
    """The array with all axes but its last `core` broadcast to the batch and made one."""
    last = array.shape[array.ndim - core :]
    return np.broadcast_to(array, (*inputs.STACK, *last)).reshape((-1, *last))


@law(
    "rope.leading-axes",
    "the axes before those of a vector are a batch: they broadcast from the right, each index alone",
    source="rope D1, D2, D3, D4, D5, D6, D7",
    about=(
        "rope.angles",
        "rope.attention_scores",
        "rope.convert_layout",
        "rope.digits",
        "rope.from_digits",
        "rope.interpolate",
        "rope.log_n_scale",
        "rope.mixed_radix_digits",
        "rope.period",
        "rope.rotate",
        "rope.rotation_matrix",
        "rope.sinusoidal",
    ),
    inputs=inputs.stacks,
    tolerance=Rounding(
        {"product and sum for two vectors, a side": 2 * 4, "their product and three sums": 2 * 4},
        "loops of another length may round apart; or the quotient of two logarithms",
        calls=("cos", "log") * 2,
    ),
    refutes=("rope.rotate/angles-from-the-left", "rope.rotation_matrix/axes-from-the-left"),
    kinds=("ordinary",),  # which indices meet depends on no number
)
def leading_axes(impl: Impl, on: Setting, case: inputs.Stacks) -> Iterator[Record]:
    """Every function with two leading axes, and with one."""
    for name, options, arrays in _calls(on, case):
        call = impl[f"rope.{name}"]
        flat = (a if core is None else on.array(_flat(on.host(a), core)) for a, core in arrays)
        rows = on.host(call(*flat, **options))
        found = call(*(a for a, _ in arrays), **options)
        yield Gap(name, found, rows.reshape((*inputs.STACK, *rows.shape[1:])), inputs.REACH)
