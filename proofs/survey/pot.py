"""POT's functions under the conventions of refimpl's adapters, where the public one needs more."""

from typing import Any

import numpy as np

from ._binding import Library, lazy

LIBRARY = Library("POT", backend="numpy")
ot = lazy("ot")

LIBRARY.function("emd2", "transport.wasserstein_discrete", "ot:emd2", adapter="cost")
LIBRARY.function("emd", "transport.wasserstein_discrete", "ot:emd", adapter="plan")


@LIBRARY.bound("wasserstein_1d", "transport.wasserstein_1d", adapter="squared")
def wasserstein_1d(x: Any, y: Any, x_weights: Any, y_weights: Any, p: float, /) -> Any:
    """wasserstein_1d, which has samples on the first axis and weights of their shape."""
    shape = np.broadcast_shapes(x.shape[:-1], y.shape[:-1])
    columns = [np.broadcast_to(a, (*shape, a.shape[-1])).reshape(-1, a.shape[-1]).T for a in (x, y)]
    masses = [
        None if given is None else np.broadcast_to(given[:, None], column.shape)
        for given, column in zip((x_weights, y_weights), columns, strict=True)
    ]
    return ot.wasserstein_1d(*columns, *masses, p).reshape(shape)


LIBRARY.function(
    "gaussian.bures_wasserstein_distance", "transport.wasserstein_gaussian",
    "ot.gaussian:bures_wasserstein_distance", adapter="means-first",
)  # fmt: skip
LIBRARY.function(
    "gaussian.bures_wasserstein_mapping", "transport.gaussian_map",
    "ot.gaussian:bures_wasserstein_mapping", adapter="means-first",
)  # fmt: skip
