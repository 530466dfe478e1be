#!/bin/sh
# arviz-stats' psislw takes log-likelihoods and smooths their negatives, where ArviZ's of the same name took
# log-weights: with log-weights it smooths the wrong tail, and its k says nothing of them.
# Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "arviz-stats==0.8.0" "numpy" "scipy"
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import arviz_stats
import numpy as np
from arviz_stats.base import array_stats

print("arviz-stats", arviz_stats.__version__)
log_weights = -np.log(1 - (np.arange(100) + 0.5) / 100)  # of a Pareto distribution with k = 1
weights, k = array_stats.psislw(log_weights)
_, right = array_stats.psislw(-log_weights)
top = int(np.argmax(weights))
print(f"log-weights with a heavy tail: k {float(k):.2f}, the largest smoothed weight at the draw {top} of 0 … 99")
print(f"of their negatives: k {float(right):.2f}")
print("guessed: the largest weight stays the largest, and k is near 1")
sys.exit(0 if top == 0 and right > 0.7 > k else 1)
PYTHON
