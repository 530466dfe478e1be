#!/bin/sh
# diffusers' DDIMScheduler: each step goes to timestep − T // steps, which is not the next of its timesteps.
# Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "diffusers==0.42.1" "torch==2.13.0" "transformers==5.23.0"
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import diffusers
import torch

print("diffusers", diffusers.__version__, "torch", torch.__version__)
torch.set_default_dtype(torch.float64)
spread = 0.5  # the data are N(0, spread²), for which the exact noise prediction is known


def spread_at_the_end(spacing, steps):
    scheduler = diffusers.DDIMScheduler(
        timestep_spacing=spacing, clip_sample=False, beta_schedule="linear", set_alpha_to_one=True
    )
    scheduler.set_timesteps(steps)
    times = scheduler.timesteps.tolist()
    targets = [t - scheduler.config.num_train_timesteps // steps for t in times]
    beside = sum(target != t for target, t in zip(targets, times[1:]))
    kept = scheduler.alphas_cumprod.double()
    scheduler.alphas_cumprod = kept
    x = torch.sqrt(kept[times[0]] * spread**2 + 1 - kept[times[0]])  # one standard deviation
    for t in times:
        noise = x * torch.sqrt(1 - kept[t]) / (kept[t] * spread**2 + 1 - kept[t])
        x = scheduler.step(noise, t, x).prev_sample
    y = torch.sqrt(kept[times[0]] * spread**2 + 1 - kept[times[0]])  # the same steps, to the next timestep
    for t, following in zip(times, [*(kept[t] for t in times[1:]), torch.tensor(1.0)]):
        noise = y * torch.sqrt(1 - kept[t]) / (kept[t] * spread**2 + 1 - kept[t])
        clean = (y - torch.sqrt(1 - kept[t]) * noise) / torch.sqrt(kept[t])
        y = torch.sqrt(following) * clean + torch.sqrt(1 - following) * noise
    return beside, float(x), float(y)


seen = {}
for spacing, steps in (("trailing", 50), ("trailing", 600), ("linspace", 600)):
    beside, found, plain = seen[spacing, steps] = spread_at_the_end(spacing, steps)
    print(f"{spacing}, {steps} steps of 1000: {beside} steps do not end at the next timestep;"
          f" spread of the samples {found:.4f}, with steps to the next timestep {plain:.4f}, of the data {spread}")
print("guessed: every step ends where the next begins, so that more steps come nearer to the data's spread")
as_seen = seen["trailing", 50][0] == 0 and all(seen[s, 600][0] > 300 for s in ("trailing", "linspace"))
nearer = abs(seen["trailing", 50][1] - spread) < abs(seen["trailing", 600][1] - spread)
sys.exit(0 if as_seen and nearer else 1)
PYTHON
