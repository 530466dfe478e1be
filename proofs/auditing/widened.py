"""Code of PyTorch and JAX in float64 where it says float32, or the other way round: tables, modules and casts
of its own."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

from ...backends import Setting


def widened(on: Setting) -> Any:
    """A context in which float32 in the code is read as float64, where the library lets that be done.

    Arguments in float64 do not widen a table that the code itself makes in float32, nor the weights of a
    module, nor what is put into float32 before it is computed with. A shorter format that the code asks for,
    such as bfloat16, stays: that is a choice, no habit.
    """
    return _LIBRARIES[on.backend.name]("float32", "float64") if widens(on) else nullcontext()


def widens(on: Setting) -> bool:
    """Whether `widened` changes anything."""
    return on.backend.name in _LIBRARIES and on.precision.name != "float64" and "float64" in on.backend.dtypes


def narrowed(on: Setting) -> Any:
    """A context in which float64 in the code is read as float32, where the library lets that be done: code
    that makes what it computes with in float64 shows its roundings in no other way."""
    return _LIBRARIES[on.backend.name]("float64", "float32") if narrows(on) else nullcontext()


def narrows(on: Setting) -> bool:
    """Whether `narrowed` changes anything."""
    return on.backend.name in _LIBRARIES and on.precision.name == "float64" and "float32" in on.backend.dtypes


@contextmanager
def _jax(source: str, target: str) -> Iterator[None]:
    import jax.numpy as jnp  # noqa: PLC0415

    kept = getattr(jnp, source)
    try:
        setattr(jnp, source, getattr(jnp, target))
        yield
    finally:
        setattr(jnp, source, kept)


_IN_PLACE = {"__setitem__", "__set__"} | {
    f"__i{name}__" for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
}


@contextmanager
def _torch(source: str, target: str) -> Iterator[None]:
    import torch  # noqa: PLC0415
    from torch.overrides import TorchFunctionMode  # noqa: PLC0415

    old, new = getattr(torch, source), getattr(torch, target)
    casts = {"float32": torch.Tensor.float, "float64": torch.Tensor.double}

    def other(value: Any) -> Any:
        if value is old:
            return new
        if isinstance(value, torch.Tensor) and value.dtype == old:
            return value.to(new)
        if type(value) in (list, tuple):
            return type(value)(map(other, value))
        return value

    def otherwise(
        _: Any, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        name = getattr(func, "__name__", "")
        in_place = name in _IN_PLACE or (name.endswith("_") and not name.endswith("__"))
        into = in_place or "out" in (kwargs or {})  # what is written into stays where it is
        func = casts[target] if func is casts[source] else func
        given = {key: value if key == "out" else other(value) for key, value in (kwargs or {}).items()}
        return func(*(args[:1] if into else ()), *map(other, args[1:] if into else args), **given)

    mode = type("Otherwise", (TorchFunctionMode,), {"__torch_function__": otherwise})
    before = torch.get_default_dtype()
    try:
        torch.set_default_dtype(new)
        with mode():
            yield
    finally:
        torch.set_default_dtype(before)


_LIBRARIES: Mapping[str, Callable[[str, str], Any]] = {"torch": _torch, "jax": _jax}
