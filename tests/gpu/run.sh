#!/usr/bin/env bash
# All that one GPU should show, in less than eight minutes and one result file. Without a GPU it shows that the
# script works: tests/gpu/run.sh result.json strict:device1 torch:cpu
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-gpu.json}
shift || true
export JAX_ENABLE_X64=1 XLA_PYTHON_CLIENT_PREALLOCATE=false PYTHONPATH="$PWD:$PWD/tests${PYTHONPATH:+:$PYTHONPATH}"
exec timeout 480 python tests/gpu/single.py "$out" "$@"
