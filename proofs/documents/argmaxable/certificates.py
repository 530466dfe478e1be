"""Laws of the certificates and of their check."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ....argmaxable import Certificate, Combination, Result, Undecided, Witness
from ....backends import Setting
from ...language.law import AtMost, Exact, Gap, Impl, Record, Rounding, Same, law
from . import inputs, oracle

HOST_U = 2.0**-53
"""Unit roundoff of float64, in which certificates are whatever the dtype under test."""


@law(
    "argmaxable.certificates",
    "every certificate proves its verdict exactly, so that no class can have both kinds",
    source="argmaxable C2, D2",
    stands="that verdicts are proven, not only right",
    about=("argmaxable.classify",),
    inputs=inputs.decided,
    tolerance=Rounding(
        {"a unit of the scale": 1},
        "the scale counts, of float64, d + 5 roundings of a margin, m + 3 of m weights, 2√(d+1) of rays",
    ),
    refutes=(
        "argmaxable.classify/no-bias",
        "argmaxable.classify/own-row",
        "argmaxable.classify/unnormalised",
        "argmaxable.classify/rounded-witness",
        "argmaxable.classify/bias-sign",
    ),
    needs={"approximation": "certificates are Python floats, rounded to float64"},
)
def certificates(impl: Impl, on: Setting, case: inputs.Decided) -> Iterator[Record]:
    """Witnesses in fractions; combinations by elimination among their support alone."""
    W, b = on.host(case.W), on.host(case.b)
    for k, certificate in enumerate(impl["argmaxable.classify"](case.W, case.b).certificates):
        if isinstance(certificate, Witness):
            yield from _witness(W, b, k, certificate, on)
        elif isinstance(certificate, Combination):
            yield from _combination(W, b, k, certificate, on)
        else:
            yield Same("undecided small integers", case.whole, False)
            scale = 2 * np.sqrt(W.shape[1] + 1) * HOST_U / on.u
            yield AtMost("margin of the undecided", certificate.margin, 0.0, scale)


def _witness(W: Any, b: Any, k: int, witness: Witness, on: Setting) -> Iterator[Record]:
    margins = oracle.margins(W, b, k, witness.z)
    least = min(margins, default=float("inf"))
    yield Same(f"class {k} wins", least > 0, True)
    terms = np.abs(np.delete(W, k, axis=0) - W[k]) @ np.abs(witness.z) + np.abs(np.delete(b, k) - b[k])
    scale = (W.shape[1] + 5) * np.max(terms, initial=0.0) * HOST_U / on.u
    yield Gap(f"margin of class {k}", witness.margin, float(least), scale)


def _combination(W: Any, b: Any, k: int, combination: Combination, on: Setting) -> Iterator[Record]:
    indices, weights = list(combination.indices), np.asarray(combination.weights)
    m, unit = len(indices), HOST_U / on.u
    yield Same(f"classes of {k}", k not in indices and 0 < len(set(indices)) == m <= W.shape[1] + 1, True)
    yield Same(f"order of the classes of {k}", indices, sorted(indices))
    yield Same(f"weights of {k} are positive", bool(np.all(weights > 0)), True)
    yield Gap(f"weights of {k}", np.sum(weights), 1.0, m * unit)
    support = [k, *indices]
    yield Same(f"{k} loses to its support", oracle.argmaxable(W[support], b[support], 0), False)
    rows, biases = W[indices] - W[k], b[indices] - b[k]
    scale = (m + 3) * unit
    yield Gap(f"rows of {k}", weights @ rows, np.zeros(W.shape[1]), scale * (weights @ np.abs(rows)))
    yield AtMost(f"bias of {k}", 0.0, weights @ biases, scale * (weights @ np.abs(biases)))


@law(
    "argmaxable.verify-accepts",
    "verify accepts what classify returns, in float64 and in rational arithmetic",
    source="argmaxable D3, C2",
    about=("argmaxable.verify", "argmaxable.classify"),
    inputs=inputs.classes,
    tolerance=Exact("small integers: witnesses lead by far more than rounding"),
    refutes=(
        "argmaxable.classify/no-bias",
        "argmaxable.classify/own-row",
        "argmaxable.verify/exact-weights",
        "argmaxable.verify/absolute",
    ),
)
def verify_accepts(impl: Impl, on: Setting, case: inputs.Classes) -> Iterator[Record]:
    """Verifies a classification in both ways."""
    result = impl["argmaxable.classify"](case.W, case.b)
    everything = np.ones(case.W.shape[0], dtype=bool)
    for exact in (False, True):
        verified = impl["argmaxable.verify"](case.W, case.b, result, exact=exact)
        yield Same("exact" if exact else "rounded", verified, everything)


@law(
    "argmaxable.verify-definition",
    "verify accepts a known combination and strict winners, and nothing that is changed in any part",
    source="argmaxable D3",
    about=("argmaxable.verify",),
    inputs=inputs.planted,
    tolerance=Exact(
        "small integers and weights in eighths: what is false is false by far more than rounding"
    ),
    refutes=(
        "argmaxable.verify/anything",
        "argmaxable.verify/ties-pass",
        "argmaxable.verify/rows-only",
        "argmaxable.verify/negative-weights",
        "argmaxable.verify/absolute",
        "argmaxable.verify/witnesses-only",
    ),
)
def verify_definition(impl: Impl, on: Setting, case: inputs.Planted) -> Iterator[Record]:
    """Puts one certificate at a time among undecided ones, and compares with integers."""
    W, b = on.host(case.W), on.host(case.b)
    *weights, unit = _floats([*case.weights, case.unit], on)
    n = len(b)
    claims: list[tuple[int, Certificate, Any, bool]] = [
        (0, certificate, bias, true) for certificate, bias, true in _changes(weights, b, unit)
    ]
    for z in on.host(case.z):
        point = tuple(_floats(z, on))
        for k in (0, n - 1):
            least = min(oracle.margins(W, b, k, z))
            claims.append((k, Witness(point, float(least)), b, least > 0))
            claims.append((k, Witness(point, float(least) + unit), b, False))
    for exact in (False, True):
        for k, certificate, bias, true in claims:
            listed: list[Certificate] = [Undecided(0.0)] * n
            listed[k] = certificate
            found = impl["argmaxable.verify"](case.W, on.array(bias), Result(tuple(listed)), exact=exact)
            yield Same(f"{certificate}", on.host(found), np.arange(n) == (k if true else -1))


@law(
    "argmaxable.verify-exact",
    "exact arithmetic accepts a lead within rounding and refuses a combination whose bias lags within it; "
    "float64 does the opposite; neither takes more than d + 1 classes",
    source="argmaxable D3",
    about=("argmaxable.verify",),
    inputs=inputs.borderline,
    not_in={"float16": "its numbers span a factor of 2^52"},
    tolerance=Exact(
        "powers of two; leads and lags of 2⁻⁵² of the terms, where the bounds are 5 and 6 times 2⁻⁵³"
    ),
    refutes=("argmaxable.verify/exact-ignored", "argmaxable.verify/no-bound"),
)
def verify_exact(impl: Impl, on: Setting, case: inputs.Borderline) -> Iterator[Record]:
    """Five classes on a line, in any order; the first of them has the certificate."""
    (first, second), order = _floats([case.first, case.second], on), on.host(case.order)
    place = np.argsort(order)  # where each class went
    unit = second / first

    def verified(t: Sequence[float], b: Sequence[float], certificate: Certificate) -> tuple[bool, ...]:
        W, biases = np.asarray(t)[:, None] * first, np.asarray(b) * second
        listed: list[Certificate] = [Undecided(0.0)] * 5
        listed[place[0]] = certificate
        given = on.array(W[order]), on.array(biases[order]), Result(tuple(listed))
        found = (on.host(impl["argmaxable.verify"](*given, exact=exact)) for exact in (False, True))
        return tuple(bool(flags[place[0]]) for flags in found)

    def combination(*weights: float) -> Combination:
        pairs = sorted(zip(place[1:].tolist(), weights, strict=False))
        return Combination(tuple(i for i, _ in pairs), tuple(w for _, w in pairs))

    for lead, expected in ((1.0, (True, True)), (2.0**-52, (False, True)), (-(2.0**-53), (False, False))):
        witness = Witness(((1 + lead) * unit,), lead * second)
        found = verified([1, 0, 0, 0, -1], [0, 1, 0, -1, 0], witness)
        yield Same(f"lead of {lead}", found, expected)
    line, half = [0, -1, 1, -2, 2], combination(0.5, 0.5)
    yield Same("tied", verified(line, [0] * 5, half), (True, True))
    yield Same("four classes", verified(line, [0] * 5, combination(*[0.25] * 4)), (False, False))
    yield Same("lag", verified(line, [1, 0, 0, 0, 0], half), (False, False))
    apart = [2.0**-26, -(2.0**26), 2.0**26, 0, 0]
    yield Same("lag within rounding", verified(line, apart, half), (True, False))


def _floats(values: Any, on: Setting) -> list[float]:
    """Exact numbers as Python's, of which certificates are made."""
    return [float(on.fraction(value)) for value in values]


def _changes(weights: list[float], b: Any, unit: float) -> Iterator[tuple[Certificate, Any, bool]]:
    """The known combination of class 0, and what goes wrong when a part of it changes."""
    m, n = len(weights), len(b)
    support = tuple(range(1, m + 1))
    yield Combination(support, tuple(weights)), b, True
    ahead = b.copy()
    ahead[0] = weights @ b[1 : m + 1] + unit
    yield Combination(support, tuple(weights)), ahead, False
    yield Combination(support, tuple(2 * w for w in weights)), b, False
    yield Combination((0,), (1.0,)), b, False
    yield Combination((), ()), b, False
    moved = [weights[0] - 0.125, weights[1] + 0.125, *weights[2:]]
    yield Combination(support, tuple(moved)), b, False
    yield Combination((*support, support[0]), (*weights[:1], *weights[1:], 0.0)), b, False
    yield Combination((*support[:-1], n), tuple(weights)), b, False
    yield Combination(support[:-1], tuple(weights)), b, False
