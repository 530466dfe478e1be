"""What was seen of ott-jax."""

from panel.expected._expected import Expected, Seen

SEEN = Seen("0.6.0", "2026-11-30")
EXPECTED = (
    Expected(
        binding="ott-jax/geometry.costs.Bures",
        fails={"transport.wasserstein_gaussian-definition": "cancellation"},
        short="half the digits, NaN",
        finding=(
            "The square cancels: of a Gaussian and itself it is negative (−9e-16 of order 1), of "
            "covariances a millionth apart three digits are left; roots of matrices are iterated "
            "until they change by 1e-6, which leaves an error of 4e-8 at a condition of 1e8; products"
            " leave the range (NaN at 1e-200). Not of one coordinate, of which it raises."
        ),
    ),
    Expected(
        binding="ott-jax/solvers.linear.univariate.quantile_solver",
    ),
)
