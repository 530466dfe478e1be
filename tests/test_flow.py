"""Known values, documented errors and special values of refimpl.flow."""

import math
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from refimpl import _errors, flow
from refimpl.flow import _tableaux

Tree = tuple[Any, ...]
SCHEDULES = {
    "preserving": flow.variance_preserving(),
    "sub": flow.sub_variance_preserving(),
    "exploding": flow.variance_exploding(),
}


# Schedules


def test_variance_preserving_values() -> None:
    """At t = 1, B = 10.05 for β = 0.1 + 19.9 t (computed by hand)."""
    made, t = flow.variance_preserving(beta_min=0.1, beta_max=20.0), np.asarray([1.0])
    assert made.alpha(t)[0] == pytest.approx(math.exp(-5.025), rel=1e-15)
    assert made.variance(t)[0] == pytest.approx(1 - math.exp(-10.05), rel=1e-15)
    assert flow.drift_coefficient(made, t)[0] == pytest.approx(-10.0)
    assert flow.diffusion_squared(made, t)[0] == pytest.approx(20.0)


def test_sub_variance_preserving_values() -> None:
    made, t = flow.sub_variance_preserving(beta_min=2.0, beta_max=2.0), np.asarray([0.5])
    assert made.beta(t)[0] == pytest.approx(1 - math.exp(-1.0), rel=1e-15)
    assert flow.diffusion_squared(made, t)[0] == pytest.approx(2 * (1 - math.exp(-2.0)), rel=1e-15)


def test_variance_exploding_starts_at_the_data() -> None:
    made, t = flow.variance_exploding(sigma_min=0.5, sigma_max=2.0), np.asarray([0.0, 0.5, 1.0])
    np.testing.assert_allclose(made.variance(t), [0.0, 0.75, 3.75], rtol=1e-15)
    np.testing.assert_allclose(flow.diffusion_squared(made, t), 2 * math.log(4) * np.asarray([0.25, 1, 4]))
    assert made.alpha(t).tolist() == [1.0, 1.0, 1.0]


def test_small_times_keep_their_digits() -> None:
    """β̄² = B − B²/2 + … = 1e-13 at t = 1e-12, where 1 − ᾱ² has three digits left."""
    t = np.asarray([1e-12])
    assert flow.variance_preserving().variance(t)[0] == pytest.approx(1e-13, rel=1e-10)
    assert flow.sub_variance_preserving().beta(t)[0] == pytest.approx(1e-13, rel=1e-10)


@pytest.mark.parametrize("name", SCHEDULES)
def test_derivative_of_the_width_is_that_of_its_square(name: str) -> None:
    made, t, h = SCHEDULES[name], np.asarray([0.3]), 1e-6
    slope = (made.beta(t + h) - made.beta(t - h)) / (2 * h)
    # The difference errs by about u/h = 1e-10, and by h².
    np.testing.assert_allclose(made.beta_derivative(t), slope, rtol=1e-8)


def test_width_has_no_derivative_where_it_vanishes() -> None:
    with np.errstate(divide="ignore"):
        assert np.isinf(flow.variance_preserving().beta_derivative(np.asarray(0.0)))


# Mixtures


def test_mixture_log_density_integrates_to_one() -> None:
    data = flow.diagonal_mixture(np.asarray([3.0, 4.0]), np.asarray([[-1.0], [2.0]]), np.asarray([0.25, 1.0]))
    made = flow.variance_preserving()

    def density(x: float) -> float:
        return math.exp(flow.mixture_log_density(data, made, np.asarray(0.2), np.asarray([x])))

    # quad is asked for 1.5e-8 and gives far more for what is smooth.
    assert quad(density, -12, 12)[0] == pytest.approx(1.0, abs=1e-9)


def test_one_gaussian_has_an_affine_score() -> None:
    """N(0, diag(1, 4)) without noise: the score is (−x, −y/4), its divergence −1.25."""
    data = flow.diagonal_mixture(np.zeros(1), np.zeros((1, 2)), np.asarray([[1.0, 4.0]]))
    at = (data, flow.variance_preserving(), np.asarray(0.0), np.asarray([3.0, 8.0]))
    np.testing.assert_allclose(flow.mixture_score(*at), [-3.0, -2.0])
    assert flow.mixture_score_divergence(*at) == pytest.approx(-1.25)
    np.testing.assert_allclose(flow.mixture_score_jacobian(*at), [[-1.0, 0.0], [0.0, -0.25]])


def test_full_and_diagonal_mixtures_agree() -> None:
    rng = np.random.default_rng(0)
    weights, means, variances = rng.normal(size=2), rng.normal(size=(2, 3)), rng.uniform(0.2, 1, (2, 3))
    diagonal = flow.diagonal_mixture(weights, means, variances)
    full = flow.full_mixture(weights, means, variances[..., None] * np.eye(3))
    at = (flow.variance_preserving(), np.asarray([0.1, 0.5]), rng.normal(size=(2, 3)))
    for function in (flow.mixture_score, flow.mixture_score_jacobian, flow.mixture_time_derivative):
        np.testing.assert_allclose(function(full, *at), function(diagonal, *at), rtol=1e-12, atol=1e-12)


def test_singular_covariance_is_data_on_a_line_and_an_indefinite_one_is_nan() -> None:
    line = flow.full_mixture(np.zeros(1), np.zeros((1, 2)), np.ones((1, 2, 2)))
    np.testing.assert_allclose(line.variances, [[0.0, 2.0]], atol=1e-15)
    assert np.all(line.variances >= 0)
    wrong = flow.full_mixture(np.zeros(1), np.zeros((1, 2)), np.diag([1.0, -1.0])[None])
    assert np.isnan(wrong.variances[0, 0])
    # Eigenvalues of −3 eps are rounding errors in 4 dimensions, but each matrix has a size of its own.
    spectra = np.asarray([[1.0, 1.0, 1.0, -3 * 2.0**-52], [0, 0, 0, 0], [1e-8, 0, 0, -1e-12], [1e8, 0, 0, 0]])
    found = flow.full_mixture(np.zeros(4), np.zeros((4, 4)), spectra[..., None] * np.eye(4))
    assert np.isnan(found.variances).any(axis=-1).tolist() == [False, False, True, False]
    alone = flow.full_mixture(np.zeros(1), np.zeros((1, 4)), np.diag(spectra[0])[None])
    assert not np.isnan(alone.variances).any()


def test_components_of_weight_zero_are_off() -> None:
    weights = np.asarray([0.0, -np.inf])
    two = flow.diagonal_mixture(weights, np.asarray([[0.0], [9.0]]), np.ones(2))
    one = flow.diagonal_mixture(np.zeros(1), np.zeros((1, 1)), np.ones(1))
    at = (flow.variance_preserving(), np.asarray(0.3), np.asarray([[8.0]]))
    np.testing.assert_array_equal(flow.mixture_score(two, *at), flow.mixture_score(one, *at))


# Processes


def test_euler_maruyama_bias_at_100_steps() -> None:
    """Reverse SDE of N(0, ½²), variance preserving: its own recursion misses the variance by 1.5 %."""
    made, t = flow.variance_preserving(), np.linspace(1.0, 0.0, 101)
    v = made.alpha(t) ** 2 / 4 + made.variance(t)
    g2, got = flow.diffusion_squared(made, t), v[0]
    slope = flow.reverse_drift(flow.drift_coefficient(made, t), g2, g2, -1 / v)
    for i, step in enumerate(np.diff(t)):
        got = (1 + slope[i] * step) ** 2 * got + g2[i] * abs(step)
    assert abs(got / 0.25 - 1) == pytest.approx(0.015, abs=0.0005)  # two digits
    # Two sources and their mirror images at each step would be the exact moments; here: samples.
    rng, n = np.random.default_rng(0), 20_000
    data = flow.diagonal_mixture(np.zeros(1), np.zeros((1, 1)), np.asarray([0.25]))

    def drift(t: Any, x: Any) -> Any:
        g2 = flow.diffusion_squared(made, t)
        return flow.reverse_drift(
            flow.drift_coefficient(made, t) * x, g2, g2, flow.mixture_score(data, made, t, x)
        )

    start = rng.normal(size=(n, 1)) * np.sqrt(v[0])
    end = flow.euler_maruyama(
        drift, partial(flow.diffusion_squared, made), start, t, rng.normal(size=(100, n, 1))
    )[-1]
    # The variance of a sample variance of n normal numbers is 2/n: seven deviations.
    assert abs(np.var(end) / got - 1) < 7 * math.sqrt(2 / n)


def test_ddim_from_noise_to_the_data_in_one_step() -> None:
    one = np.ones(1)
    stepped = flow.ddim_step(np.asarray([0.6 * 5 + 0.8]), one, (0.6 * one, 0.8 * one), (one, 0 * one))
    assert stepped[0] == pytest.approx(5.0, rel=1e-15)


def test_grid_knows_the_heat_equation_in_two_dimensions() -> None:
    n = 12
    x, y = np.meshgrid(*[np.arange(n) * 2 * np.pi / n] * 2, indexing="ij")
    p, still = np.cos(x) * np.sin(2 * y), np.zeros((2, n, n))
    step = (2 * np.pi / n,) * 2
    heat = flow.fokker_planck_rhs_grid(p, still, np.asarray(2.0), spacing=step, method="spectral")
    np.testing.assert_allclose(heat, -5 * p, atol=1e-13)


def test_grid_takes_diffusion_that_varies() -> None:
    """½ ∂²(g² p) of g² = 2 + 2cos x, p = 1 is −cos x."""
    x = np.arange(16) * np.pi / 8
    heat = flow.fokker_planck_rhs_grid(
        np.ones(16), np.zeros((1, 16)), 2 + 2 * np.cos(x), spacing=(np.pi / 8,), method="spectral"
    )
    np.testing.assert_allclose(heat, -np.cos(x), atol=1e-13)


# Integrators


@cache
def trees(size: int) -> tuple[Tree, ...]:
    """All rooted trees with `size` vertices, each a sorted tuple of its branches."""
    known = sorted({tree for n in range(1, size) for tree in trees(n)}, key=repr)

    def forests(left: int, start: int) -> Iterator[Tree]:
        if not left:
            yield ()
        for i in range(start, len(known)):
            if (weight := order(known[i])) <= left:
                yield from ((known[i], *rest) for rest in forests(left - weight, i))

    return tuple(forests(size - 1, 0))


def order(tree: Tree) -> int:
    """Number of vertices."""
    return 1 + sum(map(order, tree))


def density(tree: Tree) -> int:
    """γ(tree): the order times the densities of the branches."""
    return order(tree) * math.prod(map(density, tree))


@pytest.mark.parametrize("name", ["EULER", "HEUN", "RK4", "DOP853"])
def test_tableaux_satisfy_every_order_condition(name: str) -> None:
    """Σ b Φ(tree) = 1/γ(tree) for all rooted trees up to the order (200 of them at 8), and not beyond."""
    tableau = getattr(_tableaux, name)
    stages = len(tableau.c)
    a, b = np.zeros((stages, stages)), np.zeros(stages)
    for i, row in enumerate(tableau.a):
        a[i, list(row)] = list(row.values())
    b[list(tableau.b)] = list(tableau.b.values())

    def weight(tree: Tree) -> Any:
        return math.prod((a @ weight(branch) for branch in tree), start=np.ones(stages))

    def worst(size: int) -> float:
        return max(abs(float(b @ weight(tree)) - 1 / density(tree)) for tree in trees(size))

    assert max(worst(size) for size in range(1, tableau.order + 1)) < 1e-14
    assert worst(tableau.order + 1) > 1e-6


def test_embedded_weights_sum_to_zero() -> None:
    assert math.fsum(_tableaux.DOP853_ERROR.values()) == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize(("off_in_u", "valid"), [(0, True), (8, True), (32, False)])
def test_weights_of_a_tableau_may_be_rounded(off_in_u: int, valid: bool) -> None:
    weight = 1 + off_in_u * 2.0**-53
    if valid:
        assert _tableaux.Tableau(1, ({},), {0: weight}, (0.0,)).b == {0: weight}
    else:
        with pytest.raises(_errors.DomainError, match=r"flow\.Tableau: "):
            _tableaux.Tableau(1, ({},), {0: weight}, (0.0,))


def test_mistyped_tableau_is_refused() -> None:
    with pytest.raises(_errors.DomainError, match=r"flow\.Tableau: row 1: got 0\.4; expected 0\.5"):
        _tableaux.Tableau(2, ({}, {0: 0.4}), {1: 1.0}, (0.0, 0.5))
    with pytest.raises(_errors.DomainError, match=r"Σ b c\^1"):
        _tableaux.Tableau(2, ({}, {0: 1.0}), {1: 1.0}, (0.0, 1.0))


def test_order_eight_converges_as_such() -> None:
    """x' = 4x cos t by fixed steps of the adaptive method's tableau: slope 8 ± 0.2."""
    errors = []
    for n in (8, 16):
        run = flow._integrators._integrate
        states = run(
            lambda t, x: 4 * np.cos(t) * x, np.ones(1), np.linspace(0, 1, n + 1), _tableaux.DOP853, xp=np
        )
        errors.append(abs(states[-1, 0] - math.exp(4 * math.sin(1))))
    assert math.log2(errors[0] / errors[1]) == pytest.approx(8.0, abs=0.2)


def test_adaptive_agrees_with_scipy() -> None:
    """The Van der Pol oscillator at μ = 5, against scipy's DOP853 at tolerance 1e-12."""

    def field(t: Any, x: Any) -> Any:
        return np.stack([x[..., 1], 5 * (1 - x[..., 0] ** 2) * x[..., 1] - x[..., 0]], axis=-1)

    start = np.asarray([2.0, 0.0])
    exact = solve_ivp(field, (0, 10), start, method="DOP853", rtol=1e-12, atol=1e-12)
    got = flow.integrate_adaptive(field, start[None], np.asarray([0.0, 4.0, 10.0]), rtol=1e-10, atol=1e-10)
    # The local tolerance of 1e-10 holds for each step; what many leave grows on the way.
    np.testing.assert_allclose(got[-1, 0], exact.y[:, -1], rtol=1e-7)


def test_adaptive_tolerances_by_default() -> None:
    """Steps tell tolerances: x' = x³ − x from ½."""

    def run(**options: float) -> Any:
        return flow.integrate_adaptive(
            lambda t, x: x**3 - x, np.full(1, 0.5), np.asarray([0.0, 9.0]), **options
        )

    np.testing.assert_array_equal(run(), run(rtol=1e-6, atol=1e-6))


def test_one_time_is_the_start() -> None:
    x, t = np.ones((2, 3)), np.asarray([0.5])
    for run in (flow.integrate, flow.integrate_adaptive):
        np.testing.assert_array_equal(run(lambda t, x: x, x, t), x[None])


def test_adaptive_gives_up_on_a_singularity(monkeypatch: pytest.MonkeyPatch) -> None:
    """x' = x² from 1 reaches infinity at t = 1."""
    monkeypatch.setattr(flow._integrators, "MAX_STEPS", 100)
    stuck = pytest.raises(
        _errors.DomainError, match=r"integrate_adaptive: velocity: .* t = 2\.0 after 100 steps"
    )
    with stuck, np.errstate(all="ignore"):
        flow.integrate_adaptive(lambda t, x: x**2, np.ones((1, 1)), np.asarray([0.0, 2.0]), rtol=1e-2)


def _step_starts(x: float, times: list[float], slips: dict[int, float], **tolerances: float) -> list[float]:
    """Where the 12 stages of each step begin, for x' = 1 with slips added to single evaluations."""
    asked: list[float] = []

    def field(t: Any, x: Any) -> Any:
        asked.append(float(t))
        return 1 + slips.get(len(asked) - 1, 0.0) + 0 * x

    flow.integrate_adaptive(field, np.full(2, x), np.asarray(times), **tolerances)
    return asked[1::12]  # the first evaluation is for the first step's size


def test_adaptive_steps_by_hand() -> None:
    # 1 % of x/x' first; without an error five times as far each time. The step to t = 1, cut from 1.25 to
    # 0.69, makes the next 5·0.69.
    starts = _step_starts(1.0, [0.0, 1.0, 10.0], {})
    assert starts == pytest.approx([0, 0.01, 0.06, 0.31, 1.0, 4.45])
    assert _step_starts(1e3, [0.0, -1.0], {}) == [0.0]  # 1 % of x/x' is 10: at once
    # From x = 0 one thousandth of the way.
    assert _step_starts(0.0, [1.0, 3.0], {}) == pytest.approx([1, 1.002, 1.012, 1.062, 1.312, 2.562])
    # A tenth of the tolerance is a place, and a speed.
    assert _step_starts(1e-7, [0.0, 1.0], {})[1] == pytest.approx(1e-9)
    assert _step_starts(100.0, [0.0, 50.0], {}, atol=10.0)[1] == pytest.approx(1.0)
    assert _step_starts(1e3, [0.0, 1.0], {3: math.nan}) == pytest.approx([0, 0, 0.2])


@pytest.mark.parametrize(
    ("error", "second"), [(64.0, 0.0), (1e20, 0.0), (1.5, 0.0), (1 / 64, 1.0), (1e-3, 1.0)]
)
def test_adaptive_step_follows_the_error(error: float, second: float) -> None:
    """A slip in the first stage of the first step, of length 1, makes an error of that many tolerances."""
    tolerances = {"rtol": 1e-6, "atol": 2e-4}  # 3e-4 at x = 100
    slip = error * 3e-4 / abs(_tableaux.DOP853_ERROR[0])
    starts = _step_starts(100.0, [0.0, 50.0], {1: slip}, **tolerances)
    factor = min(max(0.9 * error ** (-1 / 6), 0.2), 5.0)
    assert starts[1] == second
    # Other stages add a little to the error; powers of −1/5 and −1/7 would be seen at each of these.
    assert starts[2] == pytest.approx(second + factor, rel=2e-3)


def test_likelihood_takes_an_adaptive_integrator() -> None:
    """x' = −x from N(0, 1): at T the density is N(0, e^{−2T})."""
    run = partial(flow.integrate_adaptive, rtol=1e-12, atol=1e-12)
    x, T = np.asarray([[0.3], [-2.0]]), 1.5
    found = flow.flow_log_likelihood(
        lambda t, x: -x,
        lambda t, x: -np.ones(x.shape[:-1]),
        lambda x: -0.5 * x[..., 0] ** 2 * math.exp(2 * T) + T - 0.5 * math.log(2 * math.pi),
        x,
        np.asarray([0.0, T]),
        integrator=run,
    )
    # The errors of the steps add up to no more than ten times what each may have.
    np.testing.assert_allclose(found, -0.5 * x[:, 0] ** 2 - 0.5 * math.log(2 * math.pi), rtol=1e-11)


# Errors

X, T3 = np.ones((2, 3)), np.asarray([0.0, 0.5, 1.0])
MADE = flow.variance_preserving()
BAD: tuple[tuple[str, Callable[[], Any]], ...] = (
    ("DomainError: beta_min", lambda: flow.variance_preserving(beta_min=-1.0)),
    ("DomainError: sigma_max", lambda: flow.variance_exploding(sigma_min=2.0, sigma_max=1.0)),
    ("DTypeError: variance", lambda: flow.Schedule(abs, abs, 1.0, abs)),
    ("NamespaceError: t", lambda: flow.diffusion_squared(MADE, 0.5)),
    ("ShapeError: means", lambda: flow.diagonal_mixture(np.zeros(2), np.zeros((1, 3)), np.ones(1))),
    ("ShapeError: variances", lambda: flow.diagonal_mixture(np.zeros(1), np.zeros((1, 3)), np.ones(3))),
    ("ShapeError: shapes", lambda: flow.forward_drift(X, X[:, :2], X, X)),
    ("ShapeError: shapes", lambda: flow.reverse_drift(X, X[:, :2], X, X)),
    ("ShapeError: shapes", lambda: flow.flow_velocity(X, X[:, :2], X)),
    ("ShapeError: shapes", lambda: flow.ddim_step(X, X[:, :2], (X, X), (X, X))),
    ("DTypeError: target[1]", lambda: flow.ddim_step(X, X, (X, X), (X, X.astype(int)))),
    ("ShapeError: shapes", lambda: flow.fokker_planck_residual(T3, X, T3, T3, X, T3)),
    ("ShapeError: drift", lambda: _grid(X, spacing=(1.0, 1.0))),
    ("ShapeError: spacing", lambda: _grid(T3, spacing=(1.0, 1.0))),
    ("DomainError: spacing", lambda: _grid(T3, spacing=(0.0,))),
    ("DTypeError: times", lambda: flow.integrate(_same, X, T3.astype("float32"))),
    ("ShapeError: vector field", lambda: flow.integrate(lambda t, x: x[0], X, T3)),
    ("DTypeError: vector field", lambda: flow.integrate(lambda t, x: x.astype("float32"), X, T3)),
    (
        "DTypeError: alpha_derivative",
        lambda: flow.from_functions(alpha=abs, alpha_derivative=1.0, variance=abs, variance_derivative=abs),
    ),
    ("NamespaceError: t", lambda: flow.variance_preserving().alpha([0.5])),
    ("NamespaceError: t", lambda: flow.variance_preserving().beta([0.5])),
    ("NamespaceError: t", lambda: flow.sub_variance_preserving().alpha([0.5])),
    ("NamespaceError: t", lambda: flow.sub_variance_preserving().variance([0.5])),
    ("NamespaceError: t", lambda: flow.sub_variance_preserving().variance_derivative([0.5])),
    (
        "ShapeError: diffusion",
        lambda: flow.fokker_planck_rhs_grid(np.ones(3), np.ones((1, 3)), np.ones((2, 3)), spacing=(1.0,)),
    ),
    ("DomainError: rtol", lambda: flow.integrate_adaptive(_same, X, T3, rtol=1e-17)),
    ("DomainError: atol", lambda: flow.integrate_adaptive(_same, X, T3, atol=0.0)),
    ("DomainError: sigma_max", lambda: flow.karras_sigmas(3, 2.0, 2.0)),
    ("DomainError: rho", lambda: flow.karras_sigmas(3, 1.0, 2.0, rho=0.0)),
    ("DomainError: sigma_min", lambda: flow.exponential_sigmas(3, 0.0, 2.0)),
    ("DomainError: steps", lambda: flow.exponential_sigmas(0, 1.0, 2.0)),
    ("DomainError: shift", lambda: flow.shift_time(T3, shift=0.0)),
    ("DomainError: sigma_data", lambda: flow.edm_scalings(T3, sigma_data=0.0)),
    ("ShapeError: shapes", lambda: flow.edm_denoised(X, X[:, :2], T3)),
    ("ShapeError: shapes", lambda: flow.rectified_score(X, X[:, :2], T3)),
    ("ShapeError: noises", lambda: flow.euler_maruyama(_same, _same, X, T3, X)),
)


def _same(t: Any, x: Any = None) -> Any:
    return x


def _grid(density: Any, **options: Any) -> Any:
    return flow.fokker_planck_rhs_grid(density, density[None], np.asarray(1.0), **options)
