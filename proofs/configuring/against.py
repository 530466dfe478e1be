"""A user's function beside the table of a configuration: whether they agree and, if not, which it is."""

import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..._errors import RefimplError
from ...backends import HALVES, Precision
from ...backends._backend import FORMATS
from ...rope import _ramps, _tables
from ...rope._config import attention_factor, table
from ...rope._config_block import Block
from ..auditing.targets import Place
from ..engine import foreign

ROUNDINGS = 16
"""Of a blend and its ramp, a power and a quotient, twice: as the laws about these tables count them."""


class AgainstError(RefimplError, TypeError):
    """A function that cannot be called, or whose result is no table."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A table beside ours."""

    target: str
    same: bool
    told: str
    pair: int | None
    """Where they differ most, in units of rounding."""
    ours: float | None
    theirs: float | None
    attention_factor: float | None
    """Theirs, if the function gives one."""


def compared(
    target: str, mapping: Mapping[str, Any], block: Block, layer_type: str | None, length: float | None
) -> Compared:
    """Call the function as its arguments are named, and compare."""
    function = Place.parse(target).load()
    args, kwargs = _arguments(target, function, mapping, block, layer_type, length)
    try:
        given = function(*args, **kwargs)
    except Exception as error:  # foreign code may raise anything
        told = f"{target} raised {foreign.raised(error)}"
        return Compared(target, False, told, None, None, None, None)
    values, scale, unit = _result(target, given)
    ours = np.asarray(table(block, length, None))
    return _judged(target, values, scale, unit, ours, block, length)


def _arguments(
    target: str, function: Callable[..., Any], mapping: Mapping[str, Any], block: Block,
    layer_type: str | None, length: float | None,
) -> tuple[list[Any], dict[str, Any]]:  # fmt: skip
    """Values by the names that the arguments have."""
    known = _values(block, layer_type, length)
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return [mapping], {}
    for place, one in enumerate(parameters):
        if one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD):
            continue
        if one.name in known:
            value = known[one.name]
        elif place == 0:
            value = dict(mapping)
        elif one.default is not one.empty:
            continue
        else:
            names = ", ".join(known)
            raise AgainstError(
                f"config: {target}: its argument {one.name!r} is not known; expected names among {names}, or "
                "the configuration as the first argument"
            )
        if one.kind is one.POSITIONAL_ONLY:
            args.append(value)
        else:
            kwargs[one.name] = value
    return args, kwargs


def _values(block: Block, layer_type: str | None, length: float | None) -> dict[str, Any]:
    train = block.train_length or block.longest
    groups: tuple[tuple[str, Any], ...] = (
        ("dim dims d rotary_dim head_dim width", block.width),
        ("base theta rope_theta", block.base),
        ("factor scale scaling_factor", block.factor),
        ("train_length original_length original_max_position_embeddings max_position_embeddings", train),
        ("length seq_len seqlen n", train if length is None else length),
        ("beta_slow low_freq_factor", block.slow),
        ("beta_fast high_freq_factor", block.fast),
        ("truncate", block.truncate),
        ("short_factor", list(block.short)),
        ("long_factor", list(block.long)),
        ("fraction partial_rotary_factor", block.fraction),
        ("mscale", block.mscale),
        ("mscale_all_dim", block.mscale_all_dim),
        ("layer_type", layer_type),
    )
    return {name: value for names, value in groups for name in names.split()}


def _result(target: str, given: Any) -> tuple[np.ndarray[Any, Any], float | None, float]:
    """The table, the factor if there is one, and the unit roundoff of its format."""
    scale = None
    if hasattr(given, "frequencies"):
        given, scale = given.frequencies, getattr(given, "attention_factor", None)
    elif isinstance(given, tuple | list) and len(given) == 2 and np.ndim(given[1]) == 0 and np.ndim(given[0]):
        given, scale = given
    name = str(getattr(given, "dtype", "float64")).rpartition(".")[2]
    # A table in bfloat16 is rounded to it once, by less than ROUNDINGS of float16's.
    name = "float16" if name in HALVES else name
    unit = Precision(name if name in FORMATS else "float64").u
    try:
        if hasattr(given, "detach"):
            given = given.detach().cpu().double()
        values = np.asarray(given, dtype=np.float64)
        scale = None if scale is None else float(scale)
    except Exception as error:  # foreign objects may raise anything
        raise AgainstError(
            f"config: {target}: got {type(given).__name__}; expected a table of numbers"
        ) from error
    if values.ndim != 1:
        raise AgainstError(f"config: {target}: got an array of shape {values.shape}; expected (width/2,)")
    return values, scale, unit


def _distance(values: Any, ours: Any, plain: Any, unit: float) -> Any:
    """Differences in units of what roundings make; the exponent of a power is rounded, too."""
    weight = 1 + np.abs(np.log(plain))
    bound = ROUNDINGS * unit * (ours * weight + np.where(ours == 0, 0, plain))
    with np.errstate(all="ignore"):
        far = np.abs(values - ours) / bound
    return np.where(values == ours, 0.0, np.where(np.isfinite(far), far, np.inf))


def _judged(
    target: str, values: Any, scale: float | None, unit: float, ours: Any, block: Block, length: float | None
) -> Compared:
    said, plain = foreign.line(target), np.asarray(_tables.plain(block.width, block.base))
    if values.shape != ours.shape:
        told = f"{said} gives {len(values)} numbers; expected {len(ours)}" + _width(
            values, ours, plain, unit, block
        )
        return Compared(target, False, told, None, None, None, scale)
    far = _distance(values, ours, plain, unit)
    pair = int(np.argmax(far))
    at = (pair, float(ours[pair]), float(values[pair]))
    if far[pair] > 1:
        cause = next(iter(_causes(values, ours, plain, unit, block, length)), "")
        told = (
            f"{said} differs at {int(np.sum(far > 1))} of {len(ours)} pairs, most at pair {pair}: expected "
            f"{at[1]:.9g}, got {at[2]:.9g}" + (f"; its table is that of {cause}" if cause else "")
        )
        return Compared(target, False, told, *at, scale)
    wanted = attention_factor(block, length, None)
    if scale is not None and not math.isclose(scale, wanted, rel_tol=ROUNDINGS * max(unit, 2.0**-53)):
        told = f"{said} has the same table, but multiplies cosines and sines by {scale:.9g}; "
        told += f"expected {wanted:.9g}"
        return Compared(target, False, told, *at, scale)
    also = " and the factor of cosines and sines" if scale is not None else ""
    return Compared(target, True, f"{said} gives the same table{also}", *at, scale)


def _width(values: Any, ours: Any, plain: Any, unit: float, block: Block) -> str:
    """Why there are more or fewer."""
    half = len(ours)
    if len(values) == 2 * half:
        for name, part in (("[ω | ω]", values[:half]), ("[ω_0, ω_0, ω_1, …]", values[::2])):
            if np.max(_distance(part, ours, plain, unit)) <= 1:
                return f": each frequency twice, {name}"
    if len(values) == block.head // 2:
        return ": the whole head, where a part turns"
    return ""


def _causes(
    values: Any, ours: Any, plain: Any, unit: float, block: Block, length: float | None
) -> Iterator[str]:
    """Other configurations, or forms, whose table it is."""
    if block.type == "yarn" and block.train_length is not None:
        kept = _ramps.turns_ramp(plain.tolist(), block.train_length, block.slow, block.fast)
        paper = np.asarray(_ramps.blend(plain.tolist(), kept, block.factor))
        if np.max(_distance(values, paper, plain, unit)) <= 1:
            yield "the ramp of YaRN's paper, linear in turns, where code has one linear in the index"
    changes: list[tuple[str, dict[str, Any]]] = [
        ("plain RoPE, without the type", {"type": "default", "divisors": ()}),
        ("linear scaling: every pair divided", {"type": "linear"}),
        (f"truncate = {str(not block.truncate).lower()}", {"truncate": not block.truncate}),
        ("the base 10000", {"base": 10000.0}),
        ("short and long exchanged", {"short": block.long, "long": block.short}),
    ]
    if block.longest is not None and block.train_length is not None:
        changes.append(
            (
                f"the original length {block.longest:g}, which is the extended one",
                {"train_length": block.longest},
            )
        )
        changes.append(
            ("a factor that is the ratio of the lengths", {"factor": block.longest / block.train_length})
        )
    for told, change in changes:
        if change.get("factor", 1.0) <= 0:
            continue
        try:
            other = np.asarray(table(replace(block, **change), length, None))
        except RefimplError:
            continue
        if np.max(_distance(values, other, plain, unit)) <= 1:
            yield told
    with np.errstate(all="ignore"):
        if np.max(_distance(1 / values, ours, plain, unit)) <= 1:
            yield "reciprocals, 1/ω"
        if np.max(_distance(2 * math.pi / values, ours, plain, unit)) <= 1:
            yield "wavelengths, 2π/ω"
