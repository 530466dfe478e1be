"""What results do not show: state, caches, how arrays are stored, the width of integers, chance.

Calls that are made again on copies of their arguments give the right results. The general laws see more:
which of their claims fail, on the case at which they failed, tells what the function does. A known mistake
that fails the same claims is the cause; else the claim is told in words.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...backends import Setting
from ..engine import catalogue
from ..engine.cases import converted
from ..engine.implementations import Implementations
from ..language.judge import judge
from ..language.law import REFUSALS, Implementation, ImplementationCrashedError, Law, WrongResultError
from .messages import Explain

WRITES = "it writes into its arguments: they have other numbers after the call"
_MEANS = {
    "the same call, in reverse order":
        "it gives other results for the same arguments when it is called again: earlier calls, or random "
        "numbers, enter its results",
    "an earlier result, after other calls":
        "it writes into a result that it gave out before: results share one buffer",
    "the same call, after its result was written into":
        "it gives out the array that its cache keeps: whoever writes into a result changes later ones",
    "other numbers in the same arrays":
        "it keeps results by the identity of the arrays: other numbers in the same arrays give the result of "
        "those before",
    "one array for two arguments":
        "it gives another result where one array is passed for two arguments: it writes into one of them, or "
        "tells them apart by identity",
    "zeros of them negative": "it tells −0 from 0",
    "in memory":
        "it reads arrays as if they were contiguous: strided or reversed views give other numbers",
    "read-only": "it writes into its arguments",
    "in the other byte order": "it reads the bytes of arrays as if their order were the machine's",
    "integers as":
        "it depends on the width of integers: a product wraps around, or another type is read otherwise",
    "inputs stacked: ": "it gives other results in a batch than one by one",
    "a batch and its rows": "it gives other results in a batch than row by row",
    "stacked: ": "an argument that broadcasts against a batch gives other results",
    "the result of an empty batch": "an empty batch does not give an empty result",
}  # fmt: skip
"""What a claim means that fails, by a part of its label; the first that fits counts."""
_ALONE = re.compile(r": (not a number|shape|parts)$")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the function does."""

    sentence: str
    """In words, or empty if known mistakes say it."""
    mistakes: tuple[str, ...] = ()


def behaviour(request: Explain, function: Implementation, on: Setting, seed: int) -> Behaviour | None:
    """What the claims of general laws that fail tell of a function; None where none fails again."""
    name = request.function
    for law, case in _failed(request, on):
        mine = _failing(law, name, function, case, on, seed)
        if isinstance(mine, str):
            return Behaviour(mine)
        if not mine or not law.general:
            continue
        made = {
            wrong: _failing(law, name, catalogue.made(catalogue.mistakes()[wrong]), case, on, seed)
            for wrong in law.refutes
        }
        known = tuple(wrong for wrong, theirs in made.items() if not isinstance(theirs, str)
                      and _same(mine, theirs, numbers=law.id.endswith("-batched")))  # fmt: skip
        if known:
            return Behaviour("", known)
        for part, text in _MEANS.items():
            if any(part in label for label in mine):
                return Behaviour(text)
    return None


def _failed(request: Explain, on: Setting) -> Iterator[tuple[Law, Any]]:
    """The laws that failed and the cases, those of storage and integers first: they tell most."""
    failed = [(catalogue.laws()[law], found) for law, found in request.failures.items()]
    for law, found in sorted(failed, key=lambda pair: (not pair[0].general, pair[0].id.endswith("-batched"))):
        try:
            yield law, converted(found.case, on)
        except REFUSALS:  # it may have lost what cannot travel between processes
            continue


def _same(mine: Mapping[str, Any], theirs: Mapping[str, Any], *, numbers: bool) -> bool:
    """Whether the same claims fail, with the same numbers where these are no accident."""
    if mine.keys() != theirs.keys():
        return False
    with np.errstate(all="ignore"):
        return not numbers or all(
            np.shape(mine[label]) == np.shape(theirs[label])
            and np.allclose(mine[label], theirs[label], rtol=1e-3, equal_nan=True)
            for label in mine
        )


def _failing(
    law: Law, name: str, function: Implementation, case: Any, on: Setting, seed: int
) -> dict[str, Any] | str:
    """The claims that do not hold, by label, and what is there; or what no result can show."""
    impl = Implementations(catalogue.reference(), {name: function}, on, seed)
    labels: dict[str, Any] = {}
    try:
        with np.errstate(all="ignore"):
            for record in law.check(impl, on, case):
                found = judge(record, law.tolerance, on)
                if not found.holds:
                    labels[_ALONE.sub("", found.label)] = _number(found.left)
    except WrongResultError as error:
        if "in place" in str(error):
            return WRITES
        labels["another form"] = 0
    except ImplementationCrashedError as error:
        labels[f"raises {str(error).partition(' raised ')[2].partition(':')[0]}"] = 0
    except Exception:  # the law's own code meets results that are too wrong
        labels["raises"] = 0
    return labels


def _number(value: Any) -> Any:
    """What a finding has on one side, if it is numbers."""
    try:
        return np.asarray(value, np.float64)
    except (TypeError, ValueError):
        return np.nan
