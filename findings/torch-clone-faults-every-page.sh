#!/bin/sh
# On Linux whose huge pages are on request (transparent_hugepage: madvise, a usual setting), torch on the CPU faults
# in every result of 128 MiB by 4 KiB pages, where NumPy asks for huge ones: a clone meets 32,768 page faults beside
# some hundreds of NumPy's copy, and takes about four times as long; so does whatever returns a new tensor, compiled
# or not. With THP_MEM_ALLOC_ENABLE=1 the counts are those of NumPy. Exits with 1 when that changes, and with 2
# where huge pages are not on request, for nothing can be seen there.
set -eu
grep -q '\[madvise\]' /sys/kernel/mm/transparent_hugepage/enabled || { echo "not seen here: no [madvise]"; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "torch==2.13.0" "numpy==2.4.6"
cat > "$folder/count.py" <<'PYTHON'
import resource
import time

import numpy as np
import torch


def least(make):
    """The fewest page faults of five calls, and the least CPU time."""
    found = []
    for _ in range(5):
        faults, start = resource.getrusage(resource.RUSAGE_SELF).ru_minflt, time.process_time()
        kept = make()
        took = time.process_time() - start
        found.append((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - faults, took))
        del kept
    return min(faults for faults, _ in found), min(took for _, took in found)


torch.set_num_threads(1)
x = np.ones((32, 8192, 128), dtype=np.float32)
there = torch.from_numpy(x)
(numpy_faults, numpy_time), (torch_faults, torch_time) = least(x.copy), least(there.clone)
print(f"numpy.copy {numpy_faults} page faults, {1e3 * numpy_time:.0f} ms; ", end="")
print(f"torch.clone {torch_faults} page faults, {1e3 * torch_time:.0f} ms")
raise SystemExit(0 if torch_faults > 8 * numpy_faults else 3)
PYTHON
"$folder/venv/bin/python" -c 'import torch; print("torch", torch.__version__)'
usual=0; "$folder/venv/bin/python" "$folder/count.py" || usual=$?
echo "with THP_MEM_ALLOC_ENABLE=1:"
asked=0; THP_MEM_ALLOC_ENABLE=1 "$folder/venv/bin/python" "$folder/count.py" || asked=$?
echo "guessed: as many faults, and as long, as NumPy's copy of the same numbers"
[ "$usual" = 0 ] && [ "$asked" = 3 ]
