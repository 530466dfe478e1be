#!/bin/sh
# MONAI's RFlowScheduler.set_timesteps passes its timesteps through float16, also where they are integers: of 4000
# steps only 3024 are different ones, and those above 65504 overflow.
# Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "monai==1.6.1" "torch==2.13.0" "numpy==2.4.6"
"$folder/venv/bin/python" - <<'PYTHON'
import sys
import warnings

warnings.simplefilter("ignore")
import monai
from monai.networks.schedulers import RFlowScheduler

print("monai", monai.__version__)
scheduler = RFlowScheduler(num_train_timesteps=4000)
scheduler.set_timesteps(4000)
seen = scheduler.timesteps.tolist()
print(f"4000 steps of 4000: {seen[:8]} …, {len(set(seen))} different ones")
print("guessed: 4000, 3999, 3998, …, all different")
few = RFlowScheduler(num_train_timesteps=1000, use_discrete_timesteps=False)
few.set_timesteps(30)
print(f"30 steps of 1000, not discrete: {few.timesteps[:3].tolist()} …; guessed: 1000, 966.67, 933.33")
sys.exit(0 if len(set(seen)) < 3100 and float(few.timesteps[1]) == 966.5 else 1)
PYTHON
