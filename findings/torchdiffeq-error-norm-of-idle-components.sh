#!/bin/sh
# torchdiffeq: the error is a root mean square over all components, so that those which rest hide the error of one that
# does not; SciPy has the same norm. Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "torchdiffeq==0.2.5" "torch==2.13.0" "numpy==2.4.6"
"$folder/venv/bin/python" - <<'PYTHON'
import math
import sys
from importlib.metadata import version

import torch
from torchdiffeq import odeint

print("torchdiffeq", version("torchdiffeq"), "torch", torch.__version__)


def error(idle):
    """Of y' = -5 y cos 5t at t = 2 beside so many components that are 0 and stay so."""
    start = torch.zeros(1 + idle, dtype=torch.float64)
    start[0] = 1.0
    alone = start.clone()
    times = torch.tensor([0.0, 2.0], dtype=torch.float64)
    found = odeint(lambda t, y: -5 * torch.cos(5 * t) * y * alone, start, times, rtol=1e-9, atol=1e-9)
    return abs(float(found[-1, 0]) - math.exp(-math.sin(10)))


alone, crowded = error(0), error(999)
print(f"error at tolerances 1e-9: alone {alone:.1e}, beside 999 components at rest {crowded:.1e}")
print("guessed: about the same, for the tolerance is said to hold for each component")
sys.exit(0 if alone < 3e-9 and crowded > 20 * alone else 1)
PYTHON
