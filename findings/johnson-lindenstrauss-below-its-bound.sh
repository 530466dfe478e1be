#!/bin/sh
# scikit-learn's johnson_lindenstrauss_min_dim: the bound that it documents, n_components >= 4 log(n_samples) /
# (eps^2 / 2 - eps^3 / 3), is rounded down, so that the "minimum number of components" is below the bound.
# Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "scikit-learn==1.9.1"
"$folder/venv/bin/python" - <<'PYTHON'
import math
import sys

import sklearn
from sklearn.random_projection import johnson_lindenstrauss_min_dim

print("scikit-learn", sklearn.__version__)
below = 0
cases = [(10**6, 0.5), (1000, 0.1), (20, 0.9), (2, 0.99)]
for n, eps in cases:
    bound = 4 * math.log(n) / (eps**2 / 2 - eps**3 / 3)
    found = int(johnson_lindenstrauss_min_dim(n, eps=eps))
    below += found < bound
    print(f"n = {n}, eps = {eps}: documented n_components >= {bound:.3f}; given {found}")
print("guessed: the smallest whole number that meets the documented inequality, the next one up")
sys.exit(0 if below == len(cases) else 1)
PYTHON
