"""The `backend` fixture: every array library that refimpl knows, if it is here. One line says which are not.

REFIMPL_REQUIRE_BACKENDS=torch,jax makes it a failure that one of these is not.
"""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
import started

from refimpl import backends
from refimpl.backends import Backend, BackendUnavailableError

# What ignores a signal, as the background of a shell or nohup does, hands that on to processes that it
# starts, and tests send them signals. A handler that does nothing is not handed on.
for number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, lambda *_: None)


# One state of JAX's 64-bit types for all tests, whatever their order.
os.environ.setdefault("JAX_ENABLE_X64", "1")

collect_ignore = [
    "ninth",  # a package with tests of its own, which test_ninth.py installs and runs
    "benchmarks",  # which are run by `pytest tests/benchmarks`
]

NAMES = ("numpy", "torch", "jax", "dask", "strict", "cupy", "dpnp")
REQUIRED = frozenset(filter(None, os.environ.get("REFIMPL_REQUIRE_BACKENDS", "").split(",")))


MISSING = [name for name in NAMES if find_spec({"strict": "array_api_strict"}.get(name, name)) is None]


def pytest_configure() -> None:
    if unknown := REQUIRED - set(NAMES):
        raise pytest.UsageError(
            f"REFIMPL_REQUIRE_BACKENDS names unknown backends: {', '.join(sorted(unknown))}"
        )


def usable(name: str) -> Backend:
    """The backend of that name; without it the test is skipped, or fails if it is required."""
    try:
        return backends.get(name)
    except BackendUnavailableError as reason:
        if name in REQUIRED:
            pytest.fail(str(reason), pytrace=False)
        pytest.skip(str(reason))


@pytest.fixture(params=[name for name in NAMES if name not in MISSING or name in REQUIRED])
def backend(request: pytest.FixtureRequest) -> Backend:
    return usable(request.param)


@pytest.fixture(autouse=True)
def _none_left_behind() -> Iterator[None]:
    yield
    started.end_all()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was not tried: one line for all backends that are missing, one for each other reason."""
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in _skipped(terminalreporter))
    if MISSING:
        terminalreporter.write_line(f"backends that are not here, and not tried: {', '.join(MISSING)}")
    for reason, count in reasons.items():
        if not any(name in reason for name in MISSING):
            terminalreporter.write_line(f"{count} skipped: {reason}")


def _skipped(terminalreporter: pytest.TerminalReporter) -> Iterator[pytest.TestReport]:
    return (
        report
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple | list)
    )
