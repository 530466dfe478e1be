"""Gradients as array libraries and people compute them: functions of a cotangent and the arguments."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...._errors import DTypeError, told
from ....backends import Setting
from ...language.law import Implementation, NotApplicableError
from ...language.packing import mapped, parts
from .. import registry
from . import laws
from .derivative import cotangents, is_real

__all__ = ["cotangents", "of_backward", "of_library", "of_reference"]


def of_library(function: str, forward: Implementation, on: Setting) -> Implementation:
    """The vector-Jacobian product of an implementation of a function, as its library differentiates it:
    (cotangent, *arguments, **options) to one gradient for every real array among the arguments."""
    vjp = on.backend.vjp
    if vjp is None:
        advice = "Use torch or jax, or give a backward function"
        raise DTypeError(
            told("gradient", "backend", on.backend.name, "a library that differentiates", advice)
        )

    def gradient(cotangent: Any, /, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        flat, arrays = _flattened(function, forward, args, kwargs)
        return tuple(vjp(flat, arrays, _listed(cotangent)))

    gradient.__wrapped__ = forward  # type: ignore[attr-defined]
    return gradient


def tangent(function: str, forward: Implementation, on: Setting) -> Implementation | None:
    """The Jacobian-vector product: (tangents, *arguments, **options) to one tangent for every real array in
    the result; none where the library has none."""
    jvp = on.backend.jvp
    if jvp is None:
        return None

    def product(tangents: Any, /, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        flat, arrays = _flattened(function, forward, args, kwargs)
        try:
            return tuple(jvp(flat, arrays, _listed(tangents)))
        except (NotImplementedError, RuntimeError, TypeError) as error:
            raise NotApplicableError("it has no forward derivative") from error

    product.__wrapped__ = forward  # type: ignore[attr-defined]
    return product


def of_backward(function: str, backward: Implementation) -> Implementation:
    """A backward function as people give it: of the cotangent (a tuple of them if the result has several
    arrays) and the arguments, giving one gradient for every real array among these; None stands for zeros."""

    def gradient(cotangent: Any, /, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        given = _listed(cotangent)
        found = backward(given[0] if len(given) == 1 else tuple(given), *args, **kwargs)
        _, arrays = _flattened(function, backward, args, kwargs)
        several = found if isinstance(found, tuple | list) else (found,)
        if len(several) != len(arrays):
            return tuple(several)
        return tuple(a * 0 if g is None else g for g, a in zip(several, arrays, strict=True))

    gradient.__wrapped__ = backward  # type: ignore[attr-defined]
    return gradient


def of_reference(function: str, on: Setting) -> Implementation:
    """The derivative of the reference, rounded; 0 where there is none."""

    def gradient(cotangent: Any, /, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        point = laws.differentiated(function, (args, kwargs), on)
        if isinstance(point, str):
            raise NotApplicableError(point)
        found = point.middles([on.host(part) for part in _listed(cotangent)])
        return tuple(on.array(np.nan_to_num(part, posinf=0.0, neginf=0.0)) for part in found)

    return gradient


def no_reference(*args: Any, **kwargs: Any) -> Any:
    """In the place of the reference for tangents: nothing stands in for those that cannot be had."""
    raise LookupError("tangents have no reference")


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, tuple | list) else [value]


def _flattened(
    function: str, forward: Implementation, args: Sequence[Any], kwargs: Any
) -> tuple[Callable[..., list[Any]], list[Any]]:
    """A call as a function of its real arrays alone, to the real arrays of the result; and these arrays."""
    bound = registry.signature(function).bind(*args, **kwargs)
    given = dict(bound.arguments)
    arrays = [part for _, part in parts(given) if is_real(part)]

    def flat(*leaves: Any) -> list[Any]:
        left = iter(leaves)
        bound.arguments.update(mapped(given, lambda part: next(left) if is_real(part) else part))
        result = forward(*bound.args, **bound.kwargs)
        return [part for _, part in parts(result) if is_real(part)]

    return flat, arrays
