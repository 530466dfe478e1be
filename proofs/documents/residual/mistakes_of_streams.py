"""How people get initial weights of deep stacks, and the growth of their stream, wrong."""

import math
from typing import Any

from .... import residual
from ...language.mistake import MistakesOf

of_depth_scaled_std = MistakesOf("residual.depth_scaled_std")
of_stream_variance = MistakesOf("residual.stream_variance")


@of_depth_scaled_std(
    "blocks-alone", "Divides by √N: counts blocks, of which each has two branches that write into the stream."
)
def depth_scaled_std_blocks(std: float, depth: int, *, branches: int = 2) -> float:
    return residual.depth_scaled_std(std, depth, branches=1)


@of_depth_scaled_std("no-root", "Divides the standard deviation by 2N, as the variance should be.")
def depth_scaled_std_no_root(std: float, depth: int, *, branches: int = 2) -> float:
    return std / (branches * depth)


@of_depth_scaled_std(
    "not-scaled",
    "Starts these weights as all others: the name by which they are found does not match.",
    reference="transformers#47458",
)
def depth_scaled_std_plain(std: float, depth: int, *, branches: int = 2) -> float:
    return std


@of_depth_scaled_std("multiplied", "Multiplies by √(2N), where it should divide.")
def depth_scaled_std_multiplied(std: float, depth: int, *, branches: int = 2) -> float:
    return std * std / residual.depth_scaled_std(std, depth, branches=branches)


@of_depth_scaled_std("twice-scaled", "Doubles a number of branches that is counted already: std/√(4N).")
def depth_scaled_std_twice(std: float, depth: int, *, branches: int = 2) -> float:
    return residual.depth_scaled_std(std, depth, branches=2 * branches)


@of_depth_scaled_std("branches-ignored", "Always takes two branches, whatever the blocks have.")
def depth_scaled_std_two(std: float, depth: int, *, branches: int = 2) -> float:
    return residual.depth_scaled_std(std, depth)


@of_stream_variance(
    "placements-exchanged", "Exchanges pre-LN and post-LN: takes the norm to be behind the sum, or before."
)
def stream_variance_exchanged(branch: Any, depth: int, *, placement: Any = "pre") -> Any:
    other: Any = {"pre": "post", "post": "pre"}.get(placement, placement)
    return residual.stream_variance(branch, depth, placement=other)


@of_stream_variance(
    "pre-compounds",
    "Lets a pre-LN stream grow by the factor 1 + v in every branch, as if there were no norm.",
)
def stream_variance_compounds(branch: Any, depth: int, *, placement: Any = "pre") -> Any:
    return residual.stream_variance(branch, depth, placement="none" if placement == "pre" else placement)


@of_stream_variance("deviation", "Gives the standard deviation of the stream, not its variance.")
def stream_variance_deviation(branch: Any, depth: int, *, placement: Any = "pre") -> Any:
    found = residual.stream_variance(branch, depth, placement=placement)
    return residual.StreamVariance(found.total**0.5, found.input_share**0.5)


@of_stream_variance(
    "amplitudes-add", "Adds deviations, (1 + √v N)², as if the branches were aligned and not of zero mean."
)
def stream_variance_amplitudes(branch: Any, depth: int, *, placement: Any = "pre") -> Any:
    if placement != "pre":
        return residual.stream_variance(branch, depth, placement=placement)
    total = (1 + math.sqrt(branch) * depth) ** 2
    return residual.StreamVariance(total, 1 / total)


@of_stream_variance("one-branch-less", "Counts one branch less: the first state has none.")
def stream_variance_less(branch: Any, depth: int, *, placement: Any = "pre") -> Any:
    return residual.stream_variance(branch, max(depth - 1, 0), placement=placement)


@of_stream_variance("two-branches-each", "Takes N for blocks of two branches, where branches are counted.")
def stream_variance_blocks(branch: Any, depth: int, *, placement: Any = "pre") -> Any:
    return residual.stream_variance(branch, 2 * depth, placement=placement)


@of_stream_variance(
    "post-averages",
    "Gives the input of a post-LN stream the share 1/(1 + vN), as if all branches had one each.",
)
def stream_variance_averages(branch: Any, depth: int, *, placement: Any = "pre") -> Any:
    found = residual.stream_variance(branch, depth, placement=placement)
    return found._replace(input_share=1 / (1 + branch * depth)) if placement == "post" else found
