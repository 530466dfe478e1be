"""What a configuration means, in words and numbers."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ...rope import _tables
from ...rope._config import attention_factor, layer_types, read, softmax_factor, table
from ...rope._config_block import Block
from .against import Compared, compared

SENTENCES = {
    "default": "every pair turns as in plain RoPE",
    "linear": "every pair is divided by the factor: positions are interpolated",
    "dynamic": "the base grows with the length beyond the training length, as NTK-aware scaling has it",
    "yarn": "pairs that turn often are kept, those that turn seldom are divided by the factor, a ramp in the "
    "index of the pair lies between",
    "longrope": "every pair is divided by a factor of its own, from one list up to the training length and "
    "another beyond",
    "llama3": "short wavelengths are kept, long ones divided by the factor, a ramp in the frequency lies "
    "between",
    "proportional": "the first pairs turn as those of the whole head, all others stay",
}
SOURCES = {
    "default": "rope D2, P11",
    "linear": "rope P5, P11", "dynamic": "rope D5, P11", "yarn": "rope D5, P3, P4, P11",
    "longrope": "rope P1, P2, P11", "llama3": "rope D5, P11", "proportional": "rope P6, P11",
}  # fmt: skip
FEW = 8
"""Pairs that are printed without --verbose."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One table that a configuration means."""

    file: str
    layer_type: str | None
    type: str
    source: str
    model: str | None
    """model_type, or the architecture of GGUF."""
    head: int
    """Features of a head."""
    width: int
    """Features that the table is for."""
    base: float
    factor: float | None
    train_length: float | None
    longest: float | None
    """The length that is configured."""
    length: float | None
    """As asked for."""
    attention_factor: float
    """Multiplies cosines and sines."""
    softmax_factor: float
    """Multiplies the scale 1/√d of scores."""
    frequencies: list[float]
    ratios: list[float]
    """Of each frequency to that of plain RoPE."""
    notes: list[str]
    """What was taken by default."""
    complaints: list[str]
    against: Compared | None


def all_explained(
    file: str,
    mapping: Mapping[str, Any],
    length: float | None,
    complaints: Sequence[str],
    against: str | None,
) -> list[Explained]:
    """What a configuration means, for each type of layers; beside the function that `against` names."""
    found = []
    for layer_type in layer_types(mapping):
        block = read(mapping, layer_type)
        beside = compared(against, mapping, block, layer_type, length) if against else None
        found.append(_explained(file, mapping, block, layer_type, length, complaints, beside))
    return found


def _explained(
    file: str, mapping: Mapping[str, Any], block: Block, layer_type: str | None, length: float | None,
    complaints: Sequence[str], against: Compared | None,
) -> Explained:  # fmt: skip
    """What a block means."""
    values = table(block, length, None)
    plain = _tables.plain(block.width, block.base)
    model = mapping.get("model_type", mapping.get("general.architecture"))
    return Explained(
        file=file,
        layer_type=layer_type,
        type=block.type,
        source=SOURCES[block.type],
        model=None if model is None else str(model),
        head=block.head,
        width=block.width,
        base=block.base,
        factor=None if block.type == "default" else block.factor,
        train_length=block.train_length,
        longest=block.longest,
        length=length,
        attention_factor=attention_factor(block, length, None),
        softmax_factor=softmax_factor(block, None),
        frequencies=values,
        ratios=[mine / other for mine, other in zip(values, plain, strict=True)],
        notes=[*block.notes],
        complaints=[*complaints, *block.complaints],
        against=against,
    )


def title(result: Explained) -> str:
    """What the table is of."""
    what = f" ({result.model})" if result.model else ""
    return f"{result.file}{what}" + (f", layers of {result.layer_type}" if result.layer_type else "")


def lines(result: Explained, *, verbose: bool) -> Iterator[str]:
    """The explanation."""
    yield f"  type {result.type}: {SENTENCES[result.type]}"
    pairs = result.width // 2
    turning = 2 * sum(omega > 0 for omega in result.frequencies)
    part = f"{turning} of {result.head}" if turning != result.head else f"all {result.head}"
    yield f"  base {_count(result.base)}; {part} features of a head turn, in {turning // 2} pairs"
    yield from (f"  {text}" for text in _lengths(result))
    yield "  " + "; ".join(_bands(result))
    yield (
        f"  wavelengths {_wave(result.frequencies[0])} to {_wave(result.frequencies[-1])} positions"
        + _never(result)
    )
    yield f"  cosines and sines are multiplied by {result.attention_factor:.8g}, so scores by its square"
    if result.softmax_factor != 1:
        yield f"  and the scale 1/√d of scores by {result.softmax_factor:.8g}"
    yield from (f"  note: {note}" for note in result.notes)
    yield "  pair  frequency              wavelength    ratio to plain"
    step = 1 if verbose else max(1, math.ceil(pairs / FEW))
    for m in sorted({*range(0, pairs, step), pairs - 1}):
        omega = result.frequencies[m]
        yield f"  {m:4d}  {omega:<21.15g}  {_wave(omega):>10s}    {result.ratios[m]:.8g}"
    if result.against and result.against.same:
        yield f"  {result.against.told}"


def faults(result: Explained) -> Iterator[str]:
    """What is wrong."""
    if result.against and not result.against.same:
        yield f"  {result.against.told}"
    yield from (f"  complaint: {text}" for text in result.complaints)


def _count(number: float) -> str:
    """Lengths as people write them."""
    return f"{number:.0f}" if number == int(number) else f"{number:g}"


def _wave(omega: float) -> str:
    return f"{2 * math.pi / omega:.5g}" if omega else "none"


def _lengths(result: Explained) -> Iterator[str]:
    """What lengths, and the one that was asked for, do."""
    train, factor, kind = result.train_length, result.factor, result.type
    if kind in ("yarn", "llama3", "longrope") and train is not None:
        known = f", factor {factor:g}" if factor != 1 else ""  # GGUF has none of LongRoPE
        yield f"original length {_count(train)}{known}" + _made(result)
    elif kind in ("linear", "proportional"):
        yield f"factor {factor:g}" + _made(result)
    elif result.longest is not None:
        yield f"length {_count(result.longest)}" + (f", factor {factor:g}" if kind == "dynamic" else "")
    if kind == "longrope" and train is not None:
        beyond = result.length is not None and result.length > train
        asked = (
            f"at length {_count(result.length)}"
            if result.length is not None
            else f"up to length {_count(train)}"
        )
        other = "" if result.length is not None else f"; --length above {_count(train)} shows the long list"
        yield f"{asked} the {'long' if beyond else 'short'} list counts{other}"
    elif kind == "dynamic" and train is not None:
        if result.length is None:
            yield f"up to length {_count(train)} plain RoPE; --length shows what the base grows to"
        else:
            new = (1 / result.frequencies[1]) ** (result.width / 2) if result.width > 2 else result.base
            yield f"at length {_count(result.length)} the base is {new:g}"
    elif result.length is not None:
        yield f"--length {_count(result.length)} changes nothing: one table is for all lengths"


def _made(result: Explained) -> str:
    return f"; configured for {_count(result.longest)} positions" if result.longest is not None else ""


def _bands(result: Explained) -> Iterator[str]:
    """Runs of pairs that are treated alike."""
    factor = result.factor or 1.0

    def kind(pair: int) -> str:
        ratio = result.ratios[pair]
        if ratio == 0:
            return "still"
        if math.isclose(ratio, 1, rel_tol=1e-12):  # ratios of rounded numbers
            return "as in plain RoPE"
        if math.isclose(ratio * factor, 1, rel_tol=1e-12):
            return f"divided by {factor:g}"
        return "between"

    names = {
        "longrope": "divided by factors of their own",
        "dynamic": "slower, each more than the one before",
    }
    for name, run in groupby(range(len(result.ratios)), kind):
        pairs = list(run)
        said = names.get(result.type, name) if name not in ("still", "as in plain RoPE") else name
        yield f"pairs {pairs[0]} to {pairs[-1]} {said}" if len(pairs) > 1 else f"pair {pairs[0]} {said}"


def _never(result: Explained) -> str:
    """How many pairs do not turn once within the configured length."""
    if result.longest is None:
        return ""
    count = sum(0 < omega * result.longest < 2 * math.pi for omega in result.frequencies)
    return (
        f"; {count} of {len(result.frequencies)} pairs turn less than once within {_count(result.longest)}"
        if count
        else ""
    )
