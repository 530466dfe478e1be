#!/bin/sh
# Polars: corr(method="spearman") ranks NaN as the largest number, while corr of Pearson is NaN, as are both of SciPy.
# Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "polars==2.1.0"
"$folder/venv/bin/python" - <<'PYTHON'
import math
import sys

import polars as pl

print("polars", pl.__version__)
table = pl.DataFrame({"x": [1.0, 2.0, 3.0, math.nan], "y": [1.0, 2.0, 3.0, 0.0]})
spearman, pearson = (table.select(pl.corr("x", "y", method=it)).item() for it in ("spearman", "pearson"))
print(f"corr of x = 1, 2, 3, NaN and y = 1, 2, 3, 0: spearman {spearman}, pearson {pearson}")
print("guessed: NaN from both, or 1 of the three pairs that there are, as in pandas")
sys.exit(0 if abs(spearman + 0.2) < 1e-12 and math.isnan(pearson) else 1)
PYTHON
