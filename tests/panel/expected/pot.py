"""What was seen of POT."""

from panel.expected._expected import Expected

EXPECTED = (
    Expected(
        binding="POT/emd2",
    ),
    Expected(
        binding="POT/emd",
    ),
    Expected(
        binding="POT/wasserstein_1d",
    ),
    Expected(
        binding="POT/gaussian.bures_wasserstein_distance",
        lost={"ordinary": (16, 15), "cancellation": (15, 0), "extreme": (16, 1)},
        fails={
            "transport.equality-scale": "cancellation",
            "transport.wasserstein_gaussian-definition": "ordinary",
            "transport.gaussian-metric": "ordinary",
        },
        short="lost digits, overflow",
        finding=(
            "The square cancels: W(p, p) is of order 1e-8, covariances a millionth apart keep four "
            "digits; products of covariances overflow (LinAlgError or NaN)."
        ),
    ),
    Expected(
        binding="POT/gaussian.bures_wasserstein_mapping",
        lost={"ordinary": (14, 14), "cancellation": (8, 8), "extreme": (0, 0)},
        fails={
            "transport.gaussian_map-definition": "extreme",
            "transport.monotone-couplings": "extreme",
        },
        short="overflow",
        finding="Products of covariances leave the range of float64 (∞, NaN or LinAlgError at 1e200).",
    ),
)
