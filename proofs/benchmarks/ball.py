"""Arrays of balls beside python-flint's numbers in lists and its matrices, at 64 bits."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ._row import Calls, Peer, Row, close

FLINT = {"flint": "python-flint"}
BITS = 64


def _values(ours: Any, theirs: Any) -> str:
    return close(1e-15)(*([float(x.mid()) for x in balls] for balls in (ours.data.flat, theirs)))


def _numbers(function: Callable[[Any], Any], plain: Callable[[Any], Any]) -> Calls:
    from ...backends.ball import ball  # noqa: PLC0415

    xp, x = ball(prec=BITS), np.random.default_rng(0).normal(size=10**4)
    balls, numbers = xp.asarray(x), _plain(x)
    return Calls(lambda: function((xp, balls)), lambda: _at(lambda: plain(numbers)), _values)


def _matmul() -> Calls:
    from flint import arb_mat  # noqa: PLC0415

    from ...backends.ball import ball  # noqa: PLC0415

    xp, (A, B) = ball(prec=BITS), np.random.default_rng(0).normal(size=(2, 50, 50))
    a, b, left, right = xp.asarray(A), xp.asarray(B), arb_mat(A.tolist()), arb_mat(B.tolist())
    return Calls(
        lambda: xp.matmul(a, b),
        lambda: _at(lambda: left * right),
        lambda ours, it: _values(ours, it.entries()),
    )


def _rotate() -> Calls:
    from ... import rope  # noqa: PLC0415
    from ...backends.ball import ball  # noqa: PLC0415

    rng, xp = np.random.default_rng(0), ball(prec=BITS)
    X, by = rng.normal(size=(100, 64)), rng.normal(size=(100, 32))
    x, angles, numbers, turns = xp.asarray(X), xp.asarray(by), _plain(X), _plain(by)

    def plain() -> list[Any]:
        out = []
        for m, turn in enumerate(turns):
            (sin, cos), a, b = turn.sin_cos(), numbers[2 * m], numbers[2 * m + 1]
            out += [a * cos - b * sin, a * sin + b * cos]
        return out

    return Calls(lambda: rope.rotate(x, angles), lambda: _at(plain), _values)


def _plain(values: Any) -> list[Any]:
    from flint import arb  # noqa: PLC0415

    return [arb(float(x)) for x in values.flat]


def _at(function: Callable[[], Any]) -> Any:
    """A result with the bits of the other side."""
    from flint import ctx  # noqa: PLC0415

    ctx.prec = BITS
    return function()


ROWS = [
    Row("matmul-50", "product of matrices of balls, 50 × 50", _matmul,
        Peer("flint.arb_mat *", FLINT), goal=1.5),
    Row("exp-1e4", "exp of 10,000 balls",
        partial(_numbers, lambda it: it[0].exp(it[1]), lambda numbers: [x.exp() for x in numbers]),
        Peer("flint.arb.exp in a list", FLINT), goal=1.5),
    Row("add-1e4", "sum of 10,000 pairs of balls",
        partial(_numbers, lambda it: it[1] + it[1], lambda xs: [x + y for x, y in zip(xs, xs, strict=True)]),
        Peer("flint.arb + in a list", FLINT), goal=1.5),
    Row("rotate-100-64", "rope.rotate of 100 × 64 balls", _rotate, Peer("flint.arb by hand", FLINT), goal=1.5,
        about="rope.rotate"),
]  # fmt: skip
