"""The kinds of arguments and results: what each says of itself in a docstring, what it requires, and the
errors of what is something else.

`Reals("..., n") | None` is an argument that may be left out.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from numbers import Integral
from typing import Any, ClassVar, Literal, Self, TypeAlias

from . import _given, _xp
from ._axes import Axes, at_least, axes
from ._errors import (
    DomainError,
    DTypeError,
    NamespaceError,
    RefimplError,
    ShapeError,
    either,
    kind,
    message,
    shown,
)
from ._typing import Array, Namespace

Values: TypeAlias = dict[str, Any]
"""The arguments of a call, by name."""

Errors: TypeAlias = Iterator[tuple[type[RefimplError], str]]
"""Errors, and what about an argument raises each."""

Meaning: TypeAlias = Literal["", "any", "order", "label", "step"]
"""Of integers: any at all, up to the ends of their width; their order alone; classes; counted steps."""


@dataclass(frozen=True)
class Argument:
    """What the kinds have in common."""

    _: KW_ONLY
    optional: bool = False

    always: ClassVar[bool] = False
    """Whether there is something to check, or to make, also where it is not given."""

    @property
    def holds(self) -> bool:
        """Whether there are arrays in it."""
        return False

    @property
    def real(self) -> bool:
        """Whether some of them are of reals."""
        return False

    def __or__(self, other: None) -> Self:
        return replace(self, optional=True)

    def words(self) -> str:
        """What it is, without None."""
        raise NotImplementedError

    def says(self) -> str:
        """What a docstring says behind the name."""
        return f"{self.words()}, or None" if self.optional else self.words()

    def errors(self, name: str) -> Errors:
        """The errors of other arguments."""
        yield DTypeError, "is of another type"

    def parts(self, name: str, value: Any) -> "Parts":
        """The arrays in it, with their names and kinds."""
        return []

    def check(self, name: str, value: Any, values: Values, xp: Namespace) -> Any:
        """The argument as the function takes it; `xp` is the namespace of the arrays, if there are any."""
        return value


@dataclass(frozen=True)
class Arrays(Argument):
    """An array of some shape, `(..., n)`, and dtypes."""

    shape: str
    kinds: tuple[str, ...]
    least: Mapping[str, int] = field(default_factory=dict)
    """Least lengths, or EVEN."""
    meaning: Meaning = ""
    _: KW_ONLY
    number: bool = False
    """May be a Python integer instead."""
    least_number: int = 1
    """It is at least this."""
    function: str = ""
    """May be a function instead, of this."""
    free: bool = False
    """The function itself checks the shape; as when it broadcasts otherwise than leading axes do."""
    grid: bool = False
    """Dots stand for axes that belong together, not for a batch."""
    summed: bool = False
    """Of a result: summed over the batch."""
    loose: bool = False
    """Of a result: has the batch axes of some arguments only, which broadcast against the rest."""
    axes: Axes = field(init=False)
    """What the shape says."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "axes", axes(self.shape))

    @property
    def holds(self) -> bool:
        """It is one."""
        return True

    @property
    def real(self) -> bool:
        """Whether its entries may be real floating."""
        return "real floating" in self.kinds

    def words(self) -> str:
        """Its shape and dtypes."""
        kinds = " or ".join({"integral": "integer", "bool": "boolean"}.get(kind, kind) for kind in self.kinds)
        least = "".join(f", {at_least(symbol, length)}" for symbol, length in self.least.items())
        function = f", or a function of {self.function}" if self.function else ""
        return f"{self._or_int}({self.axes.text}) {kinds}{least}{function}"

    @property
    def _or_int(self) -> str:
        return f"int ≥ {self.least_number} or " if self.number else ""

    def errors(self, name: str) -> Errors:
        """Those of arrays."""
        if self.number:
            yield DomainError, f"is below {self.least_number}"
        else:
            yield NamespaceError, "is no array"
        yield DTypeError, "has another dtype"
        yield ShapeError, "has another shape"

    def or_function(self, of: str) -> Self:
        """May be a function instead."""
        return replace(self, function=of)

    def or_number(self, least: int = 1) -> Self:
        """May be a Python integer instead."""
        return replace(self, number=True, least_number=least)

    def loosely(self) -> Self:
        """Of a result: it has the batch axes of some arguments only."""
        return replace(self, loose=True)

    def gridded(self) -> Self:
        """Dots stand for axes that belong together."""
        return replace(self, grid=True)

    def freely(self) -> Self:
        """The function itself checks the shape."""
        return replace(self, free=True)

    def over_batch(self) -> Self:
        """Of a result: it is summed over the batch."""
        return replace(self, summed=True)

    def parts(self, name: str, value: Any) -> "Parts":
        """The array itself."""
        if self.function and callable(value):
            return []
        if not self.number or not (isinstance(value, Integral) or not hasattr(value, "shape")):
            return [(name, self, value)]
        if not _xp.is_number(value, "__index__"):
            expected = f"an integer ≥ {self.least_number}, or an array of integers"
            raise DTypeError(message(name, shown(value), expected))
        return []

    def check(self, name: str, value: Any, values: Values, xp: Namespace) -> Any:
        """The array, a number as an int, or a function whose results are checked."""
        if self.function and callable(value):
            return _given.checked(name, value)
        if self.number and not self.parts(name, value):
            return _xp.check_integer(name, value, self.least_number)
        return value

    def check_dtype(self, name: str, array: Array, xp: Namespace, *, solves: bool) -> None:
        """Require one of the dtypes."""
        if self.kinds == ("real floating",):
            _xp.floating(xp, solves=solves, **{name: array})
        elif self.kinds == ("integral",):
            _xp.integral(xp, **{name: array})
        elif "real floating" in self.kinds:
            _xp.real(xp, **{name: array})
        elif not _xp.is_kind(array.dtype, self.kinds, xp):
            expected, advice = "a boolean or integer dtype", f"Convert it first, for example {name} == 1"
            raise DTypeError(message(name, f"dtype {array.dtype}", expected, advice))


Parts: TypeAlias = list[tuple[str, Arrays, Array]]


def Reals(shape: str, /, **least: int) -> Arrays:  # noqa: N802
    """An array of real floating numbers."""
    return Arrays(shape, ("real floating",), least)


def Integers(shape: str, meaning: Meaning = "", /, **least: int) -> Arrays:  # noqa: N802
    """An array of integers."""
    return Arrays(shape, ("integral",), least, meaning)


def RealsOrIntegers(shape: str, meaning: Meaning = "", /, **least: int) -> Arrays:  # noqa: N802
    """An array of either."""
    return Arrays(shape, ("integral", "real floating"), least, meaning)


def Labels(shape: str, /, **least: int) -> Arrays:  # noqa: N802
    """An array of truth values, or of integers that stand for them."""
    return Arrays(shape, ("bool", "integral"), least, "label")


def Truths(shape: str, /) -> Arrays:  # noqa: N802
    """A result: an array of truth values."""
    return Arrays(shape, ("bool",))


@dataclass(frozen=True)
class Number(Argument):
    """A finite Python number in a range; a limit may be the name of an argument before it."""

    _: KW_ONLY
    above: float | str | None = None
    least: float | None = None
    below: float | None = None
    exact: bool = False
    """An integer stays one, and has to be above the limit, too."""

    def words(self) -> str:
        """Its range."""
        if self.exact:
            return f"int ≥ {self._least_integer} or float > {self.above:g}"
        if self.below is not None:
            left = f"[{self.least:g}" if self.least is not None else f"({self.above}"
            return f"float in {left}, {self.below:g})"
        above = f"{self.above:g}" if isinstance(self.above, (int, float)) else self.above
        return "float" + (f" ≥ {self.least:g}" if self.least is not None else f" > {above}" if above else "")

    @property
    def _least_integer(self) -> int:
        return math.floor(float(self.above or 0)) + 1

    def errors(self, name: str) -> Errors:
        """Those of numbers."""
        yield DTypeError, "is no number"
        yield DomainError, "is not finite, or outside its range"

    def check(self, name: str, value: Any, values: Values, xp: Namespace) -> Any:
        """The number as a float."""
        if self.exact and isinstance(value, Integral):
            return _xp.check_integer(name, value, self._least_integer)
        high = float("inf") if self.below is None else self.below
        if self.least is not None:
            return _xp.check_number(name, value, self.least, high, closed=True)
        low = values[self.above] if isinstance(self.above, str) else self.above
        return _xp.check_number(name, value, -float("inf") if low is None else low, high)


@dataclass(frozen=True)
class Integer(Argument):
    """A Python integer in a range."""

    least: int = 1
    most: int = 2**63 - 1
    _: KW_ONLY
    even: bool = False
    exact: bool = False
    """May be a whole number with functions of its own, which stays what it is (see `_xp.numbers`)."""

    def words(self) -> str:
        """Its range."""
        even = "even " if self.even else ""
        if self.most == 2**63 - 1 or self.exact:
            return f"{even}int ≥ {self.least}"
        power = (self.most + 1).bit_length() - 1
        most = f"to 2^{power}" if self.most == 2**power else f"to 2^{power} − 1"
        return f"{even}int from {self.least} " + (most if self.most > 2**16 else f"to {self.most}")

    def errors(self, name: str) -> Errors:
        """Those of integers."""
        yield DTypeError, "is no integer"
        yield DomainError, "is odd, or outside its range" if self.even else "is outside its range"

    def check(self, name: str, value: Any, values: Values, xp: Namespace) -> Any:
        """The integer as an int."""
        if self.exact:
            return _xp.check_count(name, value, self.least)
        number = _xp.check_integer(name, value, self.least, self.most)
        if self.even and number % 2:
            raise DomainError(message(name, number, f"an even integer ≥ {self.least}"))
        return number


@dataclass(frozen=True)
class Word(Argument):
    """One of some words."""

    choices: tuple[str, ...]

    def words(self) -> str:
        """All of them."""
        return either([f'"{word}"' for word in self.choices])

    def errors(self, name: str) -> Errors:
        """That of other words."""
        yield DomainError, "is another word"

    def check(self, name: str, value: Any, values: Values, xp: Namespace) -> Any:
        """The word."""
        return _xp.check_choice(name, value, self.choices)


def Choice(*choices: str) -> Word:  # noqa: N802
    """One of these words."""
    return Word(choices)


@dataclass(frozen=True)
class Flag(Argument):
    """True or False."""

    def words(self) -> str:
        """Its type."""
        return "bool"

    def check(self, name: str, value: Any, values: Values, xp: Namespace) -> Any:
        """A bool of Python."""
        return _xp.check_flag(name, value)


@dataclass(frozen=True)
class Several(Argument):
    """A sequence of arguments of one kind."""

    of: "Number | Integer"
    noun: str
    least: int = 0
    most: int = 2**63 - 1

    def words(self) -> str:
        """What each is, and how many there are."""
        most = f", at most {self.most}" if self.most < 2**63 - 1 else ""
        least = f", at least {self.least}" if self.least else ""
        return f"sequence of {self.of.words()}{least}{most}"

    def errors(self, name: str) -> Errors:
        """Those of its members."""
        yield DTypeError, f"is no sequence of {self.noun}"
        yield DomainError, "has too many or too few members, or one outside the range"

    def check(self, name: str, value: Any, values: Values, xp: Namespace) -> Any:
        """A tuple."""
        given = _xp.check_sequence(name, value, self.noun)
        if not self.least <= len(given) <= self.most:
            expected = f"at least {self.least}" if len(given) < self.least else f"at most {self.most}"
            raise DomainError(message(name, f"{len(given)} of them", expected))
        return tuple([self.of.check(name, one, values, xp) for one in given])


@dataclass(frozen=True)
class DTypeOf(Argument):
    """The dtype of a result: that of an array, unless it is given."""

    array: str
    always = True

    def words(self) -> str:
        """None, which stands for that of the array, is left out."""
        return "real floating dtype of the namespace"

    def errors(self, name: str) -> Errors:
        """Of another dtype, or none for integers."""
        yield DTypeError, f"is another dtype, or is not given for integer {self.array}"

    def check(self, name: str, value: Any, values: Values, xp: Namespace) -> Any:
        """The dtype."""
        array = values.get(self.array)
        if array is None:  # Python says that it is missing
            return value
        if value is not None:
            if not _xp.is_kind(value, "real floating", xp):
                expected = "a real floating dtype of the library of the array"
                raise DTypeError(message(name, shown(value), expected))
            return value
        if not xp.isdtype(array.dtype, "real floating"):
            keep = f"Keep integer {self.array}, which are exact"
            advice = f"{keep}, and give the dtype of the result: dtype=xp.float64"
            raise DTypeError(message(self.array, f"dtype {array.dtype}", "a real floating dtype", advice))
        return array.dtype


@dataclass(frozen=True)
class AxisOf(Argument):
    """An axis of some arrays, counted from the end if they have unlike numbers of them."""

    arrays: tuple[str, ...]
    always = True

    def words(self) -> str:
        """Its type."""
        return "int"

    def errors(self, name: str) -> Errors:
        """Of an axis that is not there."""
        yield DTypeError, "is no integer"
        yield DomainError, f"is no axis of {' and '.join(self.arrays)}"

    def check(self, name: str, value: Any, values: Values, xp: Namespace) -> Any:
        """The axis as an int."""
        if not values.keys() >= set(self.arrays):  # Python says that they are missing
            return value
        return _xp.check_axis(value, *(values[array] for array in self.arrays))


@dataclass(frozen=True)
class Made(Argument):
    """The namespace, dtype and device of a result that is made of no array; `_xp.create` checks them."""

    def words(self) -> str:
        """The default."""
        return "where to make the result; NumPy float64 unless told"

    def errors(self, name: str) -> Errors:
        """Those of what is not there."""
        if name == "xp":
            yield NamespaceError, "is no namespace of arrays"
        elif name == "dtype":
            yield DTypeError, "is no real floating dtype of xp"
        else:
            yield DomainError, "is no device of xp"


@dataclass(frozen=True)
class Record(Argument):
    """A record of ours, such as a schedule."""

    type: type
    arrays: Mapping[str, Arrays] = field(default_factory=dict)
    """Those in it, by attribute."""
    advice: str = ""

    def words(self) -> str:
        """Its class."""
        arrays = ", ".join(f"{name} ({kind.axes.text})" for name, kind in self.arrays.items())
        return f"{self.type.__name__} of {arrays}" if arrays else self.type.__name__

    @property
    def holds(self) -> bool:
        """Whether there are any."""
        return bool(self.arrays)

    @property
    def real(self) -> bool:
        """Whether one of them is."""
        return any(kind.real for kind in self.arrays.values())

    def errors(self, name: str) -> Errors:
        """Those of other types, and of the arrays in it."""
        yield DTypeError, f"is no {self.type.__name__}{', or holds another dtype' if self.arrays else ''}"
        if self.arrays:
            yield ShapeError, "holds another shape"
            yield NamespaceError, "holds what is no array"

    def parts(self, name: str, value: Any) -> Parts:
        """Its arrays."""
        _given.check_record(name, value, self.type, self.advice)
        arrays = [(f"{name}.{part}", kind, getattr(value, part)) for part, kind in self.arrays.items()]
        return [(part, kind, array) for part, kind, array in arrays if array is not None or not kind.optional]


@dataclass(frozen=True)
class FunctionOf(Argument):
    """A function of the caller's."""

    text: str = "function"
    _: KW_ONLY
    arrays: bool = True
    """Of arrays, whose results are brought to the shape of its last argument."""

    def words(self) -> str:
        """From what to what."""
        return self.text

    def check(self, name: str, value: Any, values: Values, xp: Namespace) -> Any:
        """The function, whose results are checked."""
        if self.arrays:
            return _given.checked(name, value)
        _given.check_function(name, value)
        return value


@dataclass(frozen=True)
class Nested(Argument):
    """A list of arrays of reals, or of lists of them, whose shapes the function itself checks."""

    text: str
    depth: int = 1
    """How many lists there may be in each other."""
    count: int | None = None
    """How many there are, if that is fixed."""
    inside: Arrays = Arrays("", ("real floating",), free=True)
    """What each array is."""

    def words(self) -> str:
        """What is in it."""
        return f"list or tuple of {self.text}"

    @property
    def holds(self) -> bool:
        """There are."""
        return True

    @property
    def real(self) -> bool:
        """All are."""
        return True

    def errors(self, name: str) -> Errors:
        """Those of its arrays."""
        yield NamespaceError, "holds what is no array"
        yield DTypeError, "holds another dtype"
        yield ShapeError, "is no list, or its shapes do not fit"

    def parts(self, name: str, value: Any) -> Parts:
        """Its arrays, without None."""
        if not isinstance(value, (list, tuple)):
            raise ShapeError(message(name, kind(value), f"a list or tuple of {self.text}"))
        if self.count is not None and len(value) != self.count:
            raise ShapeError(message(name, f"{len(value)} of them", f"{self.count}"))
        return self._inside(name, value, self.depth)

    def _inside(self, name: str, values: Any, depth: int) -> Parts:
        found: Parts = []
        for place, part in enumerate(values):
            if depth > 1 and isinstance(part, (list, tuple)):
                found += self._inside(f"{name}[{place}]", part, depth - 1)
            elif part is not None or (depth == 1 and not (place and self.depth > 1)):  # (W, None) is a pair
                found.append((f"{name}[{place}]", self.inside, part))
        return found


@dataclass(frozen=True)
class Own(Argument):
    """What only the function itself can check: such as a list of arrays."""

    text: str
    raises: Mapping[type[RefimplError], str] = field(default_factory=dict)
    """Its errors, and what about it raises each."""

    def words(self) -> str:
        """What it is."""
        return self.text

    def errors(self, name: str) -> Errors:
        """Those that it is said to raise."""
        yield from self.raises.items()
