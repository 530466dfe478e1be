"""How people get log-densities of steps, and traces by random probes, wrong."""

from collections.abc import Callable
from typing import Any

from .... import flow
from ...._libraries import array_namespace as _xp
from ...language.law import Implementation
from ...language.mistake import MistakesOf

of_step_log_density = MistakesOf("flow.step_log_density")
of_hutchinson_trace = MistakesOf("flow.hutchinson_trace")
of_hutchinson_variance = MistakesOf("flow.hutchinson_variance")

_LOG_2PI = 1.8378770664093453


def _density(
    variance: Callable[..., Any] = lambda sigma2, step, xp: sigma2 * xp.abs(step),
    mean: Callable[..., Any] = lambda x, drift, step: x + drift * step,
    log: Callable[..., Any] = lambda variance, xp: xp.log(variance) + _LOG_2PI,
    half: float = 0.5,
    gathered: Callable[..., Any] = lambda terms, xp: xp.sum(terms, axis=-1),
    once: bool = False,
) -> Implementation:
    """The log-density with one of its parts changed."""

    def density(x: Any, following: Any, drift: Any, sigma2: Any, step: Any, /) -> Any:
        xp = _xp(x)
        square = variance(sigma2, step, xp)[..., None]
        offset = following - mean(x, drift, step[..., None])
        widths = log(square, xp)
        if once:
            return -half * (gathered(offset**2 / square, xp) + widths[..., 0])
        return -half * gathered(offset**2 / square + widths, xp)

    return density


density_mean_over_features = of_step_log_density(
    "mean-over-features",
    "Takes the mean over the features instead of their sum: ratios of densities lose the power d.",
    reference="Diffusion-Planner#50, ddpo-pytorch",
)(_density(gathered=lambda terms, xp: xp.mean(terms, axis=-1)))
density_summed_over_batch = of_step_log_density("summed-over-batch", "Sums over the batch, too.")(
    _density(gathered=lambda terms, xp: xp.sum(terms) + 0 * xp.sum(terms, axis=-1))
)
density_without_step = of_step_log_density(
    "without-step", "Takes σ for the step's deviation, without √|Δt|.", reference="UniRL#38"
)(_density(variance=lambda sigma2, step, xp: sigma2 + 0 * step))
density_by_step = of_step_log_density("by-step", "Takes σ|Δt| for the step's deviation instead of σ√|Δt|.")(
    _density(variance=lambda sigma2, step, xp: sigma2 * step**2)
)
density_deviation_for_variance = of_step_log_density(
    "deviation-for-variance",
    "Takes σ² for the deviation that it is the square of.",
    reference="stable-baselines#1060",
)(_density(variance=lambda sigma2, step, xp: sigma2**2 * xp.abs(step)))
density_without_normaliser = of_step_log_density(
    "without-normaliser",
    "Leaves the logarithms out, as if σ were the same in every step.",
    reference="verl-omni#209",
)(_density(log=lambda variance, xp: 0 * variance))
density_without_2pi = of_step_log_density("without-2pi", "Forgets log 2π.")(
    _density(log=lambda variance, xp: xp.log(variance))
)
density_without_drift = of_step_log_density(
    "without-drift", "Takes x for the mean of the step, without the drift."
)(_density(mean=lambda x, drift, step: x + 0 * drift))
density_normaliser_once = of_step_log_density(
    "normaliser-once", "Adds the logarithms once instead of for every feature."
)(_density(once=True))
density_missing_half = of_step_log_density("missing-half", "Forgets the ½.")(_density(half=1.0))
density_squared_distance = of_step_log_density(
    "squared-distance",
    "Gives −‖x' − mean‖², without the variance and the logarithms.",
    reference="NeMo-RL#3408",
)(
    _density(
        variance=lambda sigma2, step, xp: xp.ones_like(sigma2 * step),
        half=1.0,
        log=lambda variance, xp: 0 * variance,
    )
)
density_log_variance_whole = of_step_log_density(
    "log-variance-whole", "Subtracts log σ² where log σ belongs: the ½ stands over the square alone."
)(_density(log=lambda variance, xp: 2 * xp.log(variance) + _LOG_2PI))


def _each(product: Any, probes: Any) -> Any:
    """z ∘ Jz of every probe."""
    found = [probes[i, ...] * product(probes[i, ...]) for i in range(probes.shape[0])]
    return _xp(probes).stack(found)


trace_sum_over_probes = of_hutchinson_trace(
    "sum-over-probes", "Adds the probes up without dividing by their number.", reference="bayesflow#772"
)(lambda product, probes, /: _xp(probes).sum(_each(product, probes), axis=(0, -1)))
trace_mean_over_features = of_hutchinson_trace(
    "mean-over-features", "Takes the mean over the features instead of their sum."
)(lambda product, probes, /: _xp(probes).mean(_each(product, probes), axis=(0, -1)))


@of_hutchinson_trace("summed-over-batch", "Sums over the batch, too, as the gradient of a sum does.")
def trace_summed(product: Any, probes: Any, /) -> Any:
    found = flow.hutchinson_trace(product, probes)
    return _xp(probes).sum(found) + 0 * found


trace_one_probe = of_hutchinson_trace("one-probe", "Takes the first probe alone.")(
    lambda product, probes, /: flow.hutchinson_trace(product, probes[:1, ...])
)
trace_norm_of_the_product = of_hutchinson_trace(
    "norm-of-the-product", "Takes ‖Jz‖², whose mean is the squared norm of J."
)(
    lambda product, probes, /: _xp(probes).mean(
        _xp(probes).stack(
            [_xp(probes).sum(product(probes[i, ...]) ** 2, axis=-1) for i in range(probes.shape[0])]
        ),
        axis=0,
    )
)


@of_hutchinson_trace("product-of-the-mean", "Averages the probes first: z̄ᵀJz̄, which is 1/n of it.")
def trace_of_mean(product: Any, probes: Any, /) -> Any:
    mean = _xp(probes).mean(probes, axis=0)
    return _xp(probes).sum(mean * product(mean), axis=-1)


trace_without_the_second_probe = of_hutchinson_trace(
    "without-the-second-probe", "Sums Jz without multiplying by z: mean of 1ᵀJz, which is 0."
)(
    lambda product, probes, /: _xp(probes).mean(
        _xp(probes).stack(
            [_xp(probes).sum(product(probes[i, ...]), axis=-1) for i in range(probes.shape[0])]
        ),
        axis=0,
    )
)


@of_hutchinson_trace("normalised-probes", "Takes unit vectors, which give the trace over d.")
def trace_normalised(product: Any, probes: Any, /) -> Any:
    xp = _xp(probes)
    return flow.hutchinson_trace(product, probes / xp.sqrt(xp.sum(probes**2, axis=-1, keepdims=True)))


@of_hutchinson_trace("another-probe", "Multiplies by another probe than that in the product: drawn twice.")
def trace_redrawn(product: Any, probes: Any, /) -> Any:
    xp, n = _xp(probes), probes.shape[0]
    found = [xp.sum(probes[(i + 1) % n, ...] * product(probes[i, ...]), axis=-1) for i in range(n)]
    return xp.mean(xp.stack(found), axis=0)


def _variance(
    matrix: Callable[..., Any] = lambda j, xp: (j + xp.matrix_transpose(j)) / 2,
    signs: Callable[..., Any] = lambda whole, diagonal: whole - diagonal,
    normal: Callable[..., Any] = lambda whole, diagonal: whole,
    by_default: str = "rademacher",
) -> Implementation:
    """Another variance, of the sums of squares of all elements and of the diagonal."""

    def variance(jacobian: Any, /, *, probes: str = by_default) -> Any:
        xp = _xp(jacobian)
        given = matrix(jacobian, xp)
        diagonal = xp.linalg.diagonal(given)
        sums = xp.sum(given**2, axis=(-2, -1)), xp.sum(diagonal**2, axis=-1)
        return 2 * (signs if probes == "rademacher" else normal)(*sums)

    return variance


variance_gaussian_for_signs = of_hutchinson_variance(
    "gaussian-for-signs", "Claims the variance of normal probes for signs."
)(_variance(signs=lambda whole, diagonal: whole))
variance_signs_for_gaussian = of_hutchinson_variance(
    "signs-for-gaussian", "Claims the variance of signs for normal probes."
)(_variance(normal=lambda whole, diagonal: whole - diagonal))
variance_not_symmetrised = of_hutchinson_variance(
    "not-symmetrised", "Takes J for S, which is right for symmetric J alone."
)(_variance(matrix=lambda j, xp: j))
variance_missing_two = of_hutchinson_variance("missing-two", "Forgets the factor 2.")(
    _variance(signs=lambda whole, diagonal: (whole - diagonal) / 2, normal=lambda whole, diagonal: whole / 2)
)


@of_hutchinson_variance("deviation", "Gives the standard deviation.")
def variance_deviation(jacobian: Any, /, **options: Any) -> Any:
    return _xp(jacobian).sqrt(flow.hutchinson_variance(jacobian, **options))


variance_trace_left_out = of_hutchinson_variance(
    "trace-left-out", "Gives the second moment for normal probes, with the squared trace."
)(
    lambda jacobian, /, *, probes="rademacher": (
        flow.hutchinson_variance(jacobian, probes=probes)
        + _xp(jacobian).sum(_xp(jacobian).linalg.diagonal(jacobian), axis=-1) ** 2
    )
)
variance_pairs_once = of_hutchinson_variance("pairs-once", "Counts each pair i < j once.")(
    _variance(
        signs=lambda whole, diagonal: (whole - diagonal) / 2,
        normal=lambda whole, diagonal: (whole - diagonal) / 2 + diagonal,
    )
)
variance_gaussian_by_default = of_hutchinson_variance(
    "gaussian-by-default", "Takes normal probes by default."
)(_variance(by_default="gaussian"))
