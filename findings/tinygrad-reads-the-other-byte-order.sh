#!/bin/sh
# tinygrad.Tensor of a NumPy array in the other byte order takes its bytes as they lie: other numbers, silently.
# Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "tinygrad==0.14.0" "numpy==2.4.6"
DEV=PYTHON "$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
from tinygrad import Tensor

print("tinygrad", version("tinygrad"))
other = np.dtype("=i4").newbyteorder()
x = np.asarray([1, 2, 3], other)
found = Tensor(x).numpy().tolist()
print(f"Tensor of [1, 2, 3] of dtype {other.str}: {found}")
print("guessed: [1, 2, 3], or an error, as torch raises")
sys.exit(0 if found == [1 << 24, 2 << 24, 3 << 24] else 1)
PYTHON
