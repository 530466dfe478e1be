"""Why residual connections: growth, gradients and initialisation.

Row vectors throughout: a layer is y = xW, with W of shape (fan_in, fan_out). Gradients are
written by hand in reverse mode, so they need no framework and run on every backend.

Article: Jianlin Su (苏剑林), Why residuals? A view from DeepNet (2022-03-19),
https://spaces.ac.cn/archives/8994. `refimpl show residual` prints what it states.
"""

from ._gradients import (
    PlainGradients,
    ResidualGradients,
    plain_gradients,
    residual_gradients,
    sgd_increment,
)
from ._norms import deep_norm, layer_norm
from ._root_mean_square import qk_norm_scores, rms_norm
from ._scales import Constants, DeepNormConstants, deepnorm_constants, growth, init_variance
from ._stacks import PlainTrace, ResidualTrace, plain_stack, residual_stack
from ._streams import StreamVariance, depth_scaled_std, stream_variance

__all__ = [
    "Constants",
    "DeepNormConstants",
    "PlainGradients",
    "PlainTrace",
    "ResidualGradients",
    "ResidualTrace",
    "StreamVariance",
    "deep_norm",
    "deepnorm_constants",
    "depth_scaled_std",
    "growth",
    "init_variance",
    "layer_norm",
    "plain_gradients",
    "plain_stack",
    "qk_norm_scores",
    "residual_gradients",
    "residual_stack",
    "rms_norm",
    "sgd_increment",
    "stream_variance",
]
