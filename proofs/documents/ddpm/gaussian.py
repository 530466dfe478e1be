"""Gaussian data and affine generators on the host: inputs of the bound's laws, and their scales."""

from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
import numpy as np

from ...._typing import Array
from ...._xp import numbers
from ....backends import Precision, Setting
from ....ddpm import AffineGenerator, Schedule
from ...language import inputs as common
from ...language.law import Kind
from . import inputs
from .inputs import Host


def reverse(mean: Host, covariance: Host, beta_squared: Host) -> tuple[Host, Host, Host]:
    """The exact generator in the eigenbasis of the data's covariance."""
    host = inputs.exact(beta_squared)
    values, basis = np.linalg.eigh(covariance)
    before = host.previous_alpha_bar_squared[:, None] * values + host.previous_beta_bar_squared[:, None]
    after = host.alpha_bar_squared[:, None] * values + host.beta_bar_squared[:, None]
    ratio = (basis * (before / after)[:, None, :]) @ basis.T
    pull = np.sqrt(host.previous_alpha_bar_squared) * beta_squared
    bias = pull[:, None] * (((basis.T @ mean) / after) @ basis.T)
    return (
        np.sqrt(host.alpha_squared)[:, None, None] * ratio,
        bias,
        beta_squared[:, None, None] * ratio,
    )


def _positive(rng: np.random.Generator, shape: tuple[int, ...], spread: float) -> Host:
    """Symmetric matrices with eigenvalues between about 1 and 1 + spread."""
    root = rng.standard_normal(shape)
    result: Host = np.eye(shape[-1]) + spread / shape[-1] * (root @ np.swapaxes(root, -1, -2))
    return result


@dataclass(frozen=True, slots=True)
class Gaussians(inputs.Scheduled):
    """Data N(m, C), a schedule, points x_0 (n, d), and a generator."""

    mean: Array
    covariance: Array
    weight: Array
    bias: Array
    noise: Array
    x0: Array


@common.composite
def gaussians(draw: common.Draw, p: Precision, kind: Kind) -> Gaussians:
    """The generator is exact, near to it, or any.

    cancellation: C next to I and small steps, so that every divergence nearly vanishes;
    extreme: eigenvalues of C from 1e-2 to 1e2, steps of all sizes; in half precision the eigenvalues are so
    near to each other that matrices stay positive definite when their entries are rounded.
    """
    steps, d = draw(st.sampled_from([1, 2, 4])), draw(st.sampled_from([1, 2, 3]))
    rng = common.generator(draw)
    if kind == "cancellation":
        covariance, low, high = _positive(rng, (d, d), 1e-3), -3.0, -2.0
    elif kind == "extreme":
        basis = np.linalg.qr(rng.standard_normal((d, d)))[0]
        most = min(2.0, -np.log10(12 * p.u) / 2)
        covariance, low, high = (basis * 10.0 ** rng.uniform(-most, most, d)) @ basis.T, -3.0, -0.05
    else:
        covariance, low, high = _positive(rng, (d, d), 1.0), -1.3, -0.05
    covariance = common.rounded((covariance + covariance.T) / 2, p)
    beta_squared = common.rounded(10.0 ** rng.uniform(low, high, steps), p)
    mean = common.rounded(rng.standard_normal(d), p)
    pattern = draw(st.sampled_from(["standard", "exact", "near", "any"]))
    if pattern == "standard":  # N(0, I) and its exact generator: the bound is tight
        mean, covariance = np.zeros(d), np.eye(d)
    weight, bias, noise = reverse(mean, covariance, beta_squared)
    if pattern == "near":
        weight = weight + 0.1 * rng.standard_normal(weight.shape)
        noise = noise * _positive(rng, (steps, 1, 1), 0.2)
    if pattern == "any":
        weight, bias = 2 * rng.random((steps, d, d)) - 1, rng.standard_normal((steps, d))
        noise = _positive(rng, weight.shape, 0.5) * (0.1 + rng.random((steps, 1, 1)))
    return Gaussians(
        mean=mean,
        covariance=covariance,
        beta_squared=beta_squared,
        weight=common.rounded(weight, p),
        bias=common.rounded(bias, p),
        noise=common.rounded((noise + np.swapaxes(noise, -1, -2)) / 2, p),
        x0=common.rounded(rng.standard_normal((draw(st.sampled_from([1, 3])), d)), p),
    )


class Model:
    """A case on the host, and the objects that the functions take."""

    def __init__(self, case: Gaussians, on: Setting) -> None:
        self.u, self.math = on.u, on.math
        self.mean, self.covariance = on.host(case.mean), on.host(case.covariance)
        self.beta_squared = on.host(case.beta_squared)
        self.exact = inputs.exact(self.beta_squared)
        self.alpha_bar = np.sqrt(np.append(1.0, self.exact.alpha_bar_squared))
        self.weight, self.bias, self.noise = on.host(case.weight), on.host(case.bias), on.host(case.noise)
        self.schedule = Schedule(case.beta_squared)
        self.generator = AffineGenerator(case.weight, case.bias, case.noise)
        self.steps, self.dims = self.bias.shape

    def elbo_scale(self, x0: Host) -> Host:
        """The scale of every L_i at points (n, d): (n, T+1)."""
        at, eye = self.exact, np.eye(self.dims)
        kept = at.previous_beta_bar_squared / at.beta_bar_squared
        alpha_bar = self.alpha_bar[:, None, None]
        still = alpha_bar[:-1] * eye - alpha_bar[1:] * self.weight
        moves = (kept * np.sqrt(at.alpha_squared))[:, None, None] * eye - self.weight
        error = np.einsum("tij,nj->nti", still, x0) - self.bias
        norm, size = np.linalg.norm(x0, axis=-1)[:, None], np.linalg.norm(self.weight, 2, axis=(-2, -1))
        reach = ((1 + size) * norm + np.linalg.norm(self.bias, axis=-1)) ** 2
        reach = reach + self.dims * at.beta_bar_squared * (1 + size) ** 2
        square = self._whitened(error[..., None]) + at.beta_bar_squared * self._whitened(moves)
        with np.errstate(divide="ignore"):
            logs = np.where(kept > 0, np.abs(np.log(kept * at.beta_squared)), 2.0)
        variance = kept * at.beta_squared * self._whitened(eye)
        steps = self._quadratic(square, reach) + self._conditions() * variance + self._logs(logs)
        last = at.alpha_bar_squared[-1] * norm**2 + self.dims * (1 + np.abs(np.log(at.beta_bar_squared[-1])))
        result: Host = np.concatenate([steps, last], axis=-1) * at.condition[-1]
        return result

    def joint_scale(self) -> Any:
        """The scale of J: C_{t−1}C_t⁻¹, and with it the true generator, have errors of C_t's condition."""
        at, values = self.exact, np.linalg.eigvalsh(self.covariance)
        weight, bias, noise = reverse(self.mean, self.covariance, self.beta_squared)
        states = at.alpha_bar_squared[:, None] * values + at.beta_bar_squared[:, None]
        condition, size = (
            np.max(states, -1) / np.min(states, -1),
            np.linalg.norm(self.weight, 2, axis=(-2, -1)),
        )
        error = bias - self.bias + self.alpha_bar[1:, None] * ((weight - self.weight) @ self.mean)
        reach = ((1 + size) * np.linalg.norm(self.mean) + np.linalg.norm(self.bias, axis=-1)) ** 2
        largest = np.linalg.norm(weight, 2, axis=(-2, -1)) * condition + size
        reach = reach + self.dims * np.max(states, -1) * largest**2
        signal, added = at.alpha_bar_squared[:, None, None], at.beta_bar_squared[:, None, None]
        root = np.linalg.cholesky(signal * self.covariance + added * np.eye(self.dims))
        square = self._whitened(error[..., None]) + self._whitened((weight - self.weight) @ root)
        trace = self._whitened(np.linalg.cholesky(noise)) * condition * self._conditions()
        logs = np.abs(np.log(at.beta_squared)) + np.abs(np.log(states)).max() * 2 + np.max(condition)
        steps = self._quadratic(square, reach) + trace + self._logs(logs)
        last = np.sum(states[-1]) + at.alpha_bar_squared[-1] * np.sum(self.mean**2) + self.dims
        return at.condition[-1] * (np.sum(steps) + last + np.sum(np.abs(np.log(states[-1]))))

    def _whitened(self, matrix: np.ndarray[Any, Any]) -> Host:
        """‖L⁻¹ matrix‖² of S_t = L Lᵀ, with one S for each t."""
        result: Host = np.sum((np.linalg.inv(np.linalg.cholesky(self.noise)) @ matrix) ** 2, axis=(-2, -1))
        return result

    def _conditions(self) -> Host:
        result: Host = np.linalg.cond(self.noise)
        return result

    def _quadratic(self, square: Host, reach: Host) -> Host:
        """Scale of ‖L⁻¹e‖² = square, if e is a sum of terms with norm² `reach`: errors of e enter once
        with L⁻¹e itself, and squared with at most 100 roundings."""
        terms = np.linalg.norm(np.linalg.inv(self.noise), 2, axis=(-2, -1)) * reach
        result: Host = self._conditions() * (square + 2 * np.sqrt(square * terms) + 100 * self.u * terms)
        return result

    def _logs(self, logs: Host) -> Host:
        """Scale of d + d·log variance + log det S_t; a relative error of S_t enters log det S_t as such."""
        own = np.abs(np.log(np.linalg.eigvalsh(self.noise))).sum(axis=-1)
        result: Host = self.dims * (1 + logs + self._conditions()) + own
        return result

    def entropy(self) -> Any:
        """H of the data in nats."""
        log_det = np.linalg.slogdet(self.covariance)[1]
        return (self.dims * self.math.log(2 * self.math.pi * self.math.e) + log_det) / 2

    def last_divergence(self) -> Any:
        """KL(p_T‖N(0, I))."""
        at = self.exact
        values = at.alpha_bar_squared[-1] * np.linalg.eigvalsh(self.covariance) + at.beta_bar_squared[-1]
        excess = at.alpha_bar_squared[-1] * np.sum(self.mean**2)
        return (np.sum(values - 1 - np.log(values)) + excess) / 2


def divergence(mean: Host, covariance: Host, other_mean: Host, other: Host) -> Any:
    """KL(N(mean, covariance)‖N(other_mean, other))."""
    precision, gap = np.linalg.inv(other), other_mean - mean
    log_det = np.linalg.slogdet(other)[1] - np.linalg.slogdet(covariance)[1]
    return (np.trace(precision @ covariance) + gap @ precision @ gap - len(mean) + log_det) / 2


def log_density(x: Host, mean: Host, covariance: Host) -> Host:
    """log N(x; mean, covariance) at points (..., d)."""
    gap, log_det = x - mean, np.linalg.slogdet(covariance)[1]
    square = np.sum((gap @ np.linalg.inv(covariance)) * gap, axis=-1)
    result: Host = -(len(mean) * np.log(2 * numbers(x, covariance).pi) + log_det + square) / 2
    return result
