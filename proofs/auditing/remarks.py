"""What is told of a function beside its verdicts, and in which words: the contract that it keeps to in half
precision, what it rounds on the way, whether it accumulates, how many digits are left."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..engine.contract import Contract


@dataclass(frozen=True, slots=True)
class Kept:
    """The contract that a function in half precision keeps to, as far as ordinary calls tell."""

    contract: Contract
    dtype: str
    calls: int = 0
    """Ordinary ones that were judged, and …"""
    numbers: int = 0
    """… numbers of their results."""
    in_format: int = 0
    """Calls of any kind that roundings of the format explain, and float32 with one rounding does not."""
    beyond_native: int = 0
    """Numbers that are further off than roundings of the format explain."""
    worst_native: float = 0.0
    wider: int = 0
    """Numbers for which computing in the format is allowed more."""
    elsewhere: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Of calls of other kinds: how many keep to it, of how many."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Calls that were not judged, by reason."""

    def lines(self) -> Iterator[str]:
        """It in words."""
        yield f"contract: {self._said}"
        kept = [f"{few} of {many} {KINDS[kind]} calls" for kind, (few, many) in self.elsewhere.items()]
        if kept and self.contract not in ("neither", "not known"):
            yield f"it keeps to that at {' and '.join(kept)}"
        if self.left_out:
            told = [f"{count} call{'s' * (count > 1)} ({why})" for why, count in self.left_out.items()]
            yield f"not judged for the contract: {', '.join(told)}"

    @property
    def _said(self) -> str:
        form = self.dtype
        seen = f"at {_count_of(self.calls, 'ordinary call')}, {_count_of(self.numbers, 'number')}"
        if self.contract == "not known":
            return "not decided: no ordinary call could be judged"
        if self.contract == "either":
            return f"computes in float32 and rounds once, or in {form} itself: {seen}, both allow the same"
        if self.contract == "float32, rounded once":
            more = f"{form} itself would be allowed more at {self.wider}"
            return f"computes in float32 and rounds once to {form} ({seen}; {more})"
        if self.contract == "the format's roundings":
            more = _count_of(self.in_format, "call")
            return f"computes in {form} itself ({seen}; at {more} in all, float32 and one rounding is nearer)"
        return (
            f"neither: {seen}, {self.beyond_native} are off by more than computing in {form} allows the "
            f"reference's algorithm, up to {_times(self.worst_native)}"
        )


KINDS = {"cancellation": "cancelling", "extreme": "extreme"}


def _count_of(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _times(ratio: float) -> str:
    return f"{ratio:.3g} times as much" if math.isfinite(ratio) else "NaN or infinity"


@dataclass(frozen=True, slots=True)
class Halved:
    """What a function rounds on the way."""

    sentence: str
    mistake: bool
    """Whether it is one wherever it shows: positions or angles in half precision, of which large ones have no
    digits. Tables of cosines belong to computing in the format."""


@dataclass(frozen=True, slots=True)
class Accumulates:
    """That errors grow with the length of an axis."""

    axis: str
    """As the declaration names it."""
    dtype: str
    short: int
    long: int
    """Its lengths."""
    before: float
    after: float
    """The errors, of the largest entry of the result."""
    wrong: bool
    """Whether too few digits are left, as `precision.FEWEST` says."""

    @property
    def sentence(self) -> str:
        """It in words."""
        return (
            f"it accumulates in {self.dtype}: with {self.axis} = {self.long} its results are off by "
            f"{100 * self.after:.2g} % of the largest, with {self.axis} = {self.short} by "
            f"{100 * self.before:.2g} %; sums and norms need float32"
        )


@dataclass(frozen=True, slots=True)
class Digits:
    """Decimal digits of a function's results, by kind of input."""

    of: float
    """Digits of the format."""
    kinds: Mapping[str, tuple[float, float, float]]
    """Over the calls of each kind, the median, what the worst tenth keeps at most, and the fewest; 0 where a
    result is NaN, infinite or all wrong."""
    wrong: str = ""
    """Why the function is wrong all the same: so few are left at ordinary inputs, or it makes numbers up."""
    operation: str = ""
    """What overflows, underflows or has no value on the way, if something does."""
    begins: str = ""
    """Where digits begin to go."""
    remedy: str = ""
    """How digits are kept, where the catalogue knows it."""
    proven: int = 0
    """Calls at which balls prove that the formula is the reference's, to 18 digits and more."""

    @property
    def table(self) -> str:
        """What is left, by kind of input."""
        return f"digits left, of {self.of:.0f}: " + "; ".join(self._kind(kind) for kind in self.kinds)

    def lines(self) -> list[str]:
        """The table and what belongs to it."""
        told = [f"the same formula, proven at {self.proven} points"] if self.proven else []
        told += [self.table]
        told += [self.begins] if self.begins else []
        told += [f"on the way, {self.operation}"] if self.operation else []
        told += [f"remedy: {self.remedy}"] if self.remedy else []
        return told

    def _kind(self, kind: str) -> str:
        median, few, fewest = map(round, self.kinds[kind])
        name = {"cancellation": "cancelling"}.get(kind, kind)
        if few < median:
            return f"{name} inputs {median}, a tenth of them {few}"
        return f"{name} inputs {median}" + (f", at worst {fewest}" if fewest < median else "")
