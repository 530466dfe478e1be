"""How functions of ddpm keep the digits that their textbook forms lose."""

_LOGS = "sum logarithms: log ᾱ² = cumsum(log1p(−β²)), β̄² = −expm1(log ᾱ²) for 1 − cumprod(1 − β²)"
_SHARES = f"{_LOGS}; divide β̄²_{{t−1}}/β̄_t² before multiplying by β_t², so that no product underflows"

REMEDIES = {
    "ddpm.cosine_schedule": (
        "1 − cos²θ_t/cos²θ_{t−1} = sin(θ_t − θ_{t−1}) sin(θ_t + θ_{t−1})/cos²θ_{t−1}, "
        "with the last cosine as the sine of the angle left to π/2"
    ),
    "ddpm.linear_schedule": "keep the variance 0.02 t/T itself: 1 − α_t² has lost its digits",
    "ddpm.from_alpha": "(1 − α)(1 + α) for 1 − α²",
    "ddpm.to_ho": "exp(cumsum(log1p(−β²))) for cumprod(1 − β²), whose factors have rounded β² already",
    "ddpm.cumulative": "log ᾱ² = cumsum(log1p(−β²)), ᾱ = exp(log ᾱ²/2), β̄ = √(−expm1(log ᾱ²))",
    "ddpm.snr": "log ᾱ² = cumsum(log1p(−β²)), SNR = exp(log ᾱ²)/(−expm1(log ᾱ²)), or 1/expm1(−log ᾱ²)",
    "ddpm.log_snr": "log ᾱ² = cumsum(log1p(−β²)), log SNR = log ᾱ² − log(−expm1(log ᾱ²))",
    "ddpm.diffuse": _LOGS,
    "ddpm.velocity": _LOGS,
    "ddpm.predict_x0": _LOGS,
    "ddpm.predict_noise": f"{_LOGS}; subtract before dividing, (x_t − ᾱ x_0)/β̄, not x_t/ᾱ − x_0 over β̄/ᾱ",
    "ddpm.predict_v": _LOGS,
    "ddpm.predict_score": _LOGS,
    "ddpm.denoise_mean": f"{_LOGS}; (x_t − β_t²/β̄_t ε)/α_t, not the posterior's mean at x_0, which cancels",
    "ddpm.posterior": _SHARES,
    "ddpm.sampling_std": _SHARES,
    "ddpm.optimal_std": _SHARES,
    "ddpm.loss_weight": f"{_LOGS}; divide β_t² by β̄_t, α_t and σ_t in turn and square last",
    "ddpm.ancestral_step": _LOGS,
    "ddpm.sample": _LOGS,
    "ddpm.exact_generator": (
        f"{_LOGS}; S_t = β_t² C_{{t−1}}C_t⁻¹ directly, for C_{{t−1}} − W_t Cov(x_t, x_{{t−1}}), which cancels"
    ),
    "ddpm.elbo_terms": f"{_LOGS}; log β̄_T² = log(−expm1(log ᾱ_T²)), log1p(−exp(log ᾱ_T²)) for small ᾱ_T",
    "ddpm.joint_kl": _LOGS,
}
"""One sentence a function."""
