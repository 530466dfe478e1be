"""What is to be known of single functions of refimpl.transport and of their laws."""

from typing import Any

from ...language.facts import Facts
from .remedies import REMEDIES


def _of_one_length(arguments: dict[str, Any]) -> dict[str, Any]:
    """Samples on the line, whose distance takes a batch only of one length, without weights."""
    length = min(arguments[name].shape[-1] for name in "xy")
    arguments = arguments | {name: arguments[name][..., :length] for name in "xy"}
    return {name: value for name, value in arguments.items() if "weights" not in name}


FACTS = Facts(
    called={
        "transport.conditional_score_matching": ("dsm_loss", "denoising_score_matching", "loss_fn"),
        "transport.frechet_distance": ("fid", "calculate_frechet_distance"),
        "transport.frechet_feature_distance": ("FrechetInceptionDistance", "compute_fid"),
        "transport.gaussian_map": ("bures_wasserstein_mapping", "monge_map"),
        "transport.one_sided_lipschitz": ("log_norm", "logarithmic_norm"),
        "transport.sliced_wasserstein": ("sliced_wasserstein_distance", "swd"),
        "transport.wasserstein_1d": ("emd_1d", "wasserstein_distance"),
        "transport.wasserstein_discrete": ("emd2", "emd", "earth_movers_distance"),
        "transport.wasserstein_gaussian": ("bures_wasserstein_distance",),
    },
    invariant={"transport.wasserstein_1d": ({"x": "a constant", "y": "a constant"},)},
    not_differentiable={
        "transport.frechet_feature_distance": (
            "centred features are always linearly dependent, where singular values of 0 have no derivative"
        )
    }
    | dict.fromkeys(
        (
            "transport.mixture_score_matching",
            "transport.printed_score_matching_bound",
            "transport.score_matching_bound",
        ),
        "it is computed by quadrature, whose error is not proven",
    ),
    numbers=frozenset(
        {
            "transport.gaussian_score_matching",
            "transport.mixture_conditional_score_matching",
            "transport.mixture_score_matching",
            "transport.one_sided_lipschitz",
            "transport.printed_score_matching_bound",
            "transport.score_matching_bound",
            "transport.wasserstein_bound",
            "transport.wasserstein_quantile",
        }
    ),
    in_batches={"transport.wasserstein_1d": _of_one_length},
    notes={
        "transport.frechet_distance": "traces that cancel, and roots of singular covariances",
        "transport.gaussian_map": "roots of matrices, right relative to the largest entry",
    },
    insensitive={
        "it compares a function with itself, and both sides change alike": ("transport.leading-axes",),
        "it is an inequality, which is seldom tight": (
            "transport.bound-bends",
            "transport.bound-curved",
            "transport.bound-linear",
            "transport.cloud-metric",
            "transport.common-noise-contracts",
            "transport.score_matching_bound-holds",
            "transport.total-score",
        ),
        "it is of random samples, and sees what goes beyond their spread": ("transport.empirical-distance",),
        "its bound has the error of a quadrature, or of printed digits": (
            "transport.equality-scale",
            "transport.equality-shift",
            "transport.reference-values",
            "transport.wasserstein_quantile-definition",
        ),
    },
    unseen={
        "it returns the error of its quadrature, within which it is tried": (
            "transport.wasserstein_quantile",
        ),
    },
    hidden_in_float16={
        "one bound is for all functions of its law, and wider than numbers of neighbours are apart": (
            "transport.wasserstein_1d/first-axis",
        ),
        "the error that it leaves out is less than a rounding": (
            "transport.growth_factor/no-error",
            "transport.wasserstein_bound/exact-growth",
            "transport.wasserstein_bound/no-error",
            "transport.wasserstein_bound/no-error-of-panels",
        ),
        "what it changes is less than the roundings that its laws admit there": (
            "transport.frechet_distance/jitter",
            "transport.frechet_distance/product-of-roots",
            "transport.frechet_feature_distance/from-covariances",
            "transport.frechet_feature_distance/jitter",
            "transport.wasserstein_discrete/entropic",
            "transport.wasserstein_gaussian/jitter",
            "transport.wasserstein_gaussian/product-of-roots",
        ),
    },
    hidden_in_bfloat16={
        "one bound is for all functions of its law, and wider than numbers of neighbours are apart": (
            "transport.conditional_score_matching/levels-from-the-left",
            "transport.wasserstein_1d/first-axis",
        ),
        "the error that it leaves out is less than a rounding": (
            "transport.growth_factor/no-error",
            "transport.wasserstein_bound/exact-growth",
            "transport.wasserstein_bound/no-error",
            "transport.wasserstein_bound/no-error-of-panels",
        ),
        "NumPy computes in float32 and rounds once, which leaves the digits that it loses": (
            "transport.wasserstein_discrete/expanded-squares",
        ),
        "what it changes is less than the roundings that its laws admit there": (
            "transport.frechet_distance/product-of-roots",
            "transport.gaussian_map/product-of-roots",
            "transport.mixture_conditional_score_matching/alpha-once",
            "transport.mixture_conditional_score_matching/equal-weights",
            "transport.printed_score_matching_bound/drift-ignored",
            "transport.printed_score_matching_bound/half",
            "transport.printed_score_matching_bound/half-both",
            "transport.score_matching_bound/always-sde",
            "transport.score_matching_bound/full-diffusion",
            "transport.score_matching_bound/sigma-ignored",
            "transport.wasserstein_bound/growth-from-the-end",
            "transport.wasserstein_discrete/entropic",
            "transport.wasserstein_discrete/sum",
            "transport.wasserstein_gaussian/operator-norm",
            "transport.wasserstein_gaussian/product-of-roots",
            "transport.wasserstein_quantile/uniform-grid",
        ),
    },
    remedies=REMEDIES,
)
