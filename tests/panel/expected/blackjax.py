"""What was seen of blackjax."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("1.7.1", "2026-11-30")
EXPECTED = (
    Expected(
        binding="blackjax/smc.ess.ess",
        fails={"density.effective_sample_size-range": "cancellation"},
        lost={"ordinary": (15, 15), "cancellation": (13, 13), "extreme": (16, 15)},
        short="lost digits",
        finding=(
            "It subtracts logarithms of sums: of eight equal log-weights −1000 it gives 8 − 1.3e-12, "
            "of −1e6 8 + 1e-9."
        ),
    ),
    Expected(
        binding="blackjax/diagnostics.psis_weights",
        fails={"density.pareto_smoothed_weights-definition": "ordinary"},
        short="tail rounded down",
        finding=(
            "The length of the tail is rounded down, where ArviZ and loo round up: of 1000 draws it "
            "has 94 numbers, not 95, and k differs in the second digit; the audit names this."
        ),
    ),
)
