"""Adapters that go with any function: rows one by one, NumPy, no broadcasting, plain numbers.

They are named beside the adapter of a convention: `--adapter half-split --adapter numpy`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from ... import _libraries
from ..._libraries import is_array
from ...backends import Setting
from ..language.law import Implementation, NotApplicable
from ..language.packing import mapped, parts
from ..language.shapes import Part, Shape
from . import registry
from .general import shapes
from .general.batches import Batched

Wrap: TypeAlias = Callable[[str, Implementation, Setting | None], Implementation]


@dataclass(frozen=True, slots=True)
class Generic:
    """A way of taking arguments, or of giving results, that any function may have."""

    name: str
    sentence: str
    wrap: Wrap
    """Makes one of refimpl's ways, by refimpl's name, the function and the setting."""
    inner: bool = False
    """Whether it is about the user's function itself, inside the adapter of its convention."""
    batches: bool = False
    """Whether it is about batch axes, which not all functions have."""


def _rows(name: str, mine: Implementation, on: Setting | None) -> Implementation:
    def call(*args: Any, **kwargs: Any) -> Any:
        whole = Batched.of(name, args, kwargs)
        if whole is None or not whole.rank:
            return mine(*args, **kwargs)
        if not whole.size:
            raise NotApplicable("a batch is empty")
        form = registry.reference()[name](*args, **kwargs)
        return _stacked(whole, mine, form)

    return call


def _entries(call: Batched, mine: Implementation) -> list[Any]:
    """The results of all entries, the last batch axis running fastest."""
    if not call.rank:
        return [call.call(mine)]
    return [result for index in range(call.lengths[0]) for result in _entries(call.row(index), mine)]


def _stacked(call: Batched, mine: Implementation, form: Any) -> Any:
    """The results of single rows as the result of the batch, of which `form` has the shape."""
    results, declared = _entries(call, mine), shapes.results(call.function)
    if len(declared) == 1:
        return _joined(results, declared[0], call, form)
    columns = zip(*results, strict=True)
    made = [
        _joined(list(column), part, call, wanted)
        for column, part, wanted in zip(columns, declared, form, strict=True)
    ]
    return type(form)(*made) if hasattr(form, "_fields") else tuple(made)


def _joined(column: list[Any], part: Part, call: Batched, wanted: Any) -> Any:
    """One part of the results of all rows."""
    if not is_array(wanted):  # a list of arrays
        inner = [
            _joined(list(c), part, call, w) for c, w in zip(zip(*column, strict=True), wanted, strict=True)
        ]
        return type(wanted)(inner)
    xp = _libraries.array_namespace(wanted)
    arrays = [xp.asarray(value, dtype=wanted.dtype) if not is_array(value) else value for value in column]
    if part == "shared":
        return arrays[0]
    if part == "summed":
        return xp.sum(xp.stack(arrays), axis=0, dtype=wanted.dtype)
    assert isinstance(part, Shape)
    core = tuple(arrays[0].shape)
    table = xp.reshape(
        xp.stack(arrays, axis=part.before), (*core[: part.before], *call.lengths, *core[part.before :])
    )
    return _like(table, wanted, part)


def _like(table: Any, wanted: Any, part: Shape) -> Any:
    """A result with all batch axes, without those that the reference's lacks or has with length 1."""
    first = (slice(None),) * part.before
    while table.ndim > wanted.ndim:
        table = table[(*first, 0)]
    for axis, length in enumerate(wanted.shape[: wanted.ndim - part.after]):
        if axis >= part.before and length == 1:
            table = table[(*(slice(None),) * axis, slice(0, 1))]
    return table


def _whole(name: str, mine: Implementation, on: Setting | None) -> Implementation:
    """All arrays with all batch axes, in their full lengths."""

    def call(*args: Any, **kwargs: Any) -> Any:
        whole = Batched.of(name, args, kwargs)
        if whole is None or not whole.rank:
            return mine(*args, **kwargs)
        form = registry.reference()[name](*args, **kwargs)
        arguments = whole.changed(partial(_widened, call=whole))
        bound = Batched(name, arguments, whole.lengths)
        return _reduced(bound.call(mine), form, shapes.results(name))

    return call


def _widened(array: Any, shape: Shape, *, call: Batched) -> Any:
    """An argument with all batch axes in their full lengths."""
    aligned = call.aligned(array, shape)
    after = tuple(aligned.shape[aligned.ndim - shape.after :])
    wanted = (*aligned.shape[: shape.before], *call.lengths, *after)
    xp = _libraries.array_namespace(array)
    return xp.asarray(xp.broadcast_to(aligned, wanted), copy=True)  # one that may be written to


def _reduced(result: Any, form: Any, declared: tuple[Part, ...]) -> Any:
    """A result without batch axes that came only from arguments made wider."""
    if len(declared) != 1:
        if not isinstance(result, tuple | list) or len(result) != len(declared):
            return result
        made = [_reduced(r, f, (part,)) for r, f, part in zip(result, form, declared, strict=True)]
        return type(form)(*made) if hasattr(form, "_fields") else tuple(made)
    part = declared[0]
    if isinstance(part, Shape) and is_array(result) and is_array(form):
        return _like(result, form, part)
    return result


def _numpy(name: str, mine: Implementation, on: Setting | None) -> Implementation:
    """Arrays of the setting's library as NumPy's, and back; functions among them, too."""
    if on is None or on.backend.name == "numpy":
        return mine

    def there(value: Any) -> Any:
        return mapped(value, one_there)

    def one_there(part: Any) -> Any:
        if is_array(part):
            return on.backend.to_numpy(part)
        if part is on.xp:
            return np
        if part is on.dtype:
            return getattr(np, on.precision.name)
        return (lambda *args: there(part(*map(back, args)))) if _function(part) else part

    def back(value: Any) -> Any:
        return mapped(value, one_back)

    def one_back(part: Any) -> Any:
        if isinstance(part, np.ndarray | np.generic):
            return on.xp.asarray(np.asarray(part), device=on.device)
        return (lambda *args: back(part(*map(there, args)))) if _function(part) else part

    def call(*args: Any, **kwargs: Any) -> Any:
        kwargs.pop("device", None)
        return back(mine(*map(there, args), **{key: there(value) for key, value in kwargs.items()}))

    return call


def _function(part: Any) -> bool:
    return callable(part) and not isinstance(part, type) and not is_array(part)


def _numbers(name: str, mine: Implementation, on: Setting | None) -> Implementation:
    """Python's numbers where refimpl has arrays without axes."""

    def call(*args: Any, **kwargs: Any) -> Any:
        result = mine(*args, **kwargs)
        arrays = [part for _, part in parts([args, kwargs]) if is_array(part)]
        like = [array for array in arrays if _real(array)] or arrays
        form = registry.reference()[name](*args, **kwargs) if like else None
        return _arrays(result, form, like[0]) if like else result

    return call


def _arrays(result: Any, form: Any, like: Any) -> Any:
    if isinstance(form, tuple) and isinstance(result, tuple | list) and len(form) == len(result):
        made = [_arrays(part, wanted, like) for part, wanted in zip(result, form, strict=True)]
        return type(form)(*made) if hasattr(form, "_fields") else tuple(made)
    if is_array(form) and isinstance(result, bool | int | float | np.generic) and not form.ndim:
        xp = _libraries.array_namespace(like)
        return xp.asarray(result, dtype=form.dtype, device=_libraries.device(like))
    return result


def _real(array: Any) -> bool:
    return bool(_libraries.array_namespace(array).isdtype(array.dtype, "real floating"))


def _first(name: str, mine: Implementation, on: Setting | None) -> Implementation:
    """What comes first of several results."""

    def call(*args: Any, **kwargs: Any) -> Any:
        result = mine(*args, **kwargs)
        return result[0] if isinstance(result, tuple | list) and len(result) else result

    return call


ADAPTERS: Mapping[str, Generic] = {
    made.name: made
    for made in (
        Generic(
            "rows", "mine takes one row, without batch axes, and is called for each.", _rows, batches=True
        ),
        Generic(
            "no-broadcasting",
            "mine takes arrays that all have the same batch axes, which are made so first.",
            _whole,
            batches=True,
        ),
        Generic("numpy", "mine takes and gives NumPy arrays, whatever the library.", _numpy, inner=True),
        Generic(
            "numbers", "mine gives Python numbers where the results have no axes.", _numbers, inner=False
        ),
        Generic(
            "first",
            "mine gives more than the result, which comes first: mine(...) → (result, ...).",
            _first,
            inner=True,
        ),
    )
}


def check(name: str, generic: str) -> str:
    """Why an adapter does not go with a function; empty if it does."""
    if ADAPTERS[generic].batches and name not in shapes.batched():
        return f"{name} has no batch axes"
    return ""
