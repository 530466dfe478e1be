"""Laws of optimal transport between point clouds."""

import math
from collections.abc import Iterator

import numpy as np

from ....backends import Setting
from ...language.law import AtMost, Gap, Impl, Record, Rounding, Same, law
from . import closed
from . import inputs_of_samples as inputs
from .inputs import FloatArray

_SIMPLEX = Rounding(
    {"POT's reduced costs": 20, "a distance, cubed": 3 * 6, "mass": 1, "sum of 25 terms": 25},
    "p-th powers relative to the largest cost, to 20u of which the simplex runs",
    calls=("pow",),
)


def _expected(case: inputs.Samples, on: Setting) -> tuple[FloatArray, FloatArray, float]:
    """x and y with points repeated by their masses, and the largest distance (1 if it is 0)."""
    x, y = on.host(case.x), on.host(case.y)
    if isinstance(case, inputs.CountedSamples):
        x, y = (
            np.repeat(v, on.host(w).astype(int), axis=0)
            for v, w in ((x, case.x_weights), (y, case.y_weights))
        )
    return x, y, on.number(np.max(closed.distances(on.host(case.x), on.host(case.y)))) or 1.0


@law(
    "transport.wasserstein_discrete-definition",
    "wasserstein_discrete is the least power mean over all ways to pair the points",
    source="transport D3, C2",
    about=("transport.wasserstein_discrete",),
    inputs=inputs.clouds,
    tolerance=_SIMPLEX,
    refutes=(
        "transport.wasserstein_discrete/squared",
        "transport.wasserstein_discrete/nearest",
        "transport.wasserstein_discrete/expanded-squares",
        "transport.wasserstein_discrete/entropic",
        "transport.wasserstein_discrete/independent",
        "transport.wasserstein_discrete/costs-squared",
        "transport.wasserstein_discrete/entropic-unrounded",
    ),
)
def discrete_definition(impl: Impl, on: Setting, case: inputs.Samples) -> Iterator[Record]:
    """By Birkhoff's theorem a permutation is optimal for equal masses."""
    x, y, unit = _expected(case, on)
    least = closed.least_over_permutations(closed.distances(x, y), case.order)
    found = impl["transport.wasserstein_discrete"](case.x, case.y, order=case.order)
    yield Gap("power", (on.host(found.distance) / unit) ** case.order, (least / unit) ** case.order, 1.0)


@law(
    "transport.wasserstein_discrete-weighted-definition",
    "with whole masses wasserstein_discrete is that of clouds in which points are repeated",
    source="transport D3, C2",
    stands="the definition with masses",
    about=("transport.wasserstein_discrete",),
    inputs=inputs.counted_clouds,
    tolerance=_SIMPLEX,
    refutes=(
        "transport.wasserstein_discrete/squared",
        "transport.wasserstein_discrete/nearest",
        "transport.wasserstein_discrete/weights-ignored",
    ),
)
def weighted_discrete_definition(impl: Impl, on: Setting, case: inputs.CountedSamples) -> Iterator[Record]:
    """Masses are quarters; a mass of 0 repeats no point."""
    x, y, unit = _expected(case, on)
    least = closed.least_over_permutations(closed.distances(x, y), case.order)
    found = impl["transport.wasserstein_discrete"](
        case.x, case.y, case.x_weights, case.y_weights, order=case.order
    )
    yield Gap("power", (on.host(found.distance) / unit) ** case.order, (least / unit) ** case.order, 1.0)
    mass = np.sum(on.host(found.plan), axis=-1), np.sum(on.host(found.plan), axis=-2)
    for side, given, wanted in zip("xy", mass, (case.x_weights, case.y_weights), strict=True):
        yield Gap(f"marginal of {side}", given, on.host(wanted) / 4, 1.0)


@law(
    "transport.wasserstein_discrete-unequal-definition",
    "points without weights share the mass equally, also where the clouds differ in number",
    source="transport D3, C2",
    about=("transport.wasserstein_discrete",),
    inputs=inputs.unequal_clouds,
    tolerance=_SIMPLEX,
    refutes=("transport.wasserstein_discrete/cuts-the-longer", "transport.wasserstein_discrete/squared"),
)
def unequal_discrete_definition(impl: Impl, on: Setting, case: inputs.WeightedSamples) -> Iterator[Record]:
    """Points are repeated until both clouds have as many; no weights, then those of one cloud."""
    x, y, masses = on.host(case.x), on.host(case.y), on.host(case.x_weights)
    unit = on.number(np.max(closed.distances(x, y))) or 1.0
    for weights, counts in ((None, np.ones(len(x))), (case.x_weights, masses)):
        whole = np.repeat(x, counts.astype(int), axis=0)
        times = math.lcm(len(whole), len(y))
        first, second = (np.repeat(v, times // len(v), axis=0) for v in (whole, y))
        least = closed.least_over_permutations(closed.distances(first, second), case.order)
        given = () if weights is None else (weights,)
        found = impl["transport.wasserstein_discrete"](case.x, case.y, *given, order=case.order)
        label = "no weights" if weights is None else "weights of the first"
        yield Gap(label, (on.host(found.distance) / unit) ** case.order, (least / unit) ** case.order, 1.0)


@law(
    "transport.duality",
    "the plan is a coupling, its cost is W^p, the potentials are feasible, and their value is W^p too",
    source="transport D3, D4, C2",
    about=("transport.wasserstein_discrete", "transport.coupling_cost"),
    inputs=inputs.counted_clouds,
    tolerance=_SIMPLEX,
    refutes=(
        "transport.wasserstein_discrete/squared",
        "transport.wasserstein_discrete/potentials-swapped",
        "transport.wasserstein_discrete/potentials-negated",
        "transport.coupling_cost/squared",
    ),
)
def duality(impl: Impl, on: Setting, case: inputs.CountedSamples) -> Iterator[Record]:
    """With 3 for the largest distance, which is found without the solver."""
    unit, largest = _expected(case, on)[2], 3.0**case.order
    x, y = (on.array(3 * on.host(v) / unit) for v in (case.x, case.y))
    found = impl["transport.wasserstein_discrete"](x, y, case.x_weights, case.y_weights, order=case.order)
    power = on.host(found.distance) ** case.order
    costs = closed.distances(on.host(x), on.host(y)) ** case.order
    u, v = on.host(found.x_potential), on.host(found.y_potential)
    yield AtMost("plan ≥ 0", 0.0, found.plan, 0.0)
    yield Same("shapes", (u.shape, v.shape), (x.shape[:1], y.shape[:1]))
    if u.shape + v.shape != costs.shape:
        return
    plan_cost = impl["transport.coupling_cost"](x, y, found.plan, order=case.order)
    yield Gap("cost of the plan", on.host(plan_cost) ** case.order, power, largest)
    size = largest + np.abs(u)[:, None] + np.abs(v)
    yield AtMost("feasible", u[:, None] + v, costs, size)
    masses = on.host(case.x_weights) / 4, on.host(case.y_weights) / 4
    yield Gap("dual value", masses[0] @ u + masses[1] @ v, power, on.number(np.max(size)))
    yield Gap("duality gap", found.gap, 0.0, largest)


@law(
    "transport.coupling_cost-definition",
    "coupling_cost is (Σ π_ij ‖x_i − y_j‖^p)^{1/p}, in batches",
    source="transport D4",
    about=("transport.coupling_cost",),
    inputs=inputs.couplings,
    tolerance=Rounding(
        {"a distance in its unit, a side": 2 * 4.5, "mass and sum of 16 terms": 2 * 16, "unit": 2 * 1},
        calls=("pow", "pow"),
    ),
    refutes=(
        "transport.coupling_cost/squared",
        "transport.coupling_cost/norm-of-mean",
        "transport.coupling_cost/always-two",
        "transport.coupling_cost/p-norm",
        "transport.coupling_cost/norm-for-power",
        "transport.coupling_cost/manhattan",
        "transport.coupling_cost/squared-distances",
        "transport.coupling_cost/plan-ignored",
        "transport.coupling_cost/divided-by-order",
        "transport.coupling_cost/square-root",
    ),
)
def coupling_cost_definition(impl: Impl, on: Setting, case: inputs.Couplings) -> Iterator[Record]:
    """Every mass becomes that share of a long list of distances."""
    x, y, plan = (on.host(v) for v in (case.x, case.y, case.plan))
    lengths = closed.distances(x, y)
    unit = np.max(lengths, axis=(-2, -1)) + (np.max(lengths, axis=(-2, -1)) == 0)
    powers = np.einsum("bnm,bnm->b", plan, (lengths / unit[:, None, None]) ** case.order)
    expected = unit * powers ** (1 / case.order)
    given = impl["transport.coupling_cost"](case.x, case.y, case.plan, order=case.order)
    yield Gap("cost", given, expected, expected)


@law(
    "transport.couplings-bound",
    "W is at most the cost of any coupling, and on the line that of sorting: D1 = D3",
    source="transport C2",
    stands="that it is a minimum, over all couplings",
    about=("transport.wasserstein_discrete", "transport.coupling_cost", "transport.wasserstein_1d"),
    inputs=inputs.clouds,
    tolerance=_SIMPLEX,
    refutes=(
        "transport.wasserstein_discrete/squared",
        "transport.wasserstein_1d/unsorted",
        "transport.wasserstein_1d/sum",
        "transport.coupling_cost/norm-of-mean",
    ),
)
def couplings_bound(impl: Impl, on: Setting, case: inputs.Samples) -> Iterator[Record]:
    """The independent coupling, all cyclic ones, and their even mixture with it."""
    unit = _expected(case, on)[2]
    x, y = (on.host(v) / unit for v in (case.x, case.y))
    n, order = len(x), case.order
    given = on.array(x), on.array(y)
    power = on.host(impl["transport.wasserstein_discrete"](*given, order=order).distance) ** order
    cyclic = np.eye(n)[(np.arange(n)[:, None] + np.arange(n)) % n] / n
    plans = np.concatenate([np.full((1, n, n), 1 / n**2), cyclic, cyclic / 2 + 1 / (2 * n**2)])
    costs = on.host(impl["transport.coupling_cost"](*given, on.array(plans), order=order)) ** order
    yield AtMost("cost", np.full(costs.shape, power), costs, 1.0)
    first, second = on.array(x[:, 0]), on.array(y[:, 0])
    sorting = impl["transport.wasserstein_1d"](first, second, order=order)
    line = impl["transport.wasserstein_discrete"](first[:, None], second[:, None], order=order)
    yield Gap("line", on.host(line.distance) ** order, on.host(sorting) ** order, 1.0)


@law(
    "transport.cloud-metric",
    "W₂ of clouds is a metric, W₁ ≤ W₂, W(p, p+v) = ‖v‖, W₂²(p, q+v) = W₂²(p, q) + 2v·(m_q − m_p) + ‖v‖², "
    "W(cp, cq) = |c|W(p, q)",
    source="transport C1",
    stands="the metric among clouds",
    about=("transport.wasserstein_discrete",),
    inputs=inputs.cloud_triples,
    tolerance=_SIMPLEX,
    refutes=("transport.wasserstein_discrete/squared", "transport.wasserstein_discrete/entropic"),
)
def cloud_metric(impl: Impl, on: Setting, case: inputs.Triples) -> Iterator[Record]:
    """In squares relative to the largest square, as the simplex is exact to that."""
    points = [on.host(v) for v in (case.x, case.y, case.z, case.shift)]
    unit = max(on.number(np.max(np.abs(v))) for v in points) or 1.0
    unit = 2.0 ** np.ceil(np.log2(unit))
    x, y, z, v = (w / unit for w in points)

    def distance(p: FloatArray, q: FloatArray, order: float = 2.0) -> float:
        found = impl["transport.wasserstein_discrete"](on.array(p), on.array(q), order=order)
        return on.number(on.host(found.distance))

    xy, size = distance(x, y), 4.0 * x.shape[-1]
    yield Gap("symmetry", distance(y, x) ** 2, xy**2, size)
    yield Gap("W(p, p)", distance(x, x[::-1]) ** 2, 0.0, size)
    yield AtMost("triangle", distance(x, z) ** 2, (xy + distance(y, z)) ** 2, size)
    yield AtMost("W₁ ≤ W₂", distance(x, y, 1.0) ** 2, xy**2, size)
    yield Gap("shift", distance(x, x + v) ** 2, on.number(v @ v), 2 * size)
    squared = xy**2 + on.number(2 * v @ (y.mean(0) - x.mean(0)) + v @ v)
    yield Gap("shifted square", distance(x, y + v) ** 2, squared, 2 * size)
    yield Gap("scaling", distance(case.factor * x, case.factor * y) ** 2, (case.factor * xy) ** 2, 16 * size)


@law(
    "transport.gradient-maps",
    "for y_i = ∇φ(x_i) with φ convex, W₂ = (mean ‖x_i − y_i‖²)^{1/2}",
    source="transport C2",
    stands="the couplings that are optimal by convexity, in any dimension",
    about=("transport.wasserstein_discrete", "transport.wasserstein_1d"),
    inputs=inputs.potentials,
    tolerance=_SIMPLEX,
    refutes=(
        "transport.wasserstein_discrete/squared",
        "transport.wasserstein_1d/squared",
        "transport.wasserstein_1d/sum",
    ),
)
def gradient_maps(impl: Impl, on: Setting, case: inputs.Potential) -> Iterator[Record]:
    """∇φ = Ax + b + w·tanh(w·x); rounding y by u‖y‖ moves the square by no more than the scale."""
    x, A, b, w = (on.host(v) for v in (case.x, case.A, case.b, case.w))
    y = on.array(x @ A + b + w * np.tanh(x @ w)[:, None])
    pairs = np.sum((x - on.host(y)) ** 2, axis=-1)
    size = on.number(np.max(np.linalg.norm(x, axis=-1)) + np.max(np.linalg.norm(on.host(y), axis=-1))) ** 2
    found = impl["transport.wasserstein_discrete"](case.x, y)
    yield Gap("cloud", on.host(found.distance) ** 2, np.mean(pairs), size)
    if x.shape[-1] == 1:
        line = impl["transport.wasserstein_1d"](case.x[:, 0], y[:, 0])
        yield Gap("line", on.host(line) ** 2, np.mean(pairs), size)


@law(
    "transport.common-noise-contracts",
    "W₂ does not grow when the same noise is added to both sides, whatever the distributions: the "
    "integral of E[(x−y)·(∇log p(x) − ∇log q(y))] ≥ 0 for optimal couplings",
    source="transport C10",
    stands="what noise does to any distributions, by samples",
    about=("transport.wasserstein_discrete", "transport.wasserstein_1d"),
    inputs=inputs.noisy_samples,
    tolerance=_SIMPLEX,
    refutes=("transport.wasserstein_discrete/sum", "transport.wasserstein_1d/sum"),
)
def common_noise_contracts(impl: Impl, on: Setting, case: inputs.NoisySamples) -> Iterator[Record]:
    """d/ds W₂² of p and q with N(0, sI) added is minus that expectation; here the noise is any cloud."""
    points = [on.host(v) for v in (case.x, case.y, case.noise)]
    unit = 2.0 ** np.ceil(np.log2(max(on.number(np.max(np.abs(v))) for v in points) or 1.0))
    x, y, noise = (v / unit for v in points)
    d = x.shape[-1]
    p, q = (np.reshape(v[:, None] + noise, (-1, d)) for v in (x, y))
    cloud, line = impl["transport.wasserstein_discrete"], impl["transport.wasserstein_1d"]
    before, after = (on.host(cloud(on.array(a), on.array(b)).distance) ** 2 for a, b in ((x, y), (p, q)))
    yield AtMost("cloud", after, before, 16.0 * d)
    before, after = (on.host(line(on.array(a[:, 0]), on.array(b[:, 0]))) ** 2 for a, b in ((x, y), (p, q)))
    yield AtMost("line", after, before, 16.0)
