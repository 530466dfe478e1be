"""Relations between a wrong result and the right one: multiples, sums, powers, and maps of every part."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from . import features
from .changes import named
from .compare import leaves
from .constants import recognised
from .cuts import cuts
from .maps import FORMS, MAPS
from .observed import Candidate, Observed, Parts, Weighed, distance, largest, same_form, weigh

Reals: TypeAlias = np.ndarray[Any, Any]
Given: TypeAlias = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _Fit:
    """A relation for one part."""

    text: str
    at: Callable[[int, Reals], Reals]
    """The part that it makes of the expected one, at a call."""
    fitted: int = 0
    rank: float = 0.0


def related(seen: Observed, name: str, places: Sequence[int], tolerance: float) -> Iterator[Weighed]:
    """Relations between the results and the expected ones, if every part that differs has one."""
    usable = _usable(seen, places)
    if not usable:
        return
    if len(seen.expected[usable[0]] or ()) == 2:
        exchanged = Candidate("gives its two parts exchanged", lambda i: (seen.expected[i] or [])[::-1], 3.0)
        yield weigh(seen, exchanged, places, tolerance)
    found = _of_parts(seen, name, usable, tolerance)
    chosen = {part: fit for part, fit in found.items() if fit is not None}
    if found and len(chosen) == len(found):
        yield weigh(seen, _together(seen, chosen, usable), places, tolerance)
    else:
        yield from _reformed(seen, name, usable, tolerance)


def terms(seen: Observed, places: Sequence[int], tolerance: float) -> Iterator[Weighed]:
    """That the last step is missing, which makes one number of all terms along the last axis."""
    several = [i for i in places if (got := seen.got[i]) and len(got) == 1 and got[0].shape[-1:] > (1,)]
    for what, reduce in _REDUCED:
        told = f"gives the terms of what is expected: the {what} over the last axis is missing"
        yield weigh(seen, Candidate(told, partial(_terms, seen, reduce), 3.0), several, tolerance)


_REDUCED: tuple[tuple[str, Callable[..., Any]], ...] = (("sum", np.sum), ("mean", np.mean))
"""What makes one number of those along an axis."""


def _terms(seen: Observed, reduce: Callable[..., Any], place: int) -> Parts:
    """A result where what is made of it is the expected one, else NaN."""
    [got], [expected] = seen.got[place] or [np.zeros(0)], seen.expected[place] or [np.zeros(0)]
    if got.shape[:-1] != expected.shape:
        return None
    with np.errstate(all="ignore"):
        right = distance(reduce(got, axis=-1), expected) <= seen.loose * np.abs(expected)
    return [np.where(right[..., None], got, np.nan)]


def _reformed(seen: Observed, name: str, usable: Sequence[int], tolerance: float) -> Iterator[Weighed]:
    """Relations of a result that has another form, too: the square root of all entries but the first."""
    if any(same_form(seen.got[i], seen.expected[i]) or len(seen.got[i] or ()) != 1 for i in usable):
        return
    for text, axes, operation in MAPS:
        if text in FORMS and (made := _forms(seen, usable, axes, operation)):
            alone = Observed(seen.calls, seen.got, [made.get(i) for i in range(len(seen.calls))], seen.on)
            fit = _of_parts(alone, name, usable, tolerance).get(0)
            if fit is not None:
                sentence = f"gives {fit.text.replace('what is expected', text)}"
                told = Candidate(sentence, _candidate(alone, fit).at, 3.6 + fit.rank, fitted=fit.fitted)
                yield weigh(seen, told, usable, tolerance)


def _forms(
    seen: Observed, usable: Sequence[int], axes: int, operation: Callable[[Reals], Reals]
) -> dict[int, Reals]:
    """The expected results in another form, if it is that of the results at all calls; else nothing."""
    made = {}
    for i in usable:
        [got], [expected] = seen.got[i] or [np.zeros(0)], seen.expected[i] or [np.zeros(0)]
        if expected.ndim < axes or not expected.size or (new := operation(expected)).shape != got.shape:
            return {}
        made[i] = new
    return made


def partly(seen: Observed, name: str, places: Sequence[int], tolerance: float) -> str:
    """What is true of some of the parts that differ, if it is not known of all; else nothing."""
    usable = _usable(seen, places)
    found = _of_parts(seen, name, usable, tolerance) if usable else {}
    chosen = {part: fit.text for part, fit in found.items() if fit is not None}
    if not chosen or len(chosen) == len(found):
        return ""
    paths = [leaf.path.lstrip(".") or f"[{k}]"
             for k, leaf in enumerate(leaves(seen.references[usable[0]], seen.on))]  # fmt: skip
    texts: dict[str, list[str]] = {}
    for part, text in chosen.items():
        texts.setdefault(text, []).append(paths[part])
    return "; ".join(f"in {' and '.join(where)} it gives {text}" for text, where in texts.items())


def _usable(seen: Observed, places: Sequence[int]) -> list[int]:
    """The calls at which there are results, if these have the expected parts, always as many."""
    usable = [i for i in places if seen.got[i] is not None and seen.expected[i] is not None]
    counts = {(len(seen.got[i] or ()), len(seen.expected[i] or ())) for i in usable}
    return usable if len(counts) == 1 and len(set(*counts)) == 1 else []


def _of_parts(seen: Observed, name: str, usable: Sequence[int], tolerance: float) -> dict[int, _Fit | None]:
    """The best relation of each part that differs, or None."""
    found: dict[int, _Fit | None] = {}
    for part in range(len(seen.expected[usable[0]] or ())):
        alone = _part(seen, part)
        if part in seen.estimates or not any(alone.deviates(i, tolerance) for i in usable):
            continue
        made = {fit.text: fit for fit in _fits(alone, name, usable)}
        weighed = [weigh(alone, _candidate(alone, fit), usable, tolerance) for fit in made.values()]
        best = min((w for w in weighed if w.accepted()), key=lambda w: w.key, default=None)
        found[part] = None if best is None else made[best.candidate.sentence]
    return found


def _part(seen: Observed, part: int) -> Observed:
    """One part of all results."""

    def only(parts: Parts) -> Any:
        # The number of parts may depend on the call: a trace has as many as there are layers.
        return None if parts is None or part >= len(parts) else parts[part]

    return Observed(seen.calls, [only(g) for g in seen.got], [only(e) for e in seen.expected], seen.on)


def _candidate(alone: Observed, fit: _Fit) -> Candidate:
    def at(place: int) -> Parts:
        expected = alone.expected[place]
        if expected is None:
            return None
        try:
            with np.errstate(all="ignore"):
                return [np.asarray(fit.at(place, expected[0]), np.float64)]
        except (ValueError, IndexError):
            return None

    return Candidate(fit.text, at, fit.rank, fitted=fit.fitted)


def _together(seen: Observed, chosen: Mapping[int, _Fit], places: Sequence[int]) -> Candidate:
    """The candidate whose parts are all as fitted, the others as expected."""
    paths = [leaf.path or f"[{k}]" for k, leaf in enumerate(leaves(seen.references[places[0]], seen.on))]
    texts = {part: fit.text for part, fit in chosen.items()}
    if len(paths) == 1:
        sentence = f"gives {texts[0]}"
    elif len(texts) == len(paths) and len(set(texts.values())) == 1:
        sentence = f"gives {texts[0]}, in every part"
    else:
        told = "; ".join(f"in {paths[part].lstrip('.')} it gives {text}" for part, text in texts.items())
        right = [path.lstrip(".") for part, path in enumerate(paths) if part not in texts]
        sentence = told.replace("it gives", "gives", 1) + (f" ({', '.join(right)} is right)" if right else "")
    alone = {part: _candidate(_part(seen, part), fit) for part, fit in chosen.items()}

    def at(place: int) -> Parts:
        expected = seen.expected[place]
        if expected is None:
            return None
        parts = []
        for part, value in enumerate(expected):
            made = alone[part].at(place) if part in alone else [value]
            if made is None:
                return None
            parts.append(made[0])
        return parts

    fitted = max(fit.fitted for fit in chosen.values())
    return Candidate(sentence, at, 3.0 + max(fit.rank for fit in chosen.values()), fitted=fitted)


def _fits(alone: Observed, name: str, places: Sequence[int]) -> Iterator[_Fit]:
    """All relations that one part may have."""
    signs = {
        float(v) for i in places for v in np.unique(np.sign((alone.expected[i] or [np.zeros(0)])[0]))[:4]
    }
    for text, axes, operation in MAPS:
        if "the sign of" in text and not {1.0, -1.0} <= signs:
            continue  # of what is never negative, that is a constant
        if all(p is None or p[0].ndim >= axes for p in (alone.expected[i] for i in places)):
            yield _Fit(text, lambda i, e, f=operation: f(e))  # type: ignore[misc]
    given = {i: named(name, alone.calls[i]) for i in places}
    ratios = _series(alone, places, lambda g, e: g / e)
    yield from _scaled(ratios, given, alone)
    shifts = _series(alone, places, lambda g, e: g - e)
    yield from _added(shifts, given, alone)
    powers = _series(alone, places, lambda g, e: np.log(np.abs(g)) / np.log(np.abs(e)))
    if (power := _constant(powers, 1.0)) is not None and power not in (1, 0):
        yield _Fit(f"what is expected to the power {_say(power)}", lambda i, e: e**power, 1, 0.2)
    yield from _with_arguments(given, alone)
    yield from _power_laws(given, alone, places)
    yield from _affine(alone, places)
    pairs = [
        (got[0], expected[0]) for i in places if (got := alone.got[i]) and (expected := alone.expected[i])
    ]
    yield from (_Fit(text, lambda i, e, f=cut: f(e), 1, 0.3) for text, cut in cuts(pairs))  # type: ignore[misc]


def _series(
    alone: Observed, places: Sequence[int], relation: Callable[[Reals, Reals], Reals]
) -> dict[int, float]:
    """One number for each call: the median of a relation over the entries that are large enough."""
    found = {}
    for i in places:
        got, expected = alone.got[i], alone.expected[i]
        if got is None or expected is None or got[0].shape != expected[0].shape:
            continue
        g, e = got[0], expected[0]
        large = np.isfinite(g) & np.isfinite(e) & (np.abs(e) > 1e-3 * largest(e))
        if np.any(large):
            with np.errstate(all="ignore"):
                number = float(np.median(relation(g[large], e[large])))
            if math.isfinite(number):
                found[i] = number
    return found


def _constant(series: Mapping[int, float], neutral: float = 0.0) -> float | None:
    """The number that most calls have in common, or None. What matters is how far it is from the neutral one,
    which changes nothing: a factor of 1 + 1e-9 is not 1."""
    if len(series) < 2:
        return None
    values = np.asarray(list(series.values()))
    middle = float(np.median(values))
    near = np.abs(values - middle) <= 1e-2 * min(abs(middle), abs(middle - neutral))
    if not middle or middle == neutral or np.mean(near) < 0.6:
        return None
    found = recognised(middle, _fine(middle, 1e-5, neutral))
    return found[0] if found else middle


def _fine(number: float, tolerance: float, neutral: float = 1.0) -> float:
    """A tolerance that tells a number from the neutral one."""
    return min(tolerance, 1e-2 * abs(number - neutral))


def _say(number: float) -> str:
    if 0 < abs(number - 1) < 1e-4:
        return f"(1 {'+' if number > 1 else '−'} {abs(number - 1):.3g})"
    found = recognised(number, _fine(number, 1e-9))
    return found[1] if found else f"{number:.6g}"


_POWERS = {1.0: "{}", -1.0: "1/{}", 0.5: "√{}", -0.5: "1/√{}", 2.0: "{}²", -2.0: "1/{}²"}
_SIDES = {1.0: " (a sum where a mean is meant)", -1.0: " (a mean where a sum is meant)"}


def _scaled(ratios: Mapping[int, float], given: Mapping[int, Any], alone: Observed) -> Iterator[_Fit]:
    """Multiples: by a constant, or by sizes and numbers of the call."""
    factor = _constant(ratios, 1.0)
    if factor is not None:
        named_factor = recognised(factor, _fine(factor, 1e-9)) is not None
        fitted, rank = (0, -1.5) if named_factor else (1, 0.0)
        also = _as_size(factor, [features.lengths(given[i], alone.on) for i in ratios])
        yield _Fit(f"{_say(factor)} times what is expected{also}", lambda i, e: factor * e, fitted, rank)
        return
    used = [i for i, r in ratios.items() if r > 0]
    if len(used) < 3 or len(used) < 0.8 * len(ratios):
        return
    logs = np.log([ratios[i] for i in used])
    for text, values, note in _quantities(given, used, alone):
        for power, form in _POWERS.items():
            with np.errstate(all="ignore"):
                rest = logs - power * np.log(values)
            middle = float(np.median(rest))
            if not math.isfinite(middle) or np.mean(np.abs(rest - middle) < 1e-4) < 0.8:
                continue
            exact = recognised(_exp(middle), 1e-5)
            if exact is None:
                continue
            scale, said = exact
            by_call = {i: scale * float(v) ** power for i, v in zip(used, values, strict=True)}
            symbol, _, meaning = text.partition("=")
            factor_text = form.format(symbol) if scale == 1 else f"{said}·{form.format(symbol)}"
            side = _SIDES.get(power, "") if note and scale == 1 else ""
            where = f", {symbol} {meaning}" if meaning else ""
            yield _Fit(
                f"{factor_text} times what is expected{where}{side}",
                lambda i, e, by_call=by_call: by_call.get(i, math.nan) * e,  # type: ignore[misc]
                0,
                0.1,
            )


def _as_size(factor: float, sizes: Sequence[Mapping[str, float]]) -> str:
    """What sizes that are the same in all calls a constant factor may stand for, if so."""
    found = []
    for text in dict.fromkeys(key for one in sizes for key in one):
        [size, *others] = {one.get(text, math.nan) for one in sizes}
        if others or not size > 1:
            continue
        for power, form in _POWERS.items():
            if abs(factor - size**power) < 1e-9 * factor:
                found.append(f"{form.format('n')} for n = {size:g}, {text}{_SIDES.get(power, '')}")
    return f": {found[0]}, perhaps" if found else ""


def _quantities(
    given: Mapping[int, Any], used: Sequence[int], alone: Observed
) -> Iterator[tuple[str, Reals, bool]]:
    """Positive numbers of the calls that vary: "n=the size of …" or a name, values, whether it is a size."""
    sizes = [features.lengths(given[i], alone.on) for i in used]
    plain = [features.numbers(given[i]) for i in used]
    for found, is_size in ((sizes, True), (plain, False)):
        for text in dict.fromkeys(key for one in found for key in one):
            values = np.asarray([one.get(text, math.nan) for one in found])
            if np.any(~(values > 0)) or len(set(values)) < 2:
                continue
            if is_size:
                yield f"n={text}", values, True
            else:
                yield text, values, False
            if np.all(values > 1) and np.all(values == np.round(values)):
                symbol, equals = ("n", f"={text}") if is_size else (text, "")
                yield f"(({symbol} − 1)/{symbol}){equals}", (values - 1) / values, False
                yield f"(({symbol} + 1)/{symbol}){equals}", (values + 1) / values, False
                yield f"(ln {symbol}){equals}", np.log(values), False


def _added(shifts: Mapping[int, float], given: Mapping[int, Any], alone: Observed) -> Iterator[_Fit]:
    """Sums: with a constant, or with sizes and numbers of the call and their logarithms."""
    shift = _constant(shifts)
    if shift is not None:
        exact = recognised(shift, 1e-9) is not None
        sign, size = ("plus", shift) if shift > 0 else ("minus", -shift)
        yield _Fit(f"what is expected {sign} {_say(size)}", lambda i, e: e + shift, 0 if exact else 1, 0.1)
        return
    used = list(shifts)
    if len(used) < 3:
        return
    values = np.asarray([shifts[i] for i in used])
    for text, numbers, _ in _quantities(given, used, alone):
        symbol, _, meaning = text.partition("=")
        where = f", {symbol} {meaning}" if meaning else ""
        for said, quantity in (
            (symbol, numbers),
            (f"ln {symbol}", np.log(numbers)),
            (f"log₂ {symbol}", np.log2(numbers)),
        ):
            with np.errstate(all="ignore"):
                ratio = values / quantity
            middle = float(np.median(ratio))
            if not math.isfinite(middle) or np.mean(np.abs(ratio - middle) < 1e-4 * abs(middle)) < 0.8:
                continue
            exact_ratio = recognised(middle, 1e-5)
            if exact_ratio is None:
                continue
            scale, name = exact_ratio
            by_call = {i: scale * float(q) for i, q in zip(used, quantity, strict=True)}
            times = {1.0: f"plus {said}", -1.0: f"minus {said}"}.get(scale, f"plus {name}·{said}")
            yield _Fit(
                f"what is expected {times}{where}",
                lambda i, e, by_call=by_call: e + by_call.get(i, math.nan),  # type: ignore[misc]
                0,
                0.1,
            )


_OPERATIONS: Mapping[str, Callable[[Reals, Reals], Reals]] = {
    "what is expected times {}": lambda e, a: e * a,
    "what is expected divided by {}": lambda e, a: e / a,
    "what is expected times the square root of {}": lambda e, a: e * np.sqrt(a),
    "what is expected divided by the square root of {}": lambda e, a: e / np.sqrt(a),
    "what is expected times the square of {}": lambda e, a: e * a * a,
    "what is expected divided by the square of {}": lambda e, a: e / (a * a),
    "what is expected plus {}": lambda e, a: e + a,
    "what is expected minus {}": lambda e, a: e - a,
    "{} minus what is expected": lambda e, a: a - e,
    "{0} (the argument itself)": lambda e, a: a + 0 * e,
    "the square root of {0}": lambda e, a: np.sqrt(a) + 0 * e,
    "the square of {0}": lambda e, a: a * a + 0 * e,
}


def _with_arguments(given: Mapping[int, Any], alone: Observed) -> Iterator[_Fit]:
    """Results times, or plus, an argument; or an argument itself."""
    tables = {i: dict(features.derived(arguments, alone.on)) for i, arguments in given.items()}
    for name in dict.fromkeys(key for table in tables.values() for key in table):
        for text, operation in _OPERATIONS.items():

            def at(i: int, e: Reals, name: str = name, operation: Any = operation) -> Reals:
                array = tables[i].get(name) if i in tables else None
                for form in features.fitting(array, e.shape) if array is not None else ():
                    return np.asarray(operation(e, form))
                raise ValueError

            yield _Fit(text.format(name), at, 0, 0.15)


def _power_laws(given: Mapping[int, Any], alone: Observed, places: Sequence[int]) -> Iterator[_Fit]:
    """Multiples by a power of an argument, or of a number that goes with each of its rows."""
    tables = {i: dict(features.statistics(arguments, alone.on)) for i, arguments in given.items()}
    for name in dict.fromkeys(key for table in tables.values() for key in table):
        xs, ys = [], []
        for i in places:
            got, expected, array = alone.got[i], alone.expected[i], tables[i].get(name)
            if got is None or expected is None or array is None or got[0].shape != expected[0].shape:
                continue
            for form in features.fitting(array, expected[0].shape):
                with np.errstate(all="ignore"):
                    x = np.log(np.broadcast_to(form, expected[0].shape))
                    y = np.log(got[0] / expected[0])
                good = np.isfinite(x) & np.isfinite(y)
                xs.append(x[good].ravel()[:16])
                ys.append(y[good].ravel()[:16])
        x, y = (np.concatenate(parts) if parts else np.zeros(0) for parts in (xs, ys))
        if x.size < 12 or np.ptp(x) < 1e-3:
            continue
        # The median slope of the pairs that lie far apart: some entries may be at the mercy of an epsilon.
        order = np.argsort(x)
        low, high = order[: x.size // 3], order[-(x.size // 3) :]
        with np.errstate(all="ignore"):
            slope = float(np.nanmedian((y[high] - y[low]) / (x[high] - x[low])))
        if not 0.4 < abs(slope) < 3.2:
            continue
        power = round(2 * slope) / 2
        exact = recognised(_exp(float(np.median(y - power * x))), 1e-2)
        if exact is None:
            continue
        scale, said = exact
        symbol = "" if scale == 1 else f"{said} times "

        def at(i: int, e: Reals, name: str = name, power: float = power, scale: float = scale) -> Reals:
            array = tables[i].get(name) if i in tables else None
            for form in features.fitting(array, e.shape) if array is not None else ():
                return np.asarray(scale * e * form**power)
            raise ValueError

        yield _Fit(f"what is expected times {symbol}{_raised(name, power)}", at, 0, 0.25)


def _raised(name: str, power: float) -> str:
    """A power in words."""
    known = {1.0: name, -1.0: f"1/({name})", 0.5: f"the square root of {name}", 2.0: f"the square of {name}",
             -0.5: f"1/√({name})", -2.0: f"1/({name})²"}  # fmt: skip
    return known.get(power, f"{name} to the power {_say(power)} (exponent)")


def _affine(alone: Observed, places: Sequence[int]) -> Iterator[_Fit]:
    """One line through all entries of all calls."""
    xs, ys = [], []
    for i in places:
        got, expected = alone.got[i], alone.expected[i]
        if got is not None and expected is not None and got[0].shape == expected[0].shape:
            good = np.isfinite(got[0]) & np.isfinite(expected[0])
            xs.append(expected[0][good][:8])
            ys.append(got[0][good][:8])
    x, y = (np.concatenate([p.ravel() for p in ps]) if ps else np.zeros(0) for ps in (xs, ys))
    if x.size < 6 or np.ptp(x) == 0 or largest(x) > 1e100 or largest(y) > 1e100:
        return
    slope, offset = (float(v) for v in np.polyfit(x, y, 1))
    slopes, offsets = recognised(slope, 1e-4), recognised(offset, 1e-4)
    if slopes and offsets and abs(slope - 1) > 1e-6:
        (a, said_a), (b, said_b) = slopes, offsets
        yield _Fit(f"{said_a} times what is expected plus {said_b}", lambda i, e: a * e + b, 1, 0.3)


def _exp(number: float) -> float:
    """Its exponential, infinite where that is too large: quotients by results that are nearly the largest."""
    with np.errstate(over="ignore"):
        return float(np.exp(number))
