"""Other conventions, and how they are called."""

import math
from typing import Any

from refimpl.proofs.language.adapter import adapter
from refimpl.proofs.language.law import Implementation


@adapter(
    "attention.attend",
    "scale",
    "mine(q, k, v, scale=): the factor of the scores, 1/√d.",
    reference="torch.nn.functional.scaled_dot_product_attention",
)
def attend_scale(mine: Implementation) -> Implementation:
    """Calls a function of that signature."""

    def attend(q: Any, k: Any, v: Any, /) -> Any:
        return mine(q, k, v, scale=1 / math.sqrt(q.shape[-1]))

    return attend
