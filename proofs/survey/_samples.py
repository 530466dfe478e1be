"""Integrators of JAX, which trace the field: the adapter of one sample at a time makes its times floats."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from ._binding import lazy

jnp = lazy("jax.numpy")


def each_sample(
    solve: Callable[[Callable[[Any, Any], Any], Any, Any, Any], Any], velocity: Any, x: Any, times: Any
) -> Any:
    """States (n+1, ..., d) by solve(field, y, start, end), of one sample at a time; the field may depend on
    the place in the batch, so that the others stay where they start."""
    rows = x.reshape(-1, x.shape[-1])

    def alone(sample: int) -> Any:
        def field(t: Any, y: Any) -> Any:
            batch = rows.at[sample].set(y).reshape(x.shape)
            return velocity(jnp.full(x.shape[:-1], t), batch).reshape(rows.shape)[sample]

        states = [rows[sample]]
        for start, end in pairwise(times):
            states.append(solve(field, states[-1], start, end))
        return jnp.stack(states)

    return jnp.stack([alone(i) for i in range(rows.shape[0])], axis=1).reshape(times.shape[0], *x.shape)
