"""Units of a campaign on the workers of dask.distributed.

Laws change states of their process while they run, so that a process runs one unit at a time: workers with
one thread (`dask worker ADDRESS --nthreads 1`) lose nothing by that.
"""

import asyncio
import concurrent.futures
import logging
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from . import foreign, planning
from .campaign import CampaignError, Done, Settings, Unit, versions

AHEAD = 4
"""Units that are handed over at a time, for each thread of the cluster: it never waits, and holds few."""
PATIENCE = 10
"""Seconds for the scheduler to answer."""
_ONE_AT_A_TIME = threading.Lock()


GONE = (OSError, asyncio.CancelledError, concurrent.futures.CancelledError)


class ClusterLostError(RuntimeError):
    """The cluster does not answer any more."""


def _work(unit: Unit, backends: tuple[str, ...], x64: bool) -> tuple[Done, dict[str, str]]:
    """What a worker does; it says with what it was done, for workers come and go."""
    with _ONE_AT_A_TIME:
        planning.prepare(x64)
        return unit.run(), versions(backends)


def clustered(units: Iterable[Unit], asked: Settings, address: str) -> Generator[Done, None, None]:
    """Run units on the cluster of a scheduler; a worker that dies costs nothing, for its units go to others.

    Raises
    ------
    CampaignError
        if dask.distributed is not installed, the scheduler does not answer, or a worker has other versions.
    ClusterLostError
        if the scheduler ends.
    """
    with connected(address) as client:
        _check_workers(client, asked)
        try:
            yield from _results(client, iter(units), asked)
        except GONE as error:
            raise ClusterLostError(f"the cluster does not answer: {foreign.raised(error)}") from None


@contextmanager
def connected(address: str) -> Generator[Any, None, None]:
    """The client of a scheduler."""
    try:
        from distributed import Client  # noqa: PLC0415
        from distributed.comm import get_address_host_port  # noqa: PLC0415
    except ImportError as error:
        raise CampaignError(
            f"--cluster needs dask.distributed ({error}): pip install 'refimpl[dask]'"
        ) from None
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what it says is said below
    try:
        get_address_host_port(address)  # a client of what is no address waits for long
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:  # also of a time limit
        raise CampaignError(
            f"--cluster: got {address}; expected the address of a scheduler, such as tcp://host:8786: "
            f"{foreign.raised(error)}"
        ) from None
    with client:
        yield client


def _check_workers(client: Any, asked: Settings) -> None:
    """Refuse workers that lack refimpl before they get units."""
    try:
        found = client.run(versions, asked.backends)
    except Exception as error:  # whatever its machine, or what is installed there, says
        raise CampaignError(f"a worker of the cluster cannot run laws: {foreign.raised(error)}") from None
    for worker, theirs in found.items():
        require_same(f"the worker {worker}", theirs, asked)


def require_same(who: str, theirs: dict[str, str], asked: Settings) -> None:
    """Refuse what was done with other versions than the campaign was begun with."""
    if theirs != asked.versions:
        unlike = [f"{name} {it}, not {asked.versions.get(name)}" for name, it in theirs.items()
                  if it != asked.versions.get(name)]  # fmt: skip
        raise CampaignError(f"{who} has {'; '.join(unlike)}: all must have the versions of the campaign")


def _results(client: Any, units: Iterator[Unit], asked: Settings) -> Iterator[Done]:
    """Results as they come."""
    for future, unit in handed(client, _work, units, asked.backends, asked.x64):
        yield received(future, unit, asked)


def handed(
    client: Any, work: Callable[..., Any], units: Iterator[Any], *more: Any
) -> Iterator[tuple[Any, Any]]:
    """What became of each unit, as a future, and the unit; a new one is handed over for each that is done."""
    from distributed import as_completed  # noqa: PLC0415

    given: dict[Any, Any] = {}

    def hand(count: int) -> list[Any]:
        new = []
        for unit in islice(units, count):
            future = client.submit(work, unit, *more, pure=False)
            given[future] = unit
            new.append(future)
        return new

    coming = as_completed(hand(_room(client)), loop=client.loop)
    for future in coming:
        yield future, given.pop(future)
        future.release()
        for new in hand(max(0, _room(client) - len(given))):  # a worker that dies takes its room with it
            coming.add(new)


def _room(client: Any) -> int:
    """How many units may be with the cluster now."""
    return AHEAD * max(1, sum(client.nthreads().values()))


def received(future: Any, unit: Unit, asked: Settings) -> Done:
    """What became of a unit."""
    found, error = outcome(future)
    if error is not None:
        return unit.lost(foreign.raised(error))
    done, theirs = found
    require_same("a worker", theirs, asked)
    result: Done = done
    return result


def outcome(future: Any) -> tuple[Any, BaseException | None]:
    """The result of what was handed over, or its error: dask gives up what kills its workers again and again.

    A worker that told of a result may die before it is fetched. The future is lost then, not cancelled:
    another worker repeats the work, and `result` waits for it.
    """
    try:
        return future.result(), None
    except Exception:
        if future.status == "error":
            return None, future.exception()
        if future.status == "cancelled":
            raise ClusterLostError("the scheduler of the cluster has ended") from None
        raise
