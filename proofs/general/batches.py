"""Calls whose arguments have batch axes: one row of them, several of them stacked, none at all."""

import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import array_api_compat
import numpy as np

from ...backends import Setting
from .. import catalogue
from ..packing import is_array, key, mapped, parts
from . import shapes
from .shapes import Shape

Arguments = dict[str, Any]


def _joined(before: Sequence[int], batch: Sequence[int], after: Sequence[int]) -> tuple[int, ...]:
    return (*before, *batch, *after)


@dataclass(frozen=True, slots=True)
class Batched:
    """A call with its arguments by name, and the common shape of their batch axes."""

    function: str
    arguments: Arguments
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, function: str, args: Sequence[Any], kwargs: dict[str, Any]) -> "Batched | None":
        """The call, if it has arrays with batch axes and these are where the docstring says."""
        arguments = inspect.signature(catalogue.reference()[function]).bind(*args, **kwargs).arguments
        if not _regular(function, arguments):
            return None
        lengths = [
            _batch(array, shape)
            for name, shape in shapes.arguments(function).items()
            for _, array in parts(arguments.get(name))
            if is_array(array)
        ]
        return cls(function, arguments, np.broadcast_shapes(*lengths)) if lengths else None

    @property
    def rank(self) -> int:
        """The number of batch axes."""
        return len(self.lengths)

    @property
    def size(self) -> int:
        """The number of entries."""
        return math.prod(self.lengths)

    def call(self, implementation: Callable[..., Any]) -> Any:
        """What an implementation gives."""
        bound = inspect.signature(catalogue.reference()[self.function]).bind_partial()
        bound.arguments.update(self.arguments)
        return implementation(*bound.args, **bound.kwargs)

    def changed(self, change: Callable[[Any, Shape], Any], only: str = "") -> Arguments:
        """The arguments with those of batch axes (or one of them) changed."""
        return self.arguments | {
            name: mapped(
                self.arguments[name], lambda part, s=shape: change(part, s) if is_array(part) else part
            )
            for name, shape in shapes.arguments(self.function).items()
            if name in self.arguments and only in ("", name)
        }

    def aligned(self, array: Any, shape: Shape) -> Any:
        """An argument with all batch axes, those that it lacked of length 1."""
        batch = _batch(array, shape)
        before, after = array.shape[: shape.before], array.shape[array.ndim - shape.after :]
        wanted = _joined(before, (1,) * (self.rank - len(batch)) + batch, after)
        return _namespace(array).reshape(array, wanted)

    def row(self, index: int) -> "Batched":
        """One entry of the first batch axis, without that axis."""

        def chosen(array: Any, shape: Shape) -> Any:
            batch = _batch(array, shape)
            if len(batch) < self.rank:
                return array
            return array[(slice(None),) * shape.before + (index if batch[0] > 1 else 0, ...)]

        return replace(self, arguments=self.changed(chosen), lengths=self.lengths[1:])

    def backwards(self) -> "Batched":
        """The entries of the first batch axis in reverse order: as valid as before, and different."""

        def flipped(array: Any, shape: Shape) -> Any:
            whole = len(_batch(array, shape)) == self.rank
            return _namespace(array).flip(array, axis=shape.before) if whole else array

        return replace(self, arguments=self.changed(flipped)) if self.rank else self

    def smaller(self) -> "Batched":
        """The same with reals three quarters as large."""

        def scaled(array: Any, shape: Shape) -> Any:
            return array * 0.75 if _namespace(array).isdtype(array.dtype, "real floating") else array

        return replace(self, arguments=self.changed(scaled))

    def empty(self) -> "Batched":
        """No entry at all, on a new first batch axis."""

        def none(array: Any, shape: Shape) -> Any:
            array = _namespace(array).expand_dims(self.aligned(array, shape), axis=shape.before)
            return array[(slice(None),) * shape.before + (slice(0, 0), ...)]

        return replace(self, arguments=self.changed(none), lengths=(0, *self.lengths))

    def batched(self) -> list[str]:
        """The arguments that have batch axes in this call."""
        return [
            name
            for name in shapes.arguments(self.function)
            if any(is_array(part) for _, part in parts(self.arguments.get(name)))
        ]

    def with_argument(self, name: str, other: "Batched") -> "Batched":
        """This call with one argument of another."""
        return replace(self, arguments=self.arguments | {name: other.arguments[name]})

    def fits(self, other: "Batched", on: Setting) -> bool:
        """Whether both can be stacked: equal shapes of what has batch axes, all else equal."""
        form = lambda array, shape: (tuple(array.shape), str(array.dtype))  # noqa: E731
        return key(self.changed(form), on) == key(other.changed(form), on)


def stacked(first: Batched, second: Batched, only: str = "") -> Batched:
    """Two calls on a new first batch axis; with `only`, one argument is stacked and the others, of which
    every second one gets an axis of length 1, broadcast."""
    names = list(shapes.arguments(first.function))
    arguments = dict(first.arguments)
    for place, name in enumerate(names):
        if name not in arguments:
            continue
        shape = shapes.arguments(first.function)[name]
        if only and name != only:
            if place % 2:
                arguments[name] = mapped(arguments[name], lambda part, s=shape: _widened(first, part, s))
            continue
        pairs = [iter([part for _, part in parts(call.arguments[name])]) for call in (first, second)]
        arguments[name] = mapped(
            arguments[name], lambda _, s=shape, p=pairs: _joint(first, next(p[0]), next(p[1]), s)
        )
    return replace(first, arguments=arguments, lengths=(2, *first.lengths))


def _widened(call: Batched, part: Any, shape: Shape) -> Any:
    """An argument with a first batch axis of length 1."""
    if not is_array(part):
        return part
    return _namespace(part).expand_dims(call.aligned(part, shape), axis=shape.before)


def _joint(call: Batched, left: Any, right: Any, shape: Shape) -> Any:
    """Two arguments on a new first batch axis."""
    if not is_array(left):
        return left
    return _namespace(left).stack([call.aligned(part, shape) for part in (left, right)], axis=shape.before)


def _regular(function: str, arguments: Arguments) -> bool:
    """Whether batch axes of this call stand where the docstring says by default."""
    if arguments.get("axis", -1) != -1:
        return False
    if function == "transport.wasserstein_1d":  # a batch needs samples of one length without weights
        weighted = arguments.get("x_weights") is not None or arguments.get("y_weights") is not None
        return not weighted and arguments["x"].shape[-1] == arguments["y"].shape[-1]
    return True


def _batch(array: Any, shape: Shape) -> tuple[int, ...]:
    return tuple(array.shape[shape.before : array.ndim - shape.after])


def _namespace(array: Any) -> Any:
    return array_api_compat.array_namespace(array)
