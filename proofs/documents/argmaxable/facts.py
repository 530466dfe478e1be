"""What is to be known of single functions of refimpl.argmaxable and of their laws."""

from ...language.facts import Facts
from .remedies import REMEDIES

FACTS = Facts(
    no_reals=frozenset({"argmaxable.classify", "argmaxable.verify", "argmaxable.winner"}),
    integer_results=frozenset({"argmaxable.winner"}),
    constant=frozenset({"argmaxable.five_vectors"}),
    numbers=frozenset({"argmaxable.classify"}),
    insensitive={
        "it is of random samples, and sees what goes beyond their spread": (
            "argmaxable.gaussian-rows",
            "argmaxable.wendel",
        ),
        "it is of verdicts, beside which a margin may have any size": (
            "argmaxable.bias-keeps",
            "argmaxable.classify-definition",
            "argmaxable.duplicates",
            "argmaxable.equal-norms",
            "argmaxable.invariance",
            "argmaxable.line",
            "argmaxable.plane",
            "argmaxable.row-scale",
            "argmaxable.simplex",
            "argmaxable.winners-are-argmaxable",
        ),
    },
    remedies=REMEDIES,
)
