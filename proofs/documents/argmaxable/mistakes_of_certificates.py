"""How people get the check of witnesses and combinations wrong."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from .... import _libraries
from ....argmaxable import Combination, Result, Witness, margins, verify
from ...language.mistake import MistakesOf
from .mistakes_of_classify import _host

of_verify = MistakesOf("argmaxable.verify")


@of_verify("anything", "Checks that there is a certificate, not that it holds.")
def verify_anything(W: Any, b: Any, result: Result, /, *, exact: bool = False) -> Any:
    decided = [certificate.verdict != "undecided" for certificate in result.certificates]
    return _flags(W, decided)


def _flags(W: Any, values: Iterable[bool]) -> Any:
    xp = _libraries.array_namespace(W)
    return xp.asarray(list(values), dtype=xp.bool, device=_libraries.device(W))


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


@of_verify("ties-pass", "Accepts margins ≥ 0, so a tie proves a class argmaxable.")
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


@of_verify("rows-only", "Checks Σα_i w_i = w_k and forgets the biases.")
def verify_rows_only(W: Any, b: Any, result: Result, /, *, exact: bool = False) -> Any:
    return verify(W, 0 * b, result, exact=exact)


@of_verify(
    "negative-weights", "Accepts any affine combination: the weights are never checked for their sign."
)
def verify_negative_weights(W: Any, b: Any, result: Result, /, *, exact: bool = False) -> Any:
    def passes(rows: Any, biases: Any, k: int, certificate: Any) -> bool:
        sums = _sums(rows, k, certificate)
        if sums is None or abs(sums[1] - 1) > 1e-9:
            return False
        lead = np.asarray(certificate.weights) @ biases[list(certificate.indices)] - biases[k]
        return bool(np.max(np.abs(sums[0])) <= 1e-9 * np.max(np.abs(rows)) and lead >= 0)

    return _looser(W, b, result, exact, passes)


@of_verify("absolute", "Compares margins and residuals with 1e-6, whatever the scale of the data.")
def verify_absolute(W: Any, b: Any, result: Result, /, *, exact: bool = False) -> Any:
    rows, biases = _host(W, b)

    def holds(k: int, certificate: Any) -> bool:
        if isinstance(certificate, Witness):
            return bool(np.min(margins(rows, biases, np.asarray(certificate.z), k), initial=np.inf) > 1e-6)
        sums = _sums(rows, k, certificate)
        return sums is not None and abs(sums[1] - 1) < 1e-6 and bool(np.all(np.abs(sums[0]) < 1e-6))

    return _flags(W, (holds(k, certificate) for k, certificate in enumerate(result.certificates)))


@of_verify(
    "exact-weights",
    "Takes the float weights to be exact rationals, so no combination with thirds is accepted.",
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


@of_verify("exact-ignored", "Accepts the option exact, and computes in float64 all the same.")
def verify_exact_ignored(W: Any, b: Any, result: Result, /, *, exact: bool = False) -> Any:
    return verify(W, b, result)


@of_verify("no-bound", "Counts a computed margin above 0 as a win, whatever its rounding.")
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


@of_verify(
    "witnesses-only",
    "Checks witnesses only: a combination proves nothing to it, so that no class is ever unargmaxable.",
)
def verify_witnesses_only(W: Any, b: Any, result: Result, /, *, exact: bool = False) -> Any:
    found = verify(W, b, result, exact=exact)
    xp = _libraries.array_namespace(found)
    points = [isinstance(certificate, Witness) for certificate in result.certificates]
    return found & xp.asarray(points, dtype=xp.bool, device=_libraries.device(found))
