"""The rotation of many heads beside a copy of the same memory, which no rotation can beat.

A result is new memory, whose pages are met for the first time: with small pages that alone takes torch six of
these copies (findings/torch-clone-faults-every-page.sh), unless THP_MEM_ALLOC_ENABLE=1 asks for huge ones.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ... import _libraries
from ._row import Calls, Peer, Row

HEADS, LENGTH, WIDTH = 32, 8192, 128
COPY = "numpy.copyto, into memory that is there"


def _keeps_lengths(ours: Any, theirs: Any) -> str:
    """A rotation is no copy, but both have the same length at every position."""
    left, right = (np.linalg.norm(_libraries.to_numpy(v), axis=-1) for v in (ours, theirs))
    apart = float(np.max(np.abs(left - right)))
    return "" if apart <= 1e-5 * float(np.max(right)) else f"the lengths of vectors differ by {apart:.3g}"


def _rotate(layout: str, library: str) -> Calls:
    from ... import rope  # noqa: PLC0415

    x = np.random.default_rng(0).standard_normal((1, HEADS, LENGTH, WIDTH), dtype=np.float32)
    angles = np.arange(LENGTH)[:, None] * 10000.0 ** (-np.arange(WIDTH // 2) / (WIDTH // 2))
    there, given = np.empty_like(x), [x, angles.astype(np.float32)]

    def function(x: Any, angles: Any) -> Any:
        return rope.rotate(x, angles, layout=layout)  # type: ignore[arg-type]

    made: Callable[..., Any] = function
    if library == "jax":
        import jax  # noqa: PLC0415

        made, given = jax.jit(function), list(map(jax.numpy.asarray, given))
    elif library == "torch":
        import torch  # noqa: PLC0415

        made, given = torch.compile(function, fullgraph=True), list(map(torch.from_numpy, given))

    def copied() -> Any:
        np.copyto(there, x)
        return there

    return Calls(lambda: made(*given), copied, _keeps_lengths)


WAYS = (("numpy", "NumPy", 5), ("jax", "jax.jit", 2.5), ("torch", "torch.compile", 2.5))
ROWS = [
    Row(f"rotate-{library}-{layout}", f"rotate 128 MiB of float32, {layout}, {how}",
        partial(_rotate, layout, library),
        Peer(COPY, {library: library} if library != "numpy" else {}), goal=goal, about="rope.rotate")
    for library, how, goal in WAYS
    for layout in ("interleaved", "half")
]  # fmt: skip
