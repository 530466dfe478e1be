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
    "matching.cosent_loss": "sort indexing",
    "matching.cosent_gradient": "sort indexing",
    "matching.rank": "sort indexing",
    "matching.spearman": "sort indexing",
    "matching.best_threshold": "sort cumulative indexing eager",
    "matching.best_class_weights": "eager",
    "matching.factor_similarity": "linalg eager",
    "matching.nearest_semidefinite": "linalg",
    "matching.jl_dimension": "eager",
    "matching.rule_of_thumb_dimension": "eager",
    "matching.ranking_dimension": "eager",
    # residual
    # rope
    # transport
}
NEEDS: dict[str, frozenset[str]] = {name: frozenset(needs.split()) for name, needs in _NEEDS.items()}
