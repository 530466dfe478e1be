"""Arithmetic of complex balls as libraries do it, part by part, for a model of roundings."""

from collections.abc import Callable
from typing import Any

from flint import acb, arb

from . import _functions as f
from . import _scalars as s
from ._rounding import active, refuse

QUOTIENT = 12
"""Roundings of a quotient beside its size: two products, a sum and two quotients for each part, with a scale
that is off by three, whatever way a library takes."""


def _parts(z: Any) -> tuple[Any, Any]:
    return (z.real, z.imag) if isinstance(z, acb) else (z, s.ZERO)


def _add(x: Any, y: Any) -> Any:
    return acb(*(f.add(*pair) for pair in zip(_parts(x), _parts(y), strict=True)))


def _subtract(x: Any, y: Any) -> Any:
    return acb(*(f.subtract(*pair) for pair in zip(_parts(x), _parts(y), strict=True)))


def _multiply(x: Any, y: Any) -> Any:
    (a, b), (c, d) = _parts(x), _parts(y)
    return acb(f.total([f.multiply(a, c), -f.multiply(b, d)]), f.total([f.multiply(a, d), f.multiply(b, c)]))


def _divide(x: Any, y: Any) -> Any:
    model = active()
    assert model is not None
    quotient = acb(*_parts(x)) / acb(*_parts(y))
    off = arb(0, (abs(quotient) * QUOTIENT * arb(2) ** -model.bits).upper())
    return acb(quotient.real + off, quotient.imag + off)


def _exp(z: Any) -> Any:
    real, imag = _parts(z)
    size = f.exp(real)
    return acb(f.multiply(size, f.cos(imag)), f.multiply(size, f.sin(imag)))


_ROUNDED: dict[str, Callable[..., Any]] = {
    "add": _add, "sub": _subtract, "mul": _multiply, "truediv": _divide, "exp": _exp,
}  # fmt: skip


def computed(name: str, exact: Callable[..., Any], *numbers: Any) -> Any:
    """An operation of complex numbers, or of one and a real: exact, or as a model of roundings has it."""
    if active() is None:
        return exact(*numbers)
    if name not in _ROUNDED:
        refuse(f"complex {name}")
    return _ROUNDED[name](*numbers)


def size(z: Any) -> Any:
    """|z|."""
    return f.hypot(z.real, z.imag) if active() else abs(z)
