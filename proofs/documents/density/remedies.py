"""How functions of this document keep the digits that their textbook forms lose: a sentence for each."""

REMEDIES = {
    "density.normal_log_density": (
        "(x − m)/√v first, then the square: log v + log 2π apart, so that 2πv cannot overflow and a "
        "square not underflow"
    ),
    "density.normal_kl": (
        "r − 1 − log r with r = v₁/v₂ as δ − log1p(δ), δ = (v₁ − v₂)/v₂, and a series where δ is "
        "small: 1 is never subtracted"
    ),
    "density.normal_log_density_full": (
        "C = LLᵀ, ‖L⁻¹(x − m)‖² and 2 Σ log L_ii: no inverse and no determinant"
    ),
    "density.normal_kl_full": (
        "with T = L₂⁻¹L₁ a sum of nonnegative terms, Σ (t_ii² − 1 − log t_ii²) + Σ_{i>j} t_ij²"
    ),
    "density.vae_kl": "e^s − 1 − s by its series, s²/2 + s³/6 + …, where s is near 0",
    "density.masked_importance_bound": (
        "max + log1p(mean(expm1(log w − max))) over what is kept, where those weights are nearly equal"
    ),
    "density.discretized_logistic_log_probability": (
        "log F(b) + log F(−a) + log(1 − e^{a − b}) in place of the logarithm of a difference"
    ),
    "density.discretized_gaussian_log_probability": (
        "log Q(a) + log(1 − Q(b)/Q(a)) of the tail Q in which the bin lies, from log_ndtr; for bins narrower "
        "than the distribution, where that cancels, the density at the middle and its mean beside it"
    ),
    "density.importance_bound": ("max + log1p(mean(expm1(log w − max))) where the weights are nearly equal"),
    "density.importance_bounds": (
        "the mean of the largest log-weight exactly, and the rest as an integral of mean "
        "exponentials, each in units of its own largest weight"
    ),
    "density.normalized_weights": ("exp(log w − max) over its sum: the largest weight is 1"),
    "density.effective_sample_size": (
        "exp(log w − max) first, then (Σw)²/Σw²: logarithms of sums of size s lose the digits of s"
    ),
    "density.mixture_log_density": ("log-sum-exp of log π + log q with the largest of these sums taken out"),
    "density.linear_evidence": (
        "QR of [W; sI], ‖r − Wμ‖²/s² + ‖μ‖² with the posterior mean μ: a sum of squares, where "
        "(‖r‖² − …)/s² subtracts numbers larger by 1/s²"
    ),
    "density.linear_posterior": ("QR of [W; sI]: the condition number of WᵀW + s²I is never squared"),
}
"""For the report of a function that is right but loses digits."""
