#!/bin/sh
# transformers' Llama: partial_rotary_factor halves the table with rope_type "linear", and does nothing with "default".
# Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "transformers==5.23.0" "torch==2.13.0"
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import transformers
from transformers import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

print("transformers", transformers.__version__)
seen = []
for kind in ({"rope_type": "default"}, {"rope_type": "linear", "factor": 1.0}):
    block = {"rope_theta": 10000.0, "partial_rotary_factor": 0.5, **kind}
    config = LlamaConfig(hidden_size=64, num_attention_heads=1, head_dim=64, rope_parameters=block)
    seen.append(2 * LlamaRotaryEmbedding(config).inv_freq.shape[0])
print(f"features of 64 that turn with partial_rotary_factor 0.5: default {seen[0]}, linear {seen[1]}")
print("guessed: 32 in both")
sys.exit(0 if seen == [64, 32] else 1)
PYTHON
