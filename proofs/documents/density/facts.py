"""What is to be known of single functions of refimpl.density and of their laws."""

from ...language.facts import Facts
from .remedies import REMEDIES

FACTS = Facts(
    called={
        "density.bits_per_dim": ("bpd", "nats_to_bits"),
        "density.discretized_gaussian_log_probability": (
            "discretized_gaussian_log_likelihood",
            "discretized_gaussian_nll",
        ),
        "density.discretized_logistic_log_probability": (
            "discretized_logistic_loss",
            "discretized_mix_logistic_loss",
        ),
        "density.effective_sample_size": ("ess", "kish_ess"),
        "density.importance_bound": ("iwae", "iwelbo", "iwae_bound"),
        "density.mixture_log_density": ("score_samples", "MixtureSameFamily.log_prob"),
        "density.normal_kl": ("kl_divergence", "normal_kl", "kl_normal_normal"),
        "density.normal_kl_full": ("kl_multivariate_normal",),
        "density.normal_log_density": ("normal_log_prob", "gaussian_nll_loss", "norm.logpdf"),
        "density.normal_log_density_full": ("multivariate_normal_log_prob", "multivariate_normal.logpdf"),
        "density.normalized_weights": ("softmax",),
        "density.pareto_smoothed_weights": ("psislw", "psis"),
        "density.vae_kl": ("kl_loss", "kld"),
    },
    invariant={
        "density.effective_sample_size": ({"log_w": "a constant"},),
        "density.normal_kl": ({"m1": "a constant", "m2": "a constant"},),
        "density.normal_log_density": ({"x": "a constant", "mean": "a constant"},),
        "density.normalized_weights": ({"log_w": "a constant"},),
    },
    notes={
        "density.linear_posterior": "by QR of [W; sI], which is right relative to ‖x − b‖/√(‖W‖² + s²), "
        "not to a mean that is small beside it, and to the matrix's condition, for any rank of W",
    },
    insensitive={
        "it is of random samples, and sees what goes beyond their spread": (
            "density.effective_sample_size-converges",
        ),
        "its bound has the error of a quadrature, or of printed digits": (
            "density.location-mixtures-approximate",
        ),
    },
    hidden_in_float16={
        "equations are solved in float32 and rounded once, which leaves the digits that it loses": (
            "density.linear_evidence/naive-woodbury",
        ),
        "what it changes is less than the roundings that its laws admit there": (
            "density.normal_kl/cancels",
            "density.normal_kl_full/jitter",
            "density.normal_log_density_full/jitter",
            "density.pareto_smoothed_weights/not-below-a-third",
            "density.vae_kl/cancels",
        ),
    },
    hidden_in_bfloat16={
        "NumPy computes in float32 and rounds once, which leaves the digits that it loses": (
            "density.linear_evidence/naive-woodbury",
            "density.normal_kl/cancels",
        ),
        "what it changes is less than the roundings that its laws admit there": (
            "density.pareto_smoothed_weights/efficiency-ignored",
            "density.pareto_smoothed_weights/fifth-always",
            "density.pareto_smoothed_weights/not-below-a-third",
            "density.pareto_smoothed_weights/not-cut",
            "density.pareto_smoothed_weights/rounded-down",
            "density.vae_kl/cancels",
        ),
    },
    remedies=REMEDIES,
)
