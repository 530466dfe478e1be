"""What is known of a wrong function that nothing explains: where it is right, and which entries differ."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from . import features
from .changes import named
from .compare import leaves
from .observed import Observed, Parts, distance, same_form
from .options import PLACEMENT, options
from .summed import of

Reals: TypeAlias = np.ndarray[Any, Any]

_EACH = 3
"""So many calls must be right, and so many wrong, before they are told apart."""
_LUCKY = 0.4
"""So many right calls, for each wrong one, may be right by chance."""
_APART = 1e6
"""Bounds of a quantity that are further apart say nothing."""


def where_right(seen: Observed, name: str, tolerance: float) -> str:
    """The one feature that separates the calls at which the function is right from the others, or nothing."""
    places = [i for i in range(len(seen.calls)) if seen.got[i] is not None and seen.expected[i] is not None]
    wrong = {i for i in places if seen.deviates(i, tolerance)}
    right = [i for i in places if i not in wrong]
    if len(right) < _EACH or len(wrong) < _EACH:
        return ""
    for (yes, no), values in _yes_or_no(seen, name, places):
        known = {i: v for i, v in values.items() if v is not None}
        told = _split(known, right, wrong)
        if told is not None:
            good, bad = (yes, no) if told else (no, yes)
            return f"right where {good}; wrong where {bad}"
    for text, numbers in measured(seen, name, places):
        if threshold := _threshold(numbers, right, wrong):
            return f"right for {text} {threshold[0]}; wrong for {text} {threshold[1]}"
    for (yes, no), values in _yes_or_no(seen, name, places):
        known = {i: v for i, v in values.items() if v is not None}
        for answer, good, bad in ((True, yes, no), (False, no, yes)):
            if _mostly(known, right, wrong, answer):
                return f"right where {good}; wrong at most calls where {bad}"
    return ""


def _mostly(values: Mapping[int, bool], right: Sequence[int], wrong: set[int], answer: bool) -> bool:
    """Whether all calls of an answer are right, and few of the others, which chance may have made right."""
    if any(i not in values or values[i] == answer for i in wrong):
        return False
    lucky = sum(values.get(i) is not answer for i in right)
    return len(right) - lucky >= _EACH and lucky <= _LUCKY * len(wrong)


def subsets(
    seen: Observed, name: str, places: Sequence[int], tolerance: float
) -> Iterator[tuple[str, list[int]]]:
    """Calls that may have an explanation of their own, and what they have in common; the wrong ones first."""
    wrong = [i for i in places if seen.deviates(i, tolerance)]
    right = [i for i in places if i not in set(wrong)]
    if len(right) >= _EACH and len(wrong) >= _EACH:
        for text, values in _yes_or_no(seen, name, places):
            told = _split({i: v for i, v in values.items() if v is not None}, right, set(wrong))
            if told is not None:
                yield f"where {text[1] if told else text[0]}", wrong
                break
    given = {i: options(name, seen.calls[i]) for i in places}
    ordered = [*wrong, *right]
    if any(given[i] for i in wrong):
        yield "where no option is given", [i for i in ordered if not given[i]]
    for option in dict.fromkeys(o for i in wrong for o in given[i]):
        values = {i: named(name, seen.calls[i]).get(option) for i in places}
        if all(isinstance(values[i], str | bool) for i in wrong):
            for value in dict.fromkeys(values[i] for i in wrong):
                yield f"where {option}={value!r}", [i for i in ordered if values[i] == value]
        else:
            yield f"where {option} is given", [i for i in ordered if option in given[i]]


def _split(values: Mapping[int, bool], right: Sequence[int], wrong: set[int]) -> bool | None:
    """Which answer the right calls have in common that no wrong one has; None if there is none."""
    good = {values[i] for i in right if i in values}
    bad = {values[i] for i in wrong if i in values}
    if len(good) != 1 or len(bad) != 1 or good == bad:
        return None
    if sum(i in values for i in right) < len(right) or sum(i in values for i in wrong) < len(wrong):
        return None
    return good.pop()


def _threshold(values: Mapping[int, float], right: Sequence[int], wrong: set[int]) -> tuple[str, str] | None:
    """The bounds of a quantity that separate right from wrong, as texts."""
    if any(i not in values for i in (*right, *wrong)):
        return None
    good, bad = [values[i] for i in right], [values[i] for i in wrong]
    if max(good) < min(bad):
        low, high, told = max(good), min(bad), ("≤", "≥")
    elif min(good) > max(bad):
        low, high, told = max(bad), min(good), ("≥", "≤")
    else:
        return None
    near, far = sorted((abs(low), abs(high)))
    if far > _APART * max(near, 1.0):
        return None  # between ordinary and extreme inputs lies much where anything may be
    ends = (high, low) if told[0] == "≥" else (low, high)
    return f"{told[0]} {ends[0]:.6g}", f"{told[1]} {ends[1]:.6g}"


_Answers: TypeAlias = dict[int, "bool | None"]


def _yes_or_no(
    seen: Observed, name: str, places: Sequence[int]
) -> Iterator[tuple[tuple[str, str], _Answers]]:
    """Questions about the calls: (what is said if so, and if not), answers."""
    given = {i: named(name, seen.calls[i]) for i in places}
    arrays = {i: features.arrays(given[i], seen.on) for i in places}
    used = {option for i in places for option in options(name, seen.calls[i])} - PLACEMENT
    for option in sorted(used):
        yield (
            (f"{option} is not its default", f"{option} has its default"),
            {i: option in options(name, seen.calls[i]) for i in places},
        )
    values = {option: {repr(given[i].get(option)) for i in places} for option in used}
    for option, texts in values.items():
        for text in sorted(texts)[:4] if all(t[:1] in "'TF" for t in texts) else ():
            yield (
                (f"{option}={text}", f"{option} is another"),
                {i: repr(given[i].get(option)) == text for i in places},
            )
    for key in dict.fromkeys(k for found in arrays.values() for k in found):
        for question, answer in _QUESTIONS.items():
            yes, no = (text.format(key) for text in question)
            yield (yes, no), {i: _asked(answer, arrays[i].get(key)) for i in places}
    ties = {i: any(_asked(_ties, array) for array in found.values()) for i, found in arrays.items()}
    yield ("some argument has ties", "no argument has ties"), dict(ties)
    keys = list(dict.fromkeys(k for found in arrays.values() for k in found))
    for place, first in enumerate(keys):
        for second in keys[place + 1 :]:
            yield (
                (f"{first} and {second} have the same sizes", f"{first} and {second} have unequal sizes"),
                {i: _equal(arrays[i].get(first), arrays[i].get(second)) for i in places},
            )


def _asked(answer: Callable[[Reals], bool], array: Reals | None) -> bool | None:
    if array is None or not array.size:
        return None
    with np.errstate(all="ignore"):
        try:
            return bool(answer(array))
        except (ValueError, IndexError, TypeError):
            return None


def _equal(first: Reals | None, second: Reals | None) -> bool | None:
    return None if first is None or second is None else first.shape == second.shape


def _steps(a: Reals) -> Reals:
    return np.diff(a.astype(float), axis=-1) if a.ndim == 1 else np.zeros(0)


def _grows(a: Reals) -> bool:
    steps = _steps(a)
    return bool(steps.size and np.all(steps > 0))


def _even(a: Reals) -> bool:
    if a.ndim != 1 or a.size < 3:
        return True
    steps = _steps(a)
    return bool(np.ptp(steps) <= 1e-6 * np.max(np.abs(steps)))


def _ties(a: Reals) -> bool:
    return bool(a.ndim and len(np.unique(a)) < a.size)


_QUESTIONS: Mapping[tuple[str, str], Callable[[Reals], bool]] = {
    ("{} grow", "{} fall (decrease)"): _grows,
    ("{} are evenly spaced", "{} are unevenly spaced"): _even,
    ("{} has ties", "{} has no ties"): _ties,
    ("{} has a zero", "{} has no zero"): lambda a: bool(np.any(a == 0)),
    ("{} has negative entries", "{} has no negative entries"): lambda a: bool(np.any(a < 0)),
    ("{} is positive in some entry", "{} is nowhere positive"): lambda a: bool(np.any(a > 0)),
    ("{} is constant", "{} is not constant"): lambda a: bool(np.ptp(a) == 0),
    ("{} is whole numbers", "{} is not whole numbers"): lambda a: bool(np.all(a == np.round(a))),
    ("{} has one entry on its last axis", "{} has more than one entry on its last axis"):
        lambda a: a.ndim > 0 and a.shape[-1] == 1,
    ("{} has batch axes", "{} has no batch axes"): lambda a: a.ndim > 1,
    ("{} is sorted", "{} is not sorted"): lambda a: bool(np.all(np.diff(a, axis=-1) >= 0)),
    ("{} is diagonal", "{} is not diagonal"): lambda a: a.ndim > 1 and a.shape[-1] == a.shape[-2]
        and bool(np.all(a * (1 - np.eye(a.shape[-1])) == 0)),
}  # fmt: skip


def measured(seen: Observed, name: str, places: Sequence[int]) -> Iterator[tuple[str, dict[int, float]]]:
    """Quantities of the calls: sizes, numbers, magnitudes."""
    given = {i: named(name, seen.calls[i]) for i in places}
    sized = {i: features.lengths(given[i], seen.on) for i in places}
    plain = {i: features.numbers(given[i]) for i in places}
    arrays = {i: features.arrays(given[i], seen.on) for i in places}
    top = {
        i: {f"the largest entry of {k}": float(np.max(a)) for k, a in f.items() if a.size}
        for i, f in arrays.items()
    }
    low = {
        i: {f"the smallest entry of {k}": float(np.min(a)) for k, a in f.items() if a.size}
        for i, f in arrays.items()
    }
    for found in (sized, plain, top, low):
        for text in dict.fromkeys(key for one in found.values() for key in one):
            yield text, {i: one[text] for i, one in found.items() if text in one and math.isfinite(one[text])}


def which_entries(seen: Observed, places: Sequence[int], tolerance: float) -> str:
    """Which parts, or which entries along the last axis, differ at all calls that differ; or nothing."""
    masks = []
    for i in places:
        got, expected = seen.got[i], seen.expected[i]
        if got is not None and expected is not None and same_form(got, expected):
            pairs = zip(got, expected, seen.scales(i), strict=True)
            masks.append([distance(g, e) > tolerance * scale for g, e, scale in pairs])
    if len(masks) < _EACH or len({len(mask) for mask in masks}) != 1:
        return ""
    parts = len(masks[0])
    if parts > 1:
        wrong = [k for k in range(parts) if any(np.any(mask[k]) for mask in masks)]
        paths = [leaf.path.lstrip(".") for leaf in leaves(seen.references[places[0]], seen.on)]
        if 0 < len(wrong) < parts and len(paths) == parts:
            off, right = [paths[k] for k in wrong], [paths[k] for k in range(parts) if k not in wrong]
            differ, are = "differ" if len(off) > 1 else "differs", "are" if len(right) > 1 else "is"
            return f"only {' and '.join(off)} {differ}; {' and '.join(right)} {are} right"
        return ""
    rows = [
        mask[0].reshape(-1, mask[0].shape[-1]) for mask in masks if mask[0].ndim and mask[0].shape[-1] > 2
    ]
    if len(rows) < _EACH:
        return ""
    columns = [np.any(row, axis=0) for row in rows]
    for text, places_of in _ENTRIES.items():
        if all(not np.any(c[~places_of(len(c))]) and np.all(c[places_of(len(c))]) for c in columns):
            return text
    return ""


def _only(*chosen: int) -> Callable[[int], Any]:
    def places(n: int) -> Any:
        found = np.zeros(n, bool)
        found[list(chosen)] = True
        return found

    return places


_ENTRIES: Mapping[str, Callable[[int], Any]] = {
    "only the first entry along the last axis differs": _only(0),
    "only the last entry along the last axis differs": _only(-1),
    "all entries along the last axis but the first differ": lambda n: ~_only(0)(n),
    "all entries along the last axis but the last differ": lambda n: ~_only(-1)(n),
    "only the entries between the first and the last differ": lambda n: ~_only(0, -1)(n),
    "only the first and the last entry along the last axis differ": _only(0, -1),
    "only every second entry along the last axis, from the first, differs": lambda n: np.arange(n) % 2 == 0,
    "only every second entry along the last axis, from the second, differs": lambda n: np.arange(n) % 2 == 1,
    "only the first half of the last axis differs": lambda n: np.arange(n) < n // 2,
    "only the second half of the last axis differs": lambda n: np.arange(n) >= n // 2,
}


def not_finite(seen: Observed, name: str, places: Sequence[int]) -> str:
    """What NaN or infinity it gives where numbers are expected, and what these calls have in common."""
    found = {}
    for i in places:
        got, expected = seen.got[i], seen.expected[i]
        if got is None or expected is None or not same_form(got, expected):
            continue
        for g, e in zip(got, expected, strict=True):
            bad = g[~np.isfinite(g) & np.isfinite(e)]
            if bad.size:
                found[i] = "NaN" if np.any(np.isnan(bad)) else "an infinity"
    if not found:
        return ""
    what = " or ".join(sorted(set(found.values())))
    zeros = _zeros(seen, name, found)
    where = f", where {zeros} is 0" if zeros else ""
    calls = of(len(found), len(seen.calls))
    return f"it gives {what} at {calls} calls where a number is expected{where}"


def not_nan(seen: Observed, name: str) -> str:
    """What numbers it gives where NaN is expected, and what these calls have in common."""
    found: dict[int, float] = {}
    for i in seen.compared:
        got, expected = seen.got[i], seen.expected[i]
        if same_form(got, expected):
            for g, e in zip(got or (), expected or (), strict=True):
                if np.any(bad := np.isfinite(g) & np.isnan(e)):
                    found[i] = float(g[bad][0])
    if not found:
        return ""
    same = f"{next(iter(found.values())):g}" if len(set(found.values())) == 1 else "a number"
    common = _common(seen, name, found)
    return f"it gives {same} where NaN is expected, at {len(found)} calls" + (
        f", where {common}" if common else ""
    )


def _common(seen: Observed, name: str, places: Mapping[int, Any]) -> str:
    """What these calls have in common that no other has."""
    compared = seen.compared
    for text, values in _yes_or_no(seen, name, compared):
        for said, answer in zip(text, (True, False), strict=True):
            if {i for i in compared if values[i] is answer} == set(places):
                return said
    constant = set()
    for i in compared:
        arrays = features.arrays(named(name, seen.calls[i]), seen.on).values()
        if any(a.size and a.ndim and np.ptp(a) == 0 for a in arrays if a.dtype.kind != "b"):
            constant.add(i)
    return "an argument is constant (all its entries are equal)" if set(places) <= constant else ""


def out_of_range(seen: Observed, name: str, tolerance: float) -> str:
    """Whether whole numbers are beyond what indices into the arguments can be."""
    wrong = [i for i in seen.compared if seen.deviates(i, tolerance)]
    for key in dict.fromkeys(k for i in seen.compared for k in _sizes(seen, name, i)):
        if not all(_indices(seen.expected[i], _sizes(seen, name, i).get(key)) for i in seen.compared):
            continue
        beyond = [i for i in wrong if not _indices(seen.got[i], _sizes(seen, name, i).get(key))]
        if beyond and 2 * len(beyond) >= len(wrong):
            return (
                f"it gives indices out of range at {len(beyond)} calls, beyond {key}: there is no such class "
                "or entry (padding, perhaps)"
            )
    return ""


def _indices(parts: Parts, size: float | None) -> bool:
    """Whether all of a result can be indices into an axis of this size."""
    if parts is None or size is None:
        return False
    return all(bool(np.all((p == np.round(p)) & (p >= -1) & (p < size))) for p in parts)


def _sizes(seen: Observed, name: str, place: int) -> dict[str, float]:
    return features.lengths(named(name, seen.calls[place]), seen.on)


def _zeros(seen: Observed, name: str, bad: Mapping[int, str]) -> str:
    """The argument that has a zero, or is one, at just these calls."""
    with_zero: dict[str, set[int]] = {}
    for i, call in enumerate(seen.calls):
        given = named(name, call)
        for key, array in features.arrays(given, seen.on).items():
            if np.any(array == 0):
                with_zero.setdefault(key, set()).add(i)
        for key, number in features.numbers(given).items():
            if number == 0:
                with_zero.setdefault(key, set()).add(i)
    return next((key for key, places in with_zero.items() if places == set(bad)), "")
