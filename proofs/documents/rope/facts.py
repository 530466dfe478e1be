"""What is to be known of single functions of refimpl.rope and of their laws."""

from ...language.facts import Facts
from .remedies import REMEDIES

FACTS = Facts(
    not_differentiable=dict.fromkeys(
        ("rope.digits", "rope.from_digits", "rope.log_n_scale", "rope.mixed_radix_digits"),
        "its arrays are of integers",
    ),
    nan_untried=frozenset({"rope.log_n_scale"}),
    attributes={"rope.frequencies": "inv_freq"},
    notes={
        "rope.attention_scores": "angles iω are rounded, by u·iω, on both sides of a difference of positions",
        "rope.sinusoidal": "frequencies are rounded: an angle nω is off by 4u·nω, its sine by that "
        "over tan nω",
    },
    insensitive={
        "it compares a function with itself, and both sides change alike": (
            "rope.defaults",
            "rope.leading-axes",
        ),
    },
    remedies=REMEDIES,
)
