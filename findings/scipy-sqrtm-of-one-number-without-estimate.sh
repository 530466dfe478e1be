#!/bin/sh
# scipy.linalg.sqrtm with disp=False gives the root and an estimate of its error, but of a 1×1 matrix the root
# alone: callers such as Fréchet distances of one feature, which unpack two, raise.
# Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "scipy==1.17.1" "numpy==2.4.6"
"$folder/venv/bin/python" - <<'PYTHON'
import sys
import warnings

import numpy as np
import scipy
from scipy.linalg import sqrtm

print("scipy", scipy.__version__)
warnings.simplefilter("ignore", DeprecationWarning)
kinds = [type(sqrtm(np.eye(d), disp=False)).__name__ for d in (1, 2, 3)]
print(f"sqrtm(disp=False) of identities of 1, 2, 3 rows gives {', '.join(kinds)}")
print("guessed: tuple, tuple, tuple")
sys.exit(0 if kinds == ["ndarray", "tuple", "tuple"] else 1)
PYTHON
