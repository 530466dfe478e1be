"""A program that shows where two ways differ most; it needs refimpl for the function alone."""

import inspect
import math
from typing import Any

from ..._libraries import is_array
from ..auditing import spelled
from ..auditing.shown import ASKED, LIBRARIES, imported
from ..auditing.targets import Source
from ..engine.accuracy.enclose import Case
from .meeting import Spot
from .running import Stage

_TEMPLATE = '''\
"""{function}: {first} against {second}; exits with 1 while they are as far apart as they were seen to be."""

import sys

import numpy as np
from numpy import inf, nan

import refimpl
from refimpl import {document}
from refimpl.proofs.engine.accuracy.enclose import leaves

{imports}


def first():
{one}


def second():
{other}


a, b = (float(np.asarray(each())[{index}]) for each in (first, second))
print("{first}:", a)
print("{second}:", b)
print("exact: {exact}")
same = (a == b and np.signbit(a) == np.signbit(b)) or (a != a and b != b)
sys.exit(0 if same or 0 < abs(a - b) <= {allowed!r} else 1)
'''

_FITTED = "from refimpl.proofs.auditing.fitting import adapted\n"


def program(
    function: str, spot: Spot, first: Stage, second: Stage, source: Source | None, adapter: str
) -> str:
    """The program, or one line on why there is none."""
    document, _, name = function.partition(".")
    if source is None:
        imports = f"mine = {document}.{name}"
    else:
        imports = f"{imported(source, '')}\n{_FITTED}\nmine = adapted({function!r}, mine, {adapter!r})"
    try:
        sides = [_side(function, spot, stage) for stage in (first, second)]
    except (KeyError, spelled.UnprintableError) as error:
        return f"no program: {error} cannot be spelled out; run swap again with the same seed"
    gap = _apart(*spot.values)
    return _TEMPLATE.format(
        function=function, first=first.way, second=second.way, document=document, imports=imports,
        one=sides[0], other=sides[1], index=", ".join(map(str, spot.index)) or "()",
        exact="not proven" if math.isnan(spot.exact) else repr(spot.exact), allowed=gap / 2,
    )  # fmt: skip


def _apart(a: Any, b: Any) -> float:
    """How far the numbers were; nothing is allowed where one of them is no number."""
    gap = abs(float(a) - float(b))
    return gap if math.isfinite(gap) else 0.0


def _side(function: str, spot: Spot, stage: Stage) -> str:
    """The body of a function that makes the call in one way."""
    on, way, case = stage.on, stage.way, spot.case
    lines = [line for line in LIBRARIES[on.backend.name].splitlines() if line]
    lines += _prepared(stage)
    args, kwargs = case.moved(on.array, on.like)
    given = [spelled.code(part, on) for part in args]
    given += [f"{key}={spelled.code(part, on)}" for key, part in kwargs.items()]
    call = _compiled(stage, case) if way.compiled else "mine"
    lines += [f"result = {_defined(function, case, call, ', '.join(given))}"]
    lines += [f"found = list(leaves(result))[{spot.part}]", f"return {_host(stage)}"]
    return "\n".join(f"    {line}" for line in lines)


def _prepared(stage: Stage) -> list[str]:
    """What is set before."""
    way = stage.way
    lines = []
    if way.backend == "torch":
        lines.append(f"xp.set_float32_matmul_precision({'high' if way.tf32 else 'highest'!r})")
        lines += [f"xp.set_default_device({way.device!r})"] * (way.device not in ("", "cpu"))
        lines += [f"xp.set_num_threads({way.threads})"] * (way.threads > 0)
    if way.backend == "jax":
        precision = "tensorfloat32" if way.tf32 else "highest"
        lines.append(f'jax.config.update("jax_default_matmul_precision", {precision!r})')
        platform, _, number = way.device.partition(":")
        device = f"jax.devices({platform!r})[{number or 0}]"
        lines += [f'jax.config.update("jax_default_device", {device})'] * (way.device not in ("", "cpu"))
    return lines


def _compiled(stage: Stage, case: Case) -> str:
    """The compiled function; what is no array stays as it is."""
    if stage.way.backend != "jax":
        return "xp.compile(mine, fullgraph=True)"
    numbers = tuple(place for place, part in enumerate(case.args) if not is_array(part))
    names = tuple(key for key, part in case.kwargs.items() if not is_array(part))
    return f"jax.jit(mine, static_argnums={numbers}, static_argnames={names})"


def _defined(function: str, case: Case, call: str, given: str) -> str:
    """The call, or the part of its result that is defined where the rest is not."""
    if inspect.isfunction(case.call):
        return f"{call}({given})"
    raise spelled.UnprintableError(f"what is measured of {function}")


def _host(stage: Stage) -> str:
    """The part that differs in NumPy's float64."""
    if stage.stored is not None:
        return (
            'np.asarray(found).astype("float32").astype(__import__("ml_dtypes").bfloat16).astype(np.float64)'
        )
    if stage.on.backend.name == "torch":
        return "found.detach().cpu().double().numpy()"
    return f"np.asarray(found{ASKED.get(stage.on.backend.name, '')}).astype(np.float64)"
