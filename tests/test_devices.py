"""Where no GPU is: everything on a library that refuses what CuPy refuses, on a device that is not its first.

`libraries/grudging.py` says what it refuses. A number that goes to NumPy unasked, an array made on another
device, an operation outside of the device's context or unequal leading axes of `solve` are errors there.
"""

import math
from collections.abc import Callable
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from libraries import grudging, join
from specimens import SPECIMENS
from test_compile import arrays, assert_close

from refimpl import _libraries, argmaxable, backends, ddpm, density, matching, proofs, rope
from refimpl._errors import NamespaceError
from refimpl.backends import Setting
from refimpl.proofs.auditing import limits
from refimpl.proofs.engine import catalogue
from refimpl.proofs.engine.runner import run_law

xp, SECOND = grudging.xp, grudging.Device(1)


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Setting:
    """Its second device, as an installed backend."""
    join(monkeypatch, "grudging:make")
    return Setting.of(backends.get("grudging"), "float64", "1")


def there(values: Any, dtype: Any = np.float64) -> Any:
    """An array on the second device."""
    return xp.asarray(np.asarray(values), dtype=dtype, device=SECOND)


# The stand-in is as hard as it says


@pytest.mark.parametrize(
    "use",
    [
        np.asarray,
        lambda a: a + np.ones(2),
        lambda a: np.ones(2) * a,
        lambda a: xp.exp(np.ones(2)),
        np.exp,
        lambda a: a.mT,
        lambda a: xp.exp(there([1.0, 2.0])),
        lambda a: a + there([1.0, 2.0]),
        lambda a: xp.linalg.solve(xp.zeros((3, 2, 2)) + xp.eye(2), xp.eye(2)),
    ],
)
def test_it_refuses(use: Callable[[Any], Any]) -> None:
    with pytest.raises((TypeError, ValueError, AttributeError)):
        use(xp.asarray([1.0, 2.0]))


def test_it_leaves_numbers_where_a_factorisation_fails() -> None:
    root = xp.linalg.cholesky(xp.asarray([[1.0, 2.0], [2.0, 1.0]]))
    assert root.get().tolist() == [[1.0, 0.0], [2.0, -3.0]]
    assert xp.linalg.cholesky(xp.asarray([[4.0, 2.0], [2.0, 5.0]])).get().tolist() == [[2.0, 0.0], [1.0, 2.0]]


# Every function, every law


NUMBERS = {
    f"rope.{name}"
    for name in (
        "ntk_base",
        "ntk_scale",
        "range_of",
        "rebase",
        "yarn_scale",
        "yarn_softmax_scale",
        "longrope_scale",
    )
}
"""They give numbers, with which their specimens compute."""
SCHEDULES = {
    f"flow.{name}"
    for name in (
        "variance_preserving",
        "sub_variance_preserving",
        "variance_exploding",
        "variance_exploding_smld",
        "from_functions",
    )
}
"""They give functions, which work on the current device when a caller calls them."""
COMPUTING = NUMBERS | SCHEDULES | {
    "flow.dpm_solver_2m_step", "matching.balanced_class_weights", "transport.linear_flow_pair",
}  # fmt: skip
"""What stands outside of refimpl's functions needs the context, as everywhere."""


@pytest.mark.parametrize("name", SPECIMENS)
def test_every_function_stays_on_the_device(name: str, on: Setting) -> None:
    with on.current():
        function, given = SPECIMENS[name](on, 4)
    with on.current() if name in COMPUTING else nullcontext():
        result = function(*given)
    for array in arrays(result):
        assert _libraries.device(array) == SECOND
    here = Setting.of(backends.get("numpy"))
    function, given = SPECIMENS[name](here, 4)
    assert_close(on, result, function(*given))


@pytest.mark.long
@pytest.mark.parametrize("law", catalogue.laws())
def test_every_law_holds(law: str, on: Setting) -> None:
    outcome = run_law(catalogue.laws()[law], on, examples=2, seed=0, shrink=False)
    assert outcome.verdict == "held", outcome.reason


@pytest.mark.parametrize(
    "law", ["matching.rank-integers", "ddpm.elbo_terms-definition", "rope.rotate-stored"]
)
def test_laws_hold(law: str, on: Setting) -> None:
    outcome = run_law(catalogue.laws()[law], on, examples=3, seed=0)
    assert outcome.verdict == "held", outcome.reason


@pytest.mark.parametrize(
    "mistake", ["rope.rotate/gives-out-its-cache", "ddpm.elbo_terms/log-determinant-not-halved"]
)
def test_mistakes_are_refuted(mistake: str, on: Setting) -> None:
    wrong = catalogue.mistakes()[mistake]
    law = next(law for law in catalogue.laws().values() if mistake in law.refutes)
    outcome = run_law(law, on, examples=12, seed=0, replaced={wrong.function: wrong.fresh()}, shrink=False)
    assert outcome.verdict == "refuted", outcome.reason


def test_a_law_of_integers_tells_what_keeps_the_reference_from_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grudging.xp.__array_namespace_info__, "default_dtypes", None)
    monkeypatch.setattr("refimpl._libraries._told", {})
    law, on = catalogue.laws()["matching.rank-integers"], Setting.of(grudging.make())
    outcome = run_law(law, on, examples=2, seed=0, shrink=False)
    assert outcome.verdict == "crashed"
    assert "TypeError" in outcome.reason


# Audits


def backwards(x: Any, angles: Any, *, layout: str = "interleaved") -> Any:
    return rope.rotate(x, -angles, layout=layout)


def stretched(x: Any, angles: Any, *, layout: str = "interleaved") -> Any:
    return rope.rotate(x, angles, layout=layout) * 1.5


def caching(x: Any, angles: Any, *, layout: str = "interleaved", _kept: list[Any] = []) -> Any:  # noqa: B006
    _kept.append(rope.rotate(x, angles, layout=layout))
    return _kept[-1] if len(_kept) % 3 else _kept[-1] + 1


@pytest.mark.parametrize("function", [backwards, stretched, caching])
@pytest.mark.usefixtures("on")
def test_an_audit_that_refutes_says_why(function: Callable[..., Any]) -> None:
    report = proofs.audit(
        {"rope.rotate": function}, backend="grudging", device="1", examples=6, isolated=False
    )
    assert report.verdict == "refuted"
    assert "itself raised" not in str(report)
    assert report.diagnoses[0].sentences


def test_an_audit_on_strict_device1_shows_a_program() -> None:
    pytest.importorskip("array_api_strict")
    report = proofs.audit(
        {"rope.rotate": backwards}, backend="strict", device="device1", examples=6, isolated=False
    )
    assert "the rotation matrix was transposed" in str(report)
    assert "itself raised" not in str(report)


@pytest.mark.usefixtures("on")
def test_an_audit_that_holds() -> None:
    report = proofs.audit(
        {"rope.rotate": rope.rotate}, backend="grudging", device="1", examples=6, isolated=False
    )
    assert report.holds


def test_memory_is_limited_on_the_host_alone(on: Setting) -> None:
    """JAX calls a GPU "gpu"; what counts is where arrays lie, not what the device is called."""
    assert limits.memory_on(on, 1) is None
    assert limits.memory_on(Setting.of(backends.get("numpy")), 1) == 1


# The way to NumPy


def test_host_functions_ask_as_the_library_wants_it() -> None:
    W, b = there([[1.0], [0.0], [-1.0]]), there([0.0, 0.0, 0.0])
    assert argmaxable.classify(W, b) == argmaxable.classify(W.get(), b.get())


class Kept(grudging.Array):
    """An array whose numbers only its backend can read."""

    get = None  # type: ignore[assignment]

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        return SimpleNamespace(__name__="kept")


def test_what_no_library_gives_away_is_refused_until_its_backend_tells(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("refimpl._libraries._told", {})
    array = Kept([0.5, 1.5], 0)
    with pytest.raises(NamespaceError, match=r"got a Kept, whose numbers.*refimpl\.backends\.get"):
        _libraries.to_numpy(array)
    _libraries.tell(array, xp, lambda it: it.data)
    assert _libraries.to_numpy(array).tolist() == [0.5, 1.5]
    assert _libraries.array_namespace(array) is xp


# Linear algebra that does not report


def test_a_matrix_that_is_not_definite_is_no_covariance() -> None:
    x, mean = there([1.0, 1.0]), there([0.0, 0.0])
    good, bad = [[2.0, 1.0], [1.0, 2.0]], [[1.0, 2.0], [2.0, 1.0]]
    found = density.normal_log_density_full(x, mean, there([good, bad])).get()
    right = density.normal_log_density_full(x.get(), mean.get(), np.asarray(good))
    # The same few operations, 45 roundings at the most, whose sums may go in another order in a batch.
    assert found[0] == pytest.approx(float(right), rel=1e-14)
    assert math.isnan(found[1])


def test_a_factor_of_something_else_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Positive pivots alone do not make a factor."""
    monkeypatch.setattr(xp.linalg, "cholesky", lambda a: xp.eye(2))
    found = density.normal_log_density_full(
        there([1.0, 1.0]), there([0.0, 0.0]), there([[2.0, 1.0], [1.0, 2.0]])
    )
    assert math.isnan(float(found))


@pytest.mark.parametrize("scale", [1e-280, 1.0, 1e280])
@pytest.mark.parametrize("n", [1, 3, 40])
def test_factors_that_are_right_are_kept(n: int, scale: float) -> None:
    root = np.tril(np.random.default_rng(n).normal(size=(5, n, n))) + 2 * np.eye(n)
    covariance = np.ldexp(root @ np.swapaxes(root, -1, -2), int(math.log2(scale)))
    found = density.normal_log_density_full(there(np.zeros(n)), there(np.zeros(n)), there(covariance))
    assert np.isfinite(found.get()).all()


def test_terms_of_the_bound_solve_a_stack_against_one_matrix() -> None:
    """ddpm.elbo_terms whitens T covariances with one identity."""
    host = ddpm.from_ho(np.asarray([0.36, 0.5]))
    schedule = ddpm.from_ho(there([0.36, 0.5]))
    generator = ddpm.exact_generator(there([0.0, 0.0]), there(np.eye(2)), schedule)
    found = ddpm.elbo_terms(there([1.0, 2.0]), generator, schedule)
    right = ddpm.exact_generator(np.zeros(2), np.eye(2), host)
    # As many roundings as the law of elbo_terms admits, and no more than 450.
    np.testing.assert_allclose(found.get(), ddpm.elbo_terms(np.asarray([1.0, 2.0]), right, host), rtol=1e-13)


def test_similarities_need_no_mt() -> None:
    matrix = [[1.0, 0.0], [0.0, -1.0]]
    assert matching.nearest_semidefinite(there(matrix)).get().tolist() == [[1.0, 0.0], [0.0, 0.0]]


def test_a_function_that_creates_arrays_does_so_on_the_device() -> None:
    table = rope.sinusoidal(there([0, 1], np.int64), dim=4, dtype=np.float64)
    assert table.device == SECOND
    made = rope.frequencies(4, xp=xp, device=SECOND)
    assert made.device == SECOND


def test_torchs_devices_are_not_entered() -> None:
    """They are contexts of creation, which would change what a caller's own code creates."""
    torch = pytest.importorskip("torch")
    assert _libraries.current(torch.device("cpu")).__class__ is nullcontext
