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


@edge(
    "transport.frechet_feature_distance",
    "one-feature",
    "one feature has a variance, and no matrix",
    ours="the distance of two numbers and their variances",
    laws=("transport.frechet_feature_distance-definition",),
    values={
        "raises": Value(
            Raises((ValueError, IndexError, TypeError)),
            "code that takes the root of what numpy.cov 2.4 gives, a number for one feature",
        )
    },
)
def frechet_one_feature(x: Any, y: Any, /, **options: Any) -> bool:
    return bool(x.shape[-1] == 1)
