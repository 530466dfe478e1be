"""One row, measured in a process of its own: `python -m refimpl.proofs.benchmarks._child SPECIFICATION`.

The specification and the answer, the last line of standard output, are JSON.
"""

import json
import os
import random
import sys
import traceback
from dataclasses import asdict
from typing import Any


def main() -> None:
    """Measure what is asked for."""
    asked = json.loads(sys.argv[1])
    out = os.dup(1)
    os.dup2(2, 1)  # what libraries print is not the answer
    try:
        found = _answer(**asked)
    except Exception as error:
        traceback.print_exc()
        found = {"failed": f"{type(error).__name__}: {error}"}
    sys.stdout.flush()
    with os.fdopen(out, "w", encoding="utf-8") as answers:
        answers.write(json.dumps(found) + "\n")


def _answer(name: str, seconds: float, threads: int, side: str) -> dict[str, Any]:
    if threads == 1 and hasattr(os, "sched_setaffinity"):
        # Some libraries count cores where others read variables; which core does not matter.
        os.sched_setaffinity(0, {random.choice(sorted(os.sched_getaffinity(0)))})
    from . import rows  # noqa: PLC0415

    job, _, row = name.partition(".")
    return answer(next(it for it in rows(job) if it.name == row).make(), seconds, side)


def answer(work: Any, seconds: float, side: str) -> dict[str, Any]:
    """What is measured of some work, or of one side of it, where each needs a process of its own."""
    from . import _measure as measure  # noqa: PLC0415
    from ._row import Calls, Commands, Memory  # noqa: PLC0415

    if isinstance(work, Memory):
        given = work.ours if side == "ours" else work.theirs
        return {"memory": given / 2**20 if isinstance(given, int) else measure.raised(given)}
    if isinstance(work, Calls):
        pair = measure.in_turn(work.ours, work.theirs, seconds, work.agree).shared(work.share)
        return {"pair": asdict(pair), "quantity": "CPU seconds"}
    if isinstance(work, Commands):
        pair = measure.commands_in_turn(work.ours, work.theirs, seconds, work.memory)
        return {"pair": asdict(pair), "quantity": "MiB" if work.memory else "CPU seconds"}
    taken = measure.growth(work.make, work.sizes)
    return {"sizes": list(work.sizes), "seconds": taken, "stated": work.stated}


if __name__ == "__main__":
    main()
