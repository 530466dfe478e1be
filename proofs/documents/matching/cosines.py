"""Laws of the cosine and of the features of a pair."""

from collections.abc import Iterator
from decimal import Decimal, localcontext
from typing import Any

import numpy as np

from ...._xp import rounds
from ....backends import Setting
from ...language.law import AtMost, Exact, Gap, Impl, Record, Rounding, Same, law
from . import inputs


def cosine_of(u: inputs.Floats, v: inputs.Floats) -> tuple[Any, Any]:
    """The cosine of floats in decimals, and Σ|u_k v_k| / (‖u‖ ‖v‖)."""
    if not rounds(u):
        norms, products = np.sqrt(np.sum(u * u) * np.sum(v * v)), u * v
        return np.sum(products) / norms, np.sum(np.abs(products)) / norms
    with localcontext() as context:
        context.prec = 40
        zero = Decimal(0)
        a, b = [Decimal(float(x)) for x in u], [Decimal(float(x)) for x in v]
        terms = [x * y for x, y in zip(a, b, strict=True)]
        norms = (sum((x * x for x in a), zero) * sum((y * y for y in b), zero)).sqrt()
        return float(sum(terms) / norms), float(sum(map(abs, terms)) / norms)


@law(
    "matching.cosine_similarity-definition",
    "cosine_similarity(u, v) = ⟨u, v⟩/(‖u‖‖v‖) at every scale, never beyond ±1, NaN where u or v is zero",
    source="matching D1",
    about=("matching.cosine_similarity",),
    inputs=inputs.vector_pairs,
    tolerance=Rounding({"inner product": 1, "norms": 1}, "the scale counts d + 4 roundings of each"),
    refutes=(
        "matching.cosine_similarity/one-side",
        "matching.cosine_similarity/plain-norms",
        "matching.cosine_similarity/epsilon",
        "matching.cosine_similarity/zero-is-zero",
        "matching.cosine_similarity/dot",
        "matching.cosine_similarity/roots-of-norms",
        "matching.cosine_similarity/squared-norms",
        "matching.cosine_similarity/distance",
        "matching.cosine_similarity/centred",
        "matching.cosine_similarity/absolute",
        "matching.cosine_similarity/angle",
        "matching.cosine_similarity/l1-norms",
        "matching.cosine_similarity/all-axes",
    ),
)
def cosine_definition(impl: Impl, on: Setting, case: inputs.AxisPairs) -> Iterator[Record]:
    """Compares with decimals, which have no overflow."""
    u, v = (np.moveaxis(on.host(x), case.axis, -1) for x in (case.u, case.v))
    defined = np.any(u != 0, axis=-1) & np.any(v != 0, axis=-1)
    options = {} if case.axis == -1 else {"axis": case.axis}  # the default
    cosine = on.host(impl["matching.cosine_similarity"](case.u, case.v, **options))
    yield Same("undefined", np.isnan(cosine), ~defined)
    # Rounding shows beyond ±1 where the vectors are parallel.
    for other in (case.v, case.u, -case.u):
        near = on.host(impl["matching.cosine_similarity"](case.u, other, **options))
        yield AtMost("within ±1", np.abs(near[~np.isnan(near)]), 1.0, 0.0)
    expected = [cosine_of(a, b) for a, b in zip(u[defined], v[defined], strict=True)]
    value, size = (on.reals([pair[part] for pair in expected]) for part in (0, 1))
    yield Gap("cosine", cosine[defined], value, (u.shape[-1] + 4) * size)


@law(
    "matching.nonzero",
    "check_nonzero tells the vectors that have a direction",
    source="matching D1",
    about=("matching.check_nonzero",),
    inputs=inputs.vector_pairs,
    tolerance=Exact("comparisons with 0"),
    refutes=(
        "matching.check_nonzero/sum",
        "matching.check_nonzero/every-entry",
        "matching.check_nonzero/not-finite",
        "matching.check_nonzero/tolerance",
        "matching.check_nonzero/negated",
    ),
)
def nonzero(impl: Impl, on: Setting, case: inputs.AxisPairs) -> Iterator[Record]:
    """Asks for the largest magnitude; then with an infinite and with a missing entry."""
    u = on.host(case.u)
    yield Same(
        "nonzero", impl["matching.check_nonzero"](case.u, axis=case.axis), np.abs(u).max(case.axis) > 0
    )
    for bad in (np.inf, np.nan):
        found = impl["matching.check_nonzero"](on.array(np.where(u == u.flat[0], bad, u)), axis=case.axis)
        expected = (np.abs(u).max(case.axis) > 0) & ~np.any(u == u.flat[0], axis=case.axis)
        yield Same(f"with {bad}", found, expected)


@law(
    "matching.sbert_features-definition",
    "sbert_features(u, v) = [u, v, |u − v|]",
    source="matching D7",
    about=("matching.sbert_features",),
    inputs=inputs.feature_pairs,
    tolerance=Rounding({"a subtraction on either side": 2}),
    refutes=(
        "matching.sbert_features/signed",
        "matching.sbert_features/squared",
        "matching.sbert_features/product",
        "matching.sbert_features/product-too",
        "matching.sbert_features/exchanged",
        "matching.sbert_features/other-order",
        "matching.sbert_features/magnitudes",
    ),
)
def sbert_features(impl: Impl, on: Setting, case: inputs.VectorPairs) -> Iterator[Record]:
    """Compares part by part; |u − v| as the larger minus the smaller. v broadcasts too."""
    u = on.host(case.u)
    for other in (case.v, case.v[0, :]):
        v = np.broadcast_to(on.host(other), u.shape)
        d = u.shape[-1]
        features = on.host(impl["matching.sbert_features"](case.u, other))
        yield Same("shape", features.shape, (*u.shape[:-1], 3 * d))
        yield Same("u", features[..., :d], u)
        yield Same("v", features[..., d : 2 * d], v)
        yield Gap(
            "|u − v|", features[..., 2 * d :], np.maximum(u, v) - np.minimum(u, v), np.abs(u) + np.abs(v)
        )
