"""How people get cosines, and the features that are made of pairs, wrong."""

from typing import Any

from ...._libraries import array_namespace as _xp
from ....matching import cosine_similarity, sbert_features
from ...language.mistake import MistakesOf

of_cosine_similarity = MistakesOf("matching.cosine_similarity")
of_check_nonzero = MistakesOf("matching.check_nonzero")
of_sbert_features = MistakesOf("matching.sbert_features")

# Cosines


@of_cosine_similarity(
    "one-side", "Normalises the queries only: the ranking for one query survives, the values do not."
)
def cosine_one_side(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(u, v)
    return xp.sum(u * v, axis=axis) / xp.sqrt(xp.sum(u * u, axis=axis))


@of_cosine_similarity(
    "plain-norms",
    "Squares the entries as they are: large vectors overflow to 0 or NaN, small ones underflow to NaN.",
)
def cosine_plain_norms(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(u, v)
    norms = xp.sqrt(xp.sum(u * u, axis=axis)) * xp.sqrt(xp.sum(v * v, axis=axis))
    return xp.sum(u * v, axis=axis) / norms


@of_cosine_similarity(
    "epsilon",
    "Adds 1e-8 to the norms against division by zero: the cosine of small vectors shrinks towards 0.",
)
def cosine_epsilon(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(u, v)
    norms = xp.sqrt(xp.sum(u * u, axis=axis)) * xp.sqrt(xp.sum(v * v, axis=axis))
    return xp.sum(u * v, axis=axis) / (norms + 1e-8)


@of_cosine_similarity(
    "zero-is-zero", "Calls a zero vector orthogonal to everything, which hides empty inputs."
)
def cosine_zero_is_zero(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(u, v)
    cosine = cosine_similarity(u, v, axis=axis)
    return xp.where(xp.isnan(cosine), xp.zeros_like(cosine), cosine)


@of_check_nonzero("sum", "Tests the sum of the entries, which is 0 for (1, −1) too.")
def nonzero_sum(vectors: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(vectors)
    total = xp.sum(vectors, axis=axis)
    return (total != 0) & xp.isfinite(total)


@of_check_nonzero("every-entry", "Writes all instead of any: one zero entry condemns the vector.")
def nonzero_every_entry(vectors: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(vectors)
    return xp.all(xp.isfinite(vectors) & (vectors != 0), axis=axis)


def _norm(x: Any, axis: int) -> Any:
    xp = _xp(x)
    return xp.sqrt(xp.sum(x * x, axis=axis))


@of_cosine_similarity(
    "roots-of-norms",
    "Takes the root of the norms, which have one already: ⟨u, v⟩ / √(‖u‖ ‖v‖).",
    reference="FastDeploy PR#648",
)
def cosine_roots_of_norms(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    dot = _xp(u, v).sum(u * v, axis=axis)
    return dot / (_xp(u).sqrt(_norm(u, axis)) * _xp(v).sqrt(_norm(v, axis)))


@of_cosine_similarity(
    "dot", "Takes the dot product, as for vectors that are normalised already: the norms are left out."
)
def cosine_dot(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    return _xp(u, v).sum(u * v, axis=axis)


@of_cosine_similarity("squared-norms", "Divides by the squares of the norms: their roots are left out.")
def cosine_squared_norms(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    return cosine_similarity(u, v, axis=axis) / (_norm(u, axis) * _norm(v, axis))


@of_cosine_similarity("distance", "Returns the cosine distance, 1 − the similarity.")
def cosine_distance(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    return 1 - cosine_similarity(u, v, axis=axis)


@of_cosine_similarity("centred", "Subtracts each vector's mean first, which gives Pearson's correlation.")
def cosine_centred(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(u, v)
    u, v = (x - xp.mean(x, axis=axis, keepdims=True) for x in (u, v))
    return cosine_similarity(u, v, axis=axis)


@of_cosine_similarity("absolute", "Takes the absolute value: opposite vectors are alike.")
def cosine_absolute(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    return _xp(u, v).abs(cosine_similarity(u, v, axis=axis))


@of_cosine_similarity("angle", "Returns the angle itself, the arccos of the similarity.")
def cosine_angle(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    return _xp(u, v).acos(cosine_similarity(u, v, axis=axis))


@of_cosine_similarity(
    "l1-norms", "Divides by the sums of the absolute values, l1-norms, instead of Euclidean norms."
)
def cosine_l1_norms(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(u, v)
    sums = [xp.sum(xp.abs(x), axis=axis) for x in (u, v)]
    return cosine_similarity(u, v, axis=axis) * _norm(u, axis) / sums[0] * _norm(v, axis) / sums[1]


@of_cosine_similarity(
    "all-axes", "Takes the norm of the whole array, without an axis, so that vectors of a batch share it."
)
def cosine_all_axes(u: Any, v: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(u, v)
    whole = [xp.sqrt(xp.sum(x * x)) for x in (u, v)]
    return cosine_similarity(u, v, axis=axis) * _norm(u, axis) / whole[0] * _norm(v, axis) / whole[1]


@of_check_nonzero("not-finite", "Lets infinite and NaN entries pass: they are not 0.")
def nonzero_not_finite(vectors: Any, /, *, axis: int = -1) -> Any:
    return _xp(vectors).any(vectors != 0, axis=axis)


@of_check_nonzero("tolerance", "Counts vectors shorter than 1e-8 as zero.")
def nonzero_tolerance(vectors: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(vectors)
    return xp.all(xp.isfinite(vectors), axis=axis) & xp.any(xp.abs(vectors) > 1e-8, axis=axis)


@of_check_nonzero("negated", "Says which vectors have no direction, the opposite.")
def nonzero_negated(vectors: Any, /, *, axis: int = -1) -> Any:
    xp = _xp(vectors)
    return ~(xp.all(xp.isfinite(vectors), axis=axis) & xp.any(vectors != 0, axis=axis))


# Features


@of_sbert_features("signed", "Uses u − v instead of |u − v|: the features depend on the order.")
def features_signed(u: Any, v: Any, /) -> Any:
    xp = _xp(u, v)
    u, v = xp.broadcast_arrays(u, v)
    return xp.concat([u, v, u - v], axis=-1)


@of_sbert_features("squared", "Uses (u − v)² instead of |u − v|, as in other matching networks.")
def features_squared(u: Any, v: Any, /) -> Any:
    xp = _xp(u, v)
    d = u.shape[-1]
    features = sbert_features(u, v)
    return xp.concat([features[..., : 2 * d], features[..., 2 * d :] ** 2], axis=-1)


def _parts(*parts: Any) -> Any:
    xp = _xp(*parts)
    return xp.concat(xp.broadcast_arrays(*parts), axis=-1)


@of_sbert_features("product", "Uses the product u·v, entry by entry, instead of |u − v|.")
def features_product(u: Any, v: Any, /) -> Any:
    return _parts(u, v, u * v)


@of_sbert_features("product-too", "Appends the product too, [u, v, |u − v|, u·v]: 4d features instead of 3d.")
def features_product_too(u: Any, v: Any, /) -> Any:
    xp = _xp(u, v)
    product = u * v
    return xp.concat([_parts(u, v, xp.abs(u - v)), product], axis=-1)


@of_sbert_features("exchanged", "Puts v first: [v, u, |u − v|].")
def features_exchanged(u: Any, v: Any, /) -> Any:
    return _parts(v, u, _xp(u, v).abs(u - v))


@of_sbert_features("other-order", "Joins in another order: [u, |u − v|, v].")
def features_other_order(u: Any, v: Any, /) -> Any:
    return _parts(u, _xp(u, v).abs(u - v), v)


@of_sbert_features("magnitudes", "Uses |u| − |v|, the difference of magnitudes, instead of |u − v|.")
def features_magnitudes(u: Any, v: Any, /) -> Any:
    xp = _xp(u, v)
    return _parts(u, v, xp.abs(u) - xp.abs(v))
