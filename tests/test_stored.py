"""Formats that are stored: float32 inside, one rounding at the end, whoever the arrays are of."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from refimpl import _libraries, density, flow, matching, residual, rope, transport
from refimpl._errors import DTypeError

ml_dtypes = pytest.importorskip("ml_dtypes")
SHORT = ("bfloat16", "float8_e4m3fn", "float8_e5m2")


def drawn(*shape: int) -> np.ndarray[Any, Any]:
    """Numbers that float8_e5m2 has exactly: three significant bits."""
    rng = np.random.default_rng(0)
    return (rng.integers(4, 8, shape) * rng.choice([-0.25, 0.25, 0.5], shape)).astype(np.float32)


def numpys(name: str) -> Callable[[Any], Any]:
    return lambda x: np.asarray(x).astype(getattr(ml_dtypes, name))


def torchs(name: str) -> Callable[[Any], Any]:
    torch = pytest.importorskip("torch")
    return lambda x: torch.asarray(np.asarray(x)).to(getattr(torch, name))


def jaxs(name: str) -> Callable[[Any], Any]:
    jnp = pytest.importorskip("jax.numpy")
    return lambda x: jnp.asarray(np.asarray(x)).astype(getattr(jnp, name))


def bits(array: Any) -> Any:
    """The values in float32, which holds each of them."""
    xp = _libraries.array_namespace(array)
    return np.asarray(_libraries.to_numpy(xp.astype(array, xp.float32)))


def nearest(values: np.ndarray[Any, Any], name: str) -> Any:
    with np.errstate(all="ignore"):
        return values.astype(getattr(ml_dtypes, name, name)).astype(np.float32)


@pytest.mark.parametrize("name", SHORT)
def test_numpy_rounds_once(name: str) -> None:
    x, angles = drawn(5, 8), drawn(5, 4)
    stored = numpys(name)
    for function, given in (
        (residual.layer_norm, (x,)),
        (rope.rotate, (x, angles)),
        (density.normal_log_density, (x, x[:1], np.abs(x))),
        (matching.cosine_similarity, (x, x[::-1].copy())),
        (transport.wasserstein_1d, (x[0], x[1])),
    ):
        found = function(*map(stored, given))
        assert found.dtype.name == name
        assert np.array_equal(bits(found), nearest(np.asarray(function(*given)), name), equal_nan=True)


@pytest.mark.parametrize("of", [torchs, jaxs])
@pytest.mark.parametrize("name", SHORT[1:])
def test_eight_bits_of_other_libraries(of: Callable[[str], Callable[[Any], Any]], name: str) -> None:
    x, wide = drawn(5, 8), of("float32")
    found = residual.layer_norm(of(name)(x))
    assert str(found.dtype).endswith(name)
    expected = wide(residual.layer_norm(wide(x)))
    assert np.array_equal(bits(found), nearest(bits(expected), name))


@pytest.mark.parametrize("of", [numpys, torchs, jaxs])
@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_equations_are_solved_in_float32(of: Callable[[str], Callable[[Any], Any]], name: str) -> None:
    if of is numpys and name == "float16":
        half: Any = lambda x: np.asarray(x).astype(np.float16)  # noqa: E731
        wide: Any = lambda x: np.asarray(x).astype(np.float32)  # noqa: E731
    else:
        half, wide = of(name), of("float32") if of is not numpys else np.asarray
    m, s = drawn(2, 3), np.eye(3, dtype=np.float32) * [1, 2, 4]
    s[0, 1] = s[1, 0] = 0.5
    given = (m[0], s.astype(np.float32), m[1], 4 * s.astype(np.float32))
    found = transport.wasserstein_gaussian(*map(half, given))
    assert str(found.dtype).endswith(name)
    expected = nearest(bits(transport.wasserstein_gaussian(*map(wide, given))), name)
    assert np.array_equal(bits(found), expected)


def test_the_format_of_several() -> None:
    x = drawn(3, 8)
    eight, half, single = numpys("float8_e4m3fn")(x), numpys("bfloat16")(x), x
    norm = residual.layer_norm
    assert norm(eight, half[0], half[0]).dtype.name == "bfloat16"
    assert norm(eight, single[0], half[0]).dtype == np.float32
    assert norm(half, single[0].astype(np.float16)).dtype == np.float32  # neither holds the other
    with pytest.raises(
        DTypeError, match="layer_norm: arrays: got float8_e4m3fn, float8_e5m2; expected one 8-bit"
    ):
        norm(eight, numpys("float8_e5m2")(x[0]))
    # The dtype of x is that of the result, however wide the angles are.
    assert rope.rotate(half, drawn(3, 4).astype(np.float64)).dtype.name == "bfloat16"


def test_created_in_the_format() -> None:
    for dtype in (ml_dtypes.bfloat16, np.dtype(ml_dtypes.bfloat16)):
        made = rope.frequencies(16, dtype=dtype)
        assert np.array_equal(bits(made), nearest(rope.frequencies(16, dtype=np.float32), "bfloat16"))


def test_functions_of_the_caller_and_functions_that_are_given() -> None:
    x, times = numpys("bfloat16")(drawn(4, 2)), numpys("bfloat16")([0.0, 0.5, 1.0])
    seen = []

    def velocity(t: Any, z: Any) -> Any:
        seen.append(z.dtype)
        return (-z).astype(ml_dtypes.bfloat16)  # its own dtype, whatever it is given

    found = flow.integrate(velocity, x, times)
    assert found.dtype.name == "bfloat16"
    assert set(seen) == {np.dtype(np.float32)}
    schedule = flow.variance_preserving()
    for part in (
        schedule.alpha,
        schedule.alpha_log_derivative,
        schedule.variance,
        schedule.variance_derivative,
    ):
        assert part(times).dtype.name == "bfloat16"


def test_the_range_of_the_format() -> None:
    large = numpys("float8_e4m3fn")([448.0, 448.0])
    assert np.isnan(bits(transport.wasserstein_1d(large, -large)))  # 896; the format has no infinity
    half = np.asarray([60000.0, 60000.0], dtype=np.float16)
    assert transport.wasserstein_1d(half, -half) == np.inf
