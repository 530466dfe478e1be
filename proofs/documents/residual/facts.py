"""What is to be known of single functions of refimpl.residual and of their laws."""

from ...language.facts import Facts
from .remedies import REMEDIES

FACTS = Facts(
    called={
        "residual.growth": ("gain_of_depth",),
        "residual.init_variance": ("kaiming_normal_", "xavier_normal_", "variance_scaling"),
        "residual.layer_norm": ("LayerNorm", "native_layer_norm"),
        "residual.qk_norm_scores": ("qk_norm", "qk_layernorm"),
        "residual.rms_norm": ("RMSNorm", "LlamaRMSNorm", "rmsnorm"),
    },
    invariant={"residual.layer_norm": ({"x": "a constant"},)},
    numbers=frozenset({"residual.deepnorm_constants", "residual.sgd_increment", "residual.stream_variance"}),
    insensitive={
        "it compares a function with itself, and both sides change alike": ("residual.rms-homogeneous",),
        "it is of random samples, and sees what goes beyond their spread": (
            "residual.deep-relu-increment",
            "residual.growth-concentrates",
        ),
        "it counts every rounding through all layers or steps, as if they went one way": (
            "residual.increment-first-order",
            "residual.no-variance-shrinks-gradients",
            "residual.orthogonal-stack-increment",
            "residual.relu-block-increment",
        ),
    },
    hidden_in_float16={
        "what it changes is less than the roundings that its laws admit there": (
            "residual.rms_norm/bfloat16-before-gamma",
        ),
    },
    hidden_in_bfloat16={
        "what it changes is less than the roundings that its laws admit there": (
            "residual.plain_gradients/slope-of-output",
            "residual.plain_stack/leaky",
            "residual.rms_norm/bfloat16-before-gamma",
        ),
        "NumPy computes in float32 and rounds once, which leaves the digits that it loses": (
            "residual.layer_norm/rounded-mean",
        ),
    },
    remedies=REMEDIES,
)
