"""POT's functions under the conventions of refimpl's adapters, where the public one needs more."""

from typing import Any

import numpy as np
import ot


def wasserstein_1d(x: Any, y: Any, x_weights: Any, y_weights: Any, p: float, /) -> Any:
    """wasserstein_1d, which has samples on the first axis and weights of their shape."""
    shape = np.broadcast_shapes(x.shape[:-1], y.shape[:-1])
    columns = [np.broadcast_to(a, (*shape, a.shape[-1])).reshape(-1, a.shape[-1]).T for a in (x, y)]
    masses = [
        None if given is None else np.broadcast_to(given[:, None], column.shape)
        for given, column in zip((x_weights, y_weights), columns, strict=True)
    ]
    return ot.wasserstein_1d(*columns, *masses, p).reshape(shape)
