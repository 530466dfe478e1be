"""How calls of refimpl's signature, or of an adapter's, become calls of the user's function.

Names decide first, then positions. Options that the function lacks are left out, what it requires of them is
passed although refimpl has a default, and arguments that refimpl calls by name take the places that are left.
"""

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..engine import catalogue, registry
from ..language.law import Implementation

Parameter = inspect.Parameter
PLACEMENT = frozenset({"xp", "dtype", "device"})
"""Where a result is made; a function without them makes it where it makes it, and is judged by that."""

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "activation": ("act", "nonlinearity", "phi"),
    "axis": ("dim",),
    "base": ("theta", "rope_theta"),
    "dim": ("d", "head_dim", "dims", "dimension"),
    "eps": ("epsilon", "variance_epsilon", "layer_norm_eps"),
    "factor": ("scaling_factor", "scale_factor"),
    "learning_rate": ("lr",),
    "order": ("p",),
    "train_length": ("original_max_position_embeddings", "max_position_embeddings"),
    "x_weights": ("u_weights",),
    "y_weights": ("v_weights",),
}
"""Other names under which people have the options of the documents."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments that a function is called with: by refimpl, or by an adapter as its sentence says."""

    positional: tuple[str, ...]
    keywords: tuple[str, ...]
    defaults: Mapping[str, Any]
    """The reference's defaults, by the names used here; what has one may be left out by the caller."""
    own: frozenset[str]
    """The reference's names."""
    plain: bool
    """Whether these are all of the reference's arguments, with no adapter between."""
    nullable: bool = False
    """Whether arguments may be None, and need not be taken then."""

    def option(self, name: str) -> str:
        """The reference's own name of what is asked for under a name."""
        return next((o for o in _meanings(name) if o in self.own), name)

    @property
    def names(self) -> tuple[str, ...]:
        """All names."""
        return self.positional + self.keywords


def signature(name: str) -> Mapping[str, Parameter]:
    """The parameters of refimpl's function."""
    return registry.signature(name).parameters


@cache
def asked(name: str, adapter: str = "") -> Asked:
    """What a function is called with; `adapter` is the id of one."""
    own = signature(name)
    defaults = {p.name: p.default for p in own.values() if p.default is not p.empty}
    if not adapter:
        positional = tuple(p.name for p in own.values() if p.kind is not p.KEYWORD_ONLY)
        return Asked(positional, tuple(n for n in own if n not in positional), defaults, frozenset(own), True)
    sentence = catalogue.adapters()[adapter].sentence
    positional, keywords = told(sentence)
    named = {n: defaults[o] for n in positional + keywords for o in _meanings(n) if o in defaults}
    return Asked(positional, keywords, {**defaults, **named}, frozenset(own), False, "None" in sentence)


def told(sentence: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of positional and of keyword arguments in `mine(x, angles, base=)`, as adapters have it."""
    positional: list[str] = []
    keywords: list[str] = []
    for place, part in enumerate(_commas(sentence.partition("mine(")[2])):
        found = re.match(r"(?:and if given )?([A-Za-z_]\w*)\s*(=?)", part)
        if found and found[2]:
            keywords.append(found[1])
        elif found and not keywords:
            positional.append(found[1])
        elif part and not keywords:
            positional.append(f"_{place}")  # such as (n,)
    return tuple(positional), tuple(keywords)


def _commas(text: str) -> Iterator[str]:
    """The parts up to the closing parenthesis, at commas that are in no other parentheses."""
    depth, part = 0, ""
    for letter in text:
        if letter == ")" and not depth:
            break
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and not depth:
            yield part.strip()
            part = ""
        else:
            part += letter
    yield part.strip()


def _meanings(name: str) -> tuple[str, ...]:
    """The options that a name may stand for."""
    return (name, *(option for option, others in SYNONYMS.items() if name in others))


def parameters(function: Implementation) -> list[Parameter] | None:
    """A function's parameters; none if it does not tell, as builtins may not."""
    schema: Any = getattr(inspect.unwrap(function), "schema", None)
    if hasattr(schema, "arguments"):
        return [  # a function that torch.jit compiled
            Parameter(
                argument.name,
                Parameter.KEYWORD_ONLY if argument.kwarg_only else Parameter.POSITIONAL_OR_KEYWORD,
                default=argument.default_value if argument.has_default_value() else Parameter.empty,
            )
            for argument in schema.arguments
        ]
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None


@dataclass(slots=True)
class Match:
    """Which argument goes to which parameter."""

    targets: dict[str, Parameter]
    """By the asked name."""
    lacking: tuple[str, ...]
    """Options that the function does not take."""
    missing: tuple[str, ...]
    """Arguments without a default that it does not take."""
    extra: tuple[str, ...]
    """Parameters without a default for which there is no argument."""
    guessed: tuple[str, ...] = ()
    """Asked names that got the parameters left, by order alone."""


def match(wanted: Asked, own: Sequence[Parameter]) -> Match:
    """Match by name, then by position, then what is left in order."""
    free = {p.name: p for p in own if p.kind not in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)}
    kinds = {p.kind for p in own}
    targets: dict[str, Parameter] = {}

    def take(name: str, parameter: str) -> None:
        targets[name] = free.pop(parameter)

    def left() -> list[str]:
        return [n for n in wanted.names if n not in targets]

    for name in wanted.names:
        if name in free:
            take(name, name)
    for name in left():
        for other in (*SYNONYMS.get(name, ()), *(m for m in _meanings(name) if m not in wanted.names)):
            if other in free and (name in wanted.defaults or name in wanted.keywords):
                take(name, other)
                break
    for name in [n for n in left() if n in wanted.defaults or n in wanted.keywords]:
        words = [p for p in free if p in name.split("_")]  # such as low for low_freq_factor
        others = [n for n in left() if n != name and words and words[0] in n.split("_")]
        if len(words) == 1 and not others:
            take(name, words[0])
    for name in [n for n in left() if n in wanted.positional]:
        slots = [p for p in free.values() if p.kind is not Parameter.KEYWORD_ONLY]
        if slots and _fits(wanted, name, slots[0]):
            take(name, slots[0].name)
    guessed = _rest(wanted, free, left, take)
    lost = [n for n in left() if n not in PLACEMENT]
    if Parameter.VAR_KEYWORD in kinds:
        lost = [n for n in lost if n in wanted.positional]
    if Parameter.VAR_POSITIONAL in kinds:
        lost = [n for n in lost if n not in wanted.positional]
    elif Parameter.VAR_KEYWORD in kinds and not any(p.kind in _PLACES for p in own):
        lost = []
    optional = [n for n in lost if n in wanted.defaults or (wanted.nullable and n in wanted.positional[1:])]
    return Match(
        targets,
        tuple(optional) + tuple(n for n in left() if n in PLACEMENT and Parameter.VAR_KEYWORD not in kinds),
        tuple(n for n in lost if n not in optional),
        tuple(p.name for p in free.values() if p.default is p.empty),
        guessed,
    )


_PLACES = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


def _fits(wanted: Asked, name: str, slot: Parameter) -> bool:
    """Whether an argument may go to the next place: what may be left out only where nothing else is meant."""
    if name not in wanted.defaults or slot.default is slot.empty:
        return True
    return alike(slot.default, wanted.defaults[name])


def alike(value: Any, default: Any) -> bool:
    """Whether two defaults are the same."""
    return value is default or (type(value) is type(default) and bool(value == default))


def _rest(wanted: Asked, free: dict[str, Parameter], left: Any, take: Any) -> tuple[str, ...]:
    """Arguments that are called by other names than refimpl's: required ones, then options."""
    guessed: list[str] = []

    def pair(names: list[str], slots: list[str]) -> None:
        for name, slot in zip(names, slots, strict=False):
            take(name, slot)
            guessed.append(name)

    keywords = [n for n in left() if n in wanted.keywords and n not in PLACEMENT]
    needed = [n for n in keywords if n not in wanted.defaults]
    required = [p.name for p in free.values() if p.default is p.empty]
    others = [p.name for p in free.values() if p.default is not p.empty]
    plain = [n for n in keywords if n not in needed and _plain(wanted.defaults[n])]
    pair(needed + plain, required)
    pair([n for n in needed if n not in guessed], others)
    for name in [n for n in left() if n in wanted.defaults and n not in PLACEMENT]:
        same = [p.name for p in free.values() if _telling(p.default, wanted.defaults[name])]
        if len(same) == 1:
            take(name, same[0])
    return tuple(guessed)


def _telling(value: Any, default: Any) -> bool:
    """Whether equal defaults show that the same option is meant: a number or a text."""
    return (is_number(default) or isinstance(default, str)) and alike(value, default)


def _plain(value: Any) -> bool:
    """Whether an option's default is such as a parameter of another name might have."""
    return value is None or is_number(value)


def is_number(value: Any) -> bool:
    """Whether it is a number of Python, and no truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool)
