"""Bounds of the distance of two processes by the gap of their drifts, and two linear flows."""

import numpy as np
from scipy import linalg

from refimpl.transport import Bound, LinearFlowPair

from ._ordinary import Ordinary, Slip, typo


def rule(times, count):
    x, w = np.polynomial.legendre.leggauss(count)
    half = np.diff(times)[:, None] / 2
    return (times[1:] + times[:-1])[:, None] / 2 + half * x, half * w


def grown(times, lipschitz, at):
    """exp ∫₀ᵗ L at points t of each panel, by a rule on [panel's start, t]."""
    x, w = np.polynomial.legendre.leggauss(20)
    start = times[:-1, None, None]
    half = (at[..., None] - start) / 2
    within = np.sum(lipschitz(start + half * (x + 1)) * half * w, axis=-1)
    nodes, weights = rule(times, 20)
    whole = np.concatenate([[0.0], np.cumsum(np.sum(lipschitz(nodes) * weights, axis=1))])
    return np.exp(whole[:-1, None] + within), np.exp(whole[-1])


def bound_of(times, gap, lipschitz, terminal, count):
    at, weights = rule(times, count)
    growth, last = grown(times, lipschitz, at)
    return np.sum(weights * growth * gap(at)), last * terminal


def bound(times, gap, lipschitz, terminal):
    if callable(gap):
        (integral, end), (rough, _) = (bound_of(times, gap, lipschitz, terminal, n) for n in (20, 8))
        error = abs(integral - rough)
        return Bound(integral + end + error, integral, end, error)
    h = np.diff(times)
    I = np.exp(np.concatenate([[0.0], np.cumsum(h * (lipschitz[1:] + lipschitz[:-1]) / 2)]))  # noqa: E741
    f = I * gap
    integral, end = np.sum(h * (f[1:] + f[:-1]) / 2), I[-1] * terminal
    error = curvature(times, f) + np.expm1(curvature(times, lipschitz)) * (integral + end)
    return Bound(integral + end + error, integral, end, error)


def curvature(times, values):
    h = np.diff(times)
    slopes = np.diff(values) / h
    second = 2 * np.abs(np.diff(slopes)) / (h[1:] + h[:-1])
    return np.sum(h**3 * np.maximum(np.append(second[0], second), np.append(second, second[-1]))) / 4


def changed(found, **parts):
    found = found._replace(**parts)
    return found._replace(value=found.integral + found.terminal + found.error)


def bound_gap_squared(times, gap, lipschitz, terminal):
    squared = (lambda s: gap(s) ** 2) if callable(gap) else gap**2
    return bound(times, squared, lipschitz, terminal)


def bound_terminal_not_grown(times, gap, lipschitz, terminal):
    return changed(bound(times, gap, lipschitz, terminal), terminal=terminal)


def bound_no_growth(times, gap, lipschitz, terminal):
    still = (lambda s: 0 * lipschitz(s)) if callable(lipschitz) else 0 * lipschitz
    return bound(times, gap, still, terminal)


def bound_sign_of_growth(times, gap, lipschitz, terminal):
    negative = (lambda s: -lipschitz(s)) if callable(lipschitz) else -lipschitz
    return bound(times, gap, negative, terminal)


def bound_no_terminal(times, gap, lipschitz, terminal):
    return bound(times, gap, lipschitz, 0 * terminal)


def bound_no_error(times, gap, lipschitz, terminal):
    return changed(bound(times, gap, lipschitz, terminal), error=0 * terminal)


def sm_bound(times, g2, s2, root_sm, lipschitz, terminal):
    return bound(times, lambda s: 0.5 * (g2(s) + s2(s)) * root_sm(s), lipschitz, terminal)


def printed(times, g2, root_sm, L_f, L_s, terminal):
    return bound(times, lambda s: g2(s) * root_sm(s), lambda s: L_f(s) + g2(s) * L_s(s), terminal)


# Two linear flows


def root(S):
    w, V = np.linalg.eigh(S)
    return (V * np.sqrt(np.maximum(w, 0))) @ V.T


def w2(m1, S1, m2, S2):
    R = root(S1)
    square = np.sum((m1 - m2) ** 2) + np.trace(S1 + S2 - 2 * root(R @ S2 @ R))
    return np.sqrt(max(square, 0.0))


def carried(side, duration):
    d = len(side.mean)
    G = np.zeros((d + 1, d + 1))
    G[:d, :d], G[:d, d] = side.matrix, side.offset
    flow = linalg.expm(duration * G)
    turn = flow[:d, :d]
    return turn @ side.mean + flow[:d, d], turn @ side.covariance @ turn.T


def gap_at(p, q, mean, covariance):
    D = p.matrix - q.matrix
    return np.sqrt(np.sum((D @ mean + p.offset - q.offset) ** 2) + np.trace(D @ covariance @ D.T))


def flows(p, q, times, *, end):
    distance = w2(*carried(p, -end), *carried(q, -end))
    terminal = w2(p.mean, p.covariance, q.mean, q.covariance)
    gaps = np.asarray([gap_at(p, q, *carried(p, s - end)) for s in times.ravel()]).reshape(times.shape)
    least = np.linalg.eigvalsh((q.matrix + q.matrix.T) / 2)[0]
    return LinearFlowPair(distance, terminal, gaps, -least)


def flows_forward(p, q, times, *, end):
    found = flows(p, q, times, end=end)
    gaps = np.asarray([gap_at(p, q, *carried(p, end - s)) for s in times.ravel()]).reshape(times.shape)
    return found._replace(distance=w2(*carried(p, end), *carried(q, end)), gap=gaps)


def flows_gap_under_q(p, q, times, *, end):
    gaps = np.asarray([gap_at(p, q, *carried(q, s - end)) for s in times.ravel()]).reshape(times.shape)
    return flows(p, q, times, end=end)._replace(gap=gaps)


def flows_own_jacobian(p, q, times, *, end):
    least = np.linalg.eigvalsh((p.matrix + p.matrix.T) / 2)[0]
    return flows(p, q, times, end=end)._replace(lipschitz=-least)


def flows_upper(p, q, times, *, end):
    most = np.linalg.eigvalsh((q.matrix + q.matrix.T) / 2)[-1]
    return flows(p, q, times, end=end)._replace(lipschitz=most)


def flows_sign(p, q, times, *, end):
    found = flows(p, q, times, end=end)
    return found._replace(lipschitz=-found.lipschitz)


def flows_gap_squared(p, q, times, *, end):
    found = flows(p, q, times, end=end)
    return found._replace(gap=found.gap**2)


def flows_no_offsets(p, q, times, *, end):
    return flows(p._replace(offset=0 * p.offset), q._replace(offset=0 * q.offset), times, end=end)


ORDINARY = (
    Ordinary(
        "transport.wasserstein_bound",
        bound,
        (
            Slip(bound_gap_squared, r"gap-squared|without the root|squared"),
            Slip(bound_terminal_not_grown, r"terminal-not-grown|without I_T"),
            Slip(bound_no_growth, r"no-growth|kept their distance"),
            Slip(bound_sign_of_growth, r"sign|−L|negat"),
            Slip(bound_no_terminal, r"terminal-ignored|ignor\w+ .{0,20}terminal"),
            Slip(bound_no_error, r"no-error|trapezoids' sum|unconditionally"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "transport.score_matching_bound",
        sm_bound,
        (
            typo(": 0.5 *", ":", r"full-diffusion|g² \+ σ² for κ"),
            typo("(g2(s) + s2(s))", "g2(s)", r"sigma-ignored|½g² when"),
            typo("root_sm(s)", "root_sm(s) ** 2", r"score-matching-not-rooted|SM in place of its root"),
            typo("(s), lipschitz,", "(s), lipschitz, 0 *", r"terminal-ignored|starts from p_T"),
            typo("0.5 * (g2(s) + s2(s))", "np.sqrt(0.5 * (g2(s) + s2(s)))", r"diffusion-rooted|√κ|root of"),
            typo(
                "0.5 * (g2(s) + s2(s))", "g2(s)", r"sigma-ignored|always-sde|g² for κ|ignor\w+ .{0,20}sigma"
            ),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "transport.printed_score_matching_bound",
        printed,
        (
            typo(": g2", ": 0.5 * g2", r"/half|not the exponent"),
            typo("g2(s) * L_s", "L_s", r"unscaled-score-constant|without the factor g²"),
            typo("g2(s)", "0.5 * g2(s)", r"half-both|corrected|½"),
            typo(": L_f(s) +", ":", r"no-drift|ignor\w+ .{0,20}drift"),
        ),
        answer="imprecise",
    ),
    Ordinary(
        "transport.linear_flow_pair",
        flows,
        (
            Slip(flows_forward, r"forward"),
            Slip(flows_gap_under_q, r"gap-under-q|over q_t"),
            Slip(flows_own_jacobian, r"own-jacobian|from p's drift"),
            Slip(flows_upper, r"upper-constant|upper one-sided"),
            Slip(flows_sign, r"sign|negat|−1 times"),
            Slip(flows_gap_squared, r"gap.{0,30}(squar|root)|squared"),
            Slip(flows_no_offsets, r"offset"),
        ),
        answer="imprecise",
    ),
)
