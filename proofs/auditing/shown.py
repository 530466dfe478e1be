"""The one call that a refuted law shows to be wrong, and a program that shows it without refimpl."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import numpy as np

from ..._libraries import is_array
from ...backends import Setting
from ..engine import catalogue, registry
from ..engine.applicable import Standing
from ..engine.calls import Call
from ..engine.cases import converted
from ..engine.implementations import Implementations
from ..engine.runner import Counterexample
from ..language.law import REFUSALS, Implementation, Law
from ..language.packing import copied, size
from . import spelled
from .compare import Difference, difference, in_ulps, leaves
from .messages import Shown
from .observed import distance
from .targets import Place, Source


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
    seen = [part for made_call in made if (part := _seen(name, made_call, on)) is not None]
    worst = max(seen, key=lambda part: part.size, default=None)
    if worst is None or worst.size <= 2 * on.u:
        return None
    return _describe(name, worst, f"{law.id}, {found.kind}", on, source, adapter)


def looked(
    name: str, function: Implementation, made: Sequence[Call], on: Setting
) -> "list[tuple[Call, Seen]]":
    """The calls that both the function and the reference take, with what they give."""
    found: list[tuple[Call, Seen]] = []
    for call in made:
        try:
            with np.errstate(all="ignore"):
                result = copied(function(*copied(call.args), **copied(dict(call.kwargs))))
        except Exception:  # what it raises is told elsewhere
            continue
        seen = _seen(name, _Made(call.args, call.kwargs, result), on)
        if seen is not None:
            found.append((call, seen))
    return found


def typical(
    name: str, calls: "Sequence[tuple[Call, Seen]]", on: Setting, source: Source, adapter: str
) -> Shown | None:
    """The smallest of the ordinary calls at which the function is as far off as it usually is."""
    found = [pair for pair in calls if pair[1].size > _SIGNIFICANT * on.u]
    found = [pair for pair in found if pair[0].kind == "ordinary"] or found
    if not found:
        return None
    usual = sorted(seen.size for _, seen in found)[len(found) // 2]
    as_usual = [pair for pair in found if usual / 10 <= pair[1].size <= usual * 10 or pair[1].size == usual]
    call, seen = min(as_usual, key=lambda pair: _plainness(pair[0]))
    return _describe(name, seen, f"{call.law}, {call.kind}", on, source, adapter)


_SIGNIFICANT = 64
"""Units of roundoff from which on a deviation is one to show."""


def _plainness(call: Call) -> tuple[int, int]:
    """Small calls first, but none of a single number if there is another."""
    numbers = size((call.args, dict(call.kwargs)))
    return numbers < 2, numbers


@dataclass(frozen=True, slots=True)
class Seen:
    """A call beside what the reference gives, and where they differ most."""

    made: _Made
    expected: Any
    at: Difference | None

    @property
    def size(self) -> float:
        """How far they are apart, relatively; infinite if their forms differ."""
        return math.inf if self.at is None else self.at.relative


def _seen(name: str, made: _Made, on: Setting) -> Seen | None:
    try:
        with np.errstate(all="ignore"):
            expected = catalogue.reference()[name](*copied(made.args), **copied(dict(made.kwargs)))
            return Seen(made, expected, difference(made.result, expected, on))
    except REFUSALS:  # where the reference refuses, or the result is none, there is nothing to compare
        return None


def _describe(name: str, seen: Seen, origin: str, on: Setting, source: Source, adapter: str) -> Shown:
    made, at = seen.made, seen.at
    signature = registry.signature(name)
    named = signature.bind(*made.args, **made.kwargs).arguments
    arguments = tuple(f"{key} = {_text(part, on)}" for key, part in named.items())
    text = spelled.call(name, named, on, signature)
    if at is None:
        wanted, got = _forms(seen.expected, made.result, on)
        script = "no program: the results have different forms"
        return Shown(name, arguments, wanted, got, "the form", math.inf, script, text, origin, "another form")
    place = f"{at.path or 'result'}{list(at.index) if at.index else ''}"
    script = _script(name, made, seen.expected, at, on, source, adapter)
    wanted, got, words = _number(at.expected), _number(at.got), apart(at, on)
    return Shown(
        name,
        arguments,
        wanted,
        got,
        place,
        at.ulps,
        script,
        text,
        origin,
        words,
        tuple(_beside(seen, at, on)),
    )


_ROWS = 8
"""So many entries of two results are set side by side."""


def _beside(seen: Seen, at: Difference, on: Setting) -> Iterator[tuple[str, str, str, float]]:
    """The first entries of the part that differs most, and the one that does."""
    values = [
        np.asarray(leaf.value, dtype=np.float64)
        for result in (seen.expected, seen.made.result)
        for leaf in leaves(result, on)
        if leaf.path == at.path and not isinstance(leaf.value, str)
    ]
    if len(values) != 2 or values[0].shape != values[1].shape:
        return
    shape, worst = values[0].shape, int(np.ravel_multi_index(at.index, values[0].shape)) if at.index else 0
    apart = distance(*values).reshape(-1)
    for place in sorted({worst, *range(min(_ROWS - 1, values[0].size))}):
        wanted, got = (float(it.reshape(-1)[place]) for it in values)
        index = ", ".join(str(int(i)) for i in np.unravel_index(place, shape))
        ulps = in_ulps(float(apart[place]), wanted, on)
        yield f"[{index}]" if index else "", _number(wanted), _number(got), ulps


def _number(value: float) -> str:
    return "NaN" if math.isnan(value) else repr(value).replace("inf", "infinity")


def apart(at: Difference, on: Setting) -> str:
    """How far two numbers are apart, in words; none where the numbers themselves say it."""
    if not math.isfinite(at.error) or not at.expected or not at.got:
        return ""
    if at.got * at.expected < 0:
        return "the sign differs"
    share = at.error / abs(at.expected)
    if share >= 2:
        return f"{at.got / at.expected:.3g} times as much"
    if share >= 1e-3:
        return f"{100 * share:.3g} % {'more' if abs(at.got) > abs(at.expected) else 'less'}"
    return f"{-math.log10(share):.0f} of {-math.log10(on.u):.0f} digits agree"


def _text(value: Any, on: Setting) -> str:
    if is_array(value):
        shape = f" of shape {tuple(value.shape)}" if value.ndim > 1 else ""
        host = np.asarray(value if isinstance(value, np.ndarray | np.generic) else on.host(value))
        text = np.array2string(host, threshold=24, precision=17, separator=", ")
        return " ".join(text.split()) + shape
    return getattr(value, "__name__", None) or repr(value)


def _forms(expected: Any, got: Any, on: Setting) -> tuple[str, str]:
    """Two results of different forms."""
    short = spelled.brief(expected, on), spelled.brief(got, on)
    return short if short[0] != short[1] else (_form(expected, on), _form(got, on))


_FEW = 8
"""So many parts of a result are told apart."""


def _form(result: Any, on: Setting) -> str:
    parts = []
    for leaf in leaves(result, on):
        form = leaf.value if isinstance(leaf.value, str) else f"shape {leaf.value.shape}"
        parts.append(f"{leaf.path or 'result'}: {form}")
    return "; ".join(parts) if len(parts) <= _FEW else f"{len(parts)} parts"


LIBRARIES = {
    "numpy": "import numpy as xp", "torch": "import torch as xp", "strict": "import array_api_strict as xp",
    "jax": 'import jax\nimport jax.numpy as xp\n\njax.config.update("jax_enable_x64", True)',
    "dask": "import dask.array as xp", "cupy": "import cupy as xp",
    "dpnp": "import dpnp as xp",
}  # fmt: skip
ASKED = {"cupy": ".get()", "dpnp": ".asnumpy()"}
"""How arrays are asked for their numbers, where NumPy may not take them."""


def _script(name: str, call: _Made, expected: Any, at: Difference, on: Setting, source: Source,
            adapter: str) -> str:  # fmt: skip
    wanted = next(leaf for leaf in leaves(expected, on) if leaf.path == at.path)
    try:
        library = LIBRARIES[on.backend.name]
        if on.backend.name == "numpy" and on.precision.name == "bfloat16":
            library = f"import ml_dtypes\n{library}"
        given = [spelled.code(part, on, kind=spelled.bare) for part in call.args]
        named = [f"{k}={spelled.code(part, on, kind=spelled.bare)}" for k, part in call.kwargs.items()]
        right = spelled.code(np.asarray(wanted.value, dtype=np.float64), on)
    except (KeyError, spelled.UnprintableError) as error:
        return f"no program: {error} cannot be spelled out; run the audit again with the same seed"
    # Half of what was seen, but no more than half of the digits: a right function passes by far.
    allowed = (
        min(at.error / 2, math.sqrt(on.u) * at.scale)
        if math.isfinite(at.error)
        else math.sqrt(on.u) * at.scale
    )
    imports = imported(source, adapter)
    arguments = indent(",\n".join([*given, *named]), "    ")
    return _TEMPLATE.format(
        name=name, source=source, library=library, imports=imports, arguments=arguments,
        expected=right.replace("xp.", "np."), taken=_taken(at.code, on),
        index=f"[{', '.join(map(str, at.index))}]" if at.index else "[()]", allowed=allowed,
    )  # fmt: skip


def _taken(code: str, on: Setting) -> str:
    """A part of the result, as NumPy can take it."""
    if on.backend.name == "torch" and on.precision.name == "bfloat16":
        return f"xp.as_tensor(got{code}).double()"
    return f"got{code}{ASKED.get(on.backend.name, '')}"


_TEMPLATE = '''\
"""{source} against {name}: exits with 1 while the results differ."""

import sys
from collections import namedtuple

import numpy as np
{library}

from numpy import inf, nan

{imports}

got = mine(
{arguments},
)
got = np.asarray({taken}, dtype=np.float64)
expected = {expected}
print("got     ", got{index}, "at {index}")
print("expected", expected{index})
same = (got == expected) | (np.isnan(got) & np.isnan(expected)) | (np.abs(got - expected) <= {allowed!r})
sys.exit(0 if same.all() else 1)
'''


def imported(source: Source, adapter: str) -> str:
    """How a program gets at the function, which it calls `mine`."""
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
        text += f'\nfrom refimpl.proofs import adapters\n\nmine = adapters()["{adapter}"].wrap(mine)'
    return text
