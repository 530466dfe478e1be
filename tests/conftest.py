"""The `backend` fixture: every array library that refimpl knows, skipped with the reason if it is not here.

REFIMPL_REQUIRE_BACKENDS=torch,jax turns those skips into failures.
"""

import os
import signal

import pytest

from refimpl import backends
from refimpl.backends import Backend, BackendUnavailableError

# What ignores a signal, as the background of a shell or nohup does, hands that on to processes that it
# starts, and tests send them signals. A handler that does nothing is not handed on.
for number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, lambda *_: None)


# One state of JAX's 64-bit types for all tests, whatever their order.
os.environ.setdefault("JAX_ENABLE_X64", "1")

collect_ignore = ["ninth"]  # a package with tests of its own, which test_ninth.py installs and runs

NAMES = ("numpy", "torch", "jax", "dask", "strict", "cupy", "dpnp")
REQUIRED = frozenset(filter(None, os.environ.get("REFIMPL_REQUIRE_BACKENDS", "").split(",")))


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


@pytest.fixture(params=NAMES)
def backend(request: pytest.FixtureRequest) -> Backend:
    return usable(request.param)
