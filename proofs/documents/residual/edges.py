"""Points at which normalisations differ in practice."""

from typing import Any

from ...._libraries import array_namespace
from ...language.edge import Value, edge


def _flat(x: Any, eps: float) -> Any:
    """A mask of the entries of rows that are constant, where nothing is added to their variance."""
    xp = array_namespace(x)
    return xp.all(x == x[..., :1], axis=-1, keepdims=True) & (eps == 0)


def _shift(x: Any, gamma: Any = None, beta: Any = None, /, **_: Any) -> Any:
    """β in the shape of x."""
    zero = array_namespace(x).zeros_like(x)
    return zero if beta is None else zero + beta


def _shift_of_sum(x: Any, branch: Any, gamma: Any = None, beta: Any = None, /, **_: Any) -> Any:
    return _shift(x, gamma, beta)


_UNSCALED = "code that divides by 1 where there is no spread, as scikit-learn 1.9 scale"


@edge(
    "residual.layer_norm",
    "constant-row",
    "a constant row has no spread, and eps = 0 adds none",
    ours="NaN",
    values={"β": Value(_shift, _UNSCALED)},
)
def layer_norm_constant_row(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
    return _flat(x, eps)


@edge(
    "residual.deep_norm",
    "constant-row",
    "the sum is a constant row, which has no spread, and eps = 0 adds none",
    ours="NaN",
    values={"β": Value(_shift_of_sum, _UNSCALED)},
)
def deep_norm_constant_row(
    x: Any, branch: Any, gamma: Any = None, beta: Any = None, /, *, alpha: float, eps: float = 1e-5
) -> Any:
    return _flat(alpha * x + branch, eps)
