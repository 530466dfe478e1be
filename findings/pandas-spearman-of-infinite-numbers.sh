#!/bin/sh
# pandas' DataFrame.corr(method="spearman"): rows with an infinite number are left out, as Series.corr does not, and
# of an infinite row the ranks of the others are counted wrong: -0.447 of two pairs in opposite order. Integers above
# 2^53 are rounded before they are ranked, by both. Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "pandas==3.1.1" "scipy==1.17.1" "numpy==2.4.6"
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
import pandas as pd

print("pandas", pd.__version__)
cases = {
    "inf, 1, 2 and -inf, 2, 1": ([np.inf, 1.0, 2.0], [-np.inf, 2.0, 1.0]),
    "1, 2, 3, inf and 1, 2, 4, 3": ([1.0, 2.0, 3.0, np.inf], [1.0, 2.0, 4.0, 3.0]),
    "2^53, 2^53 + 1, 2^53 + 2, 5 and 1, 2, 3, 4": ([2**53, 2**53 + 1, 2**53 + 2, 5], [1, 2, 3, 4]),
}
seen = []
for name, (x, y) in cases.items():
    table = pd.DataFrame({"x": x, "y": y})
    found, ranked = table.corr(method="spearman").loc["x", "y"], table.rank().corr().loc["x", "y"]
    seen.append((round(found, 3), round(ranked, 3), round(table.x.corr(table.y, method="spearman"), 3)))
    print(f"{name}: DataFrame.corr {seen[-1][0]}, rank().corr() {seen[-1][1]}, Series.corr {seen[-1][2]}")
print("guessed: three times the same number in each row")
sys.exit(0 if seen == [(-0.447, -1.0, -1.0), (1.0, 0.8, 0.8), (-0.316, -0.2, -0.316)] else 1)
PYTHON
