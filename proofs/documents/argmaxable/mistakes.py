"""How people get argmaxable wrong."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import array_api_compat
import numpy as np
import scipy  # its parts load on first use

from .... import _xp
from ...._host import like, to_float64
from ....argmaxable import (
    Combination,
    Result,
    Witness,
    classify,
    five_vectors,
    margins,
    minimax_value,
    verify,
    winner,
)
from ...language.mistake import mistake

UNARGMAXABLE = "andreasgrv/unargmaxable"


@mistake(
    "argmaxable.margins",
    "reversed",
    "Takes the leads of the others over class k, so a winning class has negative margins.",
)
def margins_reversed(W: Any, b: Any, z: Any, /, k: int) -> Any:
    return -margins(W, b, z, k)


@mistake("argmaxable.margins", "no-bias", "Forgets that the output layer has a bias.")
def margins_no_bias(W: Any, b: Any, z: Any, /, k: int) -> Any:
    return margins(W, 0 * b, z, k)


@mistake(
    "argmaxable.margins",
    "scores-first",
    "Subtracts finished scores, so what is common to all rows rounds before it cancels.",
)
def margins_scores_first(W: Any, b: Any, z: Any, /, k: int) -> Any:
    xp = array_api_compat.array_namespace(W, b, z)
    scores = xp.matmul(z, xp.matrix_transpose(W)) + b
    others = xp.concat([scores[..., :k], scores[..., k + 1 :]], axis=-1)
    return scores[..., k : k + 1] - others


@mistake(
    "argmaxable.winner",
    "first-of-a-tie",
    "Takes argmax for the winner: in a tie the first class seems argmaxable.",
)
def winner_first_of_a_tie(W: Any, b: Any, z: Any, /) -> Any:
    xp = array_api_compat.array_namespace(W, b, z)
    return xp.argmax(xp.matmul(z, xp.matrix_transpose(W)) + b, axis=-1)


@mistake("argmaxable.winner", "no-bias", "Forgets that the output layer has a bias.")
def winner_no_bias(W: Any, b: Any, z: Any, /) -> Any:
    xp = array_api_compat.array_namespace(W, b, z)
    known, scores = winner(W, b, z), xp.matmul(z, xp.matrix_transpose(W))
    return xp.where(known < 0, known, xp.argmax(scores, axis=-1))  # as argmax does, which knows no tie


@mistake(
    "argmaxable.winner",
    "no-bound",
    "Compares the two largest computed scores, whose order rounding may have made.",
)
def winner_no_bound(W: Any, b: Any, z: Any, /) -> Any:
    xp = array_api_compat.array_namespace(W, b, z)
    scores = xp.matmul(z, xp.matrix_transpose(W)) + b
    best = xp.argmax(scores, axis=-1)
    ties = xp.sum(xp.astype(scores == xp.max(scores, axis=-1, keepdims=True), xp.int64), axis=-1)
    return xp.where(ties == 1, best, -xp.ones_like(best))


@mistake(
    "argmaxable.winner",
    "loose-bound",
    "Asks for a lead of a thousandth, as a tolerance for ties that knows neither dtype nor sizes.",
)
def winner_loose_bound(W: Any, b: Any, z: Any, /) -> Any:
    xp = array_api_compat.array_namespace(W, b, z)
    scores = xp.matmul(z, xp.matrix_transpose(W)) + b
    best = winner(W, b, z)
    top = xp.max(scores, axis=-1, keepdims=True)
    near = scores >= top - xp.max(xp.abs(scores), axis=-1, keepdims=True) / 1000
    return xp.where(xp.sum(xp.astype(near, xp.int64), axis=-1) == 1, best, -xp.ones_like(best))


@mistake("argmaxable.five_vectors", "scaled", "Lists the mean of the four as (2,2), the mean times two.")
def five_vectors_scaled(*, xp: Any = None, dtype: Any = None, device: Any = None) -> Any:
    W = five_vectors(xp=xp, dtype=dtype, device=device)
    own = array_api_compat.array_namespace(W)
    return own.concat([W[:4, :], 2 * W[4:, :]], axis=0)


def _host(W: Any, b: Any) -> list[Any]:
    xp = _xp.namespace("mistake", W=W, b=b)
    return to_float64("mistake", xp, W=W, b=b)


def _claim(W: Any, wins: Iterable[Any]) -> Result:
    """Verdicts without any proof."""
    witness, combination = Witness((0.0,) * W.shape[1], 0.0), Combination((0,), (1.0,))
    return Result(tuple(witness if win else combination for win in wins))


@mistake("argmaxable.classify", "no-bias", "Forgets that the output layer has a bias.")
def classify_no_bias(W: Any, b: Any, /) -> Result:
    return classify(W, 0 * b)


@mistake("argmaxable.classify", "bias-sign", "Moves the bias to the other side without changing its sign.")
def classify_bias_sign(W: Any, b: Any, /) -> Result:
    return classify(W, -b)


def _program(W: Any, b: Any, k: int, least: float, bound: float | None) -> bool:
    """Whether the solver finds z with all margins ≥ least in a box."""
    rows, biases = W[k] - np.delete(W, k, axis=0), b[k] - np.delete(b, k)
    limit = (None, None) if bound is None else (-bound, bound)
    if not len(rows):
        return True
    found = scipy.optimize.linprog(np.zeros(W.shape[1]), A_ub=-rows, b_ub=biases - least, bounds=limit)
    return bool(found.status == 0)


@mistake(
    "argmaxable.classify",
    "box",
    "Searches |z| ≤ 100 only, so a class that needs a longer z because of its bias counts as unargmaxable.",
    reference=UNARGMAXABLE,
)
def classify_box(W: Any, b: Any, /) -> Result:
    rows, biases = _host(W, b)
    return _claim(W, (_program(rows, biases, k, 1e-6, 100.0) for k in range(len(biases))))


@mistake(
    "argmaxable.classify",
    "loose-tolerance",
    "Asks for margins ≥ 1e-8 of a solver whose tolerance is 1e-7, so z = 0 always passes.",
    reference=UNARGMAXABLE,
)
def classify_loose_tolerance(W: Any, b: Any, /) -> Result:
    rows, biases = _host(W, b)
    return _claim(W, (_program(rows, biases, k, 1e-8, None) for k in range(len(biases))))


@mistake(
    "argmaxable.classify",
    "ties-win",
    "Removes duplicates before the search and gives each the verdict of the one kept.",
    reference=UNARGMAXABLE,
)
def classify_ties_win(W: Any, b: Any, /) -> Result:
    rows, biases = _host(W, b)
    _, first, inverse = np.unique(
        np.column_stack([rows, biases]), axis=0, return_index=True, return_inverse=True
    )
    found = classify(rows[first], biases[first]).certificates
    return Result(tuple(found[i] for i in np.reshape(inverse, -1)))


@mistake(
    "argmaxable.classify",
    "negative-weights",
    "Solves Σα_i w_i = w_k, Σα = 1 by least squares without α ≥ 0: any affine combination excludes a class.",
)
def classify_negative_weights(W: Any, b: Any, /) -> Result:
    rows, biases = _host(W, b)

    def outside(k: int) -> bool:
        system = np.vstack([np.delete(rows, k, axis=0).T, np.ones(len(biases) - 1)])
        target = np.append(rows[k], 1.0)
        if not system.size:
            return True
        left = system @ np.linalg.lstsq(system, target, rcond=None)[0] - target
        return bool(np.max(np.abs(left)) > 1e-9 * np.max(np.abs(target)))

    return _claim(W, (outside(k) for k in range(len(biases))))


@mistake(
    "argmaxable.classify",
    "norms",
    "Takes a small norm for the cause: rows of less than half of the mean norm cannot win.",
)
def classify_norms(W: Any, b: Any, /) -> Result:
    norms = np.linalg.norm(_host(W, b)[0], axis=1)
    return _claim(W, norms >= np.mean(norms) / 2)


@mistake(
    "argmaxable.classify",
    "random-points",
    "Counts the winners at random points and takes the rest for unargmaxable.",
)
def classify_random_points(W: Any, b: Any, /) -> Result:
    rows, biases = _host(W, b)
    z = np.random.default_rng(0).standard_normal((100, rows.shape[1]))
    found = set(winner(rows, biases, z).tolist())
    return _claim(W, (k in found for k in range(len(biases))))


@mistake(
    "argmaxable.classify",
    "own-row",
    "Leaves class k among the rows to combine, so its own row is a combination and none can win.",
)
def classify_own_row(W: Any, b: Any, /) -> Result:
    return Result(tuple(Combination((k,), (1.0,)) for k in range(W.shape[0])))


@mistake(
    "argmaxable.classify",
    "unit-rows",
    "Normalises the rows first, as for cosine similarity; factors on single rows do change the set.",
)
def classify_unit_rows(W: Any, b: Any, /) -> Result:
    rows, biases = _host(W, b)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return classify(rows / np.where(norms > 0, norms, 1.0), biases)


def _with_weights(result: Result, change: Callable[[Any], Any]) -> Result:
    return Result(
        tuple(
            replace(c, weights=tuple(change(np.asarray(c.weights)).tolist()))
            if isinstance(c, Combination)
            else c
            for c in result.certificates
        )
    )


@mistake(
    "argmaxable.classify",
    "unnormalised",
    "Returns the multipliers of the program as they are, with the largest and not the sum equal to 1.",
)
def classify_unnormalised(W: Any, b: Any, /) -> Result:
    return _with_weights(classify(W, b), lambda weights: weights / np.max(weights))


@mistake(
    "argmaxable.classify",
    "rounded-witness",
    "Stores witnesses with three digits, as if directions needed no more.",
)
def classify_rounded_witness(W: Any, b: Any, /) -> Result:
    def rounded(certificate: Any) -> Any:
        if not isinstance(certificate, Witness):
            return certificate
        return replace(certificate, z=tuple(float(f"{value:.2e}") for value in certificate.z))

    return Result(tuple(rounded(certificate) for certificate in classify(W, b).certificates))


@mistake(
    "argmaxable.classify",
    "lagging",
    "Has the inequality of the biases the wrong way round: combinations with Σα_i b_i ≤ b_k.",
)
def classify_lagging(W: Any, b: Any, /) -> Result:
    return classify(W, -b)


@mistake(
    "argmaxable.verify",
    "anything",
    "Checks that there is a certificate, not that it holds.",
)
def verify_anything(W: Any, b: Any, result: Result, /, *, exact: bool = False) -> Any:
    decided = [certificate.verdict != "undecided" for certificate in result.certificates]
    return _flags(W, decided)


def _flags(W: Any, values: Iterable[bool]) -> Any:
    xp = array_api_compat.array_namespace(W)
    return xp.asarray(list(values), dtype=xp.bool, device=array_api_compat.device(W))


def _looser(W: Any, b: Any, result: Result, exact: bool, passes: Callable[[Any, Any, int, Any], bool]) -> Any:
    """The reference, but certificates of another kind of validity pass too."""
    rows, biases = _host(W, b)
    proved = verify(rows, biases, result, exact=exact).tolist()
    return _flags(
        W,
        (
            ok or passes(rows, biases, k, c)
            for k, (ok, c) in enumerate(zip(proved, result.certificates, strict=True))
        ),
    )


@mistake("argmaxable.verify", "ties-pass", "Accepts margins ≥ 0, so a tie proves a class argmaxable.")
def verify_ties_pass(W: Any, b: Any, result: Result, /, *, exact: bool = False) -> Any:
    def passes(rows: Any, biases: Any, k: int, certificate: Any) -> bool:
        if not isinstance(certificate, Witness):
            return False
        least = np.min(margins(rows, biases, np.asarray(certificate.z), k), initial=np.inf)
        return bool(least >= 0 and least == certificate.margin)

    return _looser(W, b, result, exact, passes)


def _sums(rows: Any, k: int, certificate: Any) -> tuple[Any, float] | None:
    """Σα_i w_i − w_k and Σα, where they exist."""
    if not isinstance(certificate, Combination) or len(certificate.indices) != len(certificate.weights):
        return None
    if not certificate.indices or max(certificate.indices) >= len(rows) or k in certificate.indices:
        return None
    weights = np.asarray(certificate.weights)
    return weights @ rows[list(certificate.indices)] - rows[k], float(np.sum(weights))


@mistake("argmaxable.verify", "rows-only", "Checks Σα_i w_i = w_k and forgets the biases.")
def verify_rows_only(W: Any, b: Any, result: Result, /, *, exact: bool = False) -> Any:
    return verify(W, 0 * b, result, exact=exact)


@mistake(
    "argmaxable.verify",
    "negative-weights",
    "Accepts any affine combination: the weights are never checked for their sign.",
)
def verify_negative_weights(W: Any, b: Any, result: Result, /, *, exact: bool = False) -> Any:
    def passes(rows: Any, biases: Any, k: int, certificate: Any) -> bool:
        sums = _sums(rows, k, certificate)
        if sums is None or abs(sums[1] - 1) > 1e-9:
            return False
        lead = np.asarray(certificate.weights) @ biases[list(certificate.indices)] - biases[k]
        return bool(np.max(np.abs(sums[0])) <= 1e-9 * np.max(np.abs(rows)) and lead >= 0)

    return _looser(W, b, result, exact, passes)


@mistake(
    "argmaxable.verify",
    "absolute",
    "Compares margins and residuals with 1e-6, whatever the scale of the data.",
)
def verify_absolute(W: Any, b: Any, result: Result, /, *, exact: bool = False) -> Any:
    rows, biases = _host(W, b)

    def holds(k: int, certificate: Any) -> bool:
        if isinstance(certificate, Witness):
            return bool(np.min(margins(rows, biases, np.asarray(certificate.z), k), initial=np.inf) > 1e-6)
        sums = _sums(rows, k, certificate)
        return sums is not None and abs(sums[1] - 1) < 1e-6 and bool(np.all(np.abs(sums[0]) < 1e-6))

    return _flags(W, (holds(k, certificate) for k, certificate in enumerate(result.certificates)))


@mistake(
    "argmaxable.verify",
    "exact-weights",
    "Takes the float weights for exact rationals, so no combination with thirds can pass.",
)
def verify_exact_weights(W: Any, b: Any, result: Result, /, *, exact: bool = False) -> Any:
    rows, biases = _host(W, b)
    proved = verify(rows, biases, result, exact=exact).tolist()

    def holds(k: int, certificate: Any) -> bool:
        sums = _sums(rows, k, certificate)
        return sums is None or (sums[1] == 1 and not np.any(sums[0]))

    return _flags(
        W, (ok and holds(k, c) for k, (ok, c) in enumerate(zip(proved, result.certificates, strict=True)))
    )


@mistake(
    "argmaxable.verify",
    "exact-ignored",
    "Takes the option exact, and computes in float64 all the same.",
)
def verify_exact_ignored(W: Any, b: Any, result: Result, /, *, exact: bool = False) -> Any:
    return verify(W, b, result)


@mistake(
    "argmaxable.verify",
    "no-bound",
    "Takes a computed margin above 0 for a win, whatever its rounding.",
)
def verify_no_bound(W: Any, b: Any, result: Result, /, *, exact: bool = False) -> Any:
    rows, biases = _host(W, b)
    proved = verify(rows, biases, result, exact=exact).tolist()

    def leads(k: int, certificate: Any) -> bool:
        if not isinstance(certificate, Witness):
            return False
        found = (rows[k] - rows) @ np.asarray(certificate.z) + biases[k] - biases
        return bool(np.all(np.delete(found, k) > 0))

    return _flags(
        W, (ok or leads(k, c) for k, (ok, c) in enumerate(zip(proved, result.certificates, strict=True)))
    )


@mistake(
    "argmaxable.minimum_norm_point",
    "least-squares",
    "Minimises ‖Σα_i p_i‖ with Σα = 1 by one linear solve: the nearest point of the affine hull.",
)
def nearest_least_squares(points: Any, /) -> Any:
    xp = _xp.namespace("mistake", points=points)
    (host,) = to_float64("mistake", xp, points=points)
    system = np.vstack([host.T, np.full(len(host), np.max(np.abs(host)) or 1.0)])
    solved = np.linalg.lstsq(system, np.append(np.zeros(host.shape[1]), system[-1, 0]), rcond=None)[0]
    return _nearest(points, solved / np.sum(solved))


def _nearest(points: Any, weights: Any) -> Any:
    """The point of some weights, with the gap there."""
    xp = _xp.namespace("mistake", points=points)
    (host,) = to_float64("mistake", xp, points=points)
    point = weights @ host
    gap = max(float(point @ point - np.min(host @ point)), 0.0)
    return like(point, points, xp), like(weights, points, xp), like(gap, points, xp)


@mistake("argmaxable.minimum_norm_point", "nearest-vertex", "Takes the point of least norm itself.")
def nearest_vertex(points: Any, /) -> Any:
    host = to_float64("mistake", _xp.namespace("mistake", points=points), points=points)[0]
    return _nearest(points, np.eye(len(host))[np.argmin(np.sum(host**2, axis=1))])


@mistake(
    "argmaxable.minimum_norm_point",
    "centroid",
    "Runs one step of Frank–Wolfe from the centroid and stops.",
)
def nearest_centroid(points: Any, /) -> Any:
    return _nearest(points, np.full(points.shape[0], 1 / points.shape[0]))


@mistake(
    "argmaxable.minimum_norm_point",
    "no-gap",
    "Stops Frank–Wolfe after three steps and states the last change of the point in place of the gap.",
)
def nearest_no_gap(points: Any, /) -> Any:
    xp = _xp.namespace("mistake", points=points)
    (host,) = to_float64("mistake", xp, points=points)
    weights, vertices = np.full(len(host), 1 / len(host)), np.eye(len(host))
    for t in range(3):
        weights = weights + 2 / (t + 2) * (vertices[np.argmin(host @ (weights @ host))] - weights)
    point, alpha, gap = _nearest(points, weights)
    return point, alpha, 0 * gap


@mistake("argmaxable.minimax_value", "no-radius", "Optimises over the unit ball whatever the radius.")
def minimax_no_radius(W: Any, b: Any, /, k: int, radius: float) -> Any:
    return minimax_value(W, b, k, 1.0)


@mistake("argmaxable.minimax_value", "no-bias", "Forgets that the output layer has a bias.")
def minimax_no_bias(W: Any, b: Any, /, k: int, radius: float) -> Any:
    return minimax_value(W, 0 * b, k, radius)


@mistake(
    "argmaxable.minimax_value",
    "squared-norm",
    "Minimises r‖Σα_iΔw_i‖² + Σα_iΔb_i, the smooth objective of Frank–Wolfe, and states its value.",
)
def minimax_squared_norm(W: Any, b: Any, /, k: int, radius: float) -> Any:
    z, weights, lower, _ = minimax_value(W, b, k, radius)
    rows, biases = _host(W, b)
    rows, biases = rows[k] - np.delete(rows, k, axis=0), biases[k] - np.delete(biases, k)
    xp = _xp.namespace("mistake", W=W)
    alpha = to_float64("mistake", xp, weights=weights)[0]
    value = radius * np.sum((alpha @ rows) ** 2) + alpha @ biases
    return z, weights, lower, like(value, W, xp)


@mistake(
    "argmaxable.minimax_value",
    "box",
    "Bounds every coordinate of z by r, which a linear program can do, in place of the norm.",
    reference=UNARGMAXABLE,
)
def minimax_box(W: Any, b: Any, /, k: int, radius: float) -> Any:
    rows, biases = _host(W, b)
    rows, biases = rows[k] - np.delete(rows, k, axis=0), biases[k] - np.delete(biases, k)
    size = float(max(radius * np.max(np.abs(rows)), np.max(np.abs(biases)))) or 1.0
    d = rows.shape[1]
    system = np.column_stack([-rows * radius / size, np.ones(len(rows))])
    limits = [(-1.0, 1.0)] * d + [(None, None)]
    found = scipy.optimize.linprog(
        np.append(np.zeros(d), -1.0), A_ub=system, b_ub=biases / size, bounds=limits
    )
    xp = _xp.namespace("mistake", W=W)
    alpha = np.maximum(-found.ineqlin.marginals, 0.0)
    value = found.x[-1] * size
    parts = (radius * found.x[:-1], alpha / np.sum(alpha), value, value)
    return tuple(like(part, W, xp) for part in parts)
