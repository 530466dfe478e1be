"""What was seen of monai."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("1.6.1", "2026-11-30")
EXPECTED = (
    Expected(
        binding="monai/metrics.fid.compute_frechet_distance",
        fails={"transport.frechet_distance-definition": "ordinary"},
        short="half the digits, overflow",
        finding=(
            "A root of the product of the covariances: of singular ones half of the digits are left "
            "(1e-8 of the traces), and products leave the range: for 1e-200 and 4e-200 times the "
            "identity it gives 1e-199, not 2e-200, and for 1e200 −∞."
        ),
    ),
    Expected(
        binding="monai/metrics.fid.get_fid_score",
        finding=("Not of one feature, of which its covariance has no axes."),
    ),
    Expected(
        binding="monai/DDPMScheduler (schedule cosine)",
        fails={"ddpm.cosine_schedule-definition": "extreme"},
        lost={"ordinary": (7, 7), "extreme": (6, 5)},
        short="lost digits",
        finding=("1 less a quotient of cosines in float32: with an offset of 0.5 an error of 1.8e-5."),
    ),
    Expected(
        binding="monai/DDPMScheduler (schedule scaled_linear_beta)",
    ),
    Expected(
        binding="monai/DDPMScheduler (schedule sigmoid_beta)",
    ),
    Expected(
        binding="monai/schedulers.rectified_flow.timestep_transform",
    ),
)
