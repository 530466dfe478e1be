"""The law of what is not a number: NaN in an argument is NaN in every result that depends on it."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from .... import _libraries
from ...._libraries import is_array
from ....backends import Setting
from ...language.law import Impl, Implementation, Law, NotApplicableError, Record, Same
from ...language.mistake import Mistake
from ...language.packing import copied, mapped, mapped_arrays, parts
from .. import registry
from ..calls import Given
from . import shapes, sources, storage
from .laws import general


def covered(function: str) -> bool:
    """Whether there are real arrays among the arguments, and reals in the result."""
    untried = shapes.no_reals(function) or function in registry.facts().nan_untried
    return shapes.takes_arrays(function) and shapes.real(function) and not untried


def not_a_number(function: str, refutes: tuple[str, ...]) -> Law:
    """The law that no number is made of NaN."""

    def check(impl: Impl, on: Setting, case: sources.Drawn) -> Iterator[Record]:
        """One entry of one array is changed, and then NaN: what the change moves is NaN then. A function
        may refuse NaN."""
        tested = impl[function]
        made = sources.recorded(function, case, on)
        call = next((call for call in made if any(map(_spoils, storage.arrays(call)))), None)
        if call is None:
            raise NotApplicableError("an argument is an array of reals")
        # Beside a function only the first: an integration over other times might not end.
        arrays = 1 if any(map(callable, call[0])) else sum(map(_spoils, storage.arrays(call)))
        for place in range(arrays):
            yield from _entry(call, place, case.turn, tested, on)

    return general(
        function,
        "nan",
        "NaN in an argument is NaN in every result that depends on it, or is refused",
        check,
        refutes,
        ("ordinary",),
    )


def _entry(call: Given, place: int, turn: int, tested: Implementation, on: Setting) -> Iterator[Record]:
    results: list[Any] = []

    def keeping(*args: Any, **kwargs: Any) -> None:
        results.append(copied(tested(*args, **kwargs)))

    # With nothing changed, but arrays that lie in memory as changed ones do: the order of sums goes by it.
    args, kwargs = copied(changed(call, place, turn, lambda entry: entry))
    keeping(*args, **kwargs)  # an error here has nothing to do with NaN, and is none that is excused
    for change in (lambda entry: entry * 0.75, _above_all, lambda entry: entry * np.nan):
        if not sources.taken(copied(changed(call, place, turn, change)), keeping):
            results.append(None)
    before, *others, after = results
    if after is None:
        yield Same(f"NaN in array {place} of reals is refused", True, True)
        return
    for other in others:
        if other is not None and _form(other, on) == _form(before, on) == _form(after, on):
            yield from _undefined(place, before, other, after, on)


def _above_all(array: Any) -> Any:
    """More than the largest entry, so that ranks change, too."""
    xp = _libraries.array_namespace(array)
    return xp.zeros_like(array) + xp.max(array) + 1.0


def _undefined(place: int, before: Any, other: Any, after: Any, on: Setting) -> Iterator[Record]:
    values = (_reals(result, on).items() for result in (before, other, after))
    for (at, left), (_, right), (_, found) in zip(*values, strict=True):
        moved = (left != right) & np.isfinite(left) & np.isfinite(right)
        yield Same(
            f"NaN in array {place} of reals: numbers in the result{at} that depend on it",
            int(np.count_nonzero(moved & ~np.isnan(found))),
            0,
        )


def changed(call: Given, place: int, turn: int, change: Any) -> Given:
    """A call with the first or last entry of one of its arrays of reals changed."""
    left = iter(range(len(storage.arrays(call))))

    def one(part: Any) -> Any:
        if not (is_array(part) and _spoils(part)) or next(left) != place:
            return part
        xp = _libraries.array_namespace(part)
        size = int(np.prod(part.shape))
        entries = xp.reshape(xp.arange(size, device=_libraries.device(part)), part.shape)
        return xp.where(entries == (size - 1 if turn else 0), change(part), part)

    args, kwargs = mapped(call, one)
    return args, kwargs


def _spoils(array: Any) -> bool:
    xp = _libraries.array_namespace(array)
    return bool(xp.isdtype(array.dtype, "real floating")) and 0 not in array.shape


def _reals(result: Any, on: Setting) -> dict[str, Any]:
    """The reals in a result, on the host."""
    found: dict[str, Any] = {}
    for at, part in parts(result):
        if is_array(part) and _spoils(part):
            found[at] = np.asarray(part if isinstance(part, np.ndarray | np.generic) else on.host(part))
        elif isinstance(part, float):
            found[at] = np.asarray(part)
    return found


def _form(result: Any, on: Setting) -> Mapping[str, tuple[int, ...]]:
    return {at: array.shape for at, array in _reals(result, on).items()}


def of_undefined(function: str) -> Iterator[Mistake]:
    """Mistakes that the law refutes."""
    if covered(function):
        yield Mistake(
            f"{function}/nan-as-zero",
            function,
            "Puts zeros for NaN first, as nan_to_num does, so that missing values count as data.",
            _filled(registry.reference()[function]),
            general=True,
        )


def _filled(function: Implementation) -> Implementation:
    def replacement(*args: Any, **kwargs: Any) -> Any:
        args, kwargs = mapped_arrays((args, kwargs), _zeros)
        return function(*args, **kwargs)

    return replacement


def _zeros(array: Any) -> Any:
    if not _spoils(array):
        return array
    xp = _libraries.array_namespace(array)
    return xp.where(xp.isnan(array), xp.zeros_like(array), array)
