"""What an audit says of a textbook's form and of its slips."""

import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from refimpl import proofs

from ._ordinary import Ordinary, Slip

EXAMPLES = 20
SILENT = re.compile(r"first differs at a call.*|it raise[sd] .*", re.DOTALL)
"""What says where a result differs, or what was raised, and not why."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on one function, and what its diagnosis says."""

    verdict: str
    said: str
    """The known mistakes and the sentences of the diagnosis, without what names no cause."""
    cause: str

    def names(self, slip: Slip) -> bool:
        """Whether the diagnosis names the cause of a slip."""
        return re.search(slip.named, self.said, re.IGNORECASE) is not None

    def misnames(self, slip: Slip) -> bool:
        """Whether it names another cause."""
        return bool(self.cause) and not self.names(slip)


@cache
def _audited(
    target: str, function: Callable[..., Any], adapter: str, backend: str, dtype: str, laws: tuple[str, ...]
) -> Judged:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # textbook code overflows at extreme inputs, and says so
        report = proofs.audit(
            {target: function}, adapter=adapter or (), backend=backend, dtype=dtype, laws=laws,
            examples=EXAMPLES, seed=0, isolated=False,
        )  # fmt: skip
    said = [part for d in report.diagnoses for part in (*d.mistakes, d.cause, *d.sentences)]
    texts = (SILENT.sub("", part) for part in said)
    return Judged(
        report.verdict, " | ".join(filter(None, texts)), " ".join(d.cause for d in report.diagnoses)
    )


def judged(ordinary: Ordinary, function: Callable[..., Any], laws: Sequence[str] = ()) -> Judged:
    """The audit of a form or a slip as what its `Ordinary` says it is."""
    return _audited(
        ordinary.target, function, ordinary.adapter, ordinary.backend, ordinary.dtype, tuple(laws)
    )


def does_justice(ordinary: Ordinary) -> bool:
    """Whether the audit of the textbook's form says "held", or what the form declares."""
    return judged(ordinary, ordinary.textbook).verdict in {"held", ordinary.answer}
