"""Rotary and sinusoidal encodings as people type them."""

import numpy as np

from ._ordinary import Ordinary, Slip


def _period(frequencies):
    return 2 * np.pi / frequencies


def _period_radians(frequencies):
    return 1 / frequencies


def _period_half_turn(frequencies):
    return np.pi / frequencies


ORDINARY = [
    Ordinary(
        "rope.period",
        _period,
        (Slip(_period_radians, "radians"), Slip(_period_half_turn, "half|½|1/2|0.5")),
    ),
]
