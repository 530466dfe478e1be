#!/bin/sh
# jax.experimental.ode.odeint: times that decrease give NaN, and no error; scipy.integrate.solve_ivp goes back.
# Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "jax==0.10.2" "jaxlib==0.10.2" "numpy==2.4.6"
"$folder/venv/bin/python" - <<'PYTHON'
import math
import sys

import jax
import jax.numpy as jnp
from jax.experimental.ode import odeint

print("jax", jax.__version__)
there, back = (odeint(lambda y, t: -y, 1.0, jnp.asarray(times)) for times in ([0.0, 0.5, 1.0], [1.0, 0.5, 0.0]))
print("y' = -y from y = 1, at 0, 0.5, 1:", there, "at 1, 0.5, 0:", back)
print("guessed: 1, 1.649, 2.718 on the way back, or an error")
sys.exit(0 if abs(float(there[2]) - math.exp(-1)) < 1e-4 and bool(jnp.isnan(back[1:]).all()) else 1)
PYTHON
