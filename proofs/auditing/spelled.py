"""Values and calls as Python that can be pasted."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from ..._libraries import is_array
from ...backends import Setting
from ...backends._backend import FORMATS
from ..engine.loading import loaded

LARGEST = 4000
"""How many numbers an array that is spelled out has at most."""
_MODULES = {
    "numpy": "np", "torch": "torch", "strict": "array_api_strict", "jax": "jnp", "dask": "da", "cupy": "cp",
    "dpnp": "dpnp",
}  # fmt: skip
"""What people call the libraries."""


class UnprintableError(Exception):
    """A value that no program can spell out."""


def home(value: Any) -> str:
    """The name of a value's class as a user of refimpl has it, such as ddpm.Schedule."""
    kind = type(value)
    for document in loaded().values():
        if document.defines(kind.__module__):
            return f"{document.name}.{kind.__name__}"
    raise UnprintableError(f"a {kind.__name__}")


def bare(value: Any) -> str:
    """A class with the fields of a value's own, for programs without refimpl."""
    if not hasattr(value, "_fields"):
        raise UnprintableError(f"a {type(value).__name__}")
    return f"namedtuple({type(value).__name__!r}, {' '.join(value._fields)!r})"


def code(value: Any, on: Setting, xp: str = "xp", kind: Callable[[Any], str] = home) -> str:
    """A value as a Python expression, in which the library is called `xp`, and classes as `kind` says."""
    if is_array(value):
        return _array(value, on, xp)
    if is_dataclass(value) and not isinstance(value, type):
        parts = ((f.name, code(getattr(value, f.name), on, xp, kind)) for f in fields(value) if f.init)
        return f"{kind(value)}({', '.join(f'{name}={part}' for name, part in parts)})"
    if isinstance(value, tuple | list):
        return _sequence(value, [code(part, on, xp, kind) for part in value], kind)
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    return _placement(value, on, xp)


def _placement(value: Any, on: Setting, xp: str) -> str:
    """A namespace, a dtype or a device, as functions that create arrays take them."""
    if value is on.xp:
        return xp
    if value is on.dtype:
        return dtype(on.precision.name, on, xp)
    if value is on.device and on.backend.name == "torch":
        return f"{xp}.device({str(value)!r})"
    raise UnprintableError(getattr(value, "__name__", type(value).__name__))


def _array(value: Any, on: Setting, xp: str) -> str:
    host = on.host(value) if is_array(value) else value
    if host.size > LARGEST:
        raise UnprintableError(f"an array of {host.size} numbers")
    kind = {"i": "int64", "u": "int64", "b": "bool"}.get(host.dtype.kind, "")
    own = str(value.dtype).rpartition(".")[2]  # arguments may be wider than the dtype under test
    kind = kind or (own if own in FORMATS else on.precision.name)
    return f"{xp}.asarray({host.tolist()!r}, dtype={dtype(kind, on, xp)})"


def dtype(kind: str, on: Setting, xp: str = "xp") -> str:
    """A dtype as programs have it: NumPy takes bfloat16 from another package."""
    return f"{'ml_dtypes' if on.backend.name == 'numpy' and kind == 'bfloat16' else xp}.{kind}"


def _sequence(value: tuple[Any, ...] | list[Any], parts: list[str], kind: Callable[[Any], str]) -> str:
    listed = ", ".join(parts)
    if isinstance(value, list):
        return f"[{listed}]"
    if hasattr(value, "_fields"):
        return f"{kind(value)}({listed})"
    return f"({listed},)" if parts else "()"


_BRIEF = 240
"""Letters of a result that is told in short."""
_FEW = 4
"""Numbers of an array that is told in short."""


def brief(value: Any, on: Setting) -> str:
    """A result as people read it: numbers to six digits, large arrays by their shape."""
    text = _brief(value, on)
    return text if len(text) <= _BRIEF else f"{text[:_BRIEF]}…"


def _brief(value: Any, on: Setting) -> str:
    if is_array(value):
        host = np.asarray(value if isinstance(value, np.ndarray | np.generic) else on.host(value))
        listed = f"[{', '.join(f'{number:.6g}' for number in host.tolist())}]" if host.ndim == 1 else ""
        return listed if 0 < host.size <= _FEW and listed else f"an array of shape {host.shape}"
    if isinstance(verdict := getattr(value, "verdict", None), str):
        return verdict  # the rest proves it
    if is_dataclass(value) and not isinstance(value, type):
        named = (f"{f.name}={_brief(getattr(value, f.name), on)}" for f in fields(value))
        return f"{type(value).__name__}({', '.join(named)})"
    if isinstance(value, tuple | list):
        names = getattr(value, "_fields", None)
        parts = [_brief(part, on) for part in value]
        told = [f"{name}={part}" for name, part in zip(names, parts, strict=True)] if names else parts
        return f"{type(value).__name__ if names else ''}({', '.join(told)})"
    if isinstance(value, float):
        return f"{value:.6g}"
    return repr(value) if isinstance(value, int | str) or value is None else f"a {type(value).__name__}"


def call(name: str, given: Mapping[str, Any], on: Setting, signature: inspect.Signature) -> str:
    """A call as Python that can be pasted where the library has its usual name; what cannot be spelled out
    stands in angle brackets."""
    xp = _MODULES.get(on.backend.name, "xp")
    shown = {key: value for key, value in given.items() if key not in ("xp", "dtype", "device")}
    parts = [
        text if signature.parameters[key].kind is inspect.Parameter.POSITIONAL_ONLY else f"{key}={text}"
        for key, text in ((key, _short(value, on, xp)) for key, value in shown.items())
    ]
    return f"{name}({', '.join(parts)})"


def _short(value: Any, on: Setting, xp: str) -> str:
    try:
        text = code(value, on, xp)
    except UnprintableError as error:
        return f"<{error}>"
    # float64 and int64 are what NumPy makes of these lists anyway.
    return text.replace(", dtype=np.float64)", ")").replace(", dtype=np.int64)", ")")
