"""What an audit says of a public function, in one of seven answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..auditing import text
from ..auditing.found import FAILED
from ..auditing.messages import Shown
from ..auditing.report import Report
from ._binding import Binding

Answer = Literal[
    "right", "imprecise", "right in another convention", "wrong", "not decided", "not bound", "not installed"
]
ANSWERS: tuple[Answer, ...] = (
    "right", "imprecise", "right in another convention", "wrong", "not decided", "not bound", "not installed",
)  # fmt: skip
AUDITED: tuple[Answer, ...] = ANSWERS[:4]
"""The answers of audits that came to their end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """What was found of a public function in one dtype."""

    library: str
    version: str
    """Empty where it is not installed."""
    public: str
    function: str
    """The function of refimpl that it was audited as."""
    target: str = ""
    adapter: str = ""
    backend: str = ""
    dtype: str = ""
    answer: Answer
    sentence: str = ""
    """The answer of the audit with its cause, or why there was none."""
    edges: tuple[str, ...] = ()
    """Where practice differs, and so does it, as "name=value"."""
    digits: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Of a right formula that loses digits: by kind of input, how many are left in the median, and at a tenth
    of the calls."""
    laws: Mapping[str, str] = field(default_factory=dict)
    """The laws that failed, with the kind of inputs that showed it, or what was raised."""
    shown: Shown | None = None
    """One call, what both give, and a program that shows it."""
    seconds: float = 0.0


def absent(binding: Binding) -> Surveyed:
    """Of a function whose library is not installed."""
    return Surveyed(
        library=binding.library, version="", public=binding.public, function=binding.function,
        answer="not installed",
    )  # fmt: skip


def unbound(binding: Binding, version: str, dtype: str, reason: str, seconds: float = 0.0) -> Surveyed:
    """Of a function that is not where the binding looks for it, or is called otherwise now."""
    return _made(binding, version, dtype, answer="not bound", sentence=reason, seconds=seconds)


def found(binding: Binding, version: str, dtype: str, report: Report) -> Surveyed:
    """What an audit found."""
    name = binding.function
    reason = _never_answered(report, name)
    if reason:
        return unbound(binding, version, dtype, reason, report.seconds)
    diagnosis = report.diagnosis(name)
    lost = diagnosis.digits if diagnosis is not None else None
    answer = _answer(report, name)
    return _made(
        binding, version, dtype,
        answer=answer,
        sentence=text.answer(report, name),
        edges=tuple(edge.partition("/")[2] for edge in report.edges_of(name)),
        digits={} if lost is None else {k: (round(v[0]), round(v[1])) for k, v in lost.kinds.items()},
        laws=failing(report),
        shown=None if answer == "right" else report.example(name),
        seconds=report.seconds,
    )  # fmt: skip


def _made(binding: Binding, version: str, dtype: str, **what: object) -> Surveyed:
    return Surveyed(
        library=binding.library, version=version, public=binding.public, function=binding.function,
        target=binding.target, adapter=binding.adapter, backend=binding.backend, dtype=dtype,
        **what,  # type: ignore[arg-type]
    )  # fmt: skip


def _never_answered(report: Report, name: str) -> str:
    """The error with which a function ended all laws that were tried; empty if it gave something to any.

    A public function that raises whatever it is given is called otherwise in this version. One that raises at
    the simplest inputs alone, as of one feature, ends all laws, too; the diagnosis has more calls."""
    diagnosis = report.diagnosis(name)
    if diagnosis is not None and diagnosis.errors.ulps:
        return ""
    tried = [outcome for outcome in report.outcomes if outcome.verdict not in ("skipped", "edge")]
    if tried and all(outcome.verdict == "crashed" for outcome in tried):
        return min((outcome.reason for outcome in tried), key=len)
    return ""


def _answer(report: Report, name: str) -> Answer:
    verdict, diagnosis = report.verdict_of(name), report.diagnosis(name)
    if report.interrupted or verdict in ("inconclusive", "timed out", "skipped"):
        return "not decided"
    if verdict in ("held", "edge"):
        return "right"
    if verdict == "imprecise":
        return "imprecise"
    return "right in another convention" if diagnosis is not None and diagnosis.right else "wrong"


def failing(report: Report) -> dict[str, str]:
    """The laws that failed, or lost digits, and at which kind of inputs."""
    return {
        o.law: o.counterexample.kind if o.counterexample else o.reason
        for o in report.outcomes
        if o.verdict in (*FAILED, "imprecise")
    }
