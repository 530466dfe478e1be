"""What is to be known of single functions of refimpl.ddpm and of their laws."""

from ...language.facts import Facts
from .remedies import REMEDIES

FACTS = Facts(
    not_differentiable={
        **dict.fromkeys(
            ("ddpm.check_schedule", "ddpm.check_signal", "ddpm.check_steps"), "it gives truth values"
        ),
    },
    short_batches=frozenset({"ddpm.sample"}),
    numbers=frozenset({"ddpm.check_schedule", "ddpm.check_signal", "ddpm.check_steps", "ddpm.joint_kl"}),
    order_hidden=frozenset({"ddpm.check_signal"}),
    given_back=frozenset({"ddpm.from_ho"}),
    notes={
        "ddpm.joint_kl": "traces, squares and log-determinants of T steps cancel where the chains are nearly "
        "equal: off by roundings of their sizes, T·d at least, so that a smaller divergence has no digits",
    },
    insensitive={
        "it compares a function with itself, and both sides change alike": (
            "ddpm.defaults",
            "ddpm.leading-axes",
        ),
        "it is an inequality, which is seldom tight": ("ddpm.bound-below-evidence",),
        "its terms cancel, and their sizes, not the sum, carry the roundings": ("ddpm.joint-divergence",),
        "it counts every rounding through all layers or steps, as if they went one way": (
            "ddpm.exact-chain",
            "ddpm.optimal-variance-minimises",
        ),
    },
    unseen={
        "it is a sum of terms that cancel, and their sizes carry the roundings": ("ddpm.joint_kl",),
    },
    remedies=REMEDIES,
)
