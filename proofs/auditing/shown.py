"""The one call that a refuted law shows to be wrong, and a program that shows it without refimpl."""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import numpy as np

from ...backends import Setting
from .. import catalogue
from ..applicable import Standing
from ..implementations import Implementations
from ..law import Implementation, Law
from ..packing import copied, is_array
from ..runner import Counterexample, converted
from .compare import Difference, difference, leaves
from .messages import Shown
from .targets import Place, Source

_LARGEST = 4000
"""How many numbers a reproducer spells out."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A call that was made: its arguments as they were before, and what came back."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    result: Any


def show(law: Law, on: Setting, name: str, function: Implementation, found: Counterexample, source: Source,
         adapter: str) -> Shown | None:  # fmt: skip
    """Run the counterexample again, and find the call that differs most from the reference."""
    made: list[_Made] = []

    def recorded(*args: Any, **kwargs: Any) -> Any:
        before = copied(args), copied(kwargs)
        result = function(*args, **kwargs)
        made.append(_Made(*before, copied(result)))
        return result

    impl = Standing(Implementations(catalogue.reference(), {name: recorded}, on))
    try:
        with np.errstate(all="ignore"):
            list(law.check(impl, on, converted(found.case, on)))
    except Exception:  # the verdict is known; the calls up to here are what there is to show
        pass
    worst: tuple[float, _Made, Any, Difference | None] | None = None
    for call in made:
        try:
            expected = catalogue.reference()[name](*copied(call.args), **call.kwargs)
        except Exception:  # where the reference refuses there is nothing to compare with
            continue
        found_difference = difference(call.result, expected, on)
        size = math.inf if found_difference is None else found_difference.relative
        if worst is None or size > worst[0]:
            worst = (size, call, expected, found_difference)
    if worst is None or worst[0] <= 2 * on.u:
        return None
    return _describe(name, worst[1], worst[2], worst[3], on, source, adapter)


def _describe(name: str, call: _Made, expected: Any, at: Difference | None, on: Setting, source: Source,
              adapter: str) -> Shown:  # fmt: skip
    named = inspect.signature(catalogue.reference()[name]).bind(*call.args, **call.kwargs).arguments
    parameters = tuple(f"{k} = {_text(v)}" for k, v in named.items())
    if at is None:
        return Shown(name, parameters, _form(expected, on), _form(call.result, on), "the form of the result",
                     math.inf, "no program: the results have different forms")  # fmt: skip
    place = f"{at.path or 'result'}{list(at.index) if at.index else ''}"
    script = _script(name, call, expected, at, on, source, adapter)
    return Shown(name, parameters, repr(at.expected), repr(at.got), place, at.ulps, script)


def _text(value: Any) -> str:
    if is_array(value):
        shape = f" of shape {tuple(value.shape)}" if value.ndim > 1 else ""
        text = np.array2string(np.asarray(value), threshold=24, precision=17, separator=", ")
        return " ".join(text.split()) + shape
    return getattr(value, "__name__", None) or repr(value)


def _form(result: Any, on: Setting) -> str:
    parts = []
    for leaf in leaves(result, on):
        form = leaf.value if isinstance(leaf.value, str) else f"shape {leaf.value.shape}"
        parts.append(f"{leaf.path or 'result'}: {form}")
    return "; ".join(parts)


class _UnprintableError(Exception):
    """A value that no program can spell out."""


_LIBRARIES = {
    "numpy": "import numpy as xp", "torch": "import torch as xp", "strict": "import array_api_strict as xp",
    "jax": 'import jax\nimport jax.numpy as xp\n\njax.config.update("jax_enable_x64", True)',
    "dask": "import dask.array as xp", "cupy": "import cupy as xp",
}  # fmt: skip


def _script(name: str, call: _Made, expected: Any, at: Difference, on: Setting, source: Source,
            adapter: str) -> str:  # fmt: skip
    wanted = next(leaf for leaf in leaves(expected, on) if leaf.path == at.path)
    code: Callable[[Any], str] = lambda value: _code(value, on)  # noqa: E731
    try:
        library = _LIBRARIES[on.backend.name]
        arguments = ",\n".join([*map(code, call.args), *(f"{k}={code(v)}" for k, v in call.kwargs.items())])
        right = code(np.asarray(wanted.value, dtype=np.float64))
    except (KeyError, _UnprintableError) as error:
        return f"no program: {error} cannot be spelled out; run the audit again with the same seed"
    # Half of what was seen, but no more than half of the digits: a right function passes by far.
    allowed = (
        min(at.error / 2, math.sqrt(on.u) * at.scale)
        if math.isfinite(at.error)
        else math.sqrt(on.u) * at.scale
    )
    imports, function = _import(source, name, adapter)
    return _TEMPLATE.format(
        name=name, source=source, library=library, imports=imports, function=function,
        arguments=indent(arguments, "    "), expected=right.replace("xp.", "np."), code=at.code,
        index=f"[{', '.join(map(str, at.index))}]" if at.index else "[()]", allowed=allowed,
    )  # fmt: skip


_TEMPLATE = '''\
"""{source} against {name}: exits with 1 while the results differ."""

import sys
from collections import namedtuple

import numpy as np
{library}

from numpy import inf, nan

{imports}

got = {function}(
{arguments},
)
got = np.asarray(got{code}, dtype=np.float64)
expected = {expected}
print("got     ", got{index}, "at {index}")
print("expected", expected{index})
same = (got == expected) | (np.isnan(got) & np.isnan(expected)) | (np.abs(got - expected) <= {allowed!r})
sys.exit(0 if same.all() else 1)
'''


def _code(value: Any, on: Setting) -> str:
    """A value as a Python expression."""
    if is_array(value):
        return _array_code(value, on)
    if isinstance(value, tuple | list):
        return _sequence_code(value, on)
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    if value is on.xp:
        return "xp"
    if value is on.dtype:
        return f"xp.{on.precision.name}"
    if value is on.device and on.backend.name == "torch":
        return f"xp.device({str(value)!r})"
    raise _UnprintableError(getattr(value, "__name__", type(value).__name__))


def _array_code(value: Any, on: Setting) -> str:
    host = value if isinstance(value, np.ndarray | np.generic) else on.host(value)
    if host.size > _LARGEST:
        raise _UnprintableError(f"an array of {host.size} numbers")
    kind = {"i": "int64", "u": "int64", "b": "bool"}.get(host.dtype.kind, on.precision.name)
    if isinstance(value, np.ndarray) and host.dtype.kind == "f":
        kind = str(value.dtype)
    return f"xp.asarray({host.tolist()!r}, dtype=xp.{kind})"


def _sequence_code(value: tuple[Any, ...] | list[Any], on: Setting) -> str:
    parts = ", ".join(_code(part, on) for part in value)
    if isinstance(value, list):
        return f"[{parts}]"
    if hasattr(value, "_fields"):
        return f"namedtuple({type(value).__name__!r}, {' '.join(value._fields)!r})({parts})"
    return f"({parts},)" if parts else "()"


def _import(source: Source, name: str, adapter: str) -> tuple[str, str]:
    """How a program gets at the function, and what it calls it."""
    if not isinstance(source, Place):
        text = f'def mine(*args, **kwargs):\n    raise NotImplementedError("put {source} here")'
    elif source.module.endswith(".py"):
        path = Path(source.module).resolve()
        text = dedent(
            f"""\
            import importlib.util

            sys.path.insert(0, {str(path.parent)!r})
            spec = importlib.util.spec_from_file_location({path.stem + "_audited"!r}, {str(path)!r})
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            mine = module.{source.name}"""
        )
    else:
        text = f'sys.path.insert(0, "")\nimport {source.module}\n\nmine = {source.module}.{source.name}'
    if adapter:
        text += (
            f'\nfrom refimpl.proofs import catalogue\n\nmine = catalogue.adapters()["{adapter}"].wrap(mine)'
        )
    return text, "mine"
