"""The documents on numbers that know their exact value, so that nothing rounds before it meets a ball.

They compute constants with Python floats (math.pi, math.log(high / low)). On balls those would be
taken for exact. Within `exact_numbers` the documents see a `math` whose results are `Exact`, checked
parameters are `Exact` or `Whole`, and the kernels that approximate are replaced by what they approximate.
Decimal literals (0.02, 0.999) stay the float64 numbers that they are.
"""

import importlib
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from types import ModuleType, SimpleNamespace
from typing import Any

from flint import arb

from ... import _xp
from ...backends._ball import _functions as balls
from ...backends._ball import _scalars
from ...backends._ball._precision import WorkingPrecision
from ..language.exact import BITS, Exact, Whole, derived, exact
from . import registry
from .loading import loaded


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
    with WorkingPrecision(BITS):
        return _scalars.truncate("exact", function(_scalars.lift(x)))


def _replacements() -> Iterator[tuple[ModuleType, str, Any]]:
    """What the documents see instead, by module and name."""
    for document, modules in registry.replaced().items():
        for name, values in modules.items():
            module = importlib.import_module(f"{document}.{name}")
            for key, value in values.items():
                if key == "float" or hasattr(module, key):
                    yield module, key, value
    yield _xp, "rounds", lambda _given: False
    yield _xp, "check_number", _checked(_xp.check_number)
    yield _xp, "check_integer", _checked(_xp.check_integer)


def _checked(check: Callable[..., Any]) -> Callable[..., Any]:
    def checked(name: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        result = check(name, value, *args, **kwargs)
        return value if isinstance(value, Exact | Whole) else exact(result)

    return checked


@cache
def _everything() -> list[tuple[ModuleType, str, Any]]:
    """All replacements, with `math` in every document that uses it."""
    replaced = _math()
    found = list(_replacements())
    documents = loaded().values()
    modules = [
        module for name, module in sorted(sys.modules.items()) if any(it.defines(name) for it in documents)
    ]
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
