"""The way to NumPy and back."""

import numpy as np

from refimpl import _host


def test_values_beyond_the_range_become_infinite_without_a_warning() -> None:
    found = _host.like([1e300, -1e300, 0.5], np.zeros(1, dtype=np.float32), np)
    assert found.dtype == np.float32
    assert found.tolist() == [np.inf, -np.inf, 0.5]
