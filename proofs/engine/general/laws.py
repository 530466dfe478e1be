"""The general laws: what every function, and what every batched function owes."""

from collections.abc import Iterator, Sequence
from typing import Any

from ...._libraries import is_array
from ....backends import Setting
from ...language.law import Check, Impl, Implementation, Law, Record, Same
from ...language.packing import copied, parts
from ...language.shapes import Part, Shape
from .. import registry
from ..calls import Given
from . import shapes, sources, storage
from .agreement import TOLERANCE, agree, size
from .batches import Batched, many, stacked

MOST = 9
"""Examples of a general law: each is some ten calls, and a defect shows in nearly all."""
MANY = 256
"""Entries of a long batch, beside one that is left over: a multiple of the usual sizes of a block."""
LARGE = 64
"""Entries of a batch from which on more do not matter."""


def pure(function: str, refutes: tuple[str, ...]) -> Law:
    """The law that results depend on nothing but the arguments."""

    def check(impl: Impl, on: Setting, case: sources.Drawn) -> Iterator[Record]:
        """Calls once, and in reverse order, under other random states of the process; and looks whether the
        first results have stayed."""
        tested = impl[function]
        made = sources.recorded(function, case, on)
        others = [sources.variant(call, case.turn) for call in made[:1]]
        made[:0] = [other for other in others if sources.taken(other, registry.reference()[function], tested)]
        made.sort(key=storage.form)  # what looks at forms alone shows only between calls of one form
        first, kept = [], []
        for args, kwargs in made:
            first.append(tested(*args, **kwargs))
            kept.append(copied(first[-1]))
        for result, before in zip(first, kept, strict=True):
            yield from agree("an earlier result, after other calls", result, before, on)
        for (args, kwargs), result in reversed(list(zip(made, kept, strict=True))):
            yield from agree("the same call, in reverse order", tested(*args, **kwargs), result, on)
        yield from _overwritten(made[:1], tested, on)

    return general(
        function,
        "pure",
        "results depend on the arguments alone: earlier calls and random states do not enter, later calls "
        "change nothing, and a result that is written into does not come back",
        check,
        refutes,
        sources.kinds(function),
    )


def batched(function: str, refutes: tuple[str, ...]) -> Law:
    """The law that leading axes are a batch: the function of a stack is the stack of its values."""

    def check(impl: Impl, on: Setting, case: sources.Drawn) -> Iterator[Record]:
        """Two calls stacked, four on two axes, single rows, one argument that broadcasts, and none at all."""
        tested = impl[function]
        pair = _pair(function, tested, sources.recorded(function, case, on), on)
        if pair is None:  # no call had batch axes
            return
        values = [call.call(tested) for call in pair]
        mixed, alike = stacked(*pair), stacked(pair[0], pair[0])  # together no symmetric square
        both = [call.call(tested) for call in (mixed, alike)]
        yield from _ends("two inputs stacked", function, both[0], values, on)
        square = stacked(mixed, alike).call(tested)
        yield from _ends("four inputs stacked on two axes", function, square, both, on)
        yield from _rows(pair[0], values[0], tested, on)
        yield from _broadcasts(*pair, tested, on)
        yield from _empty(pair[0], values[0], tested, on)
        yield from _many(pair[0], tested, on)

    return general(
        function,
        "batched",
        "leading axes are a batch, of any number and length: stacked inputs give the stack of the results",
        check,
        refutes,
        ("ordinary",),
    )


def general(
    function: str, name: str, statement: str, check: Check[Any], refutes: tuple[str, ...], kinds: Any
) -> Law:
    return Law(
        f"{function}-{name}",
        statement,
        registry.functions()[function].source,
        (function,),
        sources.cases(function),
        check,
        TOLERANCE,
        refutes,
        kinds,
        sources.needs(function),
        MOST,
        general=True,
        not_in=sources.not_in(function),
    )


def _overwritten(calls: Sequence[Given], tested: Implementation, on: Setting) -> Iterator[Record]:
    """A result is the caller's to write into: it is no array that the function keeps."""
    for call in calls:
        args, kwargs = copied(call)  # a result may be a view of an argument
        result = tested(*args, **kwargs)
        kept = copied(result)
        storage.spoil(result)
        again = copied(tested(*call[0], **call[1]))
        storage.restore(result, kept)
        yield from agree(
            "the same call, after its result was written into", again, kept, on, least=size(call, on)
        )


def _pair(
    function: str, tested: Implementation, calls: Sequence[Given], on: Setting
) -> tuple[Batched, Batched] | None:
    """The call with the most entries, and one that can be stacked with it: another call, or the same one
    with numbers three quarters as large, or in reverse order."""
    found = [batch for call in calls if (batch := Batched.of(function, *call))]
    if not found:
        return None
    first = max(found, key=lambda batch: min(batch.size, LARGE))
    others = (batch for batch in found if batch is not first and batch.fits(first, on))
    if second := next(others, None):
        return first, second
    smaller = first.smaller()
    taken = sources.taken(smaller.given(), registry.reference()[function], tested)
    return first, smaller if taken else first.backwards()


def _rows(call: Batched, value: Any, tested: Implementation, on: Setting) -> Iterator[Record]:
    """The first and the last entry alone. Functions among the arguments may hold numbers for all entries."""
    if call.size and call.rank and not call.functions:
        ends = [call.row(place).call(tested) for place in (0, -1)]
        yield from _ends("a batch and its rows", call.function, value, ends, on, add=False)


def _many(call: Batched, tested: Implementation, on: Setting) -> Iterator[Record]:
    """More entries than code takes at a time, and one that is left over; of what is quick for a batch."""
    slow = registry.functions()[call.function].needs & shapes.SLOW
    if call.size and not slow and not call.functions:
        ends = [call.end(place) for place in (0, -1)]
        whole = many(ends[0], ends[1], MANY).call(tested)
        label = f"{MANY + 1} inputs stacked"
        yield from _ends(label, call.function, whole, [end.call(tested) for end in ends], on, add=False)


def _broadcasts(first: Batched, second: Batched, tested: Implementation, on: Setting) -> Iterator[Record]:
    """One argument stacked, the others broadcast."""
    if not shapes.broadcasts(first.function):
        return
    for name in [name for name, _ in first.batched()][:2]:
        values = [first.call(tested), first.with_argument(name, second).call(tested)]
        whole = stacked(first, second, only=name).call(tested)
        yield from _ends(f"only {name} stacked", first.function, whole, values, on)


def _empty(call: Batched, value: Any, tested: Implementation, on: Setting) -> Iterator[Record]:
    """No entries give no results, where the docstring says so, in the shape that is left."""
    if not shapes.empties(call.function):
        return
    whole = call.empty().call(tested)
    for (place, part, found), (_, _, one) in zip(
        *(_arrays(call.function, result, on) for result in (whole, value)), strict=True
    ):
        if isinstance(part, Shape) and not part.loose:
            wanted = (*one.shape[: part.before], 0, *one.shape[part.before :])
            yield Same(f"shape of the result of an empty batch{place}", found.shape, wanted)


def _ends(
    label: str, function: str, whole: Any, ends: Sequence[Any], on: Setting, *, add: bool = True
) -> Iterator[Record]:
    """Claims that the first and the last entry of the first batch axis of a result are the given ones;
    and, with `add`, that these make up what is summed over the batch axes."""
    first, last = (_arrays(function, value, on) for value in ends)
    for (place, part, found), (_, _, left), (_, _, right) in zip(
        _arrays(function, whole, on), first, last, strict=True
    ):
        if isinstance(part, Shape):
            for index, name, wanted in ((0, "first", left), (-1, "last", right)):
                entry = _entry(found, part, index, wanted)
                yield from agree(f"{label}: {name} entry{place}", entry, wanted, on, hosted=True)
        elif part == "shared":
            yield from agree(f"{label}: result{place}", found, left, on, hosted=True)
        elif add:
            yield from agree(f"{label}: sum{place}", found, left + right, on, hosted=True)


def _entry(array: Any, part: Shape, index: int, wanted: Any) -> Any:
    """One entry of the first batch axis, if there must be one."""
    if (part.loose and array.ndim == wanted.ndim) or array.ndim <= part.before:
        return array
    return array[(slice(None),) * part.before + (index, ...)]


def _arrays(function: str, result: Any, on: Setting) -> list[tuple[str, Part, Any]]:
    """The arrays of a result on the host, with their places and what their axes are."""
    declared = shapes.results(function)
    several = len(declared) > 1
    return [
        (f" [{number}]{place}" if several else place, part, on.host(array))
        for number, (value, part) in enumerate(zip(result if several else (result,), declared, strict=True))
        for place, array in parts(value)
        if is_array(array)
    ]
