"""What no document's own tests reach in the shared checks."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from refimpl import _xp, rope
from refimpl._errors import DTypeError


def test_a_library_that_gives_another_dtype_than_asked() -> None:
    """As JAX does without 64-bit types."""

    def empty(shape: tuple[int, ...], *, dtype: Any, device: Any) -> Any:
        return np.empty(shape, dtype=np.float32, device=device)

    narrow = SimpleNamespace(float64=np.dtype("float64"), empty=empty)
    with pytest.raises(DTypeError) as caught:
        rope.frequencies(4, xp=narrow)
    assert str(caught.value) == (
        "rope.frequencies: dtype: got float32 from the backend; expected float64. "
        'JAX needs jax.config.update("jax_enable_x64", True) for 64-bit types'
    )


def test_logsumexp_at_the_ends() -> None:
    x = np.asarray([[-np.inf, -np.inf], [np.inf, 0.0], [800.0, 800.0]])
    found = _xp.logsumexp(x, axis=-1, xp=np)
    assert found.tolist() == [-np.inf, np.inf, 800 + np.log(2)]
