"""What no document's own tests reach in the shared checks."""

import inspect
import sys
import time
import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import array_api_strict
import numpy as np
import pytest

from refimpl import _xp, ddpm, density, flow, matching, residual, rope, transport
from refimpl._errors import DomainError, DTypeError, RefimplError
from refimpl.backends import Backend, Setting
from refimpl.proofs.engine import catalogue


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
    "too many bases": lambda: rope.mixed_radix_frequencies([1.0001] * 10**5),
    "no steps": lambda: ddpm.check_steps(ddpm.linear_schedule(3), None),
    "no dimension": lambda: density.normal_log_density_full(np.ones(0), np.ones(0), np.ones((0, 0))),
    "weights of a batch": lambda: transport.score_matching(
        np.ones((3, 5, 2)), np.ones((5, 2)), weights=np.ones((2, 5))
    ),
    "labels of texts": lambda: matching.best_threshold(np.ones(1), np.full(1, "a", np.dtypes.StringDType())),
    "an old name of a dtype": lambda: rope.frequencies(4, dtype="a"),
    "a surrogate as a dtype": lambda: rope.frequencies(4, dtype="\ud800"),
    "vectors of no entries": lambda: flow.fokker_planck_residual(
        *(np.ones(3) if i in (0, 2, 3, 5) else np.ones((2, 0)) for i in range(6))
    ),
    "distances beyond float64": lambda: transport.wasserstein_discrete(
        np.full((1, 1), 1e308), np.full((1, 1), -1e308)
    ),
    "more than memory holds": lambda: density.normal_log_density(
        *(np.broadcast_to(1.0, shape) for shape in ((10**6, 1, 1), (10**6, 1), (10**6,)))
    ),
    "an infinite time": lambda: flow.integrate_adaptive(
        lambda t, x: x, np.ones(1), np.asarray([0.0, np.inf])
    ),
    "a velocity of NaN": lambda: flow.integrate_adaptive(lambda t, x: x * np.nan, np.ones(1), np.arange(2.0)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str) -> None:
    """By an error of refimpl, in the one form of its texts, and at once."""
    with pytest.raises(RefimplError, match=r"^\w+\.\w+: .+: got [\s\S]+; expected ") as caught:
        REFUSED[name]()
    if name.startswith(("a masked", "a matrix", "a type", "a tuple", "an array of 25", "dtype", "Singular")):
        assert f"got {name}" in str(caught.value)


TABLES: dict[str, Callable[[int], Any]] = {
    "ddpm.cosine_schedule": ddpm.cosine_schedule,
    "ddpm.ho_schedule": ddpm.ho_schedule,
    "ddpm.linear_schedule": ddpm.linear_schedule,
    "rope.digits": lambda n: rope.digits(np.ones(1, np.int64), base=2, count=n),
    "rope.dynamic_ntk": lambda n: rope.dynamic_ntk(9.0, dim=n, train_length=4.0, factor=2.0),
    "rope.frequencies": rope.frequencies,
    "rope.llama3": lambda n: rope.llama3(n, train_length=4096.0, factor=2.0),
    "rope.range_of": lambda n: rope.range_of(2, digits=n),
    "rope.sinusoidal": lambda n: rope.sinusoidal(np.ones(1), dim=n),
    "rope.yarn": lambda n: rope.yarn(n, train_length=4096.0, factor=2.0),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_made_from_a_number_have_a_limit_that_is_documented(name: str) -> None:
    """Below it, the time grows with the number, not with its square."""
    assert "2^20" in str(inspect.getdoc(catalogue.reference()[name]))
    with pytest.raises(DomainError, match=f"^{name}: .*: got .*; expected .*2.*20"):
        TABLES[name](2**20 + 2)
    start = time.process_time()
    TABLES[name](2**16)
    assert time.process_time() - start < 5  # of 0.1 to 0.2 seconds


def test_the_errors_of_a_function_among_the_arguments_are_its_own() -> None:
    def fails(t: Any) -> Any:
        raise TypeError("mine")

    with pytest.raises(TypeError, match=r"^mine$"):
        transport.growth_factor(fails, np.ones(2))

    for error in (np.linalg.LinAlgError("mine"), NotImplementedError("mine"), MemoryError("mine")):

        def stops(t: Any, *rest: Any, error: Exception = error) -> Any:
            raise error

        with pytest.raises(type(error), match=r"^mine$"):
            transport.growth_factor(stops, np.ones(2))
        with pytest.raises(type(error), match=r"^mine$"):
            flow.integrate(stops, np.ones(1), np.ones(2))


def test_infinities_that_are_documented_come_without_a_warning() -> None:
    with np.errstate(all="raise"):
        assert ddpm.snr(ddpm.Schedule(np.asarray([0.5, 1.0]))).tolist()[2:] == [0.0]
        assert rope.log_n_scale(np.zeros(1), train_length=2.0, clip=False).tolist() == [-np.inf]


def test_warnings_of_libraries_do_not_leak() -> None:
    """Namespaces that wrap NumPy, or are named, and numbers whose derivatives torch follows."""
    certain = array_api_strict.asarray([0.5, 1.0])
    with np.errstate(all="raise"):
        assert float(ddpm.snr(ddpm.Schedule(certain))[2]) == 0.0
        large = transport.wasserstein_quantile(lambda u: u * np.inf, lambda u: u, xp=np)
        assert float(large.value) == np.inf
    torch = pytest.importorskip("torch")
    with np.errstate(all="raise"):  # an option of another library than the arrays
        wide = residual.layer_norm(np.asarray([-np.inf, 1.0]), eps=torch.tensor(0.5))
        assert np.isnan(wide).all()
    assert rope.yarn_scale(torch.tensor(1.0, requires_grad=True)) == 1.0
    half = torch.ones(2, dtype=torch.float16)
    assert matching.jl_project(half, torch.eye(2, dtype=torch.float64)).dtype == torch.float64
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        log_w = torch.zeros(3, requires_grad=True)
        assert density.importance_bounds(log_w, sizes=[1, 2]).shape == (2,)
    similar = torch.eye(2, dtype=torch.float64, requires_grad=True)
    assert matching.factor_similarity(similar).shape == (2, 2)


def test_what_a_library_cannot_compute_with_is_a_dtype() -> None:
    torch = pytest.importorskip("torch")
    for dtype in (torch, torch.ones(2)):
        with pytest.raises(DTypeError, match=r"^rope.log_n_scale: dtype: got .*; expected a real floating"):
            rope.log_n_scale(torch.ones(2), train_length=4.0, dtype=dtype)
    with pytest.raises(DTypeError, match=r"^rope.from_digits: arrays: got .*; expected dtypes with which"):
        rope.from_digits(torch.ones(2, dtype=torch.uint64), base=2)


def test_numbers_beyond_the_squares_of_floats() -> None:
    density_, drift = np.asarray([1.0, 2.0, 1.0]), np.ones((1, 3))
    assert flow.fokker_planck_rhs_grid(density_, drift, drift[0], spacing=(1e200,)).tolist() != [0, 0, 0]
    heavy = np.full(2, np.finfo(np.float64).max)
    found = transport.wasserstein_discrete(np.asarray([[0.0], [1.0]]), np.asarray([[2.0]]), heavy)
    assert float(found.distance) == pytest.approx(2.5**0.5)


def test_numbers_are_made_in_the_byte_order_of_the_machine() -> None:
    assert rope.frequencies(4, dtype=">f8" if sys.byteorder == "little" else "<f8").dtype.isnative


@pytest.mark.parametrize("axis", ["a", 1.0, None])
def test_an_axis_is_any_integer(axis: Any) -> None:
    with pytest.raises(DTypeError, match=r"expected an integer$"):
        _xp.check_axis(axis, np.ones((2, 3)))


def test_places_and_what_was_ordered(backend: Backend) -> None:
    """NumPy has its own way to both; others search and sort."""
    if "sort" in backend.lacks or "indexing" in backend.lacks:
        pytest.skip(f"{backend.name} lacks sort or indexing")
    on = Setting.of(backend)
    rng = np.random.default_rng(0)
    for n in (0, 1, 2, 30):
        for values in (np.sort(rng.integers(0, 1 + n // 2, n) / 2), np.arange(n) / 4):
            ordered, order = on.array(values), rng.permutation(n)
            xp = _xp.of(ordered)
            for side in ("left", "right"):
                found = on.host(_xp.places(ordered, side=side, xp=xp))
                assert np.array_equal(found, np.searchsorted(values, values, side=side))
            back = on.host(_xp.restored(on.array(values[order]), on.array(order), xp=xp))
            assert np.array_equal(back, values)
