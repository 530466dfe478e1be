#!/bin/sh
# LitGPT's build_rope_cache with YaRN interpolates the fast pairs and keeps the slow ones: its ramp lacks the
# "1 −" of the paper and of transformers, and ends at d/2 − 1.
# Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "litgpt==0.5.13" "torch==2.13.0" "numpy==2.4.6"
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import torch
from litgpt.model import build_rope_cache

print("litgpt", version("litgpt"))
dim, factor = 128, 16.0
yarn = {"factor": factor, "original_max_seq_len": 4096, "beta_fast": 32.0, "beta_slow": 1.0}


def frequencies(extra):
    cos, sin = build_rope_cache(2, dim, base=10000, extra_config=extra)
    return torch.atan2(sin.double(), cos.double())[1, : dim // 2]


share = frequencies(yarn) / frequencies(None)
print(f"of the fastest pair, which turns 652 times in 4096 tokens, {float(share[0]):.4f} is left")
print(f"of the slowest pair, which turns 0.08 times, {float(share[-1]):.4f} is left")
print(f"guessed: 1 of the fastest, 1/16 = {1 / factor:.4f} of the slowest")
upside_down = abs(float(share[0]) * factor - 1) < 1e-5 and abs(float(share[-1]) - 1) < 1e-5
sys.exit(0 if upside_down else 1)
PYTHON
