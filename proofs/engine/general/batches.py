"""Calls whose arguments have batch axes: one row of them, several of them stacked, none at all."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from ...._libraries import array_namespace, is_array
from ....backends import Setting
from ...language.law import Implementation
from ...language.packing import key, mapped_arrays, parts
from ...language.shapes import Shape
from .. import registry
from ..calls import Given
from . import shapes, sources


@dataclass(frozen=True, slots=True)
class Batched:
    """A call with its arguments by name, and the common shape of their batch axes."""

    function: str
    arguments: dict[str, Any]
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, function: str, args: Sequence[Any], kwargs: dict[str, Any]) -> "Batched | None":
        """The call, if it has arrays with batch axes."""
        arguments = dict(registry.signature(function).bind(*args, **kwargs).arguments)
        call = cls(function, arguments, ())._usual()
        lengths = call.own_lengths()
        return replace(call, lengths=np.broadcast_shapes(*lengths)) if lengths else None

    def _usual(self) -> "Batched":
        """With the batch axes where the docstring has them, the `axis` last, and in the form in which the
        function takes batches."""
        arguments = dict(self.arguments)
        if "axis" in arguments:
            axis = arguments.pop("axis")
            for name, _ in self.batched():
                arguments[name] = array_namespace(arguments[name]).moveaxis(arguments[name], axis, -1)
        if form := registry.facts().in_batches.get(self.function):
            arguments = form(arguments)
        return replace(self, arguments=arguments)

    def batched(self) -> Iterator[tuple[str, Shape]]:
        """The names of the arguments that have batch axes in this call, and where these stand."""
        for name, shape in shapes.arguments(self.function).items():
            if any(is_array(part) for _, part in parts(self.arguments.get(name))):
                yield name, shape

    @property
    def rank(self) -> int:
        """The number of batch axes."""
        return len(self.lengths)

    @property
    def functions(self) -> bool:
        """Whether there are functions among the arguments; dtypes of some libraries are classes."""
        return any(callable(value) and not isinstance(value, type) for value in self.arguments.values())

    @property
    def size(self) -> int:
        """The number of entries."""
        return math.prod(self.lengths)

    def given(self) -> Given:
        """The positional and the keyword arguments."""
        bound = registry.signature(self.function).bind_partial()
        bound.arguments.update(self.arguments)
        return bound.args, bound.kwargs

    def own_lengths(self) -> set[tuple[int, ...]]:
        """The batch axes of each argument, before they are broadcast."""
        return {
            _batch(array, shape)
            for name, shape in self.batched()
            for _, array in parts(self.arguments[name])
            if is_array(array)
        }

    def call(self, implementation: Implementation) -> Any:
        """What an implementation gives."""
        args, kwargs = self.given()
        return implementation(*args, **kwargs)

    def changed(self, change: Callable[..., Any]) -> dict[str, Any]:
        """The arguments with every array that has batch axes changed, by `change(array, shape=shape)`."""
        arguments = dict(self.arguments)
        for name, shape in self.batched():
            arguments[name] = mapped_arrays(arguments[name], partial(change, shape=shape))
        return arguments

    def aligned(self, array: Any, shape: Shape) -> Any:
        """An argument with all batch axes, those that it lacked of length 1."""
        batch = _batch(array, shape)
        before, after = array.shape[: shape.before], array.shape[array.ndim - shape.after :]
        wanted = (*before, *(1,) * (self.rank - len(batch)), *batch, *after)
        return array_namespace(array).reshape(array, wanted)

    def widened(self, array: Any, shape: Shape) -> Any:
        """An argument with all batch axes, and a new first one of length 1."""
        return array_namespace(array).expand_dims(self.aligned(array, shape), axis=shape.before)

    def row(self, index: int) -> "Batched":
        """One entry of the first batch axis, without that axis."""

        def chosen(array: Any, shape: Shape) -> Any:
            batch = _batch(array, shape)
            if len(batch) < self.rank:
                return array
            return array[(slice(None),) * shape.before + (index if batch[0] > 1 else 0, ...)]

        return replace(self, arguments=self.changed(chosen), lengths=self.lengths[1:])

    def end(self, index: int) -> "Batched":
        """The first or the last entry of all, without batch axes."""
        call = self
        while call.rank:
            call = call.row(index)
        return call

    def backwards(self) -> "Batched":
        """The entries of the first batch axis in reverse order: as valid as before, and different."""

        def flipped(array: Any, shape: Shape) -> Any:
            whole = len(_batch(array, shape)) == self.rank
            return array_namespace(array).flip(array, axis=shape.before) if whole else array

        return replace(self, arguments=self.changed(flipped)) if self.rank else self

    def smaller(self) -> "Batched":
        """The same with reals three quarters as large."""

        def scaled(array: Any, shape: Shape) -> Any:
            real = array_namespace(array).isdtype(array.dtype, "real floating")
            return sources.smaller(array) if real else array

        return replace(self, arguments=self.changed(scaled))

    def empty(self) -> "Batched":
        """No entry at all, on a new first batch axis."""

        def none(array: Any, shape: Shape) -> Any:
            return self.widened(array, shape)[(slice(None),) * shape.before + (slice(0, 0), ...)]

        return replace(self, arguments=self.changed(none), lengths=(0, *self.lengths))

    def with_argument(self, name: str, other: "Batched") -> "Batched":
        """This call with one argument of another."""
        return replace(self, arguments=self.arguments | {name: other.arguments[name]})

    def fits(self, other: "Batched", on: Setting) -> bool:
        """Whether both can be stacked: equal shapes of what has batch axes, all else equal."""
        return bool(key(self.changed(_form), on) == key(other.changed(_form), on))


def stacked(first: Batched, second: Batched, only: str = "") -> Batched:
    """Two calls on a new first batch axis; with `only`, one argument is stacked and the others, of which
    every second one gets an axis of length 1, broadcast."""
    arguments = dict(first.arguments)
    for place, (name, shape) in enumerate(first.batched()):
        if only in ("", name):
            arguments[name] = _joint(first, second, name, shape)
        elif place % 2:
            arguments[name] = mapped_arrays(arguments[name], partial(first.widened, shape=shape))
    return replace(first, arguments=arguments, lengths=(2, *first.lengths))


def _joint(first: Batched, second: Batched, name: str, shape: Shape) -> Any:
    """One argument of two calls on a new first batch axis."""
    others = iter([part for _, part in parts(second.arguments[name]) if is_array(part)])

    def joined(array: Any) -> Any:
        both = [first.aligned(part, shape) for part in (array, next(others))]
        return array_namespace(array).stack(both, axis=shape.before)

    return mapped_arrays(first.arguments[name], joined)


def many(first: Batched, last: Batched, count: int) -> Batched:
    """One entry so many times, and after it another, on a new first batch axis."""
    whole = stacked(first, last)

    def spread(array: Any, shape: Shape) -> Any:
        before = (slice(None),) * shape.before
        head, tail = array[(*before, slice(0, 1), ...)], array[(*before, slice(1, 2), ...)]
        return array_namespace(array).concat([head] * count + [tail], axis=shape.before)

    return replace(whole, arguments=whole.changed(spread), lengths=(count + 1,))


def _form(array: Any, shape: Shape) -> tuple[Any, ...]:
    return tuple(array.shape), str(array.dtype)


def _batch(array: Any, shape: Shape) -> tuple[int, ...]:
    return tuple(array.shape[shape.before : array.ndim - shape.after])
