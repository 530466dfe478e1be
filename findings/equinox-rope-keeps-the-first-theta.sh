#!/bin/sh
# equinox.nn.RotaryPositionalEmbedding keeps its tables by the size alone: of two embeddings of one size the
# second turns by the theta of the first.
# Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "equinox==0.13.8" "jax==0.10.2" "jaxlib==0.10.2" "numpy==2.4.6"
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

print("equinox", eqx.__version__, "jax", jax.__version__)
size = 8
ones = jnp.concatenate([jnp.ones((2, size // 2)), jnp.zeros((2, size // 2))], axis=-1)


def angles(theta):
    cos, sin = jnp.split(eqx.nn.RotaryPositionalEmbedding(size, theta=theta)(ones)[1], 2)
    return np.asarray(jnp.atan2(sin, cos))


first, second = angles(10_000.0), angles(500_000.0)
exact = 500_000.0 ** (-np.arange(0, size, 2) / size)
print(f"angles at position 1 with theta=10000:  {first}")
print(f"then with theta=500000:                 {second}")
print(f"guessed:                                {exact}")
sys.exit(0 if np.array_equal(first, second) and abs(second[1] / exact[1] - 1) > 1 else 1)
PYTHON
