"""Classes that can never win, with certificates.

Class k of (W, b) is argmaxable if some z has ⟨w_k,z⟩ + b_k > ⟨w_i,z⟩ + b_i for all i ≠ k. It is not
exactly if weights α ≥ 0, Σα = 1, over the other classes have Σα_i w_i = w_k and Σα_i b_i ≥ b_k.

Article: Jianlin Su (苏剑林), Does your language model have words that it cannot predict? (2022-04-20),
https://spaces.ac.cn/archives/9046. `refimpl show argmaxable` prints what it states.
"""

from ._certificates import Certificate, Combination, Result, Undecided, Witness, verify
from ._classify import classify
from ._logits import mask_scores, softcap, softmax_with_temperature
from ._masked import can_win
from ._minimax import Minimax, minimax_value
from ._nearest import NearestPoint, minimum_norm_point
from ._scores import five_vectors, margins, winner

__all__ = [
    "Certificate",
    "Combination",
    "Minimax",
    "NearestPoint",
    "Result",
    "Undecided",
    "Witness",
    "can_win",
    "classify",
    "five_vectors",
    "margins",
    "mask_scores",
    "minimax_value",
    "minimum_norm_point",
    "softcap",
    "softmax_with_temperature",
    "verify",
    "winner",
]
