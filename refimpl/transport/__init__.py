"""The Wasserstein distance and its bounds by score matching.

Article: Jianlin Su (苏剑林), Diffusion models, 16: the Wasserstein distance is bounded by score matching
(2023-02-14), https://spaces.ac.cn/archives/9467. `refimpl show transport` prints what it states.
"""

from ._bounds import (
    Bound,
    Growth,
    Spectrum,
    growth_factor,
    one_sided_lipschitz,
    printed_score_matching_bound,
    score_matching_bound,
    wasserstein_bound,
)
from ._discrete import (
    Quadrature,
    Transport,
    coupling_cost,
    wasserstein_1d,
    wasserstein_discrete,
    wasserstein_quantile,
)
from ._frechet import Statistics, frechet_distance, frechet_feature_distance
from ._gaussian import AffineMap, coupling_monotonicity, gaussian_map, wasserstein_gaussian
from ._linear import Affine, LinearFlowPair, linear_flow_pair
from ._scores import (
    conditional_score_matching,
    gaussian_score_matching,
    mixture_conditional_score_matching,
    mixture_score_matching,
    score_matching,
)
from ._sliced import sliced_wasserstein

__all__ = [
    "Affine",
    "AffineMap",
    "Bound",
    "Growth",
    "LinearFlowPair",
    "Quadrature",
    "Spectrum",
    "Statistics",
    "Transport",
    "conditional_score_matching",
    "coupling_cost",
    "coupling_monotonicity",
    "frechet_distance",
    "frechet_feature_distance",
    "gaussian_map",
    "gaussian_score_matching",
    "growth_factor",
    "linear_flow_pair",
    "mixture_conditional_score_matching",
    "mixture_score_matching",
    "one_sided_lipschitz",
    "printed_score_matching_bound",
    "score_matching",
    "score_matching_bound",
    "sliced_wasserstein",
    "wasserstein_1d",
    "wasserstein_bound",
    "wasserstein_discrete",
    "wasserstein_gaussian",
    "wasserstein_quantile",
]
