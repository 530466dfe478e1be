"""The operators of ONNX as its reference evaluator computes them."""

from functools import cache
from typing import Any

import numpy as np

from ..language.law import NotApplicableError
from ._binding import Library, lazy

LIBRARY = Library("onnx", backend="numpy")
helper, reference = lazy("onnx.helper"), lazy("onnx.reference")
TYPES = {"float16": 10, "float32": 1, "float64": 11}
"""The numbers of ONNX's element types."""


def model(operator: str, inputs: tuple[str, ...], kind: str, **attributes: Any) -> Any:
    """A graph of one operator of opset 23, on arrays of one dtype."""
    values = [helper.make_tensor_value_info(name, TYPES[kind], None) for name in inputs]
    result = helper.make_tensor_value_info("result", TYPES[kind], None)
    node = helper.make_node(operator, inputs, ["result"], **attributes)
    graph = helper.make_graph([node], "one", values, [result])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=10)


def weights(x: Any, gamma: Any, beta: Any) -> dict[str, Any]:
    """What LayerNormalization takes; it always has a scale."""
    given = {"x": x, "gamma": np.ones(x.shape[-1], x.dtype) if gamma is None else gamma}
    return given if beta is None else {**given, "beta": beta}


@cache
def _evaluator(operator: str, inputs: tuple[str, ...], kind: str, eps: float) -> Any:
    return reference.ReferenceEvaluator(model(operator, inputs, kind, axis=-1, epsilon=eps))


@LIBRARY.bound("LayerNormalization (reference)", "residual.layer_norm", dtypes=("float32",))
@LIBRARY.bound("LayerNormalization (reference, float16)", "residual.layer_norm", dtypes=("float16",))
def layer_norm(x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
    """Of the standard's stash_type 1, under which mean and variance are float32."""
    given = weights(x, gamma, beta)
    return _evaluator("LayerNormalization", tuple(given), str(x.dtype), eps).run(None, given)[0]


@LIBRARY.bound("RMSNormalization (reference)", "residual.rms_norm", dtypes=("float32",))
def rms_norm(x: Any, gamma: Any = None, /, *, eps: float = 1e-6) -> Any:
    given = weights(x, gamma, None)
    return _evaluator("RMSNormalization", tuple(given), str(x.dtype), eps).run(None, given)[0]


@LIBRARY.bound("RotaryEmbedding (reference)", "rope.rotate", dtypes=("float32",))
def rotate(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
    """On one head, with tables that every row of a batch has of its own."""
    if x.shape[:-1] != angles.shape[:-1]:
        raise NotApplicableError("batches that broadcast")
    rows = x.reshape(1, 1, -1, x.shape[-1])
    cos, sin = (table.reshape(1, -1, angles.shape[-1]) for table in (np.cos(angles), np.sin(angles)))
    turned = _rotary(str(x.dtype), int(layout == "interleaved")).run(
        None, {"x": rows, "cos": cos, "sin": sin}
    )
    return turned[0].reshape(x.shape)


@cache
def _rotary(kind: str, interleaved: int) -> Any:
    return reference.ReferenceEvaluator(
        model("RotaryEmbedding", ("x", "cos", "sin"), kind, interleaved=interleaved)
    )
