"""What proves a verdict, and the check of it, which shares nothing with the search but the data."""

from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

import numpy as np

from .. import _libraries, _xp
from .._errors import ShapeError, message
from .._host import Floats, to_exact
from .._typing import Array
from ..public import Flag, Record, Truths, public
from ._checks import BIASES, INFINITE, ROWS
from ._exact import Problem
from ._proof import certain
from ._space import Points

Verdict: TypeAlias = Literal["argmaxable", "unargmaxable", "undecided"]


@dataclass(frozen=True, slots=True)
class Witness:
    """A point at which the class wins strictly: it is argmaxable."""

    verdict: ClassVar[Verdict] = "argmaxable"
    z: tuple[float, ...]
    """d float64 coordinates whatever the dtype of W: a thin cone may hold no shorter floats."""
    margin: float
    """The lead over the second class at z, in float64; inf for a single class."""


@dataclass(frozen=True, slots=True)
class Combination:
    """Weights on other classes that equal its row and do not lag in bias: it is unargmaxable."""

    verdict: ClassVar[Verdict] = "unargmaxable"
    indices: tuple[int, ...]
    """At most d + 1 other classes, increasing."""
    weights: tuple[float, ...]
    """Positive with sum 1: Σα_i w_i = w_k and Σα_i b_i ≥ b_k, each weight rounded to float64."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """The class wins, but on so thin a cone that its witness is lost in rounding to float64."""

    verdict: ClassVar[Verdict] = "undecided"
    margin: float
    """The distance from 0 to the hull of the rays (w_k − w_i, b_k − b_i) and (0, 1), each scaled to length
    about 1; it is at most 2√(d+1)·2⁻⁵³ unless coordinates of the witness leave the range of float64."""


Certificate: TypeAlias = Witness | Combination | Undecided


@dataclass(frozen=True, slots=True)
class Result:
    """One certificate a class."""

    certificates: tuple[Certificate, ...]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """ "argmaxable", "unargmaxable" or "undecided" for every class."""
        return tuple(certificate.verdict for certificate in self.certificates)


@public(
    {"W": ROWS, "b": BIASES, "result": Record(Result, {}, "See argmaxable.classify"), "exact": Flag()},
    Truths("n"),
    needs="eager rational",
    nan="NaN in an array raises DomainError; certificates with NaN prove nothing.",
    raises={**INFINITE, ShapeError: "for another number of certificates than of classes"},
)
def verify(W: Array, b: Array, result: Result, /, *, exact: bool = False) -> Array:
    """Whether each certificate proves its verdict, whoever made it.

    In float64: a witness must lead by more than the rounding bound (d+5)u(⟨|w_k − w_i|,|z|⟩ + |b_k − b_i|),
    by the margin that it states up to that bound;
    a combination must have positive weights with sum 1 on at most d + 1 other classes and meet its
    equations within the bound of its own rounding. With `exact`, in rational arithmetic wherever rounding
    bounds do not decide: a witness must lead strictly, and the support of a combination must also carry
    rational weights ≥ 0 that meet Σα = 1, Σα_i w_i = w_k and Σα_i b_i ≥ b_k exactly. Only this form is a
    proof of "unargmaxable", and only it accepts a witness whose margin lies within rounding. A host function.

    Parameters
    ----------
    W
        One row for each class, finite.
    b
        Biases, finite.
    result
        Certificates of the n classes.
    exact
        Whether to use rational arithmetic.

    Returns
    -------
    bool, on the device of W; False for undecided classes.

    Source: argmaxable D3, C2.

    Examples
    --------
    >>> import numpy as np
    >>> claim = Result((Combination((1,), (1.0,)), Witness((1.0,), 1.0)))
    >>> verify(np.asarray([[1.0], [2.0]]), np.zeros(2), claim)
    array([False,  True])
    """
    xp, n = _xp.of(W), W.shape[0]
    if len(result.certificates) != n:
        raise ShapeError(message("result", f"{len(result.certificates)} certificates", f"{n}, one a class"))
    problem = Problem(*to_exact(xp, W=W, b=b))
    points = Points(problem.W, problem.b) if exact else None
    proved = [_proved(problem, points, k, certificate) for k, certificate in enumerate(result.certificates)]
    return xp.asarray(proved, dtype=xp.bool, device=_libraries.device(W))


def _proved(problem: Problem, points: Points | None, k: int, certificate: Certificate) -> bool:
    """Whether a certificate holds; exactly, if there are points."""
    if isinstance(certificate, Witness):
        return _witness_holds(problem, k, certificate, points is not None)
    if isinstance(certificate, Combination):
        return combination_holds(problem, points, k, certificate)
    return False


def bounded_margins(problem: Problem, k: int, z: Floats) -> tuple[Floats, Floats]:
    """Margins of class k at z over all classes (+inf for itself), and bounds of their rounding."""
    u, terms = np.finfo(np.float64).eps / 2, len(z) + 5
    with np.errstate(all="ignore"):  # what overflows has no finite bound and proves nothing
        rows, biases = problem.W[k] - problem.W, problem.b[k] - problem.b
        found = rows @ z + biases
        # One rounding a difference, product and sum, and two of the bound itself; each product may
        # underflow by half of the smallest number.
        error = (
            terms * u / (1 - terms * u) * (np.abs(rows) @ np.abs(z) + np.abs(biases)) + len(z) * 2.0**-1074
        )
    found[k], error[k] = np.inf, 0.0
    return found, error


def lead(problem: Problem, k: int, z: Floats, *, exact: bool = False) -> Witness | None:
    """The witness that z makes, if class k wins there by the rounding bound, or exactly."""
    if not np.isfinite(z).all():
        return None
    found, error = bounded_margins(problem, k, z)
    close = np.flatnonzero(~(found > error)).tolist()
    if close and not (exact and problem.margin(k, z, close) > 0):
        return None
    return Witness(tuple(z.tolist()), float(np.min(found)))


def _witness_holds(problem: Problem, k: int, witness: Witness, exact: bool) -> bool:
    z = np.asarray(witness.z, dtype=np.float64)
    if z.shape != problem.W.shape[1:] or not np.isfinite(z).all():
        return False
    found, error = bounded_margins(problem, k, z)
    near = np.argmin(found)
    if not (found[near] == witness.margin or abs(found[near] - witness.margin) <= 2 * error[near]):
        return False
    close = np.flatnonzero(~(found > error)).tolist()
    return not close or (exact and problem.margin(k, z, close) > 0)


def combination_holds(problem: Problem, points: Points | None, k: int, combination: Combination) -> bool:
    """Whether a combination proves class k unargmaxable; in exact arithmetic, if there are points."""
    n, d = problem.W.shape
    indices, weights = list(combination.indices), np.asarray(combination.weights, dtype=np.float64)
    if not 0 < len(indices) <= d + 1 or weights.shape != (len(indices),):
        return False
    if len(set(indices)) < len(indices) or k in indices or not all(0 <= i < n for i in indices):
        return False
    share = (len(indices) + 3) * np.finfo(np.float64).eps / 2
    if not (np.all(weights > 0) and abs(np.sum(weights) - 1) <= share):
        return False
    # Each weight is rounded, and so are each difference and product and their sum; quarters, lest
    # a difference overflow.
    rays = np.column_stack([problem.W[[k, *indices]], problem.b[[k, *indices]]]) / 4
    terms = rays[0] - rays[1:]
    left, bound = weights @ terms, share * (weights @ np.abs(terms)) + len(indices) * 2.0**-1074
    near = np.all(np.abs(left[:-1]) <= bound[:-1]) and left[-1] <= bound[-1]
    if not near or points is None:
        return bool(near)
    sure = certain(points, np.asarray([k]), np.asarray([indices]))[0]  # where rounding bounds can tell
    return bool(sure) or problem.combination(k, indices, weights.tolist()) is not None
