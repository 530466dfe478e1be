"""What is to be known of single functions of refimpl.residual and of their laws."""

from ...language.facts import Facts
from ...language.shapes import ROW
from .remedies import REMEDIES

FACTS = Facts(
    parts={
        "residual.plain_gradients": (ROW, "summed", "summed"),
        "residual.plain_stack": (ROW, ROW, ROW),
        "residual.residual_gradients": (ROW, "summed"),
        "residual.residual_stack": (ROW, ROW, ROW, ROW),
    },
    numbers=frozenset(
        {"residual.deepnorm_constants", "residual.growth", "residual.init_variance", "residual.sgd_increment"}
    ),
    insensitive={
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
    remedies=REMEDIES,
)
