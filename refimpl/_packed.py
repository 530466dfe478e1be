"""Values in which arrays are packed: tuples, lists, mappings, named tuples, data classes. Whoever looks
into a value, or changes what is in it, walks it here."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from ._libraries import NO_ARRAYS, is_array

_WHOLE = NO_ARRAYS | {np.ndarray}


def members(value: Any) -> list[tuple[str, Any]] | None:
    """What a value consists of, with names; none for what is no package."""
    if type(value) in _WHOLE:  # what the rest would find, by far sooner
        return None
    if isinstance(value, Mapping):
        return [(f"[{name!r}]", part) for name, part in value.items()]
    if isinstance(value, tuple) and (names := getattr(value, "_fields", None)):
        return [(f".{name}", getattr(value, name)) for name in names]
    if isinstance(value, tuple | list):
        return [(f"[{place}]", part) for place, part in enumerate(value)]
    if is_dataclass(value) and not isinstance(value, type):
        return [(f".{field.name}", getattr(value, field.name)) for field in fields(value)]
    return None


def parts(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Everything in a value that is no package, with its place."""
    inner = members(value)
    if inner is None:
        yield place, value
    else:
        for name, part in inner:
            yield from parts(part, place + name)


def mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value with everything in it changed, packed as before."""
    inner = members(value)
    if inner is None:
        return change(value)
    changed = [mapped(part, change) for _, part in inner]
    if all(part is old for part, (_, old) in zip(changed, inner, strict=True)):
        return value  # dtypes of some libraries are compared by identity
    if isinstance(value, Mapping):
        return dict(zip(value, changed, strict=True))
    if isinstance(value, list | tuple):
        return type(value)(*changed) if hasattr(value, "_fields") else type(value)(changed)
    return replace(value, **{name[1:]: part for (name, _), part in zip(inner, changed, strict=True)})


def mapped_arrays(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value with every array in it changed, and nothing else."""
    return mapped(value, lambda part: change(part) if is_array(part) else part)
