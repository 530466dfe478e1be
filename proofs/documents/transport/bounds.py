"""Laws of growth and of the bound for flows."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from .... import transport
from ...._xp import numbers
from ....backends import Setting
from ...language.law import AtMost, Gap, Impl, Record, Rounding, law
from . import closed, inputs_of_bounds

BOUND = Rounding(
    {"32 panels": 32, "16 nodes": 16, "gap and growth at a node": 8, "series up to e⁴": 24},
    calls=("exp", "exp"),
)


@law(
    "transport.one_sided_lipschitz-definition",
    "one_sided_lipschitz is the least and largest eigenvalue of ½(J + Jᵀ) over all points: "
    "lowest·‖v‖² ≤ v·Jv ≤ highest·‖v‖²",
    source="transport D5",
    about=("transport.one_sided_lipschitz",),
    inputs=inputs_of_bounds.jacobians,
    tolerance=Rounding({"an entry of J = QΛQᵀ + skew": 8, "eigenvalues of d ≤ 4, 4d": 16}),
    refutes=(
        "transport.one_sided_lipschitz/spectral-norm",
        "transport.one_sided_lipschitz/diagonal-only",
        "transport.one_sided_lipschitz/swapped",
        "transport.one_sided_lipschitz/mean-over-points",
        "transport.one_sided_lipschitz/eigenvalues-of-jacobian",
        "transport.one_sided_lipschitz/one-triangle",
        "transport.one_sided_lipschitz/not-halved",
    ),
)
def one_sided_definition(impl: Impl, on: Setting, case: inputs_of_bounds.Jacobians) -> Iterator[Record]:
    """The eigenvalues go into J; quadratic forms of affine drifts stay between the constants."""
    Q, skew, values = np.linalg.qr(on.host(case.Q))[0], on.host(case.skew), on.reals(case.values)
    jacobians = on.array((Q * values[:, None, :]) @ Q.mT + skew - skew.mT)
    J, (x, y) = on.host(jacobians), on.host(case.points)
    size = on.number(np.max(np.abs(J))) * J.shape[-1]
    low, high = (on.host(value) for value in impl["transport.one_sided_lipschitz"](jacobians))
    yield Gap("lowest", low, np.min(values), size)
    yield Gap("highest", high, np.max(values), size)
    v = x - y
    square = np.sum(v * v, -1)
    form = np.einsum("ni,nij,nj->n", v, J, v)
    yield AtMost("from below", low * square, form, size * square)
    yield AtMost("from above", form, high * square, size * square)


@law(
    "transport.one-sided-from-lipschitz",
    "a Lipschitz constant bounds both one-sided ones; −x³ has an upper and x³ a lower one, and neither "
    "is Lipschitz",
    source="transport C3",
    about=("transport.one_sided_lipschitz",),
    inputs=inputs_of_bounds.cubic_points,
    tolerance=Rounding({"±3x²": 3, "differences and products of cubes": 5}),
    refutes=(
        "transport.one_sided_lipschitz/spectral-norm",
        "transport.one_sided_lipschitz/swapped",
    ),
)
def one_sided_from_lipschitz(impl: Impl, on: Setting, case: inputs_of_bounds.CubicPoints) -> Iterator[Record]:
    """(y³ − x³)(y − x) = (x² + xy + y²)(y − x)² ≥ 0, while 3x² has no bound; a turn stretches nothing."""
    constants = impl["transport.one_sided_lipschitz"]
    x, y = on.host(case.x), on.host(case.y)
    slope, largest = 3 * case.x**2, on.number(3 * np.max(x**2))
    least = on.number(3 * np.min(x**2))
    falling, rising = (constants(sign * slope[:, None, None]) for sign in (-1.0, 1.0))
    yield Gap("−x³ has the upper constant", falling.highest, -least, largest)
    yield Gap("and no lower one", falling.lowest, -largest, largest)
    yield Gap("x³ has the lower constant", rising.lowest, least, largest)
    yield Gap("and no upper one", rising.highest, largest, largest)
    products = (x**3 - y**3) * (x - y)
    yield AtMost("x³ is monotone", 0.0, products, np.max(np.abs(x) + np.abs(y)) ** 4)
    turn = np.asarray([[0.0, 1.0], [-1.0, 0.0]])
    J = on.array(turn * x[:, None, None] + np.eye(2))
    lipschitz = on.number(np.max(np.linalg.norm(on.host(J), 2, axis=(-2, -1))))
    both = constants(J)
    yield AtMost("below by −Lipschitz", -lipschitz, both.lowest, lipschitz)
    yield AtMost("above by Lipschitz", both.highest, lipschitz, lipschitz)
    yield Gap("rotations do not stretch", both.highest, 1.0, lipschitz)


@law(
    "transport.growth_factor-definition",
    "growth_factor is exp ∫₀ᵗ L, exactly for piecewise linear L",
    source="transport D6",
    about=("transport.growth_factor",),
    inputs=inputs_of_bounds.rates,
    tolerance=Rounding({"a trapezoid": 4, "8 sums": 8, "expectation": 1}, calls=("exp",)),
    refutes=(
        "transport.growth_factor/from-the-end",
        "transport.growth_factor/without-exponential",
        "transport.growth_factor/left-rule",
        "transport.growth_factor/wrong-sign",
        "transport.growth_factor/without-integral",
        "transport.growth_factor/logarithm",
    ),
)
def growth_definition(impl: Impl, on: Setting, case: inputs_of_bounds.Rates) -> Iterator[Record]:
    """Trapezoids in fractions."""
    times, L = ([on.fraction(v) for v in on.host(a).tolist()] for a in (case.times, case.L))
    steps = [(L[i] + L[i + 1]) / 2 * (times[i + 1] - times[i]) for i in range(len(L) - 1)]
    exact = np.exp(on.reals([on.number(sum(steps[:i], Fraction(0))) for i in range(len(L))]))
    lengths = np.diff(on.host(case.times))
    absolute = np.abs(on.host(case.L))
    size = 1 + np.append(0.0, np.cumsum((absolute[1:] + absolute[:-1]) / 2 * lengths))
    found = impl["transport.growth_factor"](case.L, case.times)
    yield Gap("piecewise linear", found.factor, exact, exact * size)
    yield Gap("no error", found.error, 0.0, 0.0)


@law(
    "transport.growth-smooth",
    "growth_factor is exp ∫₀ᵗ L to the last digits for smooth L",
    source="transport D6",
    stands="the digits where quadrature could have them; the definition takes steps",
    about=("transport.growth_factor",),
    inputs=inputs_of_bounds.rates,
    tolerance=Rounding(
        {"a value of L": 6, "16 nodes and weights by pairs": 5, "8 sums": 8, "exponent to expect": 5},
        calls=("exp", "cos"),
    ),
    refutes=("transport.growth_factor/from-the-end", "transport.growth_factor/without-exponential"),
    needs={"approximation": "integrals are sums over Gauss–Legendre nodes"},
)
def growth_smooth(impl: Impl, on: Setting, case: inputs_of_bounds.Rates) -> Iterator[Record]:
    """The antiderivative of a + bt + ct³ + e·cos ωt."""
    a, b, c, e = case.coefficients
    omega, t = case.omega, on.host(case.times)
    found = impl["transport.growth_factor"](
        lambda s: a + b * s + c * s**3 + e * on.xp.cos(omega * s), case.times
    )
    exponent = a * t + b * t**2 / 2 + c * t**4 / 4 + e * np.sin(omega * t) / omega
    size = 1 + abs(a) * t + abs(b) * t**2 / 2 + abs(c) * t**4 / 4 + abs(e) * t * (1 + omega * t)
    yield Gap("smooth", found.factor, np.exp(exponent), np.exp(exponent) * size)
    yield AtMost("small error", found.error, 0.0, size)


def _exponentials(
    case: inputs_of_bounds.ExponentialGaps, on: Setting
) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """(α + βt)e^{μt}, and a constant L."""
    return (
        lambda t: (case.alpha + case.beta * t) * on.xp.exp(case.decay * t),
        lambda t: 0 * t + case.L,
    )


@law(
    "transport.wasserstein_bound-definition",
    "wasserstein_bound is ∫₀ᵀ I_t gap_t dt + I_T·terminal + error, I_t = exp ∫₀ᵗ L",
    source="transport D8",
    about=("transport.wasserstein_bound",),
    inputs=inputs_of_bounds.exponential_gaps,
    tolerance=BOUND,
    refutes=(
        "transport.wasserstein_bound/gap-squared",
        "transport.wasserstein_bound/terminal-not-grown",
        "transport.wasserstein_bound/growth-from-the-end",
        "transport.wasserstein_bound/no-growth",
        "transport.wasserstein_bound/no-error",
        "transport.wasserstein_bound/wrong-sign",
        "transport.wasserstein_bound/terminal-ignored",
    ),
    needs={"approximation": "integrals are sums over Gauss–Legendre nodes"},
)
def bound_definition(impl: Impl, on: Setting, case: inputs_of_bounds.ExponentialGaps) -> Iterator[Record]:
    """Against the series of ∫ tᵏe^{(λ+μ)t}; the error of trapezoids is at most ¼h²∫|v″|, and enough."""
    times, terminal = on.host(case.times), on.number(on.host(case.terminal))
    T, rate = on.number(times[-1]), case.L + case.decay
    exact = case.alpha * closed.exponential_moment(rate, T, 0) + case.beta * closed.exponential_moment(
        rate, T, 1
    )
    carried = on.math.exp(case.L * T) * terminal
    scale = (exact + carried) * on.math.exp(abs(rate) * T)
    gap, lipschitz = _exponentials(case, on)
    bound = impl["transport.wasserstein_bound"](case.times, gap, lipschitz, case.terminal)
    yield Gap("panels", bound.integral, exact, scale)
    yield Gap("terminal", bound.terminal, carried, scale)
    yield AtMost("small error", bound.error, 0.0, scale)
    yield Gap(
        "sum", bound.value, on.host(bound.integral) + on.host(bound.terminal) + on.host(bound.error), scale
    )
    values = on.array(on.host(gap(case.times))), on.array(np.full(times.shape, case.L))
    bound = impl["transport.wasserstein_bound"](case.times, *values, case.terminal)
    error = on.host(bound.error)
    yield AtMost("trapezoids", np.abs(on.host(bound.integral) - exact), error, scale)
    yield AtMost("from above", exact + carried, bound.value, scale)
    step = on.number(np.max(np.diff(times)))
    curvature = rate**2 * (case.alpha + case.beta * T) + 2 * abs(rate) * case.beta
    yield AtMost("error", error, 0.3 * step**2 * T * curvature * on.math.exp(max(rate * T, 0.0)), scale)


@law(
    "transport.bound-bends",
    "with L that bends between the nodes, the error of trapezoids covers that of I_t as well",
    source="transport D8",
    about=("transport.wasserstein_bound",),
    inputs=inputs_of_bounds.bending_rates,
    tolerance=Rounding(
        {"a value of L and of the gap": 2 * 8, "sums in the exponent": 32, "sums in the integral": 32},
        calls=("exp", "exp"),
    ),
    refutes=("transport.wasserstein_bound/exact-growth", "transport.wasserstein_bound/no-error"),
)
def bound_bends(impl: Impl, on: Setting, case: inputs_of_bounds.BendingRates) -> Iterator[Record]:
    """L = λω cos ωt, so I_t = e^{λ sin ωt}; with the gap α/I_t the integral is αT."""
    rate, omega, t = case.rate, case.omega, on.host(case.times)
    gap = on.array(case.alpha * np.exp(-rate * np.sin(omega * t)))
    L = on.array(rate * omega * np.cos(omega * t))
    terminal, T = on.number(on.host(case.terminal)), on.number(t[-1])
    exact = case.alpha * T + on.math.exp(rate * on.math.sin(omega * T)) * terminal
    bound = impl["transport.wasserstein_bound"](case.times, gap, L, case.terminal)
    scale = on.math.exp(abs(rate)) * (case.alpha * T + terminal) * (1 + abs(rate) * (omega * T) ** 2)
    sum_of_both = on.host(bound.integral) + on.host(bound.terminal)
    yield AtMost("within the error", np.abs(sum_of_both - exact), bound.error, scale)
    yield AtMost("from above", exact, bound.value, scale)


@law(
    "transport.stated-errors",
    "the errors that growth_factor and wasserstein_bound state cover what the nodes of a panel miss",
    source="transport D6, D8",
    about=("transport.growth_factor", "transport.wasserstein_bound"),
    inputs=inputs_of_bounds.unresolved,
    tolerance=Rounding(
        {"angle": 4, "a value at a node": 4, "sum of 16 nodes": 16, "panels": 8, "expectation": 8},
        calls=("cos", "exp"),
    ),
    refutes=("transport.growth_factor/no-error", "transport.wasserstein_bound/no-error-of-panels"),
)
def stated_errors(impl: Impl, on: Setting, case: inputs_of_bounds.Unresolved) -> Iterator[Record]:
    """cos(ωt + φ) with half a panel of 24 radians: 16 nodes miss about 4·10⁻³ of its length, 8 nodes 0.8."""
    t, omega, phase, size = on.host(case.times), case.omega, case.phase, case.size

    def wave(s: Any) -> Any:
        return size * on.xp.cos(omega * s + phase)

    integral = size * (np.sin(omega * t + phase) - on.math.sin(phase)) / omega
    scale = 1 + size * t * (1 + omega * t)
    found = impl["transport.growth_factor"](wave, case.times)
    factor = on.host(found.factor) / np.exp(integral)
    # For errors a, b of 16 and 8 nodes: |1 − e^{−a}| ≤ |e^{a−b} − 1|, as |a| is far below |b| < 2.
    yield AtMost("growth", np.abs(1 - 1 / factor), found.error, scale)
    offset = 2 * size
    bound = impl["transport.wasserstein_bound"](
        case.times, lambda s: offset + wave(s), lambda s: 0 * s, on.array(np.asarray(0.0))
    )
    exact = on.number(integral[-1] + offset * t[-1])
    yield AtMost(
        "integral", abs(on.number(on.host(bound.integral)) - exact), bound.error, 2 * offset * scale[-1]
    )
    yield AtMost("a bound", exact, bound.value, 2 * offset * scale[-1])


@law(
    "transport.linear_flow_pair-definition",
    "linear_flow_pair has the moments of x_0 = e^{−FT}x_T − ∫₀ᵀ e^{−Ft}e dt, and E_p‖f − g‖² under a root",
    source="transport D9",
    about=("transport.linear_flow_pair",),
    inputs=inputs_of_bounds.linear_pairs,
    tolerance=Rounding(
        {"roots by eigenvalues of d ≤ 3, 4d": 12, "products over 3 dimensions and squares": 2 * 6}
    ),
    refutes=(
        "transport.linear_flow_pair/forward",
        "transport.linear_flow_pair/gap-under-q",
        "transport.linear_flow_pair/gap-without-mean",
        "transport.linear_flow_pair/own-jacobian",
        "transport.linear_flow_pair/upper-constant",
        "transport.linear_flow_pair/wrong-sign",
        "transport.linear_flow_pair/gap-squared",
        "transport.linear_flow_pair/offsets-ignored",
    ),
)
def linear_pair_definition(impl: Impl, on: Setting, case: inputs_of_bounds.LinearPairs) -> Iterator[Record]:
    """Exponentials by their series, the gap by cubature, the distance by the eigenvalues of S₁S₂."""
    p, q = transport.Affine(*case.f), transport.Affine(*case.g)
    found = impl["transport.linear_flow_pair"](p, q, case.times, end=case.T)

    def at(side: Any, t: float) -> Any:
        F, e, m, P = (on.host(v) for v in side)
        block = np.zeros((len(e) + 1,) * 2)
        block[:-1, :-1], block[:-1, -1] = F, e
        flow = closed.exponential((t - case.T) * block)
        return flow[:-1, :-1] @ m + flow[:-1, -1], flow[:-1, :-1] @ P @ flow[:-1, :-1].T

    for name, t, given in (("distance", 0.0, found.distance), ("terminal", case.T, found.terminal)):
        (m1, S1), (m2, S2) = at(p, t), at(q, t)
        square, terms = closed.gaussian_square(m1, S1, m2, S2)
        scale = 4 * terms + (np.linalg.norm(m1) + np.linalg.norm(m2)) ** 2
        yield Gap(name, on.host(given) ** 2, square, scale)
    (F, e, *_), (G, h, *_) = (map(on.host, side) for side in (p, q))
    squares, sizes = [], []
    for t in on.host(case.times):
        mean, P = at(p, t)
        x = mean + closed.cubature(P)
        squares.append(np.mean(np.sum((x @ (F - G).T + (e - h)) ** 2, -1)))
        sizes.append(np.mean(np.sum((np.abs(x) @ np.abs(F - G).T + np.abs(e - h)) ** 2, -1)))
    yield Gap("gap", on.host(found.gap) ** 2, np.asarray(squares), 4 * np.asarray(sizes))
    values = np.linalg.eigvals((G + G.T) / 2).real
    yield Gap("lipschitz", found.lipschitz, -np.min(values), 1 + np.linalg.norm(G))


@law(
    "transport.bound-linear",
    "W₂[p₀, q₀] is at most the bound for affine flows, same or different terminals",
    source="transport C4",
    stands="the bound for affine flows in any dimension",
    about=("transport.wasserstein_bound", "transport.linear_flow_pair"),
    inputs=inputs_of_bounds.linear_pairs,
    tolerance=Rounding(BOUND.terms, calls=("exp",)),
    refutes=(
        "transport.wasserstein_bound/no-growth",
        "transport.wasserstein_bound/terminal-not-grown",
        "transport.linear_flow_pair/upper-constant",
        "transport.linear_flow_pair/gap-without-mean",
    ),
)
def bound_linear(impl: Impl, on: Setting, case: inputs_of_bounds.LinearPairs) -> Iterator[Record]:
    """By trapezoids, also with p and q exchanged, which gives another bound, and by panels."""
    pair, bounded = impl["transport.linear_flow_pair"], impl["transport.wasserstein_bound"]
    sides = transport.Affine(*case.f), transport.Affine(*case.g)
    lengths = [np.linalg.norm(on.host(v)) for side in sides for v in (side.offset, side.mean)]
    roots = [on.math.sqrt(np.trace(on.host(side.covariance))) for side in sides]
    positions = (sum(lengths) + sum(roots)) * on.math.exp(case.T * np.linalg.norm(on.host(sides[0].matrix)))
    for name, (p, q) in (("q, p", sides[::-1]), ("p, q", sides)):
        at = pair(p, q, case.times, end=case.T)
        rates = on.array(np.full(case.times.shape, on.number(on.host(at.lipschitz))))
        bound = bounded(case.times, at.gap, rates, at.terminal)
        scale = on.host(bound.integral) + on.host(bound.terminal) + positions
        yield AtMost(f"trapezoids of {name}", at.distance, bound.value, scale)
    # The error of panels is far below that of trapezoids.
    ends = on.array(on.host(case.times)[[0, -1]])
    bound = bounded(
        ends, lambda t: pair(p, q, t, end=case.T).gap, lambda t: 0 * t + at.lipschitz, at.terminal
    )
    yield AtMost("panels of p, q", at.distance, bound.value, scale)


_Flow = tuple[Callable[[Any], Any], Callable[[Any, float], Any], float]


def _flow(name: str, c: float, xp: Any) -> _Flow:
    """A drift on the line, its flow by a signed duration, and the largest −∂f."""
    if name == "linear":
        return lambda x: c * x, lambda x, t: x * numbers(c).exp(c * t), -c
    if name == "cubic":
        return lambda x: c * x**3, lambda x, t: x / xp.sqrt(1 - 2 * c * t * x * x), max(-c, 0.0)
    # sinh x_t = sinh x_0 · e^{ct}
    return lambda x: c * xp.tanh(x), lambda x, t: xp.asinh(xp.sinh(x) * numbers(c).exp(c * t)), max(-c, 0.0)


@law(
    "transport.bound-curved",
    "W₂[p₀, q₀] is at most the bound for flows on the line that bend, by their quantile functions",
    source="transport C4",
    stands="the bound for flows that are not affine",
    about=("transport.wasserstein_bound", "transport.wasserstein_quantile"),
    inputs=inputs_of_bounds.curved_pairs,
    tolerance=Rounding({**BOUND.terms, "two distances, as in wasserstein_quantile-definition": 2 * 151}),
    refutes=(
        "transport.wasserstein_bound/no-growth",
        "transport.wasserstein_bound/terminal-not-grown",
        "transport.wasserstein_bound/gap-squared",
    ),
    needs={"approximation": "integrals are sums over Gauss–Legendre nodes"},
)
def bound_curved(impl: Impl, on: Setting, case: inputs_of_bounds.CurvedPairs) -> Iterator[Record]:
    """x' = c·tanh x, cx, cx³ (c ≥ 0) have closed flows; terminals are uniform: E integrates over levels."""
    T, W = case.T, impl["transport.wasserstein_quantile"]
    names, rates = case.names, case.rates
    (_, flow_f, _), (_, flow_g, L) = (_flow(n, c, on.xp) for n, c in zip(names, rates, strict=True))

    def terminal(k: int) -> Callable[[Any], Any]:
        start, width = case.ranges[k]
        return lambda u: start + width * u

    distance, _ = W(lambda u: flow_f(terminal(0)(u), -T), lambda u: flow_g(terminal(1)(u), -T), **on.like)
    end, _ = W(terminal(0), terminal(1), **on.like)
    f, moved, _ = _flow(names[0], rates[0], np)
    g = _flow(names[1], rates[1], np)[0]
    levels, weights = closed.legendre(0.0, 1.0)

    def gap(t: Any) -> Any:
        at = on.host(t)
        x = np.stack([moved(terminal(0)(levels), s - T) for s in at.reshape(-1)])
        return on.array(np.sqrt((f(x) - g(x)) ** 2 @ weights).reshape(at.shape))

    times = on.array(np.asarray([0.0, T / 2, T]))
    bound = impl["transport.wasserstein_bound"](times, gap, lambda t: 0 * t + L, end)
    size = max(abs(v) for start, width in case.ranges for v in (start, start + width))
    yield AtMost("bound", distance, bound.value, 8 * (size + on.host(bound.integral)))
