"""How people get the classes wrong that can win under a mask."""

from typing import Any

from .... import _libraries
from ....argmaxable import can_win, classify
from ...language.mistake import MistakesOf

of_can_win = MistakesOf("argmaxable.can_win")


def _truths(allowed: Any) -> Any:
    return allowed if _libraries.array_namespace(allowed).isdtype(allowed.dtype, "bool") else allowed != 0


def _known(W: Any, b: Any) -> Any:
    wins = [verdict != "unargmaxable" for verdict in classify(W, b).verdicts]
    return _libraries.array_namespace(W).asarray(wins, device=_libraries.device(W))


@of_can_win("mask-ignored", "Ignores the mask: banned classes are said to win.")
def can_win_ignored(W: Any, b: Any, allowed: Any, /) -> Any:
    return _known(W, b)


@of_can_win("inverted", "Bans what is allowed: True means banned in masked_fill of torch.")
def can_win_inverted(W: Any, b: Any, allowed: Any, /) -> Any:
    return can_win(W, b, ~_truths(allowed))


@of_can_win(
    "among-all",
    "Takes the verdicts among all classes for those that are allowed, as if a mask could free none.",
)
def can_win_among_all(W: Any, b: Any, allowed: Any, /) -> Any:
    return _known(W, b) & _truths(allowed)


@of_can_win("all-allowed", "Says that every class wins that is allowed.")
def can_win_all_allowed(W: Any, b: Any, allowed: Any, /) -> Any:
    return _truths(allowed) & (0 * b == 0)


@of_can_win("no-bias", "Forgets that the output layer has a bias.")
def can_win_no_bias(W: Any, b: Any, allowed: Any, /) -> Any:
    return can_win(W, 0 * b, allowed)


@of_can_win("ties-win", "Takes the first of two classes with the same row and bias for a winner.")
def can_win_ties(W: Any, b: Any, allowed: Any, /) -> Any:
    xp = _libraries.array_namespace(W, b, allowed)
    keep = _truths(allowed)
    twins = xp.all(W[:, None, :] == W[None, :, :], axis=-1) & (b[:, None] == b[None, :])
    places = xp.arange(W.shape[0], device=_libraries.device(W))
    earlier = xp.any(twins & keep[None, :] & (places[None, :] < places[:, None]), axis=-1)
    return keep & (can_win(W, b, keep & ~earlier))


@of_can_win("zeroed", "Puts zeros into banned rows and biases, which compete as padding does.")
def can_win_zeroed(W: Any, b: Any, allowed: Any, /) -> Any:
    xp, keep = _libraries.array_namespace(W, b, allowed), _truths(allowed)
    rows = xp.where(keep[:, None], W, xp.zeros_like(W))
    return _known(rows, xp.where(keep, b, xp.zeros_like(b))) & keep
