"""Audits as tests: each law of an audit passes, fails or is skipped by itself."""

import inspect
import pickle
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ..._errors import RefimplError
from ..engine import sharing
from ..language.law import Implementation
from .audit import Answer, plan
from .messages import Diagnosis, Failed, Tried, read, write
from .objects import TargetError
from .report import Report


class Cases:
    """An audit that runs as a whole, once, when the first of its laws is asked for."""

    def __init__(self, targets: Mapping[str, str | Implementation], **options: Any) -> None:
        self._plan = plan(targets, **options)
        self._tried: dict[tuple[str, str], Tried] = {}
        self._diagnoses: list[Diagnosis] = []
        self._error: RefimplError | None = None

    @property
    def names(self) -> list[tuple[str, str]]:
        """The function and the law of every case."""
        return [(request.function, request.law) for request in self._plan.requests]

    def check(self, function: str, law: str, shared: Path | None = None) -> None:
        """Raise AssertionError, with all that is known, unless the law held. What does not apply is skipped,
        and what is declared to fail is an expected failure. Processes that test together share the results
        in the file `shared`.

        Raises
        ------
        AssertionError, RefimplError
            unless the law held; if there is nothing to audit.
        """
        import pytest  # noqa: PLC0415  (only tests need it)

        __tracebackhide__ = True
        self._run(shared)
        if self._error is not None:
            raise self._error
        tried = self._tried[function, law]
        if tried.outcome.verdict == "skipped":
            pytest.skip(tried.outcome.reason)
        if tried.outcome.verdict == "expected":
            pytest.xfail(tried.outcome.reason)
        if tried.outcome.verdict != "held" and not self._accepted(function, tried):
            report = Report.of(self._plan.load, self._plan.requests, [tried, *self._diagnoses], 0.0)
            raise AssertionError("\n".join(report.findings(function)))

    def _run(self, shared: Path | None) -> None:
        """Have the results of the audit, or the reason why there are none."""
        if self._tried or self._error is not None:
            return
        try:
            answers = list(self._plan.run() if shared is None else _once(shared, self._plan.run))
        except RefimplError as error:
            self._error = error
            return
        self._tried = {(a.function, a.outcome.law): a for a in answers if isinstance(a, Tried)}
        self._diagnoses = [a for a in answers if isinstance(a, Diagnosis)]

    def _accepted(self, function: str, tried: Tried) -> bool:
        """Whether a verdict short of held is one that the user accepts."""
        told = [d.digits for d in self._diagnoses if d.function == function and d.digits is not None]
        lost = any(digits.wrong for digits in told)
        return tried.outcome.verdict in self._plan.load.accepted and not lost


def _once(file: Path, run: Callable[[], Iterable[Answer]]) -> list[Answer]:
    """The answers of a run, made by the first process that wants them; the others wait for it."""
    try:
        import fcntl  # noqa: PLC0415  (Unix)
    except ImportError:
        return list(run())
    with file.with_suffix(".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # released if this process dies
        if not file.exists():
            answers: list[Any]
            try:
                answers = list(run())
            except RefimplError as error:
                answers = [Failed(str(error), missing=True)]
            content = pickle.dumps([write(answer) for answer in answers])
            beside = file.with_suffix(".new")
            beside.write_bytes(content)
            beside.replace(file)
    found = [read(part) for part in pickle.loads(file.read_bytes())]
    for answer in found:
        if isinstance(answer, Failed):
            raise TargetError(answer.reason)
    return found


def pytest_case(*laws: str, impl: Mapping[str, str | Implementation], **options: Any) -> Callable[..., None]:
    """Make a parametrised pytest test of an audit, one case for each law; in a module or in a class.

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
    def test(function: str, law: str, request: pytest.FixtureRequest | None = None) -> None:
        shared = sharing.file_of(request.node.nodeid.partition("[")[0]) if request else None
        try:
            cases.check(function, law, shared)
        except (AssertionError, RefimplError) as error:
            failure = str(error)
        else:
            return
        pytest.fail(failure, pytrace=False)  # the report is what there is to read

    # pytest gives what has no default; whoever calls the test has no request.
    parts = inspect.signature(test).parameters.values()
    test.__signature__ = inspect.Signature([p.replace(default=p.empty) for p in parts])  # type: ignore[attr-defined]
    return staticmethod(test)  # no method where it stands in a class
