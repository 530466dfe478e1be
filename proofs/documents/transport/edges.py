"""Points at which distances on the line differ in practice."""

from typing import Any

from ...language.edge import Raises, Value, edge


@edge(
    "transport.wasserstein_1d",
    "unequal-sizes",
    "the samples have unlike sizes",
    ours="the distance of the two quantile functions",
    laws=("transport.wasserstein_1d-unequal-definition", "transport.wasserstein_1d-weighted-definition"),
    values={"raises": Value(Raises(), "code that subtracts one sorted sample from the other")},
)
def wasserstein_1d_unequal_sizes(x: Any, y: Any, /, **options: Any) -> bool:
    return bool(x.shape[-1] != y.shape[-1])
