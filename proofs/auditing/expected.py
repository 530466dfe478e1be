"""Known failures of a function, declared with a reason as scikit-learn does, and no longer than they last."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ..._errors import DomainError, UnknownNameError, told
from ..._names import find
from .messages import Tried, Try

PASSED = frozenset({"held"})
SILENT = frozenset({"skipped", "inconclusive", "expected", "stale"})
"""Verdicts that say neither that a law still fails nor that it holds now."""


def checked(expected: Mapping[str, str], requests: Iterable[Try]) -> dict[str, str]:
    """Known failures, {law: reason}, or {"function:law": reason} for one of several functions.

    Raises
    ------
    UnknownNameError
        for a law that the audit does not try.
    DomainError
        for a failure without a reason.
    """
    tried = list(requests)
    laws = dict.fromkeys(request.law for request in tried)
    own = [_own(request.function, request.law) for request in tried]
    found = {}
    for name, reason in expected.items():
        full = find(name, own if ":" in name else laws, "law", call="audit: expected", of="this audit")
        if not isinstance(reason, str) or not reason.strip():
            raise DomainError(told("audit", f"expected, {name}", repr(reason), "the reason, as a text"))
        found[full] = reason
    return found


def settled(expected: Mapping[str, str], tried: Tried) -> Tried:
    """A failure that is expected is called so; a law that holds although it was to fail is stale."""
    outcome = tried.outcome
    reason = expected.get(_own(tried.function, outcome.law), expected.get(outcome.law))
    if reason is None or outcome.verdict in SILENT:
        return tried
    if outcome.verdict in PASSED:
        text = f"it was expected to fail ({reason}), and holds: remove the entry {outcome.law!r}"
        return replace(tried, outcome=replace(outcome, verdict="stale", reason=text))
    text = f"{reason} ({outcome.verdict}: {outcome.reason})"
    return replace(tried, outcome=replace(outcome, verdict="expected", reason=text))


def _own(function: str, law: str) -> str:
    return f"{function}:{law}"


def entry(text: str) -> tuple[str, str]:
    """An entry as the command line has it: "rope.defaults=it has no default base".

    Raises
    ------
    UnknownNameError
        for a text without "=".
    """
    law, equals, reason = text.partition("=")
    if not equals or not law:
        raise UnknownNameError(f"audit: expect: got {text!r}; expected LAW=REASON")
    return law.strip(), reason.strip()


def merged(parts: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Entries from several places; one law has one reason.

    Raises
    ------
    DomainError
        for a law that has two.
    """
    found: dict[str, str] = {}
    for part in parts:
        for law, reason in part.items():
            if found.setdefault(law, reason) != reason:
                raise DomainError(
                    told("audit", f"expected, {law}", f"{found[law]!r} and {reason!r}", "one reason")
                )
    return found
