"""Five formulas in all the styles in which people write NumPy; each loses its digits at cancelling inputs.

A formula's functions take the same arguments and mean the same numbers; what they are is in test_enclosed.py.
"""

import functools
import math
from collections import namedtuple
from dataclasses import dataclass
from functools import partial, reduce
from math import exp as e_to
from math import log, sqrt

import numpy as np
import scipy.linalg
import scipy.special
from numpy import cumprod, exp
from scipy.special import logsumexp

ONE = 1.0
HALF = 0.5
_cache = {}


# ᾱ/(1 − ᾱ) with ᾱ the product of 1 − β: lost where β is small


def snr_plain(betas):
    a = np.cumprod(1 - betas)
    return a / (1 - a)


def snr_imported(betas):
    a = cumprod(ONE - betas)
    return sorted([a], key=lambda x: x[0])[0] / (ONE - a)


def snr_logs(betas):
    a = np.exp(np.cumsum(np.log(1 - betas)))
    return np.divide(a, np.subtract(1.0, a))


def snr_loop(betas):
    a, out = 1.0, []
    for beta in betas:
        a *= 1.0 - float(beta)
        out.append(a / (1.0 - a))
    return np.array(out)


def snr_empty(betas):
    out = np.empty(len(betas))
    a = 1
    for i in range(len(betas)):
        a = a * (1 - betas[i])
        out[i] = a
    out /= 1 - out
    return out


def snr_in_place(betas):
    a = np.ones_like(betas)
    a -= betas
    np.multiply.accumulate(a, out=a)
    noise = np.empty(a.shape, dtype=a.dtype)
    np.subtract(1, a, out=noise)
    a /= noise
    return a


def snr_dot_method(betas):
    a = (1 - betas).cumprod()
    return a * (1 - a) ** -1


def snr_ufuncs(betas):
    a = np.multiply.accumulate(np.negative(betas) + 1)
    return np.exp(np.log(a) - np.log(1 - a))


def snr_nested(betas):
    def products(rest, so_far):
        if len(rest) == 0:
            return []
        now = so_far * (1 - rest[0])
        return [now, *products(rest[1:], now)]

    return np.asarray([a / (1 - a) for a in products(betas, 1.0)])


def snr_reduce(betas):
    found = reduce(lambda done, beta: [*done, done[-1] * (1 - beta)], betas, [1.0])[1:]
    return np.array([a / (1 - a) for a in found], dtype=np.float64)


def snr_matrix(betas):
    lower = np.tril(np.ones((betas.size, betas.size)))
    a = np.exp(lower @ np.log1p(-betas))
    return a / (1 - a)


def snr_python(betas):
    rows = betas.tolist()
    return np.array([math.prod(1 - b for b in rows[: i + 1]) for i in range(len(rows))]) / (
        1 - np.array([math.prod([1 - b for b in rows[: i + 1]]) for i in range(len(rows))])
    )


class Scheduler:
    start = 1.0

    def __init__(self, betas):
        self.betas = betas
        self.alphas = self.start - betas

    @property
    def products(self):
        return np.cumprod(self.alphas, axis=0)

    @functools.cached_property
    def noises(self):
        return self.start - self.products

    @staticmethod
    def ratio(x, y):
        return x / y

    @classmethod
    def of(cls, betas):
        return cls(np.asarray(betas, dtype=np.float64))

    def snr(self):
        return self.ratio(self.products, self.noises)


class Inherited(Scheduler):
    def __init__(self, betas, scale=1.0):
        super().__init__(betas)
        self.scale = scale

    def __call__(self):
        return self.scale * super().snr()


def snr_class(betas):
    return Scheduler.of(betas).snr()


def snr_inherited(betas):
    return Inherited(betas)()


def _ratio(numerator, denominator, power=1):
    return numerator / denominator**power


def snr_partial(betas):
    a = np.cumprod(1 - betas)
    return partial(_ratio, power=1)(a, denominator=1 - a)


@functools.lru_cache
def _first(n):
    return np.linspace(1.0, 1.0, n)


def snr_cached(betas):
    if len(betas) not in _cache:
        _cache[len(betas)] = _first(len(betas))
    ones = _cache[len(betas)]
    a = np.cumprod(ones - betas)
    return a / (ones - a)


SNR = (
    snr_plain, snr_imported, snr_logs, snr_loop, snr_empty, snr_in_place, snr_dot_method, snr_ufuncs,
    snr_nested, snr_reduce, snr_matrix, snr_python, snr_class, snr_inherited, snr_partial, snr_cached,
)  # fmt: skip


# KL of two normal distributions, lost where they are nearly equal


def kl_numpy(m1, v1, m2, v2):
    return 0.5 * (np.log(v2 / v1) + (v1 + (m1 - m2) ** 2) / v2 - 1)


def kl_deviations(m1, v1, m2, v2):
    s1, s2 = np.sqrt(v1), np.sqrt(v2)
    return np.log(s2) - np.log(s1) + (s1**2 + np.square(m1 - m2)) / (2 * s2**2) - HALF


def kl_log_variances(m1, v1, m2, v2):
    l1, l2 = np.log(v1), np.log(v2)
    return 0.5 * (-1.0 + l2 - l1 + exp(l1 - l2) + ((m1 - m2) ** 2) * exp(-l2))


def kl_math(m1, v1, m2, v2):
    out = np.zeros_like(v1)
    for index in np.ndindex(*v1.shape):
        s1, s2 = math.sqrt(v1[index]), math.sqrt(v2[index])
        out[index] = math.log(s2 / s1) + (s1**2 + (m1[index] - m2[index]) ** 2) / (2 * s2**2) - 1 / 2
    return out


def kl_imported(m1, v1, m2, v2):
    rows = zip(m1.tolist(), v1.tolist(), m2.tolist(), v2.tolist(), strict=True)
    return np.array([(log(d / b) + (b + (a - c) ** 2) / d - 1) / 2 for a, b, c, d in rows])


@np.vectorize
def kl_vectorized(m1, v1, m2, v2):
    return 0.5 * (math.log(v2 / v1) + (v1 + (m1 - m2) ** 2) / v2 - 1)


def kl_matrices(m1, v1, m2, v2):
    out = []
    for a, b, c, d in zip(m1, v1, m2, v2, strict=True):
        first, second, way = np.diag([b]), np.diag([d]), np.array([c - a])
        inverse = np.linalg.inv(second)
        log_dets = np.linalg.slogdet(second)[1] - np.log(np.linalg.det(first))
        out.append(0.5 * (np.trace(inverse @ first) + way @ inverse @ way - 1 + log_dets))
    return np.stack(out)


@dataclass
class Normal:
    mean: np.ndarray
    variance: np.ndarray

    def kl(self, other: "Normal") -> np.ndarray:
        ratio = self.variance / other.variance
        return 0.5 * (ratio - 1 - np.log(ratio) + (self.mean - other.mean) ** 2 / other.variance)


def kl_dataclass(m1, v1, m2, v2):
    return Normal(m1, v1).kl(Normal(m2, v2))


KL = (
    kl_numpy, kl_deviations, kl_log_variances, kl_math, kl_imported, kl_vectorized, kl_matrices, kl_dataclass,
)  # fmt: skip


# The variance, and what is divided by its root, lost where the mean is large


def variance_squares(x):
    return np.mean(x**2, axis=-1) - np.mean(x, axis=-1) ** 2


def variance_sums(x):
    n = x.shape[-1]
    return (x * x).sum(-1) / n - (x.sum(-1) / n) ** 2


def variance_dot(x):
    return np.array([np.dot(row, row) / len(row) - (sum(row) / len(row)) ** 2 for row in x])


def variance_einsum(x):
    return np.einsum("ij,ij->i", x, x) / x.shape[1] - np.einsum("ij->i", x) ** 2 / np.size(x, 1) ** 2


def variance_running(x):
    total, squares, count = np.zeros(len(x)), np.zeros(len(x)), 0
    for column in x.T:
        total += column
        squares += np.power(column, 2)
        count += 1
    return squares / count - (total / count) ** 2


def variance_average(x):
    w = np.full(x.shape[-1], 1 / x.shape[-1])
    return np.average(np.square(x), axis=-1, weights=w) - np.average(x, axis=-1, weights=w) ** 2


VARIANCE = (
    variance_squares, variance_sums, variance_dot, variance_einsum, variance_running, variance_average,
)  # fmt: skip


# log Σ eˣ, which overflows and underflows


def lse_plain(x):
    return np.log(np.sum(np.exp(x), axis=-1))


def lse_math(x):
    return np.array([math.log(sum(math.exp(v) for v in row)) for row in x])


def lse_imported(x):
    return np.asarray([log(np.sum([e_to(v) for v in row])) for row in x])


def lse_powers(x):
    return np.log2((np.e**x).sum(axis=1)) * math.log(2)


def lse_softmax(x):
    p = np.exp(x) / np.exp(x).sum(-1, keepdims=True)
    return x[..., 0] - np.log(p[..., 0])


def lse_scipy(x):
    return logsumexp(x, axis=-1) + np.log(np.exp(x).sum(-1)) - scipy.special.logsumexp(x, axis=1)


LSE = (lse_plain, lse_math, lse_imported, lse_powers, lse_softmax, lse_scipy)


# The squared Fréchet distance of two Gaussians, lost where they are nearly equal


def _root(a):
    values, vectors = np.linalg.eigh(a)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def frechet_eigh(m1, S1, m2, S2):
    root = _root(S1)
    return np.sum((m1 - m2) ** 2) + np.trace(S1 + S2 - 2 * _root(root @ S2 @ root))


def frechet_eigvals(m1, S1, m2, S2):
    values = np.linalg.eigvals(S1 @ S2)
    return (m1 - m2) @ (m1 - m2) + S1.trace() + S2.trace() - 2 * np.sqrt(values).sum()


def frechet_sqrtm(m1, S1, m2, S2):
    difference = m1 - m2
    cross = scipy.linalg.sqrtm(S1.dot(S2))
    if np.iscomplexobj(cross):
        cross = cross.real
    return difference.dot(difference) + np.trace(S1) + np.trace(S2) - 2 * np.trace(cross)


def frechet_svd(m1, S1, m2, S2):
    left, right = np.linalg.cholesky(S1), np.linalg.cholesky(S2)
    cross = np.linalg.svd(left.T @ right, compute_uv=False).sum()
    return np.linalg.norm(m1 - m2) ** 2 + np.trace(S1) + np.trace(S2) - 2 * cross


def frechet_two(m1, S1, m2, S2):
    """By trace and determinant, for two dimensions."""
    product = S1 @ S2
    cross = sqrt(np.trace(product) + 2 * sqrt(np.linalg.det(product)))
    return float(np.sum((m1 - m2) ** 2)) + float(np.trace(S1)) + float(np.trace(S2)) - 2 * cross


FRECHET = (frechet_eigh, frechet_eigvals, frechet_sqrtm, frechet_svd, frechet_two)


# Rotations of pairs, lost where positions are large


def _frequencies(d, base=10000.0):
    return 1.0 / (base ** (np.arange(0, d, 2).astype(np.float64) / d))


def rotary_strided(x, positions):
    angles = np.outer(positions, _frequencies(x.shape[-1]))
    out = np.empty_like(x)
    out[..., 0::2] = x[..., 0::2] * np.cos(angles) - x[..., 1::2] * np.sin(angles)
    out[..., 1::2] = x[..., 0::2] * np.sin(angles) + x[..., 1::2] * np.cos(angles)
    return out


def rotary_complex(x, positions):
    turns = np.exp(1j * positions[:, None] * _frequencies(x.shape[-1]))
    turned = (x[..., ::2] + 1j * x[..., 1::2]) * turns
    return np.stack([turned.real, turned.imag], -1).reshape(x.shape)


def rotary_half(x, positions):
    d = x.shape[-1]
    order = np.concatenate([np.arange(0, d, 2), np.arange(1, d, 2)])
    y = x[..., order]
    angles = np.concatenate([positions[:, None] * _frequencies(d)] * 2, -1)
    y = y * np.cos(angles) + np.concatenate([-y[..., d // 2 :], y[..., : d // 2]], axis=-1) * np.sin(angles)
    return y[..., np.argsort(order)]


def rotary_math(x, positions):
    n, d = x.shape
    out = np.zeros((n, d))
    for row in range(n):
        for i in range(d // 2):
            angle = positions[row] * math.exp(-2 * i / d * math.log(10000))
            c, s = math.cos(angle), math.sin(angle)
            out[row, 2 * i] = c * x[row, 2 * i] - s * x[row, 2 * i + 1]
            out[row, 2 * i + 1] = s * x[row, 2 * i] + c * x[row, 2 * i + 1]
    return out


def rotary_matrices(x, positions):
    angles = np.einsum("n,f->nf", positions, _frequencies(x.shape[-1]))
    c, s = np.cos(angles), np.sin(angles)
    blocks = np.array([[c, -s], [s, c]]).transpose(2, 3, 0, 1)
    return np.einsum("nfij,nfj->nfi", blocks, x.reshape(len(x), -1, 2)).reshape(x.shape)


ROTARY = (rotary_strided, rotary_complex, rotary_half, rotary_math, rotary_matrices)


Parts = namedtuple("Parts", "signal noise")
