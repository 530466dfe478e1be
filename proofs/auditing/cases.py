"""Audits as tests: each law of an audit passes, fails or is skipped by itself."""

from collections.abc import Callable, Mapping
from typing import Any

from ..language.law import Implementation
from .audit import plan
from .messages import Diagnosis, Tried
from .report import Report


class Cases:
    """An audit that runs as a whole when the first of its laws is asked for."""

    def __init__(self, targets: Mapping[str, str | Implementation], **options: Any) -> None:
        self._plan = plan(targets, **options)
        self._tried: dict[tuple[str, str], Tried] = {}
        self._diagnoses: list[Diagnosis] = []

    @property
    def names(self) -> list[tuple[str, str]]:
        """The function and the law of every case."""
        return [(request.function, request.law) for request in self._plan.requests]

    def check(self, function: str, law: str) -> None:
        """Raise AssertionError, with all that is known, unless the law held. What does not apply is skipped,
        and what is declared to fail is an expected failure."""
        import pytest  # noqa: PLC0415  (only tests need it)

        if not self._tried:
            answers = list(self._plan.run())
            self._tried = {(a.function, a.outcome.law): a for a in answers if isinstance(a, Tried)}
            self._diagnoses = [a for a in answers if isinstance(a, Diagnosis)]
        tried = self._tried[function, law]
        if tried.outcome.verdict == "skipped":
            pytest.skip(tried.outcome.reason)
        if tried.outcome.verdict == "expected":
            pytest.xfail(tried.outcome.reason)
        if tried.outcome.verdict != "held" and not self._accepted(function, tried):
            report = Report.of(self._plan.load, self._plan.requests, [tried, *self._diagnoses], 0.0)
            raise AssertionError("\n".join(report.findings(function)))

    def _accepted(self, function: str, tried: Tried) -> bool:
        """Whether a verdict short of held is one that the user accepts."""
        told = [d.digits for d in self._diagnoses if d.function == function and d.digits is not None]
        lost = any(digits.wrong for digits in told)
        return tried.outcome.verdict in self._plan.load.accepted and not lost


def pytest_case(*laws: str, impl: Mapping[str, str | Implementation], **options: Any) -> Callable[..., None]:
    """Make a parametrised pytest test of an audit, one case for each law.

    Parameters
    ----------
    laws : patterns
        The laws, all about the functions by default.
    impl : mapping
        What `audit` takes as targets; options are those of `audit`.

    Examples
    --------
    >>> from refimpl import proofs, rope
    >>> test_mine = proofs.pytest_case("rope.*", impl={"rope.rotate": rope.rotate})
    """
    import pytest  # noqa: PLC0415  (only tests need it)

    cases = Cases(impl, laws=laws, **options)

    @pytest.mark.parametrize(("function", "law"), cases.names)
    def test(function: str, law: str) -> None:
        cases.check(function, law)

    return test
