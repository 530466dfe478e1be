#!/bin/sh
# keras.ops.moments on the torch backend: the variance of 10001, 9999, 10000.5, 9999.5 is 0, for it is the mean of
# squares less the square of the mean; keras.ops.var gives 0.625. Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "keras==3.15.1" "torch==2.13.0" "numpy==2.4.6"
"$folder/venv/bin/python" - <<'PYTHON'
import os
import sys

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np

print("keras", keras.__version__, "on", keras.backend.backend())
x = np.asarray([10001.0, 9999.0, 10000.5, 9999.5], np.float32)
mean, variance = keras.ops.moments(x, axes=0)
print(f"ops.moments: mean {float(mean)}, variance {float(variance)}; ops.var: {float(keras.ops.var(x))}")
print("guessed: mean 10000, variance 0.625, from both")
sys.exit(0 if float(variance) == 0 and float(keras.ops.var(x)) == 0.625 else 1)
PYTHON
