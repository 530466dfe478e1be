"""Integrators of JAX, which trace the field: the adapter of one sample at a time makes its times floats."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from ._binding import lazy

jax, jnp = lazy("jax"), lazy("jax.numpy")


def each_sample(
    solve: Callable[[Callable[[Any, Any], Any], Any, Any, Any], Any], velocity: Any, x: Any, times: Any
) -> Any:
    """States (n+1, ..., d) by solve(field, y, start, end), with steps of its own for every sample; the field
    may depend on the place in the batch, so that the others stay where they start."""
    rows = x.reshape(-1, x.shape[-1])

    def alone(row: Any, sample: Any, start: Any, end: Any) -> Any:
        def field(t: Any, y: Any) -> Any:
            batch = rows.at[sample].set(y).reshape(x.shape)
            return velocity(jnp.full(x.shape[:-1], t), batch).reshape(rows.shape)[sample]

        return solve(field, row, start, end)

    step = jax.jit(jax.vmap(alone, in_axes=(0, 0, None, None)))
    states = [rows]
    for start, end in pairwise(times):
        states.append(step(states[-1], jnp.arange(rows.shape[0]), start, end))
    return jnp.stack(states).reshape(times.shape[0], *x.shape)
