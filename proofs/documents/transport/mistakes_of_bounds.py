"""How people get one-sided constants, growth, and the bounds made of them wrong."""

from typing import Any

from .... import transport
from ...._libraries import array_namespace as _xp
from ....transport import Affine, Bound, Growth, LinearFlowPair, Spectrum
from ...language.mistake import MistakesOf
from .mistakes_of_gaussian import _eye

of_one_sided_lipschitz = MistakesOf("transport.one_sided_lipschitz")
of_growth_factor = MistakesOf("transport.growth_factor")
of_wasserstein_bound = MistakesOf("transport.wasserstein_bound")
of_score_matching_bound = MistakesOf("transport.score_matching_bound")
of_printed_score_matching_bound = MistakesOf("transport.printed_score_matching_bound")
of_linear_flow_pair = MistakesOf("transport.linear_flow_pair")

# Constants and growth


@of_one_sided_lipschitz(
    "spectral-norm", "Uses ±‖J‖ as the one-sided constants: a rotation then seems to stretch."
)
def one_sided_norm(jacobians: Any, /) -> Spectrum:
    xp = _xp(jacobians)
    norm = xp.max(xp.linalg.svdvals(jacobians))
    return Spectrum(-norm, norm)


@of_one_sided_lipschitz(
    "diagonal-only", "Reads the constants off the slopes ∂g_i/∂x_i, as if coordinates did not mix."
)
def one_sided_diagonal(jacobians: Any, /) -> Spectrum:
    xp = _xp(jacobians)
    return transport.one_sided_lipschitz(jacobians * _eye(jacobians) + xp.zeros_like(jacobians))


@of_one_sided_lipschitz("swapped", "Returns the upper constant first.")
def one_sided_swapped(jacobians: Any, /) -> Spectrum:
    found = transport.one_sided_lipschitz(jacobians)
    return Spectrum(found.highest, found.lowest)


@of_one_sided_lipschitz("mean-over-points", "Averages the Jacobians before taking eigenvalues.")
def one_sided_mean(jacobians: Any, /) -> Spectrum:
    xp = _xp(jacobians)
    d = jacobians.shape[-1]
    return transport.one_sided_lipschitz(xp.mean(xp.reshape(jacobians, (-1, d, d)), axis=0))


@of_growth_factor("from-the-end", "Integrates L from t to T: how distances grow forward.")
def growth_from_end(lipschitz: Any, times: Any, /) -> Growth:
    factor, error = transport.growth_factor(lipschitz, times)
    return Growth(factor[-1] / factor, error)


@of_growth_factor("without-exponential", "Takes 1 + ∫L, the first step of Gronwall's inequality.")
def growth_linear(lipschitz: Any, times: Any, /) -> Growth:
    factor, error = transport.growth_factor(lipschitz, times)
    return Growth(1 + _xp(times).log(factor), error)


@of_growth_factor("left-rule", "Sums L·Δt with L at the left ends, and claims no error.")
def growth_left(lipschitz: Any, times: Any, /) -> Growth:
    xp = _xp(times)
    values: Any = lipschitz(times) if callable(lipschitz) else lipschitz
    steps = values[:-1] * (times[1:] - times[:-1])
    exponent = xp.concat([xp.zeros_like(times[:1]), xp.cumulative_sum(steps)])
    return Growth(xp.exp(exponent), xp.zeros_like(times))


@of_growth_factor("no-error", "States no error for a function either.")
def growth_no_error(lipschitz: Any, times: Any, /) -> Growth:
    found = transport.growth_factor(lipschitz, times)
    return found._replace(error=0 * found.error)


@of_one_sided_lipschitz(
    "eigenvalues-of-jacobian",
    "Takes the real parts of the eigenvalues of J itself, which is not symmetric: they say nothing of "
    "lengths.",
)
def one_sided_eigenvalues(jacobians: Any, /) -> Spectrum:
    xp = _xp(jacobians)
    values = xp.real(xp.linalg.eigvals(jacobians))
    return Spectrum(xp.min(values), xp.max(values))


@of_one_sided_lipschitz(
    "one-triangle", "Gives J itself to eigvalsh, which takes it to be symmetric and reads one triangle."
)
def one_sided_one_triangle(jacobians: Any, /) -> Spectrum:
    xp = _xp(jacobians)
    lower = xp.tril(jacobians)
    return transport.one_sided_lipschitz(lower + xp.matrix_transpose(xp.tril(jacobians, k=-1)))


@of_one_sided_lipschitz("not-halved", "Takes J + Jᵀ without the ½: twice the constants.")
def one_sided_not_halved(jacobians: Any, /) -> Spectrum:
    return transport.one_sided_lipschitz(2 * jacobians)


@of_growth_factor("wrong-sign", "Uses exp −∫L: distances shrink instead of growing (reciprocal).")
def growth_wrong_sign(lipschitz: Any, times: Any, /) -> Growth:
    found = transport.growth_factor(lipschitz, times)
    return Growth(1 / found.factor, found.error)


@of_growth_factor("without-integral", "Takes exp(L_t·t), as for a constant L, instead of the integral of L.")
def growth_without_integral(lipschitz: Any, times: Any, /) -> Growth:
    xp = _xp(times)
    found = transport.growth_factor(lipschitz, times)
    rates = lipschitz(times) if callable(lipschitz) else lipschitz
    return Growth(xp.exp(rates * times), 0 * found.error)


@of_growth_factor("logarithm", "Returns the integral itself, without exp.")
def growth_logarithm(lipschitz: Any, times: Any, /) -> Growth:
    found = transport.growth_factor(lipschitz, times)
    return Growth(_xp(times).log(found.factor), found.error)


# Bounds


@of_wasserstein_bound(
    "exact-growth", "Takes trapezoids of L to be exact, and adds the error of the outer integral alone."
)
def bound_exact_growth(times: Any, gap: Any, lipschitz: Any, terminal: Any, /) -> Bound:
    if not hasattr(gap, "shape"):
        return transport.wasserstein_bound(times, gap, lipschitz, terminal)
    grown = gap * transport.growth_factor(lipschitz, times).factor
    bound = transport.wasserstein_bound(times, gap, lipschitz, terminal)
    error = transport.wasserstein_bound(times, grown, 0 * lipschitz, terminal).error
    return bound._replace(value=bound.integral + bound.terminal + error, error=error)


@of_wasserstein_bound("no-error-of-panels", "Trusts Gauss–Legendre nodes unconditionally.")
def bound_trusts_panels(times: Any, gap: Any, lipschitz: Any, terminal: Any, /) -> Bound:
    bound = transport.wasserstein_bound(times, gap, lipschitz, terminal)
    if hasattr(gap, "shape"):
        return bound
    return bound._replace(value=bound.integral + bound.terminal, error=0 * bound.error)


@of_wasserstein_bound("gap-squared", "Integrates E‖f − g‖² without the root.")
def bound_gap_squared(times: Any, gap: Any, lipschitz: Any, terminal: Any, /) -> Bound:
    if hasattr(gap, "shape"):
        return transport.wasserstein_bound(times, gap**2, lipschitz, terminal)
    return transport.wasserstein_bound(times, lambda t: gap(t) ** 2, lipschitz, terminal)


@of_wasserstein_bound("terminal-not-grown", "Adds W₂[p_T, q_T] without I_T.")
def bound_terminal_plain(times: Any, gap: Any, lipschitz: Any, terminal: Any, /) -> Bound:
    bound = transport.wasserstein_bound(times, gap, lipschitz, terminal)
    return bound._replace(value=bound.value - bound.terminal + terminal, terminal=terminal)


@of_wasserstein_bound("no-growth", "Integrates the gap alone, as if paths kept their distance.")
def bound_no_growth(times: Any, gap: Any, lipschitz: Any, terminal: Any, /) -> Bound:
    none = (lambda t: 0 * t) if callable(lipschitz) else 0 * lipschitz
    return transport.wasserstein_bound(times, gap, none, terminal)


@of_wasserstein_bound(
    "growth-from-the-end", "Weighs the gap at t with exp ∫ₜᵀ L, the growth of a process that runs forward."
)
def bound_growth_from_end(times: Any, gap: Any, lipschitz: Any, terminal: Any, /) -> Bound:
    reversed_ = times[-1] - _xp(times).flip(times)

    def turned(f: Any) -> Any:
        return (lambda t: f(times[-1] - t)) if callable(f) else _xp(times).flip(f)

    return transport.wasserstein_bound(reversed_, turned(gap), turned(lipschitz), terminal)


@of_wasserstein_bound(
    "no-error", "Returns the trapezoids' sum: where the bound is attained it falls below W₂."
)
def bound_no_error(times: Any, gap: Any, lipschitz: Any, terminal: Any, /) -> Bound:
    bound = transport.wasserstein_bound(times, gap, lipschitz, terminal)
    return bound._replace(value=bound.integral + bound.terminal, error=0 * bound.error)


@of_score_matching_bound(
    "full-diffusion", "Uses g² + σ² as κ: the factor of the reverse SDE, twice that of the flow."
)
def score_bound_full(
    times: Any, diffusion_squared: Any, sigma_squared: Any, root: Any, lipschitz: Any, terminal: Any, /
) -> Bound:
    def doubled(t: Any) -> Any:
        return 2 * root(t)

    return transport.score_matching_bound(
        times, diffusion_squared, sigma_squared, doubled, lipschitz, terminal
    )


@of_score_matching_bound("sigma-ignored", "Keeps ½g² when the process has noise.")
def score_bound_no_sigma(
    times: Any, diffusion_squared: Any, sigma_squared: Any, root: Any, lipschitz: Any, terminal: Any, /
) -> Bound:
    return transport.score_matching_bound(
        times, diffusion_squared, lambda t: 0 * t, root, lipschitz, terminal
    )


@of_score_matching_bound("score-matching-not-rooted", "Integrates SM instead of its root.")
def score_bound_not_rooted(
    times: Any, diffusion_squared: Any, sigma_squared: Any, root: Any, lipschitz: Any, terminal: Any, /
) -> Bound:
    return transport.score_matching_bound(
        times, diffusion_squared, sigma_squared, lambda t: root(t) ** 2, lipschitz, terminal
    )


@of_score_matching_bound("terminal-ignored", "Supposes that the model starts from p_T.")
def score_bound_no_terminal(
    times: Any, diffusion_squared: Any, sigma_squared: Any, root: Any, lipschitz: Any, terminal: Any, /
) -> Bound:
    return transport.score_matching_bound(
        times, diffusion_squared, sigma_squared, root, lipschitz, 0 * terminal
    )


@of_printed_score_matching_bound("half", "Corrects the weight to ½g², but not the exponent.")
def printed_half(
    times: Any, diffusion_squared: Any, root: Any, drift: Any, score: Any, terminal: Any, /
) -> Bound:
    return transport.printed_score_matching_bound(
        times, diffusion_squared, lambda t: root(t) / 2, drift, score, terminal
    )


@of_printed_score_matching_bound("unscaled-score-constant", "Adds L_s to L_f without the factor g².")
def printed_unscaled(
    times: Any, diffusion_squared: Any, root: Any, drift: Any, score: Any, terminal: Any, /
) -> Bound:
    return transport.printed_score_matching_bound(
        times, diffusion_squared, root, drift, lambda t: score(t) / diffusion_squared(t), terminal
    )


def _negated(rate: Any) -> Any:
    return (lambda t: -rate(t)) if callable(rate) else -rate


@of_wasserstein_bound("wrong-sign", "Uses exp −∫L as the growth, with the constant of g instead of −g.")
def bound_wrong_sign(times: Any, gap: Any, lipschitz: Any, terminal: Any, /) -> Bound:
    return transport.wasserstein_bound(times, gap, _negated(lipschitz), terminal)


@of_wasserstein_bound(
    "terminal-ignored", "Leaves out I_T W₂[p_T, q_T], as if both started from the same distribution."
)
def bound_terminal_ignored(times: Any, gap: Any, lipschitz: Any, terminal: Any, /) -> Bound:
    return transport.wasserstein_bound(times, gap, lipschitz, 0 * terminal)


@of_score_matching_bound(
    "always-sde", "Takes κ = g², that of the SDE, whatever σ: the factor of another process."
)
def scores_always_sde(
    times: Any, diffusion: Any, sigma: Any, root_sm: Any, lipschitz: Any, terminal: Any, /
) -> Bound:
    return transport.score_matching_bound(times, diffusion, diffusion, root_sm, lipschitz, terminal)


@of_score_matching_bound(
    "diffusion-rooted", "Takes the root of κ: a deviation instead of the square of the diffusion."
)
def scores_diffusion_rooted(
    times: Any, diffusion: Any, sigma: Any, root_sm: Any, lipschitz: Any, terminal: Any, /
) -> Bound:
    def root(t: Any) -> Any:
        return (0.5 * (diffusion(t) + sigma(t))) ** 0.5

    return transport.score_matching_bound(times, root, root, root_sm, lipschitz, terminal)


@of_printed_score_matching_bound(
    "half-both",
    "Corrects the weight and the exponent to ½g²: the bound of the flow, which is not what is printed.",
)
def printed_half_both(
    times: Any, diffusion: Any, root_sm: Any, drift: Any, score: Any, terminal: Any, /
) -> Bound:
    return transport.printed_score_matching_bound(
        times, lambda t: 0.5 * diffusion(t), root_sm, drift, score, terminal
    )


@of_printed_score_matching_bound("drift-ignored", "Leaves the drift's constant L_f out of the exponent.")
def printed_drift_ignored(
    times: Any, diffusion: Any, root_sm: Any, drift: Any, score: Any, terminal: Any, /
) -> Bound:
    return transport.printed_score_matching_bound(
        times, diffusion, root_sm, lambda t: 0 * drift(t), score, terminal
    )


# Pairs of linear flows


@of_linear_flow_pair("forward", "Runs the flows forward from the Gaussians given at T.")
def pair_forward(p: Affine, q: Affine, times: Any, /, *, end: float) -> LinearFlowPair:
    p, q = (side._replace(matrix=-side.matrix, offset=-side.offset) for side in (p, q))
    return transport.linear_flow_pair(p, q, 2 * end - times, end=end)


@of_linear_flow_pair("gap-under-q", "Averages ‖f − g‖² over q_t.")
def pair_gap_under_q(p: Affine, q: Affine, times: Any, /, *, end: float) -> LinearFlowPair:
    found = transport.linear_flow_pair(p, q, times, end=end)
    return found._replace(gap=transport.linear_flow_pair(q, p, times, end=end).gap)


@of_linear_flow_pair("gap-without-mean", "Uses the spread of f − g as its mean square.")
def pair_no_mean(p: Affine, q: Affine, times: Any, /, *, end: float) -> LinearFlowPair:
    found = transport.linear_flow_pair(p, q, times, end=end)
    first, second = (side._replace(mean=0 * side.mean, offset=0 * side.offset) for side in (p, q))
    return found._replace(gap=transport.linear_flow_pair(first, second, times, end=end).gap)


@of_linear_flow_pair("own-jacobian", "Takes L from p's drift, not from the other one.")
def pair_own_jacobian(p: Affine, q: Affine, times: Any, /, *, end: float) -> LinearFlowPair:
    found = transport.linear_flow_pair(p, q, times, end=end)
    return found._replace(lipschitz=transport.linear_flow_pair(q, p, times, end=end).lipschitz)


@of_linear_flow_pair("upper-constant", "Takes the upper one-sided constant of g, as the source does (E1).")
def pair_upper(p: Affine, q: Affine, times: Any, /, *, end: float) -> LinearFlowPair:
    found = transport.linear_flow_pair(p, q, times, end=end)
    return found._replace(lipschitz=transport.one_sided_lipschitz(q.matrix).highest)


@of_linear_flow_pair("wrong-sign", "Returns λ_min instead of L = −λ_min: the constant with the wrong sign.")
def pair_wrong_sign(p: Affine, q: Affine, times: Any, /, *, end: float) -> LinearFlowPair:
    found = transport.linear_flow_pair(p, q, times, end=end)
    return found._replace(lipschitz=-found.lipschitz)


@of_linear_flow_pair("gap-squared", "Returns the mean square of f − g, without the root.")
def pair_gap_squared(p: Affine, q: Affine, times: Any, /, *, end: float) -> LinearFlowPair:
    found = transport.linear_flow_pair(p, q, times, end=end)
    return found._replace(gap=found.gap**2)


@of_linear_flow_pair("offsets-ignored", "Runs the linear parts and leaves out the offsets.")
def pair_offsets_ignored(p: Affine, q: Affine, times: Any, /, *, end: float) -> LinearFlowPair:
    p, q = (side._replace(offset=0 * side.offset) for side in (p, q))
    return transport.linear_flow_pair(p, q, times, end=end)
