"""Certificates: of all classes at once, and of those that this leaves open one by one."""

from collections.abc import Container, Mapping

import numpy as np

from .. import _xp
from .._host import Floats, to_exact
from .._typing import Array
from ..public import RAISES, Record, public
from ._certificates import Certificate, Combination, Result, Undecided, Witness, lead
from ._checks import BIASES, INFINITE, ROWS
from ._exact import RAY, Problem, Rational, decide, to_float
from ._nearest import nearest
from ._search import Ground, Search


@public({"W": ROWS, "b": BIASES}, Record(Result), needs="eager rational", nan=RAISES, raises=INFINITE)
def classify(W: Array, b: Array, /) -> Result:
    """Decide for every class whether it can win, with a certificate.

    Argmaxable: a witness z with ⟨w_k,z⟩ + b_k > ⟨w_i,z⟩ + b_i for all i ≠ k. Unargmaxable: weights
    α ≥ 0, Σα = 1, on at most d + 1 other classes with Σα_i w_i = w_k and Σα_i b_i ≥ b_k. The given
    floating-point numbers are taken as exact, and every verdict is proved: a witness by a margin above
    the rounding bound or in rational arithmetic, a combination in rational arithmetic. Undecided are
    only classes that win, but on so thin a cone that the witness is lost in rounding it to float64:
    moving their rays (w_k − w_i, b_k − b_i) by 2√(d+1)·2⁻⁵³ of their length would hide them. A host
    function: all classes are searched together in floating point, with products of n²d operations and for
    each class about d exchanges of nd; what that leaves open is decided class by class, in rationals at last,
    which takes long where many classes are on the boundary and d is large.

    Parameters
    ----------
    W
        One row for each class, finite.
    b
        Biases, finite.

    Returns
    -------
    with n certificates, each a Witness, a Combination or Undecided; they hold Python numbers of
    float64 precision whatever the library, dtype and device of W.

    Source: argmaxable D2, C1, C2, C4, C5, C6, C8.

    Examples
    --------
    >>> import numpy as np
    >>> result = classify(np.asarray([[1.0], [0.0], [-1.0]]), np.zeros(3))
    >>> result.verdicts
    ('argmaxable', 'unargmaxable', 'argmaxable')
    >>> result.certificates[1]
    Combination(indices=(0, 2), weights=(0.5, 0.5))
    """
    problem = Problem(*to_exact(_xp.of(W), W=W, b=b))
    search = Search(Ground(problem.W, problem.b))
    search.run()
    found: dict[int, Certificate] = dict(search.certificates())
    found |= hinted(problem, search, found)
    if len(found) < len(problem.b):
        frame = Frame(problem.W, problem.b)
        found |= {k: alone(problem, frame, k) for k in range(len(problem.b)) if k not in found}
    return Result(tuple(found[k] for k in range(len(problem.b))))


def hinted(problem: Problem, search: Search, known: Container[int]) -> dict[int, Combination]:
    """What the search suspects of other classes than those that are known, if it is so in rationals."""
    found = {}
    for k, (indices, weights) in search.hints.items():
        if k not in known and (exact := problem.combination(k, indices, weights)) is not None:
            found[k] = combination(dict(zip(indices, exact, strict=True)))
    return found


class Frame:
    """Coordinates in which the rows have mean 0 and covariance 1 and the biases are about 1.

    They are rounded, so they only suggest certificates.
    """

    def __init__(self, W: Floats, b: Floats) -> None:
        rows, self._columns = _level(W)
        bias, self._bias = _level(b[:, None])
        _, sizes, axes = np.linalg.svd(rows, full_matrices=False)
        kept = sizes > max(W.shape) * np.finfo(np.float64).eps * np.max(sizes)
        self._back = axes[kept].T / sizes[kept] * np.sqrt(len(b))
        self.rows, self.biases = rows @ self._back, bias[:, 0]

    @property
    def scales(self) -> Floats:
        """A power of two for every column of W and for b that brings it to about 1."""
        exponents = np.append(self._columns, self._bias)
        return np.ldexp(1.0, np.clip(-exponents, -1000, 1000))

    def point(self, y: Floats, s: float = 1.0) -> Floats:
        """z in the coordinates of W, for (y, s) in these."""
        with np.errstate(all="ignore"):
            z: Floats = np.ldexp(self._back @ y / s, int(self._bias[0]) - self._columns)
        return z

    def rays(self, k: int, others: list[int]) -> Floats:
        """The rays of class k and, last, (0, 1), scaled to unit length."""
        rays = np.column_stack([self.rows[k] - self.rows[others], self.biases[k] - self.biases[others]])
        rays = np.vstack([rays, np.append(np.zeros(rays.shape[1] - 1), 1.0)])
        sizes = np.linalg.norm(rays, axis=1, keepdims=True)
        return rays / np.where(sizes > 0, sizes, 1.0)


def _level(values: Floats) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Columns with mean about 0 and size about 1, and the exponents of two that were divided out."""
    first = np.frexp(np.max(np.abs(values), axis=0))[1]
    small = np.ldexp(values, -first)
    centred = small - np.mean(small, axis=0)
    second = np.frexp(np.max(np.abs(centred), axis=0))[1]
    return np.ldexp(centred, -second), (first + second).astype(np.int64)


def combination(exact: Mapping[int, Rational]) -> Combination:
    """A certificate of exact weights, without those that are 0."""
    indices = sorted(i for i, weight in exact.items() if weight)
    return Combination(tuple(indices), tuple(to_float(exact[i]) for i in indices))


def alone(problem: Problem, frame: Frame, k: int) -> Witness | Combination | Undecided:
    """One class by the nearest point of its rays to 0: in float64, then exactly from there.

    This is the definition as it reads; `Search` finds the same for all classes at once.
    """
    others = [i for i in range(len(problem.b)) if i != k]
    rays = frame.rays(k, others)
    support, weights = nearest(rays)
    x = weights @ rays[support]
    if x[-1] > 0 and (witness := lead(problem, k, frame.point(x[:-1], float(x[-1])))) is not None:
        return witness
    named = [[*others, RAY][i] for i in support]
    exact, z, margin = decide(problem, k, frame.scales, named, weights.tolist())
    if z is None:
        return combination(exact)
    thin = lead(problem, k, np.asarray([to_float(value) for value in z]), exact=True)
    return Undecided(margin) if thin is None else thin
