"""What a function needs of its backend beyond elementwise operations, reductions and stacking.

The one table from which skips, documentation and compilation tests derive:
"indexing" (integer-array take), "cumulative" (cumulative_sum, cumulative_prod), "sort", "linalg",
and "eager" (host functions: algorithms whose control flow depends on values; never compiled).
"""

_NEEDS: dict[str, str] = {
    # argmaxable
    # ddpm
    # density
    "density.importance_bounds": "eager sort cumulative",
    "density.linear_evidence": "linalg",
    "density.linear_posterior": "linalg",
    "density.normal_kl_full": "linalg",
    "density.normal_log_density_full": "linalg",
    # flow
    # matching
    # residual
    # rope
    # transport
}
NEEDS: dict[str, frozenset[str]] = {name: frozenset(needs.split()) for name, needs in _NEEDS.items()}
