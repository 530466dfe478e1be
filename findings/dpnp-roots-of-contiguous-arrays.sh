#!/bin/sh
# dpnp on a CPU: sqrt of a contiguous float64 array is not correctly rounded, of the same numbers with a stride it
# is; sin differs between the two at most numbers. And the wheels alone find no device: the files by which OpenCL's
# loader looks for a driver hold a path of the machine that built them. Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "dpnp==0.20.0" "dpctl==0.22.1" "intel-opencl-rt==2026.2.0" "numpy==2.4.6"
alone=$("$folder/venv/bin/python" -c "import dpctl; print(len(dpctl.get_devices()))")
echo "devices that the wheels alone find: $alone (guessed: 1, the CPU)"
OCL_ICD_FILENAMES="$folder/venv/lib/libintelocl.so" ALONE="$alone" "$folder/venv/bin/python" - <<'PYTHON'
import os
import sys

import dpctl
import dpnp
import numpy as np

print("dpnp", dpnp.__version__, *(device.name for device in dpctl.get_devices()))
points = np.random.default_rng(0).uniform(0.1, 4.0, 100_000)
contiguous, strided = dpnp.asarray(points), dpnp.asarray(np.repeat(points, 2))[::2]
root, with_stride, right = dpnp.sqrt(contiguous).asnumpy(), dpnp.sqrt(strided).asnumpy(), np.sqrt(points)
wrong = int(np.sum(root != right)), int(np.sum(with_stride != right))
print(f"sqrt of {len(points)} float64 numbers, not correctly rounded: contiguous {wrong[0]}, strided {wrong[1]}")
sines = int(np.sum(dpnp.sin(contiguous).asnumpy() != dpnp.sin(strided).asnumpy()))
print(f"sin of the same numbers, contiguous and strided: {sines} differ")
print("guessed: IEEE 754's sqrt is correctly rounded, and strides change no number")
sys.exit(0 if os.environ["ALONE"] == "0" and wrong[0] > 100 and wrong[1] == 0 and sines > 10_000 else 1)
PYTHON
