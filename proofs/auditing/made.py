"""Objects that a function makes, such as schedulers and schedules of functions: their methods on balls."""

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

Exact = Callable[[Callable[..., Any]], Callable[..., Any]]
_SIMPLE: Any = str | bytes | Mapping | np.ndarray | np.generic | int | float | complex | None


def is_data(value: Any) -> bool:
    """Whether a result is numbers, in whatever container, and no object with methods."""
    if isinstance(value, tuple | list):
        return all(map(is_data, value))
    if is_dataclass(value) and not isinstance(value, type):
        return all(is_data(getattr(value, field.name)) for field in fields(value))
    return isinstance(value, _SIMPLE)


def made(make: Callable[[], Any], raw: Any, exact: Exact) -> Any:
    """What stands for the object `raw` that `make` makes: its methods give their exact mathematics."""
    if is_dataclass(raw) and not isinstance(raw, type):
        record = object.__new__(type(raw))
        for field in fields(raw):
            part = getattr(Made(make, raw, exact), field.name)
            object.__setattr__(record, field.name, part)
        return record
    return Made(make, raw, exact)


class Made:
    """An object whose methods give their exact mathematics.

    Each call makes the object anew on balls, and repeats the calls before it, which may have changed it.
    """

    def __init__(self, make: Callable[[], Any], raw: Any, exact: Exact) -> None:
        self._make, self._raw, self._exact = make, raw, exact
        self._before: list[tuple[str, Any, Any]] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        before = tuple(self._before)
        if not callable(getattr(self._raw, name)):
            return self._exact(functools.partial(_repeated, self._make, before, name))()

        def method(*args: Any, **kwargs: Any) -> Any:
            before = tuple(self._before)
            self._before.append((name, args, kwargs))
            return self._exact(functools.partial(_called, self._make, before, name))(*args, **kwargs)

        return method

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._exact(functools.partial(_called, self._make, (), "__call__"))(*args, **kwargs)


def _repeated(make: Callable[[], Any], before: Iterable[tuple[str, Any, Any]], name: str) -> Any:
    target = make()
    for earlier, args, kwargs in before:
        getattr(target, earlier)(*args, **kwargs)
    return getattr(target, name)


def _called(make: Any, before: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
    return _repeated(make, before, name)(*args, **kwargs)
