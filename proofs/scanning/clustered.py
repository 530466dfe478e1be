"""Parts on the workers of dask.distributed. They read the same file, of the same path, and each once."""

from collections.abc import Generator, Sequence
from typing import Any

from ..engine import cluster, foreign
from .work import Part, ScanError, Unit


def _work(unit: Unit) -> Part:
    return unit.run()


def run(units: Sequence[Unit], address: str) -> Generator[Part, None, None]:
    """Parts as they come; a worker that dies costs nothing, for its parts go to others.

    Raises
    ------
    CampaignError, ScanError
        if dask.distributed is not installed, or the scheduler does not answer.
    ClusterLostError
        if the scheduler ends.
    """
    with cluster.connected(address) as client:
        try:
            for future, unit in cluster.handed(client, _work, iter(units)):
                yield _received(future, unit)
        except cluster.GONE as error:
            raise cluster.ClusterLostError(f"the cluster does not answer: {foreign.raised(error)}") from None


def _received(future: Any, unit: Unit) -> Part:
    """What became of a part."""
    found, error = cluster.outcome(future)
    if isinstance(error, ScanError):  # no worker will do better
        raise error
    if error is not None:
        return unit.lost(foreign.raised(error))
    part: Part = found
    return part
