"""Known values and bad input of rotary embeddings of several axes, and of some features."""

import math

import numpy as np
import pytest

from refimpl import rope
from refimpl._errors import DomainError, ShapeError


def test_axes_take_turns_until_their_sections_are_full() -> None:
    """Qwen3-VL's sections: 64 pairs, of which the last four belong to the first axis."""
    thw = np.asarray([0.0, 1.0, 2.0])
    owners = rope.axial_angles(thw, np.ones(64), sections=(24, 20, 20), order="interleaved")
    assert "".join("thw"[int(a)] for a in owners) == "thw" * 20 + "tttt"
    chunked = rope.axial_angles(thw, np.ones(64), sections=(16, 24, 24))
    assert "".join("thw"[int(a)] for a in chunked) == "t" * 16 + "h" * 24 + "w" * 24


def test_sections_must_be_those_of_the_pairs() -> None:
    thw, omega = np.asarray([0, 1, 2]), np.ones(64)
    with pytest.raises(ShapeError, match="Count pairs, not features"):
        rope.axial_angles(thw, omega, sections=(32, 48, 48))
    with pytest.raises(ShapeError, match="one for each axis"):
        rope.axial_angles(thw, omega, sections=(32, 32))
    with pytest.raises(DomainError, match="end at pair 71 of 64"):  # Qwen2-VL's, interleaved
        rope.axial_angles(thw, omega, sections=(16, 24, 24), order="interleaved")


def test_axial_frequencies_of_flux() -> None:
    found = rope.axial_frequencies((16, 56, 56))
    each = [rope.frequencies(dim) for dim in (16, 56, 56)]
    np.testing.assert_array_equal(found, np.concatenate(each))


def test_partial_rotation_keeps_the_bits_of_the_rest() -> None:
    x = np.asarray([1.0, 2.0, np.nan, 4.0, 5.0])
    quarter = np.asarray([np.pi / 2])
    np.testing.assert_allclose(rope.rotate_partial(x, quarter)[:2], [-2.0, 1.0])
    np.testing.assert_array_equal(rope.rotate_partial(x, quarter)[2:], x[2:])
    np.testing.assert_allclose(rope.rotate_partial(x, quarter, part="last")[3:], [-5.0, 4.0])
    whole = rope.rotate_partial(x[3:], quarter, layout="half")
    np.testing.assert_array_equal(whole, rope.rotate(x[3:], quarter, layout="half"))
    with pytest.raises(ShapeError, match="at most 2, one a pair"):
        rope.rotate_partial(x, np.zeros(3))


@pytest.mark.parametrize(("dim", "base"), [(4, 10000.0), (9, 10000.0), (320, 10000.0), (8, 1e6)])
def test_the_last_frequency_of_code_is_the_reciprocal_of_the_base(dim: int, base: float) -> None:
    found = rope.timing_signal(np.asarray([1.0]), dim=dim, base=base)[0]
    assert found[dim // 2 - 1] == math.sin(1 / base)
    assert found.shape == (dim,)
    assert dim % 2 == 0 or found[-1] == 0
