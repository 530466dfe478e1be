"""What was seen of torchdiffeq."""

from panel.expected._expected import Expected

EXPECTED = (
    Expected(
        binding="torchdiffeq/odeint (euler, heun2, rk4)",
    ),
    Expected(
        binding="torchdiffeq/odeint (dopri8)",
        fails={"flow.adaptive-meets-tolerance": "ordinary"},
        short="interpolation misses the tolerance",
        finding=(
            "Steps meet the tolerance, results between them do not: a polynomial of degree 4 "
            "interpolates, whose error nothing controls (5000 times rtol for e^−t at 1e-11)."
        ),
    ),
    Expected(
        binding="torchdiffeq/odeint (dopri8, step_t)",
        finding="Made to step onto the times of the results.",
    ),
)
