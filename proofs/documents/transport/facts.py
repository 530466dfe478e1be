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
    invariant={"transport.wasserstein_1d": ({"x": "a constant", "y": "a constant"},)},
    not_differentiable=dict.fromkeys(
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
    remedies=REMEDIES,
)
