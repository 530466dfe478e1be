"""Whether a function that fails is right when called otherwise: under another adapter, or row by row."""

from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from ...backends import Setting
from ..engine import catalogue, generic
from ..engine.calls import Call
from ..engine.general.batches import Batched
from ..engine.planning import EXAMPLES
from ..engine.runner import run_law
from ..language.edge import Choice
from ..language.law import Implementation
from .evidence import Scale, weighed
from .exceptions import adopted
from .fitting import Foreign, adapted, manner_of
from .observed import Observed, same_form

Right: TypeAlias = Literal["held", "edge", "imprecise"]
"""The verdicts with which a function is right, from the best to the worst."""
_ORDER: tuple[Right, ...] = ("held", "edge", "imprecise")
_EXAMPLES = 9
"""Examples of each law but the definition, which has as many as in an audit: which of a few inputs show a
loss of digits is up to the machine's linear algebra."""
_SAMPLED = 12
"""Calls at which it is tried whether a function takes one row."""
ROWS = "rows"
"""The adapter of functions that take one row, without batch axes."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way of calling a function: an adapter (none: ""), and those that go with any function."""

    adapter: str
    generic: tuple[str, ...] = ()

    def options(self) -> str:
        """What to say on the command line."""
        names = (*filter(None, [self.adapter.partition("/")[2]]), *self.generic)
        return " ".join(f"--adapter {name}" for name in names)


def in_way(raw: Implementation, way: Way) -> Implementation:
    """The function, with what is said of how it is called."""
    manner = manner_of(raw)
    more = tuple(name for name in way.generic if name not in manner.generic)
    return Foreign(raw, replace(manner, generic=manner.generic + more, chosen={})) if more else raw


def verdict_of(name: str, raw: Implementation, way: Way, on: Setting, seed: int) -> Right | None:
    """The worst verdict of the laws about a function that is called so, a few examples of each; None if one
    of them fails. "imprecise" where laws fail by lost digits alone, "edge" at edges alone."""
    raw = in_way(raw, way)
    function, scales = adapted(name, raw, way.adapter, on), dict[Any, Scale]()

    def scale(forgiven: Choice) -> Scale:
        made = Scale(
            name, raw, lambda own: adopted(name, adapted(name, own, way.adapter, on), forgiven), on, seed
        )
        return scales.setdefault(tuple(forgiven.items()), made)

    found: set[Right] = set()
    for law in (it for it in catalogue.laws().values() if name in it.about):
        examples = EXAMPLES if law.id == f"{name}-definition" else _EXAMPLES
        how: dict[str, Any] = {"examples": examples, "seed": seed}
        outcome = run_law(law, on, replaced={name: function}, shrink=False, **how)
        if outcome.verdict in ("refuted", "crashed"):
            outcome, _ = weighed(law, name, function, outcome, scale, on, **how)
        if outcome.verdict == "skipped":
            continue
        verdict = next((it for it in _ORDER if it == outcome.verdict), None)
        if verdict is None:
            return None
        found.add(verdict)
    return max(found, key=_ORDER.index) if found else None


def mostly_agrees(seen: Observed) -> bool:
    """Whether at most ordinary calls its result is the expected one, to half of its digits: so is that of a
    right formula that loses digits, or differs at edges, whose wrong results are few."""
    asked = set(seen.ordinary) & {*seen.compared, *seen.raised}
    right = {place for place in asked & set(seen.compared) if not seen.deviates(place, seen.loose)}
    return bool(right) and 4 * len(right) > 3 * len(asked)


def by_rows(name: str, raw: Implementation, adapter: str, seen: Observed) -> bool:
    """Whether a function takes single rows, and is right when it is called for each alone."""
    return not _takes_batches(name, seen) and right_by_rows(name, raw, adapter, seen)


def right_by_rows(name: str, raw: Implementation, adapter: str, seen: Observed) -> bool:
    """Whether a function is right at most ordinary calls when it is called for each row alone."""
    if _has_no_rows(name, raw) or mostly_agrees(seen):  # what is right with batches is so without them
        return False
    if of_many(adapter):
        return False
    way = Way(adapter, (ROWS,))
    places = [place for place in seen.ordinary if _rank(name, seen.calls[place])]
    places = places[:: max(1, len(places) // _SAMPLED)]
    function = adapted(name, in_way(raw, way), adapter, seen.on)
    calls, references = ([of[place] for place in places] for of in (seen.calls, seen.references))
    return mostly_agrees(Observed.of(function, calls, references, seen.on, seen.view))


def of_many(adapter: str) -> bool:
    """Whether an adapter is of functions that take many rows at once: of one row every result is a matrix."""
    return adapter.endswith("/matrix")


def needs_rows(name: str, raw: Implementation, seen: Observed) -> bool:
    """Whether a function gives results without batch axes, and with them none or of another form."""
    if _has_no_rows(name, raw):
        return False
    alone = {place for place, call in enumerate(seen.calls) if not _rank(name, call)}
    asked = {place for place, result in enumerate(seen.results) if result is not None}
    none = {place for place in asked if not same_form(seen.got[place], seen.expected[place])}
    batched = asked - alone
    return 4 * len(none & batched) > 3 * len(batched) > 0 and 4 * len(none & alone) <= len(asked & alone)


def _takes_batches(name: str, seen: Observed) -> bool:
    """Whether batches give results of the expected form, as a rule: then it is no function of single rows."""
    batched = [place for place, call in enumerate(seen.calls) if _rank(name, call)]
    formed = [place for place in batched if same_form(seen.got[place], seen.expected[place])]
    return 4 * len(formed) > 3 * len(batched)


def _has_no_rows(name: str, raw: Implementation) -> bool:
    """Whether there are none, or it is called for each already."""
    return bool(generic.check(name, ROWS)) or ROWS in manner_of(raw).generic


def _rank(name: str, call: Call) -> int:
    try:
        batched = Batched.of(name, call.args, dict(call.kwargs))
    except (TypeError, ValueError):  # the call is one that is refused
        return 0
    return 0 if batched is None else batched.rank
