"""Draws the cases of a law from a seed, without Hypothesis' engine, which takes longer than most checks.

The strategies stay what says how a case is made. Where they only choose from finitely many values, which is
all that laws need who fill arrays from a drawn seed, one can choose without the engine: here every value is
as likely as any other, and the first case is the simplest but for its seeds. Parts that one function draws
often agree in all but theirs, in shapes and patterns. What was chosen is kept in Hypothesis' terms, so that
it can take a case that failed, and make it smaller.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from random import Random
from typing import Any, TypeAlias

from hypothesis.strategies import SearchStrategy

from ..language.inputs import Composite

Choice: TypeAlias = int | bool
Choices: TypeAlias = tuple[Choice, ...]

TRIES = 100
"""After so many cases that were there before, it is taken that there are no others."""
AGREEING = 0.5
"""The share of parts that choose as the last part that the same function drew, in all but seeds."""
_WIDE = 127
"""Beyond so many values the ends of a range are chosen more often."""
_OF_TESTS = frozenset({"assume", "reject", "note", "event", "target"})
"""What Hypothesis wants called in its tests alone."""


class BeyondError(Exception):
    """A strategy that Hypothesis has to draw from."""


class Draw:
    """What functions under `inputs.composite` draw by; of the simplest case only seeds come by chance."""

    def __init__(self, random: Random, *, simplest: bool = False) -> None:
        self.choices: list[Choice] = []
        self._random, self._simplest = random, simplest
        self._drawn: dict[Any, list[Choice]] = {}
        self._again: Iterator[Choice] | None = None

    def __call__(self, strategy: SearchStrategy[Any], _label: object = None) -> Any:
        """A value of a strategy."""
        if isinstance(strategy, Composite):
            return self._part(strategy)
        plain = getattr(strategy, "wrapped_strategy", strategy)
        draw = _DRAWS.get(type(plain).__name__)
        if draw is None or not type(plain).__module__.startswith("hypothesis."):
            raise BeyondError
        return draw(self, plain)

    def _part(self, strategy: Composite[Any]) -> Any:
        """What a function draws, often as before where it drew already."""
        function, begin = strategy.function, len(self.choices)
        _require_alone(function)
        agrees = self._again is None and function in self._drawn and self._random.random() < AGREEING
        if agrees:
            self._again = iter(self._drawn[function])
        value = function(self, *strategy.args, **strategy.kwargs)
        self._drawn[function] = self.choices[begin:]
        if agrees:
            self._again = None
        return value

    def _before(self) -> Choice | None:
        return None if self._again is None else next(self._again, None)

    def integer(self, least: int, most: int) -> int:
        """A number, from both ends more often if there are many."""
        wide, value = most - least > _WIDE, self._before()
        if wide or value is None or not least <= value <= most:
            simplest = self._simplest and not wide
            value = min(max(0, least), most) if simplest else _integer(self._random, least, most)
        self.choices.append(value)
        return value

    def boolean(self) -> bool:
        """True or false."""
        value = self._before()
        if value is None:
            value = not self._simplest and self._random.random() < 0.5
        self.choices.append(bool(value))
        return bool(value)


@cache
def _require_alone(function: Callable[..., Any]) -> None:
    code = getattr(function, "__code__", None)
    if code is None or _OF_TESTS.intersection(code.co_names):
        raise BeyondError


def _integer(random: Random, least: int, most: int) -> int:
    if most - least > _WIDE and (place := random.randrange(128)) < 6:
        return (least, least, least + 1, most - 1, most, most)[place]
    return random.randint(least, most)


def _sampled(draw: Draw, plain: Any) -> Any:
    _require_plain(plain)
    return plain.elements[draw.integer(0, len(plain.elements) - 1)]


def _only(_: Draw, plain: Any) -> Any:
    _require_plain(plain)
    return plain.value


def _require_plain(plain: Any) -> None:
    if plain._transformations:  # filters choose again, in a way of Hypothesis' own
        raise BeyondError


def _ranged(draw: Draw, plain: Any) -> int:
    if plain.start is None or plain.end is None:
        raise BeyondError
    return draw.integer(plain.start, plain.end)


_DRAWS: Mapping[str, Callable[[Draw, Any], Any]] = {
    "SampledFromStrategy": _sampled,
    "JustStrategy": _only,
    "IntegersStrategy": _ranged,
    "BooleansStrategy": lambda draw, _: draw.boolean(),
}
"""How a choice is made, by the class of its strategy: the one choice that Hypothesis makes, or none."""


def cases(strategy: SearchStrategy[Any], examples: int, seed: int) -> Iterator[tuple[Any, Choices]]:
    """Different cases with what was chosen in each, as many as are wanted or as there are.

    Raises
    ------
    BeyondError
        where Hypothesis has to draw the case.
    """
    random, seen = Random(seed), set[Choices]()
    for count in range(examples):
        for _ in range(TRIES):
            draw = Draw(random, simplest=not count)
            case = draw(strategy)
            if (choices := tuple(draw.choices)) not in seen:
                break
        else:
            return
        seen.add(choices)
        yield case, choices
