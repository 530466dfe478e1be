"""Statistical laws: how many classes of random rows are unargmaxable."""

from collections.abc import Iterator
from math import comb
from typing import Any

import numpy as np
import scipy  # its parts load on first use

from ....backends import Setting
from ...language.law import FALSE_ALARM, AtMost, Impl, Record, Sampling, law
from . import inputs


def _lost(impl: Impl, on: Setting, W: Any) -> list[bool]:
    result = impl["argmaxable.classify"](on.array(W), on.array(np.zeros(len(W))))
    return [verdict == "unargmaxable" for verdict in result.verdicts]


@law(
    "argmaxable.gaussian-rows",
    "of n rows N(0, I) without bias at most ½n(n−1)2^(−d/2) are unargmaxable in the mean",
    source="argmaxable C8",
    stands="how rare it is among many random rows",
    about=("argmaxable.classify",),
    inputs=inputs.gaussian,
    tolerance=Sampling({}, "trials with any such class are at most binomial with that mean as probability"),
    refutes=("argmaxable.classify/own-row",),
    kinds=("ordinary",),  # the law is about one distribution
)
def gaussian_rows(impl: Impl, on: Setting, case: inputs.Rows) -> Iterator[Record]:
    """Counts trials with an unargmaxable class (Markov) against the upper tail of the binomial."""
    W = on.host(case.W)
    trials, n, d = W.shape
    most = scipy.stats.binom.isf(FALSE_ALARM, trials, n * (n - 1) / 2 * 2.0 ** (-d / 2))
    yield AtMost("trials", sum(any(_lost(impl, on, rows)) for rows in W), most, 1.0)


@law(
    "argmaxable.wendel",
    "a zero row among N Gaussian rows is unargmaxable with probability 1 − 2^(1−N) Σ_{j<d} C(N−1, j)",
    source="argmaxable C8",
    stands="a probability that is known exactly",
    about=("argmaxable.classify",),
    inputs=inputs.wendel,
    tolerance=Sampling({}, "the number of such trials is binomial; both tails, and exactly none for N ≤ d"),
    refutes=("argmaxable.classify/own-row", "argmaxable.classify/negative-weights"),
    kinds=("ordinary",),  # the law is about one distribution
)
def wendel(impl: Impl, on: Setting, case: inputs.Rows) -> Iterator[Record]:
    """Counts trials between the quantiles of the binomial."""
    W = on.host(case.W)
    trials, n, d = W.shape
    probability = 1 - 2.0 ** (2 - n) * sum(comb(n - 2, j) for j in range(d))
    count = sum(_lost(impl, on, rows)[0] for rows in W)
    yield AtMost("most", count, scipy.stats.binom.isf(FALSE_ALARM / 2, trials, probability), 1.0)
    yield AtMost("least", scipy.stats.binom.ppf(FALSE_ALARM / 2, trials, probability), count, 1.0)
