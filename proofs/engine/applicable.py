"""What a check says of a function that does not cover every call: the records that the others decide.

A call that the function does not take is answered by the reference, so that the check goes on. It is run
again with that answer changed: a record that stays the same to the last bit does not rest on it, and is
judged; one that changes compares the function with the reference instead of with itself, and is left out.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from ... import _libraries
from ..._libraries import is_array
from ...backends import Setting
from ..language.law import REFUSALS, Check, Implementation, NotApplicableError, Record, sides
from ..language.packing import key, mapped
from . import foreign
from .cases import items
from .implementations import Implementations

Change: TypeAlias = Callable[[Any], Any]


@dataclass(slots=True)
class Standing(Mapping[str, Implementation]):
    """Implementations by name; the reference stands in where a tested one does not apply."""

    impl: Implementations
    change: Change = lambda value: value
    """What is made of the reference's answer."""
    left_out: list[str] = field(default_factory=list)
    """Why calls were left out."""
    answered: int = 0
    """Calls that the tested functions answered."""

    def __getitem__(self, name: str) -> Implementation:
        function = self.impl[name]

        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                result = function(*args, **kwargs)
            except NotApplicableError as error:
                self.left_out.append(foreign.line(error))
                return self._stand_in(name, args, kwargs, error)
            self.answered += self.impl.tests(name)
            return result

        return call

    def _stand_in(self, name: str, args: Any, kwargs: Any, error: NotApplicableError) -> Any:
        try:
            return self.change(self.impl.reference(name)(*args, **kwargs))
        except REFUSALS:  # where the reference refuses, too, or its result cannot be changed
            raise error from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.impl)

    def __len__(self) -> int:
        return len(self.impl)


@dataclass(frozen=True, slots=True)
class Found:
    """The records that can be judged, and why others could not be had."""

    records: list[Record]
    left_out: tuple[str, ...] = ()


def records(
    check: Check[Any],
    impl: Implementations,
    on: Setting,
    case: Callable[[], Any],
    fails: Callable[[Record], bool],
) -> Found:
    """The records of a check that rest on nothing but calls that apply.

    `case()` makes the check's input anew. `fails` says whether a record would be refuted: one that changes
    because the function is not the same at every call is not left out.
    """
    standing = Standing(impl)
    made: list[Record] = []
    try:
        made.extend(check(standing, on, case()))
    except NotApplicableError as error:  # the reference refused as well; what came before may be judged
        standing.left_out.append(foreign.line(error))
    if not standing.left_out:
        return Found(made)
    why = tuple(dict.fromkeys(standing.left_out))
    if not standing.answered:
        return Found([], why)
    other = _again(check, Standing(impl, lambda value: changed(value, on)), on, case)
    unlike = {i for i, record in enumerate(made) if not _same(record, other, i, on)}
    if any(fails(made[i]) for i in unlike):
        repeated = _again(check, Standing(impl), on, case)
        unlike = {i for i in unlike if _same(made[i], repeated, i, on)}
    return Found([record for i, record in enumerate(made) if i not in unlike], why)


def _again(check: Check[Any], standing: Standing, on: Setting, case: Callable[[], Any]) -> list[Record]:
    """The records of another run, up to where it fails."""
    made: list[Record] = []
    with contextlib.suppress(Exception):  # a changed answer may be outside the domain of what it is given to
        made.extend(check(standing, on, case()))
    return made


def _same(record: Record, others: list[Record], place: int, on: Setting) -> bool:
    """Whether a record came out alike in another run."""
    return place < len(others) and bool(_identity(record, on) == _identity(others[place], on))


def _identity(record: Record, on: Setting) -> Any:
    scale = getattr(record, "scale", None)
    return (
        type(record),
        record.label,
        *(key(side, on) for side in sides(record)),
        None if callable(scale) else key(scale, on),
    )


def changed(value: Any, on: Setting) -> Any:
    """A result with every number in it changed, by far more than roundings."""
    return mapped(value, lambda part: _changed(part, on))


def _changed(part: Any, on: Setting) -> Any:
    if is_array(part):
        return _changed_array(part)
    if isinstance(part, bool):
        return not part
    if isinstance(part, int | float):
        return part * 1.25 + 1 if isinstance(part, float) else part + 1
    return (lambda *args: changed(part(*args), on)) if callable(part) else part


def _changed_array(array: Any) -> Any:
    xp = _libraries.array_namespace(array)
    if xp.isdtype(array.dtype, "bool"):
        return ~array
    if xp.isdtype(array.dtype, "integral"):
        return array + 1
    if xp.isdtype(array.dtype, "real floating"):
        return xp.where(xp.isfinite(array), array * 1.25 + 1, xp.zeros_like(array))
    return array * 1.25 + 1


def pinned(case: Any, options: Mapping[str, Any]) -> Any:
    """A case of a law's inputs with these options at these values, where it has fields of their names; the
    case itself if there is nothing to change.

    A law holds for other numbers than it draws, as a rule; the reference shows whether it does.
    """
    new = {
        name: options[name]
        for name, value in items(case).items()
        if name in options and _exchangeable(value, options[name]) and value != options[name]
    }
    if isinstance(parts := items(case).get("cases"), list):
        inside = [pinned(part, options) for part in parts]
        if any(new is not old for new, old in zip(inside, parts, strict=True)):
            new["cases"] = inside
    return replace(case, **new) if new else case


def _exchangeable(value: Any, other: Any) -> bool:
    """Whether one may stand for the other: both are numbers, or both are texts."""
    if isinstance(value, bool) or isinstance(other, bool):
        return isinstance(value, bool) and isinstance(other, bool)
    return any(isinstance(value, kind) and isinstance(other, kind) for kind in (int | float, str))
