"""Python numbers that know their exact value, so that nothing rounds before it meets a ball."""

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

from ..._errors import RefimplError
from ...backends._ball import _functions as balls
from ...backends._ball import _scalars
from ...backends._ball._precision import WorkingPrecision

BITS = 192
"""Bits to which comparisons and the nearest floats of exact numbers are computed."""


class UnprovenError(RefimplError):
    """There is no enclosure of the exact value, and why."""


class Exact(_scalars.Constant):
    """A Python float and the exact number that it stands for."""

    __hash__ = float.__hash__

    def __repr__(self) -> str:
        return f"Exact({float(self)!r})"


class Whole(int):
    """An integer whose quotients and roots are Exact."""


def exact(value: Any) -> Any:
    """A Python number as an exact one."""
    if isinstance(value, Exact | Whole):
        return value
    if isinstance(value, int):
        return Whole(value)
    return Exact(float(value), partial(_scalars.lift, value))


def derived(function: Callable[..., Any], *operands: Any) -> Exact:
    """A function of exact numbers, computed anew at every precision."""

    def value() -> Any:
        return function(*map(_scalars.lift, operands))

    with WorkingPrecision(BITS):
        nearest = value()
    if _scalars.is_indeterminate(nearest):
        raise _scalars.undecided("exact", "an operation without a known result")
    return Exact(_scalars.nearest(nearest), value)


def _binary(function: Callable[..., Any], *, swapped: bool = False) -> Any:
    def operation(self: Any, other: Any) -> Any:
        if not isinstance(other, int | float | Fraction):
            return NotImplemented
        return derived(function, *((other, self) if swapped else (self, other)))

    return operation


def _comparison(relation: Callable[[Any, Any], int]) -> Any:
    def compare(self: Any, other: Any) -> Any:
        if not isinstance(other, int | float | Fraction):
            return NotImplemented
        with WorkingPrecision(BITS):
            truth = relation(_scalars.lift(self), _scalars.lift(other))
        if truth == _scalars.UNDECIDED:
            raise _scalars.undecided("exact", f"{self} compared with {other}")
        return truth == _scalars.TRUE

    return compare


def _integral(name: str) -> Any:
    def operation(self: int, other: Any) -> Any:
        if not isinstance(other, int) or isinstance(other, bool):
            return NotImplemented
        return Whole(getattr(int, name)(int(self), int(other)))

    return operation


def _whole_power(self: int, other: Any) -> Any:
    if isinstance(other, int) and other >= 0:
        return Whole(int(self) ** int(other))
    return derived(balls.power, self, other) if isinstance(other, int | float | Fraction) else NotImplemented


for _name, _function in {
    "add": balls.add,
    "sub": balls.subtract,
    "mul": balls.multiply,
    "truediv": balls.divide,
    "pow": balls.power,
}.items():
    setattr(Exact, f"__{_name}__", _binary(_function))
    setattr(Exact, f"__r{_name}__", _binary(_function, swapped=True))
for _name in ("add", "sub", "mul"):
    setattr(Whole, f"__{_name}__", _integral(f"__{_name}__"))
    setattr(Whole, f"__r{_name}__", _integral(f"__r{_name}__"))
for _kind, _name, _operation in (
    (Whole, "truediv", _binary(balls.divide)),
    (Whole, "rtruediv", _binary(balls.divide, swapped=True)),
    (Whole, "pow", _whole_power),
    (Exact, "neg", lambda self: derived(balls.negative, self)),
    (Exact, "abs", lambda self: derived(balls.absolute, self)),
):
    setattr(_kind, f"__{_name}__", _operation)
for _name, _relation in {
    "lt": _scalars.less,
    "le": _scalars.less_equal,
    "gt": lambda x, y: _scalars.less(y, x),
    "ge": lambda x, y: _scalars.less_equal(y, x),
    "eq": _scalars.equal,
    "ne": lambda x, y: 2 - _scalars.equal(x, y),
}.items():
    setattr(Exact, f"__{_name}__", _comparison(_relation))


def refusal(reason: str) -> Callable[..., Any]:
    """In place of a kernel whose error nobody has proven."""

    def refuse(*_args: Any, **_kwargs: Any) -> Any:
        raise UnprovenError(reason)

    return refuse
