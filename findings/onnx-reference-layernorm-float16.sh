#!/bin/sh
# ONNX's reference evaluator: LayerNormalization of float16 squares in float16, although stash_type is 1, for
# which the standard says that mean and variance are float32; ONNX Runtime gives the right numbers.
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
from onnx import helper
from onnx.reference import ReferenceEvaluator

print("onnx", onnx.__version__, "onnxruntime", onnxruntime.__version__)
half = onnx.TensorProto.FLOAT16
x, scale, y = (helper.make_tensor_value_info(name, half, None) for name in ("x", "scale", "y"))
node = helper.make_node("LayerNormalization", ["x", "scale"], ["y"], axis=-1)  # stash_type=1 is the default
graph = helper.make_graph([node], "one", [x, scale], [y])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
given = {"x": np.asarray([[300.0, -300.0, 100.0, -100.0]], np.float16), "scale": np.ones(4, np.float16)}
reference = ReferenceEvaluator(model).run(None, given)[0][0]
session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
runtime = session.run(None, given)[0][0]
print("LayerNormalization of 300, -300, 100, -100 in float16: reference", reference, "onnxruntime", runtime)
print("guessed: both 1.342, -1.342, 0.447, -0.447")
sys.exit(0 if not reference.any() and abs(float(runtime[0]) - 1.3416) < 1e-3 else 1)
PYTHON
