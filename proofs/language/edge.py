"""An edge: a point at which respectable practice differs, as data; and a function with our value put there.

A function that differs from refimpl at known edges alone, by values that are in use there, is not wrong.
Only what it gives there is changed, and only where that is one of the values in use, so that a function that
is wrong at the edge in any other way stays so.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..._libraries import array_namespace, is_array
from .law import REFUSALS, Implementation, NotApplicableError
from .packing import parts

Where: TypeAlias = Callable[..., Any]
"""Takes what the function takes; a mask of the result's entries, or one answer for the whole call."""

ROUNDINGS = 32
"""A value is that of practice if it differs from it by no more than this times the spacing of numbers (eps):
practice computes in an order of its own. Nothing that a law can tell apart is as near to another value."""


@dataclass(frozen=True, slots=True)
class Raises:
    """In place of a value: the function raises."""

    errors: tuple[type[Exception], ...] = (Exception,)


@dataclass(frozen=True, slots=True)
class Form:
    """In place of a value: the result has another form, of which `convert(result, expected)` makes the form
    of what refimpl gives, an exception where it raises, or None if it is not that other form."""

    convert: Callable[[Any, Any], Any]


@dataclass(frozen=True, slots=True)
class Value:
    """What practice gives at an edge: a number, a function of the call, an error or a form; and who does."""

    gives: float | Callable[..., Any] | Raises | Form
    who: str
    """A library with its version where it was seen, or how code comes to give it."""
    says: str = ""
    """What that is in words, where its name does not say it."""

    def put(self, result: Any, at: Any, call: "_Call") -> tuple[Any, int]:
        """A result with refimpl's where it is this value, and in how many places that is another."""
        gives = self.gives
        if isinstance(result, Exception) or isinstance(gives, Raises):
            errors = gives.errors if isinstance(gives, Raises) else ()
            other = isinstance(result, errors) and not isinstance(call.expected, Exception)
            return (call.expected, 1) if other else (result, 0)
        if isinstance(gives, Form):
            converted = gives.convert(result, call.expected)
            return (result, 0) if converted is None else (converted, 1)
        wanted = gives(*call.args, **call.kwargs) if callable(gives) else gives
        return _put(result, wanted, at, call.expected, call.tolerance)


@dataclass(frozen=True, slots=True)
class Edge:
    """A point at which practice differs: where it is, what is in use there, and what refimpl gives."""

    id: str
    """function/name, such as "matching.cosine_similarity/zero-vector"."""
    function: str
    sentence: str
    where: Where
    values: Mapping[str, Value]
    ours: str
    """What refimpl gives there."""
    laws: tuple[str, ...] = ()
    """The written laws that call the function there."""
    mixed: bool = False
    """Whether a function may give one of the values here and another there."""
    general: bool = False
    """Whether it is one that any function can have, made in proofs/general."""

    @property
    def name(self) -> str:
        """The edge's own name, such as "zero-vector"."""
        return self.id.partition("/")[2]

    @property
    def of_form(self) -> bool:
        """Whether forms of the result differ there, not values."""
        return all(isinstance(value.gives, Form) for value in self.values.values())

    def except_for(self, value: str) -> str:
        """How a function differs that gives a value there."""
        given = self.values[value]
        gives = value if value == "raises" else f"gives {given.says or value}"
        return f"{self.name} ({self.sentence}): yours {gives}, as {given.who}; refimpl gives {self.ours}"


def edge(
    function: str,
    name: str,
    sentence: str,
    *,
    ours: str,
    values: Mapping[str, Value],
    laws: tuple[str, ...] = (),
) -> Callable[[Where], Edge]:
    """Make an edge of the predicate that follows; its id is function/name."""

    def make(where: Where) -> Edge:
        return Edge(f"{function}/{name}", function, sentence, where, values, ours, laws)

    return make


Choice: TypeAlias = Mapping[str, Sequence[str]]
"""The values that are put up with, by the ids of edges."""


class Adopted:
    """A function with refimpl's value wherever it gives one of the chosen ones at an edge.

    `used` has the edges at which that changed something, with the values that explain all of it.
    """

    def __init__(
        self, function: Implementation, reference: Implementation, edges: Sequence[Edge], choice: Choice
    ) -> None:
        self._function, self._reference = function, reference
        # Forms first: a value in another form is recognised only once it has ours.
        self._edges = sorted((it for it in edges if choice.get(it.id)), key=lambda it: not it.of_form)
        self._choice = choice
        self.used: dict[str, list[str]] = {}
        self.__wrapped__ = function  # inspect.signature tells what the function takes

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The function's own result, but for the edges."""
        near = [(it, at) for it in self._edges if _any(at := _where(it, args, kwargs))]
        if not near:
            return self._function(*args, **kwargs)
        try:
            result = self._function(*args, **kwargs)
        except NotApplicableError:
            raise
        except Exception as error:  # foreign code may raise anything
            result = error
        call = _Call(self._reference, args, kwargs)
        for it, at in near:
            result = self._settled(it, at, result, call)
        if isinstance(result, Exception):
            raise result
        return result

    def _settled(self, at_edge: Edge, at: Any, result: Any, call: "_Call") -> Any:
        """The result with refimpl's value for all the chosen ones of one edge; what changed is kept."""
        names = self._choice[at_edge.id]
        alone = {name: at_edge.values[name].put(result, at, call)[1] for name in names}
        total = 0
        for name in names:
            result, changed = at_edge.values[name].put(result, at, call)
            total += changed
        if total:
            fits = [name for name in names if alone[name] == total]
            before = self.used.get(at_edge.id, fits)
            met = set(before) | set(fits) if at_edge.mixed else set(before) & set(fits)
            self.used[at_edge.id] = [name for name in names if name in met]
        return result

    def consistent(self) -> Mapping[str, str] | None:
        """The edges that were met, with one value each; None if a function mixes values at one edge."""
        if not all(self.used.values()):
            return None
        return {name: values[0] for name, values in self.used.items()}


@dataclass(slots=True)
class _Call:
    """A call, with what the reference gives, which is computed when it is first needed."""

    reference: Implementation
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    _results: list[Any] = field(default_factory=list)

    @property
    def expected(self) -> Any:
        """The reference's result, or the exception that it raises."""
        if not self._results:
            try:
                self._results.append(self.reference(*self.args, **self.kwargs))
            except REFUSALS as error:
                self._results.append(error)
        return self._results[0]

    @property
    def tolerance(self) -> float:
        """How far, relatively, equal numbers may be apart: by the widest spacing among the arguments."""
        spacings = [2.0**-52]
        for _, part in parts((self.args, self.kwargs)):
            if is_array(part) and (xp := array_namespace(part)).isdtype(part.dtype, "real floating"):
                spacings.append(float(xp.finfo(part.dtype).eps))
        return ROUNDINGS * max(spacings)


def _where(at_edge: Edge, args: Any, kwargs: Any) -> Any:
    """Where a call is at an edge; nowhere if it is one that the predicate cannot take, such as one of NaN."""
    try:
        return at_edge.where(*args, **kwargs)
    except REFUSALS:
        return False


def _any(at: Any) -> bool:
    """Whether a call is at an edge anywhere."""
    return at if isinstance(at, bool) else bool(array_namespace(at).any(at))


def _put(result: Any, wanted: Any, at: Any, expected: Any, tolerance: float) -> tuple[Any, int]:
    """A result with the expected entries where it has the wanted ones at an edge, and how many changed."""
    if isinstance(expected, tuple):
        return _put_each(result, wanted, at, expected, tolerance)
    if is_array(result) and is_array(expected):
        return _put_array(result, wanted, at, expected, tolerance)
    if at is not True or not isinstance(result, int | float) or not isinstance(expected, int | float):
        return result, 0
    met = _same_number(result, wanted, tolerance) and not _same_number(result, expected, tolerance)
    return (expected, 1) if met else (result, 0)


def _put_each(
    result: Any, wanted: Any, at: Any, expected: tuple[Any, ...], tolerance: float
) -> tuple[Any, int]:
    """The same for each part."""
    if not isinstance(result, tuple | list) or len(result) != len(expected):
        return result, 0
    put = [
        _put(mine, wanted[place] if isinstance(wanted, tuple) else wanted, at, theirs, tolerance)
        for place, (mine, theirs) in enumerate(zip(result, expected, strict=True))
    ]
    changed = sum(count for _, count in put)
    if not changed:
        return result, 0
    made = [part for part, _ in put]
    return (type(result)(*made) if hasattr(result, "_fields") else type(result)(made)), changed


def _put_array(result: Any, wanted: Any, at: Any, expected: Any, tolerance: float) -> tuple[Any, int]:
    """The same for an array; one of another shape or dtype stays as it is."""
    if result.shape != expected.shape or result.dtype != expected.dtype:
        return result, 0
    xp = array_namespace(expected)
    value = wanted if is_array(wanted) else xp.full_like(expected, wanted)
    changed = _same(result, value, tolerance, xp) & ~_same(result, expected, tolerance, xp)
    changed = changed if at is True else changed & at
    count = int(xp.count_nonzero(changed))
    return (xp.where(changed, expected, result), count) if count else (result, 0)


def _same(a: Any, b: Any, tolerance: float, xp: Any) -> Any:
    """Where two arrays have the same values, up to a few roundings; NaN equals NaN."""
    if not xp.isdtype(a.dtype, "real floating"):
        return a == b
    near = xp.isfinite(b) & (xp.abs(a - b) <= tolerance * xp.abs(b))
    return (a == b) | (xp.isnan(a) & xp.isnan(b)) | near


def _same_number(a: float, b: float, tolerance: float) -> bool:
    """The same for Python numbers."""
    near = math.isfinite(b) and abs(a - b) <= tolerance * abs(b)
    return a == b or (math.isnan(a) and math.isnan(b)) or near
