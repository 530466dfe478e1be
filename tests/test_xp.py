"""What no document's own tests reach in the shared checks."""

import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from refimpl import _xp, ddpm, flow, matching, rope, transport
from refimpl._errors import DTypeError, RefimplError


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


class Fussy:
    """Neither a number nor to be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("no")


REFUSED: dict[str, Callable[[], Any]] = {
    "a masked array": lambda: transport.wasserstein_1d(np.ma.MaskedArray([1.0, 2.0]), np.ones(2)),
    "a matrix": lambda: rope.rotate(np.ones((1, 2)).view(np.matrix), np.ones((1, 1))),
    "a type": lambda: rope.rotate(np.ndarray, np.ones(1)),
    "a tuple": lambda: rope.rotate((1.0, 2.0), np.ones(1)),
    "an array of 25 axes": lambda: rope.rotate(np.ones((1,) * 24 + (2,)), np.ones(1)),
    "dtype StringDType()": lambda: rope.rotate(np.full(2, "a", np.dtypes.StringDType()), np.ones(1)),
    "dtype float16": lambda: matching.nearest_semidefinite(np.eye(2, dtype=np.float16)),
    "Singular matrix": lambda: transport.coupling_monotonicity(np.zeros((2, 2)), np.eye(2)),
    "a complex number": lambda: rope.yarn_scale(np.complex128(2)),
    "a text": lambda: rope.yarn_scale(np.str_("2")),
    "a truth value": lambda: rope.yarn_scale(np.True_),
    "an array of one": lambda: rope.yarn_scale(np.ones(1)),
    "beyond float64": lambda: rope.yarn_scale(10**5000),
    "not to be shown": lambda: rope.yarn_scale(Fussy()),
    "a real count": lambda: rope.frequencies(np.asarray(4.0)),
    "too many entries": lambda: rope.frequencies(10**7),
    "too many digits": lambda: rope.range_of(10, digits=10**9),
    "no such device": lambda: rope.frequencies(4, device="nonsense"),
    "no namespace": lambda: rope.frequencies(4, xp=3),
    "no dtype": lambda: rope.frequencies(4, dtype="abc"),
    "a word in an array": lambda: rope.rotate(np.ones(2), np.ones(1), layout=np.asarray(["half", "x"])),
    "a word in a list": lambda: flow.integrate(lambda t, x: x, np.ones(1), np.ones(2), method=["rk4"]),
    "a flag in an array": lambda: rope.log_n_scale(np.ones(2), train_length=4.0, clip=np.ones(2)),
    "no sequence": lambda: rope.mixed_radix_frequencies(3),
    "no schedule": lambda: flow.drift_coefficient(None, np.ones(1)),
    "a function of one": lambda: flow.integrate(lambda t: t, np.ones(1), np.ones(2)),
    "a text as result": lambda: transport.growth_factor(lambda t: "x", np.ones(2)),
    "complex results": lambda: transport.growth_factor(lambda t: 1j * t, np.ones(2)),
    "a velocity of NaN": lambda: flow.integrate_adaptive(lambda t, x: x * np.nan, np.ones(1), np.arange(2.0)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str) -> None:
    """By an error of refimpl, in the one form of its texts, and at once."""
    with pytest.raises(RefimplError, match=r"^\w+\.\w+: .+: got [\s\S]+; expected ") as caught:
        REFUSED[name]()
    if name.startswith(("a masked", "a matrix", "a type", "a tuple", "an array of 25", "dtype", "Singular")):
        assert f"got {name}" in str(caught.value)


def test_the_errors_of_a_function_among_the_arguments_are_its_own() -> None:
    def fails(t: Any) -> Any:
        raise TypeError("mine")

    with pytest.raises(TypeError, match=r"^mine$"):
        transport.growth_factor(fails, np.ones(2))


def test_infinities_that_are_documented_come_without_a_warning() -> None:
    with np.errstate(all="raise"):
        assert ddpm.snr(ddpm.Schedule(np.asarray([0.5, 1.0]))).tolist()[2:] == [0.0]
        assert rope.log_n_scale(np.zeros(1), train_length=2.0, clip=False).tolist() == [-np.inf]


def test_numbers_are_made_in_the_byte_order_of_the_machine() -> None:
    assert rope.frequencies(4, dtype=">f8" if sys.byteorder == "little" else "<f8").dtype.isnative
