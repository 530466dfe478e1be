"""A library like MLX: its functions take no `device`, its arrays lie on none, positions are uint32; and a
backend whose record brings the namespace that it lacks."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from refimpl.backends import Backend

from . import grudging


class Array(grudging.Array):
    """Its arrays."""

    device = property()

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        return own


own = grudging.namespace(Array, "bare")
_CREATING = ("asarray", "zeros", "ones", "full", "empty", "arange", "linspace", "eye")
_ALIKE = ("zeros_like", "ones_like", "full_like", "empty_like")
_POSITIONS = ("searchsorted", "argsort", "argmax", "argmin")


def _nowhere(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        if "device" in kwargs:
            raise TypeError("incompatible function arguments")
        return function(*args, **kwargs)

    return call


def _narrow(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **kwargs: own.astype(function(*args, **kwargs), own.uint32)


for _name in (*_CREATING, *_ALIKE):
    setattr(own, _name, _nowhere(getattr(own, _name)))
for _name in _POSITIONS:
    setattr(own, _name, _narrow(getattr(own, _name)))


# The backend


def _placed(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, device: None = None, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return call


def _wide(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **kwargs: own.astype(function(*args, **kwargs), own.int64)


def make() -> Backend:
    """The backend of this library."""
    xp = SimpleNamespace(**vars(own))
    for changed, names in ((_placed, (*_CREATING, *_ALIKE)), (_wide, _POSITIONS)):
        vars(xp).update({name: changed(getattr(own, name)) for name in names})
    return Backend("bare", "1", xp, {"cpu": None}, Array.get)


def misnamed() -> Backend:
    """A backend that is called otherwise than its entry point."""
    return grudging.make()


def altering() -> Backend:
    """A backend whose numbers do not come back as they were."""
    return Backend("altering", "1", grudging.xp, {"0": grudging.Device(0)}, lambda array: array.get() + 1)
