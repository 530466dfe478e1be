"""Which functions of refimpl a function of the user's may be, by its name and its parameters.

A guess that is offered, never taken. Words of the two names are compared, also shortened ones (cos, cosine),
and weigh the more the fewer of refimpl's functions have them; arguments without a place count against one.
"""

import inspect
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from types import ModuleType
from typing import Any

from ..engine import catalogue, registry
from .signatures import Parameter, asked, match, parameters

OFFERED = 4
"""How many are offered, at most."""
IN_NAME, CALLED, IN_DOCUMENT, IN_SENTENCE = 1.0, 0.8, 0.5, 0.4
"""What a word weighs that stands in the name of refimpl's function, in those that libraries give it, in its
document's, in its docstring."""
NAMED = 2.0
"""What it weighs that all parameters have names of arguments, in words that one function of seven has."""


def of_module(module: ModuleType) -> dict[str, tuple[str, ...]]:
    """The candidates for each function that is written in a module and shares a word with a known name."""
    own = {
        name: found
        for name, found in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(found) or inspect.isclass(found))
        and found.__module__ == module.__name__
    }
    return {
        name: of_function(name, function)
        for name, function in own.items()
        if any(likeness(word, it) for word in words(name) for it in _named_words())
    }


def of_function(name: str, function: Any) -> tuple[str, ...]:
    """Full names of refimpl's functions, the likeliest first; none if nothing speaks for any."""
    own = None if inspect.isclass(function) else parameters(function)
    mine = words(name)
    said = {full: _score(mine, full) + _named(full, own) for full in catalogue.functions()}
    scores = {full: score * _fit(full, own) if score else 0.0 for full, score in said.items()}
    best = sorted(scores, key=lambda full: (-scores[full], full))[:OFFERED]
    return tuple(full for full in best if scores[full] > 0)


def words(name: str) -> tuple[str, ...]:
    """The words of a name in snake_case or CamelCase, in small letters.

    Examples
    --------
    >>> words("LlamaRMSNorm.forward")
    ('llama', 'rms', 'norm', 'forward')
    """
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return tuple(word for word in re.split(r"[^a-z0-9]+", apart.lower()) if len(word) > 1)


def likeness(one: str, other: str) -> float:
    """How much two words are the same: one may be the beginning of the other, or they share a stem.

    Examples
    --------
    >>> likeness("cos", "cosine"), likeness("rotary", "rotate"), likeness("rank", "rope")
    (0.8, 0.6, 0.0)
    """
    if one == other:
        return 1.0
    short, long = sorted((one, other), key=len)
    if len(short) >= 3 and long.startswith(short):
        return 0.8
    common = next((i for i, (x, y) in enumerate(zip(one, other, strict=False)) if x != y), len(short))
    return 0.6 if common >= max(4, 0.6 * len(long)) else 0.0


@cache
def _weights() -> Mapping[str, Mapping[str, float]]:
    """What the words of each function of refimpl weigh, times how rare they are among all."""
    found: dict[str, dict[str, float]] = {}
    for full, function in catalogue.functions().items():
        document, _, name = full.partition(".")
        called = " ".join(registry.facts().called.get(full, ()))
        texts = (  # the last one counts
            (function.summary, IN_SENTENCE), (document, IN_DOCUMENT), (called, CALLED), (name, IN_NAME)
        )  # fmt: skip
        found[full] = {word: weight for text, weight in texts for word in words(text)}
    have = Counter(word for ours in found.values() for word in ours)
    rare = {word: math.log(1 + len(found) / count) for word, count in have.items()}
    return {
        full: {word: weight * rare[word] for word, weight in ours.items()} for full, ours in found.items()
    }


def _named_words() -> frozenset[str]:
    """The words of all names, refimpl's own and others."""
    called = (name for names in registry.facts().called.values() for name in names)
    return frozenset(word for name in (*catalogue.functions(), *called) for word in words(name))


def _score(mine: Sequence[str], full: str) -> float:
    """How much of a name is found again in one of refimpl's functions, and how much of its name in this."""
    ours = _weights()[full]
    again = sum(
        max((likeness(word, it) * weight for it, weight in ours.items()), default=0.0) for word in mine
    )
    name = words(full.partition(".")[2])
    covered = sum(max((likeness(it, word) for word in mine), default=0.0) * ours[it] for it in name)
    return again * (1 + covered / sum(ours[it] for it in name))


def _fit(full: str, own: Sequence[Parameter] | None) -> float:
    """How well the parameters go with its arguments, or with those of one of its adapters; 1 if all do."""
    if own is None:
        return 1.0
    adapters = (it.id for it in catalogue.adapters().values() if it.function == full)
    matches = (match(asked(full, adapter), own) for adapter in ("", *adapters))
    return 1 / (1 + min(len(it.missing) + len(it.extra) + len(it.guessed) / 2 for it in matches) / 2)


def _named(full: str, own: Sequence[Parameter] | None) -> float:
    """How many of the parameters have the names of its arguments."""
    return NAMED * len({p.name for p in own} & set(asked(full).names)) / len(own) if own else 0.0
