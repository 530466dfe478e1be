"""Laws of the verdicts: which classes are argmaxable."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ....backends import Setting
from ...language.law import AtMost, Exact, Impl, Record, Rounding, Same, law
from . import inputs, oracle

DECIDABLE = Exact("small integers times powers of two: every verdict is decidable, and none may be left open")


def verdicts(impl: Impl, W: Any, b: Any) -> list[str]:
    """The verdicts under test, as a list."""
    return list(impl["argmaxable.classify"](W, b).verdicts)


@law(
    "argmaxable.classify-definition",
    "classify(W, b) finds argmaxable exactly the classes with a z at which they win strictly",
    source="argmaxable D2",
    about=("argmaxable.classify",),
    inputs=inputs.classes,
    tolerance=DECIDABLE,
    refutes=(
        "argmaxable.classify/no-bias",
        "argmaxable.classify/bias-sign",
        "argmaxable.classify/box",
        "argmaxable.classify/loose-tolerance",
        "argmaxable.classify/ties-win",
        "argmaxable.classify/negative-weights",
        "argmaxable.classify/norms",
        "argmaxable.classify/random-points",
    ),
)
def classify_definition(impl: Impl, on: Setting, case: inputs.Classes) -> Iterator[Record]:
    """Compares with Fourier–Motzkin elimination in integers."""
    expected = oracle.verdicts(on.host(case.W), on.host(case.b))
    yield Same("verdicts", verdicts(impl, case.W, case.b), expected)


@law(
    "argmaxable.classify-nearest",
    "classify finds argmaxable exactly the classes whose rays have 0 outside of their hull",
    source="argmaxable D2, D4",
    stands="that many classes, decided together, get the verdicts that each gets alone",
    about=("argmaxable.classify", "argmaxable.minimum_norm_point"),
    inputs=inputs.many,
    tolerance=Exact(
        "integers below 11 in at most 4 coordinates: the nearest point is 0, or 1/√(400³) away at least, by "
        "Gram determinants; 2⁻²⁰ is below that and far above rounding"
    ),
    refutes=("argmaxable.classify/no-bias", "argmaxable.classify/negative-weights"),
)
def classify_nearest(impl: Impl, on: Setting, case: inputs.Many) -> Iterator[Record]:
    """Takes the nearest point to 0 of the rays (w_k − w_i, b_k − b_i) and (0, 1) of some classes."""
    points = np.column_stack([on.host(case.W) / case.first, on.host(case.b) / case.second])
    found = verdicts(impl, case.W, case.b)
    for k in case.some:
        rays = np.vstack([points[k] - np.delete(points, k, axis=0), np.eye(points.shape[1])[-1:]])
        nearest = on.host(impl["argmaxable.minimum_norm_point"](on.array(rays))[0])
        wins = bool(np.max(np.abs(nearest)) > 2.0**-20)
        yield Same(f"class {k}", found[k], _named([wins])[0])


@law(
    "argmaxable.five_vectors-classified",
    "of the five vectors without bias only (1,1) is unargmaxable, wherever it stands",
    source="argmaxable D6, C1",
    about=("argmaxable.five_vectors", "argmaxable.classify"),
    inputs=inputs.permuted,
    tolerance=DECIDABLE,
    refutes=(
        "argmaxable.five_vectors/scaled",
        "argmaxable.classify/own-row",
        "argmaxable.classify/unit-rows",
    ),
)
def five_vectors(impl: Impl, on: Setting, case: inputs.Permuted) -> Iterator[Record]:
    """Tries every order with an offset and a scale; and the vectors as the definition lists them."""
    W = on.host(impl["argmaxable.five_vectors"](**on.like))
    yield Same("vectors", W, np.asarray([[1.0, 2.0], [2.0, 1.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
    order = on.host(case.order)
    expected = ["unargmaxable" if i == 4 else "argmaxable" for i in order]
    moved = on.array((W[order] + case.offset) * case.scale)
    yield Same("verdicts", verdicts(impl, moved, on.array(np.zeros(5))), expected)


@law(
    "argmaxable.equal-norms",
    "distinct rows of equal norm are all argmaxable with any bias, at z = r·w_k for r large enough",
    source="argmaxable C4",
    stands="why normalised rows need no check, with the z at which a class wins",
    about=("argmaxable.classify", "argmaxable.margins"),
    inputs=inputs.equal_norms,
    tolerance=Exact("at twice the least r every margin is at least half of its largest term"),
    refutes=(
        "argmaxable.classify/box",
        "argmaxable.classify/random-points",
        "argmaxable.classify/own-row",
        "argmaxable.margins/reversed",
    ),
)
def equal_norms(impl: Impl, on: Setting, case: inputs.Classes) -> Iterator[Record]:
    """Computes r ≥ 2·max_i 2(b_i − b_k)/‖w_k − w_i‖², a power of two, for each class; by a quarter more,
    since a rational number's logarithm plus that is never whole."""
    W, b = on.host(case.W), on.host(case.b)
    n = len(b)
    yield Same("verdicts", verdicts(impl, case.W, case.b), ["argmaxable"] * n)
    for k in range(n):
        others = np.arange(n) != k
        least = 2 * (b[others] - b[k]) / np.sum((W[k] - W[others]) ** 2, axis=1)
        ahead = least[least > 0]
        r = 2.0 ** np.ceil(np.log2(np.max(ahead) if len(ahead) else on.number(0.5)) + 1.25)
        wins = on.host(impl["argmaxable.margins"](case.W, case.b, on.array(r * W[k]), k=k)) > 0
        yield Same(f"class {k} wins at r·w", wins, np.ones(n - 1, dtype=bool))


@law(
    "argmaxable.bias-keeps",
    "a class that is argmaxable without bias stays so under every bias",
    source="argmaxable C4",
    stands="what a bias cannot take away",
    about=("argmaxable.classify",),
    inputs=inputs.classes,
    tolerance=DECIDABLE,
    refutes=("argmaxable.classify/box",),
)
def bias_keeps(impl: Impl, on: Setting, case: inputs.Classes) -> Iterator[Record]:
    """Compares the sets with and without bias."""
    without, biased = verdicts(impl, case.W, 0 * case.b), verdicts(impl, case.W, case.b)
    lost = [k for k, (x, y) in enumerate(zip(without, biased, strict=True)) if x == "argmaxable" != y]
    yield Same("lost by the bias", lost, [])


@law(
    "argmaxable.invariance",
    "W → WA (A invertible), W → W + 1cᵀ, b → b + s, b → b + Wz₀ and positive factors of W or b keep the set",
    source="argmaxable C5",
    stands="what may be done to all rows at once",
    about=("argmaxable.classify",),
    inputs=inputs.changed,
    tolerance=DECIDABLE,
    refutes=(
        "argmaxable.classify/norms",
        "argmaxable.classify/box",
    ),
)
def invariance(impl: Impl, on: Setting, case: inputs.Changed) -> Iterator[Record]:
    """Changes W and b in integers, exactly."""
    W, b = on.host(case.W), on.host(case.b)
    factors, z = on.host(case.factors), on.host(case.z)
    before = verdicts(impl, case.W, case.b)
    # A point of the size of the biases, so that b + Wz₀ stays exact.
    level = (np.max(np.abs(b)) or 1.0) / (np.max(np.abs(W)) or 1.0)
    point = z * 2.0 ** np.round(np.log2(level))
    yield Same("WA", verdicts(impl, on.array(W @ on.host(case.A)), case.b), before)
    yield Same("W + 1c", verdicts(impl, on.array(W + on.host(case.c)), case.b), before)
    yield Same("b + s", verdicts(impl, case.W, on.array(b + case.s)), before)
    yield Same("b + Wz", verdicts(impl, case.W, on.array(b + W @ point)), before)
    yield Same("factors", verdicts(impl, on.array(W * factors[0]), on.array(b * factors[1])), before)


@law(
    "argmaxable.row-scale",
    "a factor on a single row may change the set: doubling (1,1) among the five vectors makes it argmaxable",
    source="argmaxable C5, D6",
    stands="that a factor on one row is not among the invariances",
    about=("argmaxable.five_vectors", "argmaxable.classify"),
    inputs=inputs.permuted,
    tolerance=DECIDABLE,
    refutes=("argmaxable.classify/negative-weights", "argmaxable.classify/own-row"),
)
def row_scale(impl: Impl, on: Setting, case: inputs.Permuted) -> Iterator[Record]:
    """Doubles the last of the five vectors."""
    W = on.host(impl["argmaxable.five_vectors"](**on.like))
    W[4] *= 2
    order = on.host(case.order)
    moved = on.array((W[order] + case.offset) * case.scale)
    yield Same("verdicts", verdicts(impl, moved, on.array(np.zeros(5))), ["argmaxable"] * 5)


@law(
    "argmaxable.duplicates",
    "classes with the same row and bias are all unargmaxable; with a smaller bias only the lesser one",
    source="argmaxable C5",
    stands="what becomes of equal rows, which random rows never are",
    about=("argmaxable.classify",),
    inputs=inputs.repeated,
    tolerance=DECIDABLE,
    refutes=("argmaxable.classify/ties-win", "argmaxable.classify/no-bias"),
)
def duplicates(impl: Impl, on: Setting, case: inputs.Repeated) -> Iterator[Record]:
    """Appends copies of a class with the same and with a smaller bias."""
    W, b = on.host(case.W), on.host(case.b)
    before = verdicts(impl, case.W, case.b)
    unit = 2 * np.max(np.abs(b)) or 1.0
    for copied, drop, label in ((case.same, 0.0, "same"), (case.lesser, unit, "lesser")):
        after = verdicts(impl, on.array(np.vstack([W, W[copied]])), on.array(np.append(b, b[copied] - drop)))
        expected = [*before, "unargmaxable"]
        if not drop:
            expected[copied] = "unargmaxable"
        yield Same(label, after, expected)


@law(
    "argmaxable.mask",
    "among fewer classes every argmaxable class stays so; (1,1) is, once (1,2) and (2,1) are masked",
    source="argmaxable C9",
    stands="what fewer rows, not a mask, do to a class",
    about=("argmaxable.classify",),
    inputs=inputs.repeated,
    tolerance=DECIDABLE,
    refutes=("argmaxable.classify/own-row",),
)
def mask(impl: Impl, on: Setting, case: inputs.Repeated) -> Iterator[Record]:
    """Masks the even classes, then the odd ones."""
    W, b = on.host(case.W), on.host(case.b)
    before = verdicts(impl, case.W, case.b)
    for first in (0, 1):
        kept = list(range(first, len(b), 2))
        if kept:
            after = verdicts(impl, on.array(W[kept]), on.array(b[kept]))
            buried = [k for k, v in zip(kept, after, strict=True) if v != before[k] == "argmaxable"]
            yield Same(f"buried without {1 - first}, {3 - first}, …", buried, [])
    W = np.asarray([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    yield Same("freed", verdicts(impl, on.array(W), on.array(np.zeros(3))), ["argmaxable"] * 3)


@law(
    "argmaxable.line",
    "on a line without bias only the two ends win, if they occur once; with bias −t²/2 every distinct t wins",
    source="argmaxable C6",
    stands="the whole answer in one dimension",
    about=("argmaxable.classify",),
    inputs=inputs.line,
    tolerance=DECIDABLE,
    refutes=("argmaxable.classify/ties-win", "argmaxable.classify/no-bias", "argmaxable.classify/own-row"),
)
def line(impl: Impl, on: Setting, case: inputs.Line) -> Iterator[Record]:
    """Finds the ends by sorting."""
    t = on.host(case.t)
    once = np.sum(t[:, None] == t, axis=1) == 1
    ends = once & ((t == np.max(t)) | (t == np.min(t)))
    column, none = on.array(t[:, None]), on.array(np.zeros(len(t)))
    yield Same("ends", verdicts(impl, column, none), _named(ends))
    distinct = np.unique(t)
    found = verdicts(impl, on.array(distinct[:, None]), on.array(-(distinct**2) / 2))
    yield Same("parabola", found, ["argmaxable"] * len(distinct))


def _named(wins: Any) -> list[str]:
    return ["argmaxable" if win else "unargmaxable" for win in wins]


@law(
    "argmaxable.plane",
    "in the plane without bias argmaxable are the vertices of the convex hull that occur once",
    source="argmaxable C6",
    stands="the whole answer in two dimensions, by another algorithm",
    about=("argmaxable.classify",),
    inputs=inputs.plane,
    tolerance=Rounding(
        {"a product with a ray of length 2√3": 3.5}, "of float64, where z is rounded; else decided"
    ),
    refutes=(
        "argmaxable.classify/ties-win",
        "argmaxable.classify/norms",
        "argmaxable.classify/loose-tolerance",
    ),
)
def plane(impl: Impl, on: Setting, case: inputs.Rows) -> Iterator[Record]:
    """Compares with a monotone chain in exact integers; points on the boundary, twice, or nearly so."""
    W = on.host(case.W)
    result = impl["argmaxable.classify"](case.W, on.array(np.zeros(len(W))))
    vertices = oracle.hull(W)
    open_ = {k for k, verdict in enumerate(result.verdicts) if verdict == "undecided"}
    decided = [(k, verdict) for k, verdict in enumerate(result.verdicts) if k not in open_]
    yield Same("decided", decided, [(k, _named([k in vertices])[0]) for k, _ in decided])
    for k in open_:
        yield AtMost("margin of the undecided", result.certificates[k].margin, 0.0, on.double)


@law(
    "argmaxable.winners-are-argmaxable",
    "a strict winner of any z is argmaxable, so the count of winners never passes the truth",
    source="argmaxable C7",
    stands="that counting winners errs to one side only",
    about=("argmaxable.classify", "argmaxable.winner"),
    inputs=inputs.searched,
    tolerance=DECIDABLE,
    refutes=("argmaxable.winner/first-of-a-tie", "argmaxable.classify/own-row", "argmaxable.classify/norms"),
)
def winners(impl: Impl, on: Setting, case: inputs.Searched) -> Iterator[Record]:
    """Counts the winners of growing sets of points."""
    found = on.host(impl["argmaxable.winner"](case.W, case.b, case.z)).tolist()
    truth = {k for k, v in enumerate(verdicts(impl, case.W, case.b)) if v == "argmaxable"}
    yield Same("winners that are not argmaxable", sorted(set(found) - {-1} - truth), [])
    counts = [len(set(found[:m]) - {-1}) for m in range(len(found) + 1)]
    yield Same("nondecreasing", counts, sorted(counts))
    yield AtMost("count", max(counts), len(truth), 1.0)


@law(
    "argmaxable.simplex",
    "at most d + 1 affinely independent rows are all argmaxable, whatever their norms and biases",
    source="argmaxable C8",
    stands="the case of few rows, where nothing is unargmaxable",
    about=("argmaxable.classify",),
    inputs=inputs.simplex,
    tolerance=DECIDABLE,
    refutes=("argmaxable.classify/norms", "argmaxable.classify/box", "argmaxable.classify/own-row"),
)
def simplex(impl: Impl, on: Setting, case: inputs.Classes) -> Iterator[Record]:
    """Rows of a triangular matrix, moved and of very different norms."""
    yield Same("verdicts", verdicts(impl, case.W, case.b), ["argmaxable"] * case.W.shape[0])
