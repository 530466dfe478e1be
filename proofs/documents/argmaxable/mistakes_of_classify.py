"""How people get verdicts on classes wrong."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import scipy

from .... import _libraries, _xp
from ...._host import to_float64
from ....argmaxable import Combination, Result, Witness, classify, five_vectors, winner
from ...language.mistake import MistakesOf, mistake

of_classify = MistakesOf("argmaxable.classify")

UNARGMAXABLE = "andreasgrv/unargmaxable"


@mistake("argmaxable.five_vectors", "scaled", "Lists the mean of the four as (2,2), the mean times two.")
def five_vectors_scaled(*, xp: Any = None, dtype: Any = None, device: Any = None) -> Any:
    W = five_vectors(xp=xp, dtype=dtype, device=device)
    own = _libraries.array_namespace(W)
    return own.concat([W[:4, :], 2 * W[4:, :]], axis=0)


def _host(W: Any, b: Any) -> list[Any]:
    xp = _xp.namespace(W=W, b=b)
    return to_float64(xp, W=W, b=b)


def _claim(W: Any, wins: Iterable[Any]) -> Result:
    """Verdicts without any proof."""
    witness, combination = Witness((0.0,) * W.shape[1], 0.0), Combination((0,), (1.0,))
    return Result(tuple(witness if win else combination for win in wins))


@of_classify("no-bias", "Forgets that the output layer has a bias.")
def classify_no_bias(W: Any, b: Any, /) -> Result:
    return classify(W, 0 * b)


@of_classify(
    "bias-sign",
    "Moves the bias to the other side without changing its sign: combinations with Σα_i b_i ≤ b_k.",
)
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


@of_classify(
    "box",
    "Searches |z| ≤ 100 only, so a class that needs a longer z because of its bias counts as unargmaxable.",
    reference=UNARGMAXABLE,
)
def classify_box(W: Any, b: Any, /) -> Result:
    rows, biases = _host(W, b)
    return _claim(W, (_program(rows, biases, k, 1e-6, 100.0) for k in range(len(biases))))


@of_classify(
    "loose-tolerance",
    "Asks for margins ≥ 1e-8 of a solver whose tolerance is 1e-7, so z = 0 is always accepted.",
    reference=UNARGMAXABLE,
)
def classify_loose_tolerance(W: Any, b: Any, /) -> Result:
    rows, biases = _host(W, b)
    return _claim(W, (_program(rows, biases, k, 1e-8, None) for k in range(len(biases))))


@of_classify(
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


@of_classify(
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


@of_classify(
    "norms", "Takes a small norm to be the cause: rows of less than half of the mean norm cannot win."
)
def classify_norms(W: Any, b: Any, /) -> Result:
    norms = np.linalg.norm(_host(W, b)[0], axis=1)
    return _claim(W, norms >= np.mean(norms) / 2)


@of_classify("random-points", "Counts the winners at random points and calls the others unargmaxable.")
def classify_random_points(W: Any, b: Any, /) -> Result:
    rows, biases = _host(W, b)
    z = np.random.default_rng(0).standard_normal((100, rows.shape[1]))
    found = set(winner(rows, biases, z).tolist())
    return _claim(W, (k in found for k in range(len(biases))))


@of_classify(
    "own-row", "Leaves class k among the rows to combine, so its own row is a combination and none can win."
)
def classify_own_row(W: Any, b: Any, /) -> Result:
    return Result(tuple(Combination((k,), (1.0,)) for k in range(W.shape[0])))


@of_classify(
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


@of_classify(
    "unnormalised",
    "Returns the multipliers of the program as they are, with the largest and not the sum equal to 1.",
)
def classify_unnormalised(W: Any, b: Any, /) -> Result:
    return _with_weights(classify(W, b), lambda weights: weights / np.max(weights))


@of_classify("rounded-witness", "Stores witnesses with three digits, as if directions needed no more.")
def classify_rounded_witness(W: Any, b: Any, /) -> Result:
    def rounded(certificate: Any) -> Any:
        if not isinstance(certificate, Witness):
            return certificate
        return replace(certificate, z=tuple(float(f"{value:.2e}") for value in certificate.z))

    return Result(tuple(rounded(certificate) for certificate in classify(W, b).certificates))
