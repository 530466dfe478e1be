"""Rotary position embedding (RoPE) as a β-base encoding of the position.

Article: Jianlin Su (苏剑林), The road to better Transformers, 10: RoPE is a β-base encoding (2023-07-06),
https://spaces.ac.cn/archives/9675. `refimpl show rope` prints what it states.
"""

from ._axes import axial_angles, axial_frequencies
from ._config import Configured, from_config
from ._extension import dynamic_ntk, interpolate, log_n_scale, ntk_base, ntk_scale, rebase
from ._frequencies import angles, frequencies, mixed_radix_frequencies, period, sinusoidal
from ._longrope import linear, longrope, longrope_scale, proportional
from ._numerals import digits, from_digits, mixed_radix_digits, range_of
from ._partial import rotate_partial
from ._ramps import llama3, yarn, yarn_scale, yarn_softmax_scale
from ._rotation import attention_scores, convert_layout, rotate, rotation_matrix
from ._timing import timing_signal

__all__ = [
    "Configured",
    "angles",
    "attention_scores",
    "axial_angles",
    "axial_frequencies",
    "convert_layout",
    "digits",
    "dynamic_ntk",
    "frequencies",
    "from_config",
    "from_digits",
    "interpolate",
    "linear",
    "llama3",
    "log_n_scale",
    "longrope",
    "longrope_scale",
    "mixed_radix_digits",
    "mixed_radix_frequencies",
    "ntk_base",
    "ntk_scale",
    "period",
    "proportional",
    "range_of",
    "rebase",
    "rotate",
    "rotate_partial",
    "rotation_matrix",
    "sinusoidal",
    "timing_signal",
    "yarn",
    "yarn_scale",
    "yarn_softmax_scale",
]
