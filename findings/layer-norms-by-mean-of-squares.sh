#!/bin/sh
# flax.linen.LayerNorm and jax.nn.standardize: variance is the mean of squares less the square of the mean, which
# in float32 is 0, or half or twice what it is, at a mean of 1e4; Flax has use_fast_variance=False against that.
# Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "flax==0.12.8" "jax==0.10.2" "jaxlib==0.10.2" "numpy==2.4.6"
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import flax
import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np

print("flax", flax.__version__, "jax", jax.__version__)
x = jnp.asarray([[10001.0, 9999.0, 10000.5, 9999.5]], jnp.float32)
centred = np.asarray(x, np.float64) - 1e4
right = (centred / np.sqrt(np.mean(centred**2) + 1e-5))[0]
seen = {
    "linen.LayerNorm": nn.LayerNorm(epsilon=1e-5, use_scale=False, use_bias=False).apply({}, x)[0],
    "nn.standardize": jax.nn.standardize(x, epsilon=1e-5)[0],
    "linen.LayerNorm(use_fast_variance=False)": nn.LayerNorm(
        epsilon=1e-5, use_scale=False, use_bias=False, use_fast_variance=False
    ).apply({}, x)[0],
}
for name, found in seen.items():
    print(f"{name} of 10001, 9999, 10000.5, 9999.5: {np.asarray(found)}")
print(f"guessed: {right}")
off = [float(np.max(np.abs(np.asarray(found) / right - 1))) for found in seen.values()]
sys.exit(0 if off[0] > 1 and off[1] > 0.5 and off[2] < 1e-3 else 1)
PYTHON
