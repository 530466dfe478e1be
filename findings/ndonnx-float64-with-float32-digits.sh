#!/bin/sh
# ndonnx: cos, tan, atan, asinh and sinh of float64 arrays have the digits of float32; sin, exp and log of the
# same arrays have all of float64. Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "ndonnx==0.23.0" "onnx==1.23.2" "numpy==2.4.6"
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import sys

import ndonnx
import numpy as np

print("ndonnx", ndonnx.__version__)
points = np.random.default_rng(0).uniform(0.1, 3.0, 500)
coarse, fine = ("cos", "tan", "atan", "asinh", "sinh"), ("sin", "exp", "log", "log1p", "tanh", "sqrt")
names = {"atan": "arctan", "asinh": "arcsinh"}
seen = {}
for name in (*coarse, *fine):
    result = getattr(ndonnx, name)(ndonnx.asarray(points)).unwrap_numpy()
    assert result.dtype == np.float64
    right = getattr(np, names.get(name, name))(points)
    seen[name] = float(np.max(np.abs(result / right - 1)))
    print(f"{name:6} of float64: worst relative difference from NumPy {seen[name]:.1e}")
print("guessed: a result of dtype float64 has 16 digits, or at least cos as many as sin")
sys.exit(0 if all(seen[n] > 1e-9 for n in coarse) and all(seen[n] < 1e-14 for n in fine) else 1)
PYTHON
