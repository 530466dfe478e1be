"""The law that only numbers count: not how they are stored, nor in which objects."""

from collections.abc import Iterator, Sequence
from typing import Any

from ....backends import Setting
from ...language.judge import judge
from ...language.law import Impl, Implementation, Law, Record
from ...language.packing import copied
from ...language.packing import size as size_of
from .. import registry
from ..calls import Given
from . import sources, storage
from .agreement import TOLERANCE, agree, size
from .laws import general

PAIRS = 3
"""Pairs of calls of one form that are tried: some differ in what does not show."""


def stored(function: str, refutes: tuple[str, ...]) -> Law:
    """The law that arrays of the same numbers give the same result."""

    def check(impl: Impl, on: Setting, case: sources.Drawn) -> Iterator[Record]:
        """The first call with its arrays stored otherwise; one call after another in the same arrays."""
        tested, reference = impl[function], registry.reference()[function]
        made = sources.recorded(function, case, on)
        first = max(made, key=size_of, default=None)  # of one number no order in memory shows
        if first is None or not storage.arrays(first):
            return
        expected = copied(tested(*first[0], **first[1]))
        for manner, change in storage.MANNERS.items():
            yield from same(
                f"the same numbers, {manner}", storage.stored(first, change), expected, tested, on
            )
        yield from _zeros(first, expected, tested, reference, on)
        yield from _joined(first, tested, reference, on)
        variants = (sources.variant(first, turn) for turn in (case.turn, 1 - case.turn))
        made[:0] = [other for other in variants if sources.taken(other, reference, tested)]
        yield from _rewritten(made, tested, on)

    return general(
        function,
        "stored",
        "only the numbers count: not how arrays are stored, nor which object holds them",
        check,
        refutes,
        ("ordinary",),
    )


def same(label: str, call: Given, expected: Any, tested: Implementation, on: Setting) -> Iterator[Record]:
    """An implementation may refuse what is stored in an unusual manner, but not give other numbers."""
    results: list[Any] = []

    def keeping(*args: Any, **kwargs: Any) -> None:
        results.append(tested(*args, **kwargs))

    if sources.taken(call, keeping):
        yield from agree(label, results[0], expected, on, least=size(call, on))


def _zeros(
    call: Given, expected: Any, tested: Implementation, reference: Implementation, on: Setting
) -> Iterator[Record]:
    """Zeros that are negative, where the reference does not tell them from others."""
    negative = storage.stored(call, storage.signed_zeros)
    if sources.taken(negative, reference):
        records = agree("", reference(*negative[0], **negative[1]), reference(*call[0], **call[1]), on)
        if all(judge(record, TOLERANCE, on).holds for record in records):
            yield from same("the same numbers, zeros of them negative", negative, expected, tested, on)


def _joined(call: Given, tested: Implementation, reference: Implementation, on: Setting) -> Iterator[Record]:
    """One object for two arguments of one form."""
    shared = storage.joined(call)
    if shared is not None and sources.taken(shared, reference, tested):
        args, kwargs = copied(shared)
        expected = tested(*args, **kwargs)
        yield from same("one array for two arguments", shared, expected, tested, on)


def _rewritten(calls: Sequence[Given], tested: Implementation, on: Setting) -> Iterator[Record]:
    """Other numbers in the arrays of the call before."""
    for first, second in list(storage.alike(calls))[:PAIRS]:
        expected = copied(tested(*second[0], **second[1]))
        before = copied(first)
        tested(*before[0], **before[1])
        if (again := storage.rewritten(before, second)) is not None:
            yield from same("other numbers in the same arrays", again, expected, tested, on)
