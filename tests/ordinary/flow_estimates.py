"""Log-densities of steps and traces by random probes, as people type them."""

import math

import numpy as np

from ._ordinary import Ordinary, Slip, changed, torch, typo


def log_prob_of_step(x, following, drift, sigma2, step):
    mean = x + drift * step[..., None]
    variance = (sigma2 * np.abs(step))[..., None]
    log_prob = -0.5 * ((following - mean) ** 2 / variance + np.log(2 * np.pi * variance))
    return log_prob.sum(axis=-1)


def step_with_logprob(following, mean, std):
    log_prob = -((following - mean) ** 2) / (2 * std**2) - np.log(std) - np.log(np.sqrt(2 * np.pi))
    return log_prob.mean(axis=-1)


def normal_log_prob(following, mean, std):
    z = (following - mean) / std
    return np.sum(-0.5 * z * z - np.log(std) - 0.5 * math.log(2 * math.pi), axis=-1)


def hutchinson(product, probes):
    return np.mean([np.sum(z * product(z), axis=-1) for z in probes], axis=0)


def hutchinson_loop(product, probes):
    total = 0
    for z in probes:
        total = total + (z * product(z)).sum(-1)
    return total / len(probes)


def divergence_approx(field, y, e):
    with torch.enable_grad():
        y = y.detach().requires_grad_(True)
        e_dzdx = torch.autograd.grad(field(y), y, e)[0]
    return (e_dzdx * e).sum(-1)


def variance_of_estimate(jacobian, *, probes="rademacher"):
    s = (jacobian + np.swapaxes(jacobian, -1, -2)) / 2
    total = np.sum(s**2, axis=(-2, -1))
    if probes == "rademacher":
        total = total - np.sum(np.diagonal(jacobian, axis1=-2, axis2=-1) ** 2, axis=-1)
    return 2 * total


def variance_by_mask(jacobian, *, probes="rademacher"):
    s = (jacobian + np.swapaxes(jacobian, -1, -2)) / 2
    if probes == "rademacher":
        s = s * (1 - np.eye(s.shape[-1], dtype=s.dtype))
    return 2 * np.sum(s**2, axis=(-2, -1))


ORDINARY = [
    Ordinary(
        target="flow.step_log_density",
        textbook=log_prob_of_step,
        slips=(
            typo("sigma2 * np.abs(step)", "sigma2", "without-step|step"),
            typo("sigma2 * np.abs(step)", "sigma2 * step**2", "by-step"),
            typo("sigma2 * np.abs(step)", "sigma2**2 * np.abs(step)", "deviation-for-variance"),
            typo("x + drift * step[..., None]", "x", "without-drift|drift"),
            typo("log_prob.sum(axis=-1)", "log_prob.mean(axis=-1)", "mean-over-features|mean-of-features"),
            typo("log_prob.sum(axis=-1)", "log_prob.sum() + 0 * step", "summed-over-batch|batch"),
            typo(" + np.log(2 * np.pi * variance)", "", "without-normaliser"),
        ),
    ),
    Ordinary(
        target="flow.step_log_density",
        adapter="mean-of-features",
        textbook=step_with_logprob,
        slips=(
            typo(" - np.log(np.sqrt(2 * np.pi))", "", "without-2pi"),
            typo("/ (2 * std**2)", "/ std**2", "half|½|slip|2"),
            Slip(lambda end, mean, std: -np.mean((end - mean) ** 2, axis=-1), "squared-distance"),
        ),
    ),
    Ordinary(
        target="flow.step_log_density",
        adapter="mean-deviation",
        textbook=normal_log_prob,
        slips=(
            typo("- np.log(std) ", "- 2 * np.log(std) ", "log-variance-whole"),
            Slip(
                changed(
                    normal_log_prob,
                    "np.sum(-0.5 * z * z - np.log(std) - 0.5 * math.log(2 * math.pi), axis=-1)",
                    "-0.5 * np.sum(z * z, axis=-1) - np.log(std)[..., 0] - 0.5 * math.log(2 * math.pi)",
                ),
                "normaliser-once",
            ),
        ),
    ),
    Ordinary(
        target="flow.hutchinson_trace",
        textbook=hutchinson,
        slips=(
            typo("np.mean([", "np.sum([", "sum-over-probes"),
            typo("np.sum(z", "np.mean(z", "mean-over-features|features"),
            typo("z * product(z)", "product(z) ** 2", "norm-of-the-product"),
            typo("z * product(z)", "product(z)", "without-the-second-probe|probe"),
        ),
    ),
    Ordinary(
        target="flow.hutchinson_trace",
        textbook=hutchinson_loop,
        slips=(
            typo(".sum(-1)", ".sum()", "summed-over-batch|batch|shape|axes"),
            typo("in probes:", "in probes[:1]:", "probe"),
        ),
    ),
    Ordinary(
        target="flow.hutchinson_trace",
        adapter="field",
        backend="torch",
        textbook=divergence_approx,
        slips=(typo("(e_dzdx * e).sum(-1)", "(e_dzdx * e).mean(-1)", "mean-over-features|features"),),
    ),
    Ordinary(
        target="flow.hutchinson_variance",
        textbook=variance_of_estimate,
        slips=(typo('probes="rademacher"', 'probes="gaussian"', "gaussian-by-default|default"),),
        answer="imprecise",
    ),
    Ordinary(
        target="flow.hutchinson_variance",
        textbook=variance_by_mask,
        slips=(
            typo('probes == "rademacher"', "False", "gaussian-for-signs|probes"),
            typo("(jacobian + np.swapaxes(jacobian, -1, -2)) / 2", "jacobian", "not-symmetrised"),
            typo("2 * np.sum", "np.sum", "missing-two|half|½"),
            typo(
                "2 * np.sum(s**2, axis=(-2, -1))",
                "np.sqrt(2 * np.sum(s**2, axis=(-2, -1)))",
                "deviation|root",
            ),
        ),
    ),
]
