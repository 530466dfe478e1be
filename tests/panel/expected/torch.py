"""What was seen of torch."""

from panel.expected._expected import Expected

_RMS = "Zeros, not an error or NaN, for rows whose squares overflow (entries above 1.8e19 in float32)."
_RMS_LOST = {"ordinary": (7, 7), "cancellation": (7, 7), "extreme": (0, 0)}
_RMS_FAILS = {"residual.rms_norm-definition": "extreme", "residual.rms-of-centred": "extreme"}
_SHORT = (
    "Up to 1 + 2u for parallel vectors; no digit is right for vectors whose squares leave the range of the "
    "dtype"
)
_NEAR = (
    "Inaccurate for nearly equal distributions: the terms are summed beside 1, so that means 1e-9 σ apart "
    "give 0 instead of 5e-19. The law of those is left out, as no function of σ instead of σ² can meet it."
)

EXPECTED = (
    Expected(
        binding="torch/nn.functional.layer_norm",
        lost={"ordinary": (16, 16), "cancellation": (16, 1), "extreme": (16, 0)},
        fails={
            "residual.layer_norm-definition": "extreme",
            "residual.layer_norm-accuracy": "cancellation",
            "residual.rms-of-centred": "extreme",
        },
        short="overflow, lost digits",
        finding=(
            "NaN where a square overflows (entries above 1.8e19 in float32); rows that are constant "
            "but for their last digits are normalised about a rounded mean."
        ),
    ),
    Expected(
        binding="torch/nn.functional.cosine_similarity",
        lost={"ordinary": (7, 7), "cancellation": (7, 7), "extreme": (7, 0)},
        fails={"matching.cosine_similarity-definition": "ordinary"},
        short="passes 1, underflow",
        finding=f"{_SHORT}. Called with eps=0; by default lengths below 1e-8 count as 1e-8, as documented.",
    ),
    Expected(
        binding="torch/distributions.Normal.log_prob",
    ),
    Expected(
        binding="torch/distributions.kl_divergence (Normal)",
        finding=_NEAR,
    ),
    Expected(
        binding="torch/distributions.MultivariateNormal.log_prob",
    ),
    Expected(
        binding="torch/distributions.kl_divergence (MultivariateNormal)",
    ),
    Expected(
        binding="torch/softmax",
    ),
    Expected(
        binding="torch/logsumexp",
    ),
    Expected(
        binding="torch/nn.LayerNorm",
        lost={"ordinary": (7, 7), "cancellation": (7, 1), "extreme": (7, 0)},
        fails={
            "residual.layer_norm-definition": "extreme",
            "residual.layer_norm-accuracy": "cancellation",
            "residual.rms-of-centred": "extreme",
        },
        short="overflow, lost digits",
        finding="As the function.",
    ),
    Expected(
        binding="torch/nn.functional.gaussian_nll_loss (full, eps=0)",
    ),
    Expected(
        binding="torch/nn.init.kaiming_normal_, xavier_normal_",
    ),
    Expected(
        binding="torch/distributions.MixtureSameFamily.log_prob",
    ),
    Expected(
        binding="torch/nn.functional.rms_norm",
        lost=_RMS_LOST,
        fails=_RMS_FAILS,
        short="overflow",
        finding=_RMS,
    ),
)
