"""What is known of results that nothing explains: how many differ, by how much, and which way."""

from collections.abc import Iterator, Sequence

import numpy as np

from .observed import Observed, Reals, distance, same_form


def summed(seen: Observed, places: Sequence[int], tolerance: float) -> str:
    """At how many calls results differ, by how much as a rule, and whether they are too large."""
    wrong = [i for i in places if seen.deviates(i, tolerance)]
    forms = [i for i in wrong if not same_form(seen.got[i], seen.expected[i])]
    if not wrong:
        return "the results have another form than expected"
    where = f"at {of(len(wrong), len(places))} calls"
    if len(forms) == len(wrong):
        return f"the result has another form {where}: {_forms(seen, forms[0])}"
    sizes, signs, entries, kinds = [], [], [], (set[str](), set[str]())
    for i in wrong:
        got, expected = seen.got[i], seen.expected[i]
        if got is None or expected is None or i in forms:
            continue
        for g, e, scale in zip(got, expected, seen.scales(i), strict=True):
            off = distance(g, e)
            here = off > tolerance * scale
            entries.append(float(np.mean(here)) if here.size else 0.0)
            used = here & np.isfinite(off)
            for kind, values in zip(kinds, (g, e), strict=True):
                kind.update(_kinds(values[here]))
            with np.errstate(all="ignore"):
                sizes += list((off[used] / scale).ravel()[:8])
                signs += list(np.sign(g[used] - e[used]).ravel()[:8])
    share = float(np.median(entries)) if entries else 1.0
    which = "in every entry" if share > 0.99 else f"in about {max(share, 0.01):.0%} of the entries"
    if not sizes:
        what, other = (" or ".join(sorted(kind)) for kind in kinds)
        return f"it gives {what} where {other} are expected, {where}"
    larger = float(np.mean(np.asarray(signs) > 0))
    way = ", always too large" if larger > 0.98 else ", always too small" if larger < 0.02 else ""
    return f"it differs {where}, {which}, by {_size(float(np.median(sizes)))} as a rule{way}"


def _kinds(values: Reals) -> Iterator[str]:
    """What there is among values."""
    of = {"NaN": np.isnan, "infinities": np.isinf, "numbers": np.isfinite}
    return (kind for kind, is_so in of.items() if np.any(is_so(values)))


def of(count: int, whole: int) -> str:
    """How many of all."""
    return f"all {whole}" if count == whole else f"{count} of {whole}"


def _size(share: float) -> str:
    """A deviation, as a share of the largest entry."""
    if share > 10:
        return f"some {share:.0e} times the largest entry expected"
    return f"{share:.1%} of the largest entry" if share > 1e-3 else f"{share:.0e} of the largest entry"


def _forms(seen: Observed, place: int) -> str:
    got, expected = (
        [part.shape for part in parts or ()] for parts in (seen.got[place], seen.expected[place])
    )
    if len(got) != len(expected):
        return f"{len(got)} parts where {len(expected)} are expected"
    mine, theirs = next(pair for pair in zip(got, expected, strict=True) if pair[0] != pair[1])
    return f"the shape {mine} where {theirs} is expected"
