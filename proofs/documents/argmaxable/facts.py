"""What is to be known of single functions of refimpl.argmaxable and of their laws."""

from typing import Any

import numpy as np

from ...language.facts import Facts
from .remedies import REMEDIES

_VERDICTS = {"argmaxable": 1.0, "unargmaxable": -1.0}


def _verdicts(result: Any) -> Any:
    """1 for a class that can win, −1 for one that cannot, 0 where it is undecided."""
    return np.asarray([_VERDICTS.get(found.verdict, 0.0) for found in result.certificates])


FACTS = Facts(
    called={
        "argmaxable.can_win": ("winnable", "argmaxable_tokens"),
        "argmaxable.classify": ("find_unargmaxable", "stolen_probability", "unargmaxable_tokens"),
        "argmaxable.mask_scores": ("mask_logits", "masked_fill", "apply_token_mask"),
        "argmaxable.softcap": ("logit_softcap", "soft_cap", "logits_soft_cap", "tanh_softcapping"),
        "argmaxable.softmax_with_temperature": ("temperature_softmax", "softmax_temperature", "sample_probs"),
        "argmaxable.winner": ("argmax", "predict"),
    },
    not_differentiable={
        "argmaxable.can_win": "it gives truth values",
        "argmaxable.winner": "it gives places, which are integers",
    },
    unique={"argmaxable.classify": _verdicts},
    constant=frozenset({"argmaxable.five_vectors"}),
    numbers=frozenset({"argmaxable.classify"}),
    insensitive={
        "it is of random samples, and sees what goes beyond their spread": (
            "argmaxable.gaussian-rows",
            "argmaxable.wendel",
        ),
        "it is of verdicts, beside which a margin may have any size": (
            "argmaxable.bias-keeps",
            "argmaxable.can_win-definition",
            "argmaxable.can_win-grows",
            "argmaxable.classify-definition",
            "argmaxable.classify-nearest",
            "argmaxable.duplicates",
            "argmaxable.equal-norms",
            "argmaxable.invariance",
            "argmaxable.mask",
            "argmaxable.line",
            "argmaxable.plane",
            "argmaxable.row-scale",
            "argmaxable.simplex",
            "argmaxable.winners-are-argmaxable",
        ),
    },
    hidden_in_float16={
        "scores that the format tells apart are further apart": ("argmaxable.winner/loose-bound",),
    },
    hidden_in_bfloat16={
        "scores that the format tells apart are further apart": ("argmaxable.winner/loose-bound",),
        "products of its numbers are exact in float32, and rounded once": ("argmaxable.winner/no-bound",),
    },
    remedies=REMEDIES,
)
