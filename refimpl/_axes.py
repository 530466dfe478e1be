"""Shapes in words, such as "..., n, d/2": read once, then compared with those of arrays.

Dots stand for the batch axes. A letter is a length, which is the same wherever it stands in one declaration.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ._errors import ShapeError, message

EVEN = -2
"""In place of a least length: an even one, of at least 2."""

Lengths = dict[str, tuple[int, str]]
"""The lengths that are known so far, and the argument that each was read from."""


@dataclass(frozen=True)
class Axis:
    """A length: times · symbol / by + plus, or the number `plus` if there is no symbol."""

    text: str
    symbol: str = ""
    times: int = 1
    by: int = 1
    plus: int = 0

    @classmethod
    def read(cls, text: str) -> "Axis":
        """What stands between commas; words that are no such formula, as of results, are a symbol."""
        found = re.fullmatch(r"(\d*)([^\W\d]\w*)(?:/(\d+))?(?:([+−-]\d+))?", text)
        if text.isdecimal():
            return cls(text, plus=int(text))
        if found is None:
            return cls(text, text)
        times, symbol, by, plus = found.groups()
        return cls(text, symbol, int(times or 1), int(by or 1), int((plus or "0").replace("−", "-")))

    def fits(self, length: int, lengths: Lengths, name: str) -> bool:
        """Whether an axis has this length; the symbol has a value from now on."""
        if not self.symbol:
            return length == self.plus
        if self.symbol not in lengths:
            scaled = (length - self.plus) * self.by
            lengths[self.symbol] = scaled // self.times, name
            return scaled % self.times == 0
        return (length - self.plus) * self.by == lengths[self.symbol][0] * self.times


@dataclass(frozen=True)
class Axes:
    """The axes of an array: core axes before and after the batch axes, if there are dots."""

    text: str
    before: tuple[Axis, ...]
    dots: bool
    after: tuple[Axis, ...]

    @property
    def core(self) -> tuple[Axis, ...]:
        """The core axes in order."""
        return self.before + self.after

    @property
    def least(self) -> int:
        """The number of core axes."""
        return len(self.before) + len(self.after)

    def batch(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The batch axes of an array that has these axes."""
        return shape[len(self.before) : len(shape) - len(self.after)]

    def entry(self, name: str) -> str:
        """An array without its core axes, in error texts."""
        places = ["0"] * len(self.before) + ["..."] + ["0"] * len(self.after)
        return f"{name}[{', '.join(places)}]" if self.least else name

    def check(self, name: str, shape: tuple[int, ...], lengths: Lengths, least: Mapping[str, int]) -> None:
        """Require a shape, where letters mean the same as before."""
        spare = len(shape) - len(self.before) - len(self.after)
        if spare < 0 or (spare and not self.dots):
            axes = "one axis" if self.least == 1 else f"{self.least} axes"
            expected = f"{'at least ' if self.dots else ''}{axes}: ({self.text})"
            raise ShapeError(message(name, f"shape {shape}", expected))
        for place, axis in enumerate(self.core):
            length = shape[place if place < len(self.before) else place + spare]
            known = lengths.get(axis.symbol)
            if not axis.fits(length, lengths, name):
                where = f" with {axis.symbol} = {known[0]}, as in {known[1]}" if known else ""
                raise ShapeError(message(name, f"shape {shape}", f"({self.text}){where}"))
            if known is None and axis.symbol in least and not _enough(lengths, axis.symbol, least):
                expected = f"({self.text}) with {at_least(axis.symbol, least[axis.symbol])}"
                raise ShapeError(message(name, f"shape {shape}", expected))


def _enough(lengths: Lengths, symbol: str, least: Mapping[str, int]) -> bool:
    length = lengths[symbol][0]
    return length >= 2 and length % 2 == 0 if least[symbol] == EVEN else length >= least[symbol]


def at_least(symbol: str, least: int) -> str:
    """What is required of a length, in words."""
    return f"{symbol} even, ≥ 2" if least == EVEN else f"{symbol} ≥ {least}"


def axes(text: str) -> Axes:
    """The axes that a text names."""
    before, dots, after = text.partition("...")
    if not dots:
        before, after = "", text
    return Axes(_comma(text), _split(before), bool(dots), _split(after))


def _comma(text: str) -> str:
    """As Python writes a tuple: (n,) has a comma."""
    return f"{text}," if text and "," not in text and text != "..." else text


def _split(text: str) -> tuple[Axis, ...]:
    return tuple(Axis.read(part.strip()) for part in text.split(",") if part.strip())
