"""Python numbers that know their exact value, so that nothing rounds before it meets a ball.

The documents compute constants with Python floats (math.pi, math.log(high / low)). On balls those would be
taken for exact. Within `exact_numbers` the documents see a `math` whose results are `Exact`, checked
parameters are `Exact` or `Whole`, and the kernels that approximate are replaced by what they approximate.
Decimal literals (0.02, 0.999) stay the float64 numbers that they are.
"""

import importlib
import itertools
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import cache, partial
from types import ModuleType, SimpleNamespace
from typing import Any

from flint import arb

from .... import _xp
from ...._errors import RefimplError
from ...._typing import Array, Namespace
from ....backends._ball import _functions as balls
from ....backends._ball import _scalars
from ....backends._ball._precision import WorkingPrecision
from ..catalogue import DOCUMENTS

_BITS = 192
"""Bits to which comparisons and the nearest floats of exact numbers are computed."""
_SUBSETS = 300
"""Subsets up to which a mean over subsets is computed as it is defined."""


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

    with WorkingPrecision(_BITS):
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
        with WorkingPrecision(_BITS):
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


def _math() -> SimpleNamespace:
    """The module `math` with exact results where floats would round."""
    found = {name: value for name, value in vars(math).items() if not name.startswith("_")}
    for name in ("sqrt", "exp", "expm1", "log1p", "log2", "log10", "sin", "cos", "tan", "hypot"):
        found[name] = partial(derived, getattr(balls, name))
    found["pow"] = partial(derived, balls.power)
    found["log"] = lambda x, *base: derived(balls.log, x) / (derived(balls.log, *base) if base else 1)
    found["floor"] = lambda x: Whole(_whole(balls.floor, x))
    found["ceil"] = lambda x: Whole(_whole(balls.ceil, x))
    found["fsum"] = lambda values: sum(values, exact(0.0))
    found["number"] = exact
    found |= {
        "pi": Exact(math.pi, arb.pi),
        "tau": Exact(math.tau, lambda: 2 * arb.pi()),
        "e": Exact(math.e, arb.const_e),
    }
    return SimpleNamespace(**found)


def _whole(function: Callable[..., Any], x: Any) -> int:
    with WorkingPrecision(_BITS):
        return _scalars.truncate("exact", function(_scalars.lift(x)))


# Kernels that approximate, and what they approximate


def _subset_means(log_w: Array, sizes: list[int], *, xp: Namespace) -> Array:
    """The mean over the subsets as it is defined."""
    count = log_w.shape[-1]
    if sum(math.comb(count, m) for m in sizes) > _SUBSETS:
        raise UnprovenError(
            "the mean over all subsets is computed by a quadrature, whose error is not proven"
        )
    means = []
    for m in sizes:
        chosen = list(itertools.combinations(range(count), m))
        bounds = [
            _xp.logsumexp(log_w[..., list(one)], axis=-1, xp=xp) - derived(balls.log, m) for one in chosen
        ]
        means.append(xp.sum(xp.stack(bounds, axis=-1), axis=-1) / len(bounds))
    return xp.stack(means, axis=-1)


def _refusal(reason: str) -> Callable[..., Any]:
    def refuse(*_args: Any, **_kwargs: Any) -> Any:
        raise UnprovenError(reason)

    return refuse


_QUADRATURE = _refusal("a quadrature rule, whose error is estimated and not proven")


class _Refused:
    """A rule that nobody may use."""

    def __iter__(self) -> Iterator[Any]:
        yield _QUADRATURE()


def _replacements() -> Iterator[tuple[ModuleType, str, Any]]:
    """What the documents see instead, by module and name."""
    fixed: dict[str, dict[str, Any]] = {
        "density._weights": {"_subset_means": _subset_means},
        "flow._integrators": {
            "_advance": _refusal(
                "the step sizes follow error estimates: rounding is not what its error comes from"
            )
        },
        "residual._scales": {"float": exact},
        "rope._frequencies": {"float": exact},
        "rope._tables": {"power": partial(derived, balls.power)},
        "transport._bounds": {"_integrals": _QUADRATURE, "_by_panels": _QUADRATURE},
        "transport._discrete": {"_GRADED": _Refused()},
        "transport._scores": {"_mixture_score_matching": _QUADRATURE},
    }
    for name, values in fixed.items():
        module = importlib.import_module(f"refimpl.{name}")
        yield from (
            (module, key, value) for key, value in values.items() if key == "float" or hasattr(module, key)
        )
    yield _xp, "rounds", lambda _given: False
    yield _xp, "check_number", _checked(_xp.check_number)
    yield _xp, "check_integer", _checked(_xp.check_integer)


def _checked(check: Callable[..., Any]) -> Callable[..., Any]:
    def checked(call: str, name: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        result = check(call, name, value, *args, **kwargs)
        return value if isinstance(value, Exact | Whole) else exact(result)

    return checked


@cache
def _everything() -> list[tuple[ModuleType, str, Any]]:
    """All replacements, with `math` in every document that uses it."""
    replaced = _math()
    found = list(_replacements())
    roots = tuple(f"refimpl.{document}" for document in DOCUMENTS)
    for root in roots:
        importlib.import_module(root)
    modules = [module for name, module in sorted(sys.modules.items()) if name.startswith(roots)]
    found += [(module, "math", replaced) for module in modules if getattr(module, "math", None) is math]
    return [*found, (_xp, "numbers", lambda *_given: replaced)]


@contextmanager
def exact_numbers() -> Iterator[None]:
    """Let the documents compute with exact numbers, in this process, until the end of the block."""
    absent = object()
    before = [(module, name, vars(module).get(name, absent)) for module, name, _ in _everything()]
    for module, name, value in _everything():
        setattr(module, name, value)
    try:
        yield
    finally:
        for module, name, value in before:
            if value is absent:
                delattr(module, name)
            else:
                setattr(module, name, value)
