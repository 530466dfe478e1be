"""Code of PyTorch and JAX in float64 where it says float32: tables, modules and casts of its own."""

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
    return _WIDE[on.backend.name]() if widens(on) else nullcontext()


def widens(on: Setting) -> bool:
    """Whether `widened` changes anything."""
    return on.backend.name in _WIDE and on.precision.name != "float64" and "float64" in on.backend.dtypes


@contextmanager
def _jax() -> Iterator[None]:
    import jax.numpy as jnp  # noqa: PLC0415

    kept = jnp.float32
    try:
        jnp.float32 = jnp.float64
        yield
    finally:
        jnp.float32 = kept


_IN_PLACE = {"__setitem__", "__set__"} | {
    f"__i{name}__" for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
}


@contextmanager
def _torch() -> Iterator[None]:
    import torch  # noqa: PLC0415
    from torch.overrides import TorchFunctionMode  # noqa: PLC0415

    def wide(value: Any) -> Any:
        if value is torch.float32:
            return torch.float64
        if isinstance(value, torch.Tensor) and value.dtype == torch.float32:
            return value.to(torch.float64)
        if type(value) in (list, tuple):
            return type(value)(map(wide, value))
        return value

    def widely(
        _: Any, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        name = getattr(func, "__name__", "")
        in_place = name in _IN_PLACE or (name.endswith("_") and not name.endswith("__"))
        into = in_place or "out" in (kwargs or {})  # what is written into stays where it is
        func = torch.Tensor.double if func is torch.Tensor.float else func
        given = {key: value if key == "out" else wide(value) for key, value in (kwargs or {}).items()}
        return func(*(args[:1] if into else ()), *map(wide, args[1:] if into else args), **given)

    mode = type("Wide", (TorchFunctionMode,), {"__torch_function__": widely})
    before = torch.get_default_dtype()
    try:
        torch.set_default_dtype(torch.float64)
        with mode():
            yield
    finally:
        torch.set_default_dtype(before)


_WIDE: Mapping[str, Callable[[], Any]] = {"torch": _torch, "jax": _jax}
