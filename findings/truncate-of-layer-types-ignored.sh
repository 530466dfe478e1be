#!/bin/sh
# transformers reads YaRN's `truncate` beside the blocks of layer types, not in them: in a block it changes nothing.
# Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "transformers==5.23.0" "torch==2.13.0"
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import transformers
from transformers import Gemma3TextConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

print("transformers", transformers.__version__)
FULL, SLIDING = "full_attention", "sliding_attention"
YARN = {"rope_type": "yarn", "rope_theta": 1e4, "factor": 4.0, "original_max_position_embeddings": 4096}
PLAIN = {"rope_type": "default", "rope_theta": 1e4}


def frequencies(truncate, by_layer):
    block = YARN | {"truncate": truncate}
    config = Gemma3TextConfig(
        head_dim=64, num_hidden_layers=1, layer_types=[FULL], max_position_embeddings=16384,
        rope_parameters={FULL: block, SLIDING: PLAIN},
    )
    config.rope_parameters = {FULL: block, SLIDING: PLAIN} if by_layer else block
    return ROPE_INIT_FUNCTIONS["yarn"](config, "cpu", layer_type=FULL if by_layer else None)[0]


def change(by_layer):
    return float((frequencies(True, by_layer) / frequencies(False, by_layer) - 1).abs().max())


print(f"truncate off for on, one block for all layers: frequencies change by up to {change(False):.3f}")
print(f"truncate off for on, in the block of a layer type: by up to {change(True):.3f}")
print("guessed: the same")
sys.exit(0 if change(False) > 0.01 and change(True) == 0 else 1)
PYTHON
