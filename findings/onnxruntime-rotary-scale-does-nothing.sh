#!/bin/sh
# ONNX Runtime on the CPU: the attribute scale of com.microsoft.RotaryEmbedding changes nothing.
# Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "onnx==1.23.2" "onnxruntime==1.32.0" "numpy==2.4.6"
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

print("onnxruntime", onnxruntime.__version__, "onnx", onnx.__version__)
kinds = {"x": TensorProto.FLOAT, "positions": TensorProto.INT64, "cos": TensorProto.FLOAT, "sin": TensorProto.FLOAT}


def turned(scale):
    """Pairs (1, 0) at position 1, by angles of 1 and 0.1."""
    node = helper.make_node("RotaryEmbedding", [*kinds], ["y"], domain="com.microsoft", interleaved=1, scale=scale)
    values = [helper.make_tensor_value_info(name, kind, None) for name, kind in kinds.items()]
    graph = helper.make_graph([node], "one", values, [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)])
    sets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    content = helper.make_model(graph, opset_imports=sets, ir_version=8).SerializeToString()
    angles = np.arange(8)[:, None] * np.asarray([[1.0, 0.1]])
    given = {
        "x": np.tile(np.asarray([1, 0, 1, 0], np.float32), (1, 1, 4, 1)), "positions": np.asarray([0]),
        "cos": np.cos(angles).astype(np.float32), "sin": np.sin(angles).astype(np.float32),
    }
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return session.run(None, given)[0][0, 0, 1]


one, quarter = turned(1.0), turned(0.25)
print(f"pairs (1, 0) turned by 1 and 0.1: scale 1 {one}, scale 0.25 {quarter}")
print('guessed: "Custom scale will be used if specified", of positions: the second by 0.25 and 0.025')
sys.exit(0 if np.array_equal(one, quarter) and abs(float(one[0]) - np.cos(1)) < 1e-6 else 1)
PYTHON
