"""The model of roundings holds whatever a library computes, and no more than it must."""

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import special

from refimpl import backends
from refimpl.backends import Setting
from refimpl.backends._ball import _functions as f
from refimpl.backends._ball._rounding import Rounding, Sampled, UnboundedError, active
from refimpl.backends.ball import ball, model, rounding

DTYPES = ("float64", "float32")


def setting(name: str, dtype: str) -> Setting:
    try:
        return Setting.of(backends.get(name), dtype)
    except backends.BackendUnavailableError as error:
        pytest.skip(str(error))


def vectors(dtype: str) -> Any:
    """Numbers whose products and sums neither overflow nor vanish."""
    width = 64 if dtype == "float64" else 32
    sizes = st.floats(2.0**-20, 2.0**20, width=width)
    numbers = st.tuples(sizes, st.sampled_from([-1.0, 1.0])).map(math.prod)
    return hnp.arrays(np.dtype(dtype), st.sampled_from([1, 7]), elements=numbers)


def chain(xp: Any, x: Any) -> Any:
    """Something with every kind of operation."""
    y = xp.sqrt(xp.abs(x) + 0.1) * xp.exp(-xp.abs(x) / 2.0**20) - x / 3.0
    y = xp.where(x > 0, xp.log1p(xp.abs(y)), xp.tanh(y))
    z = xp.cumulative_sum(y) / xp.sum(xp.square(y) + 1.0) + xp.mean(x) * (2.0 * xp.pi)
    return xp.matmul(xp.stack([z, y]), xp.stack([y, z], axis=-1))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["numpy", "torch", "jax", "strict"])
def test_what_a_library_computes_lies_in_the_balls(name: str, dtype: str) -> None:
    on = setting(name, dtype)
    wide = rounding(on)

    @settings(deadline=None, max_examples=30)  # two shapes only: JAX compiles for each
    @given(vectors(dtype))
    def contained(values: Any) -> None:
        computed = on.host(chain(on.xp, on.array(values)))
        balls = chain(wide.xp, wide.array(values))
        assert all(b.contains(float(c)) for b, c in zip(balls.data.flat, computed.flat, strict=True))

    contained()


@pytest.mark.parametrize("dtype", DTYPES)
@settings(deadline=None)
@given(data=st.data())
def test_sums_may_be_taken_in_any_order(dtype: str, data: Any) -> None:
    values = data.draw(vectors(dtype))
    order = data.draw(st.permutations(range(values.size)))
    wide = rounding(Setting.of(backends.get("numpy"), dtype))
    total = wide.xp.sum(wide.array(values)).data[()]
    running = np.add.accumulate(values[list(order)])[-1]
    pairs = np.sum(values)
    assert total.contains(float(running))
    assert total.contains(float(pairs))


def test_balls_are_no_wider_than_the_model_says() -> None:
    """One rounding of 3/8 + 1/10 is 2⁻²⁴ of it, within the few bits of a radius."""
    wide = rounding(Setting.of(backends.get("numpy"), "float32"))
    exact = float(np.float32(0.1))
    sum_ = (wide.array(np.asarray(0.375)) + wide.array(np.asarray(exact))).data[()]
    assert float(sum_.rad()) == pytest.approx(2.0**-24 * (0.375 + exact), rel=1e-6)


@pytest.mark.parametrize(
    ("operation", "value"),
    [(operator.add, 0.75), (operator.sub, 0.25), (operator.mul, 0.125), (operator.truediv, 2.0)],
)
def test_correctly_rounded_operations_are_exact_where_the_result_is_a_number(
    operation: Callable[[Any, Any], Any], value: float
) -> None:
    wide = rounding(Setting.of(backends.get("numpy"), "float32"))
    half, quarter = (wide.array(np.asarray(x)) for x in (0.5, 0.25))
    result = operation(half, quarter).data[()]
    assert result.is_exact()
    assert float(result) == value


def test_constants_are_rounded_to_the_dtype_where_they_meet_an_array() -> None:
    wide = rounding(Setting.of(backends.get("numpy"), "float32"))
    tenth = (wide.array(np.asarray(0.0)) + 0.1).data[()]
    assert tenth.contains(float(np.float32(0.1)))
    assert not ball(prec=128).asarray(0.1).data[()].contains(float(np.float32(0.1)))


@pytest.mark.parametrize("name", ["cholesky", "eigh", "inv", "det", "qr"])
def test_a_librarys_own_algorithms_have_no_bound(name: str) -> None:
    wide = rounding(Setting.of(backends.get("numpy")))
    with pytest.raises(UnboundedError, match="linear algebra"):
        getattr(wide.xp.linalg, name)(wide.array(np.eye(2)))


def test_numbers_of_checks_are_rounded_too() -> None:
    wide = rounding(Setting.of(backends.get("numpy")))
    with Rounding(model(Setting.of(backends.get("numpy")))):
        third = wide.number(1) / 3
        total = np.sum(wide.host(wide.array(np.full(5, 0.1))))
        assert third.ball.contains(1 / 3)
        assert third.ball.contains(math.nextafter(1 / 3, 1))
        assert total.ball.contains(float(np.sum(np.full(5, 0.1))))
        assert float(total.ball.rad()) >= 4 * 2.0**-53 * 0.5
        with pytest.raises(UnboundedError):
            wide.number(2) ** 1j
        with pytest.raises(UnboundedError):
            np.dot(wide.host(wide.array(np.ones(2))), wide.host(wide.array(np.ones(2))))


@settings(deadline=None)
@given(vectors("float64"), vectors("float64"))
def test_what_numpy_computes_for_a_check_lies_in_the_balls(x: Any, y: Any) -> None:
    def check(x: Any, y: Any) -> list[Any]:
        z = (x[:, None] + 1j * y) * np.exp(1j * y) / (y - 2j * x[:, None])
        return [
            z.real,
            z.imag,
            np.abs(z),
            np.einsum("i,ij,j->i", x, z.real, y),
            np.einsum("...,...->...", x, x),
        ]

    wide = rounding(Setting.of(backends.get("numpy")))
    with Rounding(model(Setting.of(backends.get("numpy")))), np.errstate(all="ignore"):
        balls = check(*(wide.host(wide.array(part)) for part in (x, y)))
    for found, computed in zip(balls, check(x, y), strict=True):
        assert all(b.ball.contains(float(c)) for b, c in zip(found.flat, computed.flat, strict=True))


def test_a_model_ends_with_its_block_whatever_happens() -> None:
    def fail() -> None:
        with Rounding(model(Setting.of(backends.get("numpy")))):
            assert active() is not None
            raise ZeroDivisionError

    wide = rounding(Setting.of(backends.get("numpy")))
    with pytest.raises(ZeroDivisionError):
        fail()
    with pytest.raises(UnboundedError):
        wide.xp.linalg.inv(wide.array(np.eye(2)))
    assert active() is None


def float32() -> Any:
    return rounding(Setting.of(backends.get("numpy"), "float32"))


def only(array: Any) -> Any:
    return array.data.reshape(-1)[0]


def test_cancellation_within_a_function_of_many_steps_is_seen() -> None:
    """log(eˣ + e^y) near 0, of which libraries lose the digits that their maximum does not have."""
    x, y = np.asarray([-0.6931471805599453]), np.asarray([-0.6931471805599448])
    wide = rounding(Setting.of(backends.get("numpy")))
    assert only(wide.xp.logaddexp(wide.array(x), wide.array(y))).contains(float(np.logaddexp(x, y)[0]))


@pytest.mark.parametrize("power", [-75, -100])
def test_what_is_below_the_normal_range_may_be_anything_there(power: int) -> None:
    wide = float32()
    x = wide.array(np.asarray([2.0**power]))
    assert only(x * x).contains(0)
    assert only(wide.array(np.asarray([2.0**-130]))).contains(0)


def test_nothing_is_known_of_what_overflows() -> None:
    wide = float32()
    x = wide.array(np.asarray([2.0**100]))
    chosen = wide.xp.where(wide.xp.isfinite(x * x), 0.0, wide.xp.ones_like(x))
    assert only(chosen).contains(0)
    assert only(chosen).contains(1)
    assert not only(wide.xp.exp(x)).is_finite()


def test_products_may_be_taken_in_any_order() -> None:
    wide = float32()
    factors = np.asarray([3.0] * 15 + [1 + 2.0**-23])
    exact = math.prod(factors.tolist())
    product = only(wide.xp.prod(wide.array(factors)))
    assert float(product.rad()) >= 15 * 2.0**-24 * exact
    assert float(only(wide.xp.cumulative_prod(wide.array(factors))[-1:]).rad()) >= 15 * 2.0**-24 * exact


@pytest.mark.parametrize("power", [7, -7])
def test_whole_powers_may_be_repeated_products(power: int) -> None:
    wide = float32()
    value = only(wide.array(np.asarray([1 + 2.0**-23])) ** power)
    assert float(value.rad()) >= 7 * 2.0**-24


def test_a_cast_to_a_narrower_dtype_rounds() -> None:
    wide = rounding(Setting.of(backends.get("numpy")))
    value = wide.xp.astype(wide.array(np.asarray([0.1])), wide.xp.float32)
    assert only(value).contains(float(np.float32(0.1)))


def refused() -> dict[str, Callable[[Any], Any]]:
    """What a check may ask of NumPy or SciPy, and nobody bounds."""
    return {
        "ndtr": special.ndtr, "erfc": special.erfc, "gammaln": special.gammaln,
        "spectral norm": lambda x: np.linalg.norm(np.outer(x, x), 2),
        "complex inv": lambda x: np.linalg.inv(np.eye(2) * x * (1 + 1j)),
        "complex matmul": lambda x: (x * 1j) @ (x * 1j),
        "dot": lambda x: x.dot(x),
        "sections": lambda x: np.add.reduceat(x, [0]),
        "float32": lambda x: x.astype(np.float32),
    }  # fmt: skip


@pytest.mark.parametrize("name", refused())
def test_what_nobody_bounds_is_refused(name: str) -> None:
    wide = rounding(Setting.of(backends.get("numpy")))
    x = wide.host(wide.array(np.asarray([0.5, 1.5])))
    refused()[name](x)  # without a model it is exact
    with Rounding(model(Setting.of(backends.get("numpy")))), pytest.raises(UnboundedError):
        refused()[name](x)


def test_steps_that_are_no_whole_numbers_are_refused() -> None:
    wide = rounding(Setting.of(backends.get("numpy")))
    assert wide.xp.arange(0.0, 3.0, 1.0).shape == (3,)
    with pytest.raises(UnboundedError):
        wide.xp.arange(0.0, 1.0, 0.1)


def test_nothing_is_rounded_by_powers_of_two_and_zero() -> None:
    on = Setting.of(backends.get("numpy"), "float32")
    third = arb(1) / 3
    with Rounding(model(on)):
        for exact in (f.multiply(third, arb(-0.25)), f.divide(third, arb(8)), f.add(third, arb(0))):
            assert exact.rad() <= 1e-14
        assert f.multiply(third, arb(3)).rad() > 1e-8
        # What comes below the smallest normal number is rounded all the same.
        assert f.multiply(third, arb(2) ** -126).rad() >= on.precision.smallest / 2


def test_samples_are_numbers_of_the_format_one_rounding_off() -> None:
    on = Setting.of(backends.get("numpy"), "float32")
    signs = set()
    with Rounding(Sampled.of(model(on), 0)):
        for _ in range(20):
            quotient = f.divide(arb(1), arb(3))
            assert float(np.float32(float(quotient))) == float(quotient)
            assert 0 < abs(float(quotient) - 1 / 3) <= 2**-24
            signs.add(float(quotient) > 1 / 3)
            assert f.multiply(quotient, arb(2)) == 2 * quotient
    assert signs == {False, True}
