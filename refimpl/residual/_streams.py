"""Numbers of deep stacks of blocks with a normalisation: initial weights, and growth of the variance."""

import math
from typing import Literal, NamedTuple

from .. import _xp
from ..public import RAISES, Choice, Integer, Number, Own, public
from ._scales import _power


class StreamVariance(NamedTuple):
    """The variance of the stream behind all branches, and the share of it that is the input's."""

    total: float
    input_share: float


@public(
    {"std": Number(above=0), "depth": Integer(1, exact=True), "branches": Integer(1, exact=True)},
    Number(),
    needs="eager",
    nan=RAISES,
)
def depth_scaled_std(std: float, depth: int, *, branches: int = 2) -> float:
    """The standard deviation of initial weights that write into the residual stream, std/√(2N).

    std/√(branches · N) for N blocks of so many branches, two in a Transformer: then what all branches
    add has the variance that one would add with std. A host function: Python numbers in and out.

    Parameters
    ----------
    std
        That of all other weights; 0.02 in GPT-2.
    depth
        N, the number of blocks, not of branches.
    branches
        Of one block: 2 for attention and a feed-forward network.

    Returns
    -------
    within two units in the last place.

    Source: residual P3, C13.

    Reference: Radford et al., Language models are unsupervised multitask learners, 2019.

    Examples
    --------
    >>> depth_scaled_std(0.02, 8)
    0.005
    """
    count = branches * depth
    scaled: float = std / _xp.numbers(std, count).sqrt(_xp.number(count, std))
    return scaled


@public(
    {
        "branch": Number(least=0),
        "depth": Integer(0, 2**1023 - 1),
        "placement": Choice("pre", "post", "none"),
    },
    Own("StreamVariance"),
    needs="eager",
    nan=RAISES,
)
def stream_variance(
    branch: float, depth: int, *, placement: Literal["pre", "post", "none"] = "pre"
) -> StreamVariance:
    """The variance of a residual stream behind N branches, and the share of its input in it.

    With v the variance that a branch of zero mean gives for an input of variance 1, and an input of
    variance 1: "pre" 1 + vN and 1/(1 + vN), for x + f(LN(x)); "post" 1 and (1 + v)^{−N}, for
    LN(x + f(x)); "none" (1 + v)^N and (1 + v)^{−N}, for x + f(x). The share is ‖E x_N‖²/E‖x_N‖² for a
    given input. A host function: Python numbers in and out.

    Parameters
    ----------
    branch
        v.
    depth
        N, the number of branches: two for each block of a Transformer.
    placement
        Where the norm stands.

    Returns
    -------
    of Python floats; inf where it overflows, and 0 where a share is below the smallest number. Relative
    error at most (4 + 3 |log result|) 2⁻⁵³.

    Source: residual P4, C13, C14.

    Reference: Xiong et al., On layer normalization in the transformer architecture, 2020, arXiv 2002.04745.

    Examples
    --------
    >>> stream_variance(1.0, 3), stream_variance(1.0, 3, placement="post").input_share
    (StreamVariance(total=4.0, input_share=0.25), 0.125)
    """
    if placement == "pre":
        total = 1 + branch * depth
        return StreamVariance(total, 1 / total)
    if not _xp.rounds(branch):
        power = (1 + branch) ** depth
        return StreamVariance(1 if placement == "post" else power, 1 / power)
    power = _power(branch, depth)
    share = math.exp(-depth * math.log1p(branch)) if math.isinf(power) else 1 / power
    return StreamVariance(1.0 if placement == "post" else power, share)
