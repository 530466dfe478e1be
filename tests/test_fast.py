"""Fast forms serve large inputs; here they are made to serve all, and give what their definitions give."""

import math
from typing import Any

import numpy as np
import pytest
from array_api_compat import numpy
from flint import arb

from refimpl import backends, flow, rope, transport
from refimpl.backends import Setting
from refimpl.backends._ball import _functions as functions
from refimpl.backends._ball._array import BallArray
from refimpl.backends._ball._precision import WorkingPrecision
from refimpl.backends.ball import ball
from refimpl.flow import _columns
from refimpl.proofs.engine import catalogue
from refimpl.proofs.engine.runner import run_law
from refimpl.rope import _blocks
from refimpl.transport import _apart, _gaussian, _simplex

FORMS: dict[str, tuple[Any, str, str]] = {
    "rope.rotate": (_blocks, "LEAST", "rotate"),
    "flow.mixture_score": (_columns, "LEAST", "score"),
    "transport.frechet_distance": (_apart, "LEAST", "square"),
    "transport.wasserstein_gaussian": (_apart, "LEAST", "spread"),
    "transport.wasserstein_discrete": (_simplex, "REDUCE", "_reduced"),
}
"""Of a function: the module of its fast form, the size from which on that serves, and its name."""


def served(monkeypatch: pytest.MonkeyPatch, name: str) -> list[Any]:
    """Make a fast form serve every size; its results are noted."""
    module, least, form = FORMS[name]
    results: list[Any] = []
    fast = getattr(module, form)

    def noting(*args: Any, **kwargs: Any) -> Any:
        results.append(fast(*args, **kwargs))
        return results[-1]

    monkeypatch.setattr(module, least, 0)
    monkeypatch.setattr(module, form, noting)
    return results


def about(name: str) -> list[str]:
    """The laws about a function."""
    return [law for law in catalogue.written_laws() if name in catalogue.laws()[law].about]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", FORMS)
def test_laws_hold(name: str, dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    results = served(monkeypatch, name)
    on = Setting.of(backends.get("numpy"), dtype)
    assert about(name)
    for law in about(name):
        outcome = run_law(catalogue.laws()[law], on, examples=12, seed=0)
        assert outcome.verdict == "held", outcome
    assert any(result is not None for result in results)


@pytest.mark.parametrize("dtype", ["float16", "float32", ">f8"])
@pytest.mark.parametrize("layout", ["interleaved", "half"])
@pytest.mark.parametrize(
    ("shape", "angles"),
    [
        ((3, 40, 7, 10), (7, 5)),
        ((7, 10), (5, 1, 5)),
        ((10,), (600, 5)),
        ((4096, 1, 20), (10,)),
        ((4096,), (2048,)),
    ],
)
def test_rotation_in_blocks_has_the_bits_of_the_definition(
    shape: tuple[int, ...], angles: tuple[int, ...], layout: Any, dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    x, by = rng.normal(size=shape).astype(dtype), rng.normal(size=angles)
    x[..., 0], by[..., -1] = np.inf, np.nan
    expected = rope.rotate(x, by, layout=layout)
    monkeypatch.setattr(_blocks, "BLOCK", 300)
    results = served(monkeypatch, "rope.rotate")
    given = rope.rotate(x, by, layout=layout)
    assert given is results[0]
    assert (given.shape, given.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_array_equal(given, expected)
    finite = np.isfinite(expected)
    assert given[finite].tobytes() == expected[finite].tobytes()


def covariances(rng: np.random.Generator, d: int, condition: float, factor: float) -> list[Any]:
    """Two covariances with eigenvalues from 1 to `condition`, one of them times a factor."""
    made = []
    for scale in (1.0, factor):
        Q, _ = np.linalg.qr(rng.normal(size=(d, d)))
        S = scale * (Q * np.geomspace(1.0, condition, d)) @ Q.T
        made.append(0.5 * (S + S.T))
    return made


@pytest.mark.parametrize("factor", [3.0, 30.0])
@pytest.mark.parametrize("condition", [1.0, 10.0, 1e3, 1e6])
@pytest.mark.parametrize("d", [32, 100])
def test_far_gaussians_have_the_distance_of_the_definition(d: int, condition: float, factor: float) -> None:
    S1, S2 = covariances(np.random.default_rng(0), d, condition, factor)
    given, expected = _apart.spread(S1, S2), _gaussian._spread(S1, S2, xp=numpy)
    assert given is not None
    # What the docstring allows: a small multiple of d·u·κ^{1/2}·‖S‖^{1/2}; either may be off by it.
    assert abs(given - expected) <= 4 * d * 2.0**-53 * math.sqrt(condition * factor * condition)


def test_near_and_singular_gaussians_go_the_other_way() -> None:
    S, T = covariances(np.random.default_rng(0), 40, 10.0, 1.2)
    assert _apart.spread(S, S) is None
    assert _apart.spread(S, S + 1e-3 * np.eye(40)) is None
    singular = T.copy()
    singular[0], singular[:, 0] = 0.0, 0.0
    for bad in (singular, singular - np.eye(40), np.full_like(S, np.nan), 1e300 * S):
        assert _apart.spread(bad, 9 * T) is None
    for bad in (1e-300 * S, S[None], S[:3, :3]):
        assert _apart.spread(bad, 9 * bad) is None
    assert _apart.spread(S, 9 * T) is not None


@pytest.mark.parametrize("seed", range(4))
def test_reduced_costs_have_the_plans_of_the_costs(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(60, seed + 1)), rng.normal(size=(50, seed + 1))
    a, b = rng.uniform(size=60), rng.uniform(size=50)
    a[:5], b[:7] = 0.0, 0.0
    plain = transport.wasserstein_discrete(x, y, a, b)
    results = served(monkeypatch, "transport.wasserstein_discrete")
    reduced = transport.wasserstein_discrete(x, y, a, b)
    (costs, _), largest = results[0], float(np.max(_simplex.distances(x, y)))
    assert costs.min() >= -4 * 2.0**-53  # in units of the largest cost; rounded twice, as are potentials
    # A potential is a sum along the simplex' tree, of at most as many costs as there are points.
    assert 0 <= reduced.gap <= (60 + 50) * 2.0**-53 * largest**2
    assert reduced.distance == pytest.approx(plain.distance, rel=1e-14)


def test_distances_of_any_size() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 3)), rng.normal(size=(30, 3))
    y[:3], y[3] = x[:3], x[4] * (1 + 1e-15)
    expected = _simplex._lengths(np.abs(x[:, None, :] - y[None, :, :]))
    for power in (-1060, -900, -300, 0, 300, 900, 1021):
        given = _simplex.distances(np.ldexp(x, power), np.ldexp(y, power))
        exact = power >= -900  # below, the numbers themselves are rounded
        np.testing.assert_allclose(
            given, np.ldexp(expected, power), rtol=4e-16 if exact else 1e-4, atol=1e-323
        )
    far = np.asarray([[0.0, 0.0], [1e-200, 1e-200], [1.0, 1.0]])
    assert _simplex.distances(far, far[:1])[:, 0].tolist() == [0.0, 1e-200 * math.sqrt(2), math.sqrt(2)]
    assert _simplex.distances(np.zeros((2, 0)), np.zeros((3, 0))).tolist() == [[0.0] * 3] * 2


@pytest.mark.parametrize("like", [True, False])
@pytest.mark.parametrize("at", [(), (5, 1), (5, 40)])
def test_scores_of_columns_are_those_of_the_definition(
    at: tuple[int, ...], like: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    variances = np.full((6, 3), 0.5) if like else rng.uniform(0.1, 2.0, size=(6, 3))
    mixture = flow.diagonal_mixture(
        np.append(rng.normal(size=5), -np.inf), 4 * rng.normal(size=(6, 3)), variances
    )
    t, x = rng.uniform(0.01, 1.0, size=at), 3 * rng.normal(size=(5, 40, 3))
    x[0, 0, 0] = np.nan
    expected = flow.mixture_score(mixture, flow.variance_preserving(), t, x)
    results = served(monkeypatch, "flow.mixture_score")
    monkeypatch.setattr(_columns, "BLOCK", 300)
    given = flow.mixture_score(mixture, flow.variance_preserving(), t, x)
    assert given is results[0]
    # Exponents up to some hundreds are off by a few roundings each, and the weights by that.
    np.testing.assert_allclose(given, expected, rtol=0, atol=1e-11)


BINARY = [("add", functions.add), ("subtract", functions.subtract), ("multiply", functions.multiply)]
UNARY = [(name, getattr(functions, name)) for name in ("exp", "log", "sqrt", "sin", "cos", "atanh", "expm1")]


@pytest.mark.parametrize(("name", "one"), [*BINARY, *UNARY])
@pytest.mark.parametrize("finite", [True, False])
def test_all_at_once_is_one_after_the_other(name: str, one: Any, finite: bool) -> None:
    """Also where balls reach below 0, hold it, are the same number, or leave the domain."""
    ends = [
        0.0,
        1.0,
        -1.0,
        0.75,
        2.0**-200,
        -(2.0**-200),
        1e300,
        *([] if finite else [math.inf, -math.inf, math.nan]),
    ]
    values = [arb(x) for x in ends] + [
        arb(x, r) for x in (0.0, 0.5, 1.0, -0.5, -1.0) for r in (0.5, 1.0, 2.0**-60)
    ]
    xp = ball(prec=64)
    rows = np.fromiter(values, dtype=object, count=len(values))[:, None]
    x, y = (BallArray(data, xp.float64, xp) for data in (rows, rows.T))
    arrays = (x, y) if (name, one) in BINARY else (x,)
    given = getattr(xp, name)(*arrays)
    with WorkingPrecision(64), np.errstate(all="ignore"):
        expected = np.frompyfunc(one, len(arrays), 1)(*(array.data for array in arrays))
    assert given.shape == expected.shape
    for a, b in zip(given.data.flat, expected.flat, strict=True):
        assert (a.mid(), a.rad()) == (b.mid(), b.rad()) if b.is_finite() else str(a) == str(b)
