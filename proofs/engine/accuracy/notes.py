"""Why errors of some functions are what they are: the condition of what they compute."""

NOTES: dict[str, str] = {
    "ddpm.joint_kl": "traces, squares and log-determinants of T steps cancel where the chains are nearly "
    "equal: off by roundings of their sizes, T·d at least, so that a smaller divergence has no digits",
    "density.linear_posterior": "by QR of [W; sI], which is right relative to ‖x − b‖/√(‖W‖² + s²), not to a "
    "mean that is small beside it, and to the matrix's condition, for any rank of W",
    "flow.mixture_time_derivative": "growth and movement of a density have opposite signs and cancel",
    "matching.cosent_gradient": "the difference of a pair's shares as the better and as the worse one",
    "rope.attention_scores": "angles iω are rounded, by u·iω, on both sides of a difference of positions",
    "rope.sinusoidal": "frequencies are rounded: an angle nω is off by 4u·nω, its sine by that over tan nω",
    "transport.gaussian_map": "roots of matrices, right relative to the largest entry",
}
"""By function; the column `note` of ACCURACY.md, so without vertical bars."""
