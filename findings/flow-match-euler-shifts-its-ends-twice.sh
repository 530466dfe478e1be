#!/bin/sh
# diffusers' FlowMatchEulerDiscreteScheduler shifts the ends of its grid when it is made, and the grid between
# them again: its last time is that of the shift s².
# Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "diffusers==0.42.1" "torch==2.13.0" "transformers==5.23.0"
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import diffusers
import numpy as np

print("diffusers", diffusers.__version__)


def shifted(t, s):
    return s * t / (1 + (s - 1) * t)


scheduler = diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0)
made = scheduler.sigmas.numpy().copy()
scheduler.set_timesteps(1000)
asked = scheduler.sigmas.numpy()[:-1]
print(f"1000 levels as the scheduler is made end at {made[-1]:.6f}, after set_timesteps(1000) at {asked[-1]:.6f}")
print(f"0.001 shifted by 3: {shifted(0.001, 3):.6f}; by 9: {shifted(0.001, 9):.6f}")
print(f"in between they are up to {np.max(np.abs(made - asked)):.4f} apart")
print("guessed: both are the shift of the even grid, once")
sys.exit(0 if abs(asked[-1] / shifted(0.001, 9) - 1) < 1e-5 and abs(made[-1] / shifted(0.001, 3) - 1) < 1e-5 else 1)
PYTHON
