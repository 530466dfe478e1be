"""Conventions of tables of the positions from 0 on."""

from typing import Any

from .... import rope
from ...._libraries import array_namespace, device
from ...language.adapter import adapter
from ...language.law import Implementation

_LONGEST = 10_000
"""Rows of the longest table that is asked for."""


@adapter(
    "rope.sinusoidal",
    "sine-first-table",
    "mine(length, dim, base) → (length, dim): [sin, cos, sin, cos, ...] of the positions 0 to length − 1, "
    f"of any library or a list. Positions that are no integers from 0 to {_LONGEST - 1} are the reference's.",
    reference="the first Transformer's paper",
)
def sinusoidal_sine_first_table(mine: Implementation) -> Implementation:
    def sinusoidal(positions: Any, /, *, dim: int, base: float = 10000.0, dtype: Any = None) -> Any:
        xp = array_namespace(positions)
        expected = rope.sinusoidal(positions, dim=dim, base=base, dtype=dtype)
        rows = xp.reshape(positions, (-1,))
        if not rows.shape[0] or not bool(xp.all((rows >= 0) & (rows < _LONGEST) & (rows == xp.floor(rows)))):
            return expected
        table = mine(int(xp.max(rows)) + 1, dim, base)
        table = xp.asarray(table, dtype=expected.dtype, device=device(positions))
        pairs = xp.take(xp.reshape(table, (-1, dim // 2, 2)), xp.astype(rows, xp.int64), axis=0)
        return xp.reshape(xp.flip(pairs, axis=-1), expected.shape)

    return sinusoidal
