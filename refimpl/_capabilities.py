"""What a function needs of its backend beyond elementwise operations, reductions and stacking.

The one table from which skips, documentation and compilation tests derive:
"indexing" (integer-array take), "cumulative" (cumulative_sum, cumulative_prod), "sort", "linalg",
and "eager" (host functions: algorithms whose control flow depends on values; never compiled).
"""

_NEEDS: dict[str, str] = {
    # argmaxable
    # ddpm
    # density
    # flow
    # matching
    # residual
    # rope
    # transport
    "transport.gaussian_map": "linalg",
    "transport.gaussian_score_matching": "linalg",
    "transport.coupling_monotonicity": "linalg",
    "transport.growth_factor": "cumulative",
    "transport.linear_flow_pair": "eager",
    "transport.mixture_score_matching": "sort",
    "transport.one_sided_lipschitz": "linalg",
    "transport.printed_score_matching_bound": "cumulative",
    "transport.score_matching_bound": "cumulative",
    "transport.wasserstein_1d": "cumulative indexing sort",
    "transport.wasserstein_bound": "cumulative",
    "transport.wasserstein_discrete": "eager",
    "transport.wasserstein_gaussian": "linalg",
}
NEEDS: dict[str, frozenset[str]] = {name: frozenset(needs.split()) for name, needs in _NEEDS.items()}
