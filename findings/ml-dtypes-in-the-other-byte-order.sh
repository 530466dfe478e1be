#!/bin/sh
# NumPy converts arrays of ml_dtypes' bfloat16 to the other byte order and computes with them rightly, but asarray
# writes a number of Python into such an array without a look at the order: 2.0 becomes 5.9e-39.
# Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "ml_dtypes==0.6.0" "numpy==2.4.6"
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import ml_dtypes
import numpy as np

print("ml_dtypes", ml_dtypes.__version__, "NumPy", np.__version__)
swapped = np.dtype(ml_dtypes.bfloat16).newbyteorder()
converted = np.asarray([2.0], dtype=ml_dtypes.bfloat16).astype(swapped)
written = np.asarray([2.0], dtype=swapped)
print("converted from bfloat16, plus 0:", float((converted + converted * 0)[0]))
print("written from Python, plus 0:", float((written + written * 0)[0]))
print("guessed: both are 2")
wrong = float((written + written * 0)[0]) < 1e-38
sys.exit(0 if float((converted + converted * 0)[0]) == 2.0 and wrong else 1)
PYTHON
