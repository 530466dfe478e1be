#!/bin/sh
# diffusers' trailing spacing: 61 of 1000 inference steps have 62 timesteps, the last of which is −1.
# Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "diffusers==0.42.1" "torch==2.13.0" "transformers==5.23.0"
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import diffusers

print("diffusers", diffusers.__version__)
scheduler, more = diffusers.DDIMScheduler(timestep_spacing="trailing"), []
for steps in range(1, 1001):
    scheduler.set_timesteps(steps)
    if len(scheduler.timesteps) != steps:
        more.append(steps)
scheduler.set_timesteps(61)
print(f"{len(more)} numbers of steps have one timestep too many: {more[:8]}, ...")
print(f"61 steps: {len(scheduler.timesteps)} timesteps, which end at {scheduler.timesteps[-2:].tolist()}")
print("guessed: as many timesteps as were asked for, from 999 on and none below 0")
sys.exit(0 if len(scheduler.timesteps) == 62 and int(scheduler.timesteps[-1]) == -1 else 1)
PYTHON
