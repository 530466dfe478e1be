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
    "flow.full_mixture": "linalg",
    "flow.integrate_adaptive": "eager",
    # matching
    # residual
    # rope
    # transport
}
NEEDS: dict[str, frozenset[str]] = {name: frozenset(needs.split()) for name, needs in _NEEDS.items()}
