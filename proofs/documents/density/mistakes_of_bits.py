"""How people get code lengths in bits per dimension wrong."""

import math
from typing import Any

from .... import density
from ...language.mistake import MistakesOf

of_bits_per_dim = MistakesOf("density.bits_per_dim")


@of_bits_per_dim("nats", "Does not divide by ln 2, so that the density's part is in nats.")
def bits_nats(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
    return -log_density / dims + math.log2(levels / width)


@of_bits_per_dim("wrong-sign", "Uses log q(x) instead of −log q(x).")
def bits_wrong_sign(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
    return density.bits_per_dim(-log_density, dims=dims, levels=levels, width=width)


@of_bits_per_dim("forgets-width", "Takes data in [−1, 1] to be in [0, 1]: a bit too few or too many.")
def bits_forgets_width(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
    return density.bits_per_dim(log_density, dims=dims, levels=levels, width=0 * width + 1)


@of_bits_per_dim("levels-minus-one", "Uses the largest value, 255, as the number of levels.")
def bits_levels_minus_one(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
    return density.bits_per_dim(log_density, dims=dims, levels=levels - 1, width=width)


@of_bits_per_dim(
    "symmetric-by-default",
    "Takes data to be scaled to [−1, 1] by default, as generative models scale images.",
)
def bits_symmetric(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 2.0) -> Any:
    return density.bits_per_dim(log_density, dims=dims, levels=levels, width=width)


@of_bits_per_dim("offset-subtracted", "Subtracts log₂(levels/width) instead of adding it.")
def bits_offset_subtracted(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
    found = density.bits_per_dim(log_density, dims=dims, levels=levels, width=width)
    return found - 2 * math.log2(levels / width)


@of_bits_per_dim(
    "offset-in-nats", "Adds ln(levels/width), the natural logarithm, to a density's part in bits."
)
def bits_offset_in_nats(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
    found = density.bits_per_dim(log_density, dims=dims, levels=levels, width=width)
    return found + math.log(levels / width) * (1 - 1 / math.log(2))


@of_bits_per_dim(
    "offset-once",
    "Adds log levels once to the whole code length, instead of once for each dimension: 1/d of it.",
)
def bits_offset_once(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
    found = density.bits_per_dim(log_density, dims=dims, levels=levels, width=width)
    return found - math.log2(levels / width) * (1 - 1 / dims)


@of_bits_per_dim(
    "no-offset",
    "Leaves out log₂(levels/width): the density of the scaled data is not that of the quantised ones.",
)
def bits_no_offset(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
    found = density.bits_per_dim(log_density, dims=dims, levels=levels, width=width)
    return found - math.log2(levels / width)


@of_bits_per_dim(
    "eight-bits",
    "Adds 8 bits whatever the levels and the width, as for bytes in [0, 1].",
    reference="score_sde_pytorch#51",
)
def bits_eight(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
    return density.bits_per_dim(log_density, dims=dims, levels=256 + 0 * levels, width=1 + 0 * width)


@of_bits_per_dim("times-ln-2", "Multiplies by ln 2 to turn nats into bits instead of dividing by it.")
def bits_times_ln_2(log_density: Any, /, *, dims: int, levels: int = 256, width: float = 1.0) -> Any:
    return density.bits_per_dim(log_density, dims=dims, levels=levels, width=width) * math.log(2) ** 2
