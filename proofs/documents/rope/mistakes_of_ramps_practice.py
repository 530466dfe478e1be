"""How people get the keys of YaRN wrong: truncate, mscale, mscale_all_dim."""

import math
from typing import Any

from ....rope import yarn, yarn_scale, yarn_softmax_scale
from ...language.mistake import MistakesOf
from .mistakes_of_ramps import _code_ramp

of_yarn = MistakesOf("rope.yarn")
of_yarn_scale = MistakesOf("rope.yarn_scale")
of_yarn_softmax_scale = MistakesOf("rope.yarn_softmax_scale")


@of_yarn(
    "truncate-ignored",
    "Rounds the ends of the index ramp although truncate is False, which is never read.",
    reference="vllm#27722",
)
def yarn_truncate_ignored(dim: int, /, *, truncate: bool = True, **options: Any) -> Any:
    return yarn(dim, **options)


@of_yarn("truncate-inverted", "Rounds the ends where truncate is False, and not where it is True.")
def yarn_truncate_inverted(dim: int, /, *, truncate: bool = True, **options: Any) -> Any:
    return yarn(dim, truncate=not truncate, **options)


@of_yarn(
    "only-the-start-truncated",
    "Without truncate, still rounds the start of the index ramp down: floor alone.",
)
def yarn_start_truncated(dim: int, /, *, truncate: bool = True, **options: Any) -> Any:
    if truncate or options.get("ramp", "paper") == "paper":
        return yarn(dim, truncate=truncate, **options)

    def ends(first: float, last: float, d: int) -> tuple[float, float]:
        low, high = max(math.floor(first), 0), min(last, d - 1)
        return low, high + 0.001 * (low == high)

    return _code_ramp(ends)(dim, **options)


def _magnitude(factor: float, coefficient: float) -> float:
    return 0.1 * coefficient * math.log(factor) + 1


@of_yarn_scale("mscale-ignored", "Never reads mscale: the numerator is 0.1 ln k + 1.")
def yarn_scale_mscale_ignored(factor: float, /, *, mscale: float = 1.0, mscale_all_dim: float = 0.0) -> float:
    return yarn_scale(factor, mscale_all_dim=mscale_all_dim)


@of_yarn_scale("all-dim-ignored", "Never reads mscale_all_dim: leaves out the denominator.")
def yarn_scale_all_dim_ignored(
    factor: float, /, *, mscale: float = 1.0, mscale_all_dim: float = 0.0
) -> float:
    return yarn_scale(factor, mscale=mscale)


@of_yarn_scale(
    "all-dim-alone",
    "Scales by 0.1 b ln k + 1 of mscale_all_dim, where it is given, instead of the ratio.",
    reference="imp PR#880",
)
def yarn_scale_all_dim_alone(factor: float, /, *, mscale: float = 1.0, mscale_all_dim: float = 0.0) -> float:
    return _magnitude(factor, mscale_all_dim or mscale)


@of_yarn_scale("quotient-of-coefficients", "Takes 0.1 (a/b) ln k + 1: the ratio of the coefficients.")
def yarn_scale_quotient_inside(
    factor: float, /, *, mscale: float = 1.0, mscale_all_dim: float = 0.0
) -> float:
    return _magnitude(factor, mscale / mscale_all_dim if mscale_all_dim else mscale)


@of_yarn_scale("coefficients-exchanged", "Exchanges mscale and mscale_all_dim where both are given.")
def yarn_scale_exchanged(factor: float, /, *, mscale: float = 1.0, mscale_all_dim: float = 0.0) -> float:
    return yarn_scale(factor, mscale=mscale_all_dim, mscale_all_dim=mscale) if mscale_all_dim else (
        yarn_scale(factor, mscale=mscale)
    )  # fmt: skip


@of_yarn_scale("product-for-quotient", "Multiplies the two magnitudes instead of dividing them.")
def yarn_scale_product(factor: float, /, *, mscale: float = 1.0, mscale_all_dim: float = 0.0) -> float:
    return _magnitude(factor, mscale) * _magnitude(factor, mscale_all_dim)


@of_yarn_scale("coefficient-of-the-whole", "Multiplies the whole scale by mscale: a (0.1 ln k + 1).")
def yarn_scale_whole(factor: float, /, *, mscale: float = 1.0, mscale_all_dim: float = 0.0) -> float:
    return mscale * yarn_scale(factor, mscale_all_dim=mscale_all_dim)


@of_yarn_scale("all-dim-one-by-default", "Takes 1 for mscale_all_dim where it is not given: no scale at all.")
def yarn_scale_all_dim_one(factor: float, /, *, mscale: float = 1.0, mscale_all_dim: float = 1.0) -> float:
    return yarn_scale(factor, mscale=mscale, mscale_all_dim=mscale_all_dim)


@of_yarn_softmax_scale("not-squared", "Applies mscale once, 0.1 b ln k + 1, instead of squared.")
def softmax_scale_once(factor: float, /, *, mscale_all_dim: float = 1.0) -> float:
    return _magnitude(factor, mscale_all_dim)


@of_yarn_softmax_scale(
    "left-out", "Leaves the scale of scores as it is: 1.", reference="mobius PR#548, transformers PR#47435"
)
def softmax_scale_left_out(factor: float, /, *, mscale_all_dim: float = 1.0) -> float:
    return 1.0


@of_yarn_softmax_scale("reciprocal", "Divides scores by the square: the reciprocal.")
def softmax_scale_reciprocal(factor: float, /, *, mscale_all_dim: float = 1.0) -> float:
    return 1 / yarn_softmax_scale(factor, mscale_all_dim=mscale_all_dim)


@of_yarn_softmax_scale("coefficient-ignored", "Never reads mscale_all_dim: (0.1 ln k + 1)².")
def softmax_scale_ignored(factor: float, /, *, mscale_all_dim: float = 1.0) -> float:
    return yarn_softmax_scale(factor)


@of_yarn_softmax_scale(
    "coefficient-of-the-whole", "Multiplies by mscale_all_dim outside: (b (0.1 ln k + 1))²."
)
def softmax_scale_whole(factor: float, /, *, mscale_all_dim: float = 1.0) -> float:
    return (mscale_all_dim * _magnitude(factor, 1.0)) ** 2
