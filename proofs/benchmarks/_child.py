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
        answer = _answer(**asked)
    except Exception as error:
        traceback.print_exc()
        answer = {"failed": f"{type(error).__name__}: {error}"}
    sys.stdout.flush()
    with os.fdopen(out, "w", encoding="utf-8") as answers:
        answers.write(json.dumps(answer) + "\n")


def _answer(name: str, seconds: float, threads: int, side: str) -> dict[str, Any]:
    if threads == 1 and hasattr(os, "sched_setaffinity"):
        # Some libraries count cores where others read variables; which core does not matter.
        os.sched_setaffinity(0, {random.choice(sorted(os.sched_getaffinity(0)))})
    from . import rows  # noqa: PLC0415
    from ._measure import raised  # noqa: PLC0415
    from ._row import Memory  # noqa: PLC0415

    job, _, row = name.partition(".")
    work = next(it for it in rows(job) if it.name == row).make()
    if not isinstance(work, Memory):
        return _alone(work, seconds)
    given = work.ours if side == "ours" else work.theirs
    return {"memory": given / 2**20 if isinstance(given, int) else raised(given)}


def _alone(work: Any, seconds: float) -> dict[str, Any]:
    """A measurement for which one process is enough; of Memory, how to go on."""
    from . import _measure as measure  # noqa: PLC0415
    from ._row import Calls, Commands  # noqa: PLC0415

    if isinstance(work, Calls):
        pair = measure.in_turn(work.ours, work.theirs, seconds, work.agree)
        pair.theirs[:] = [it / work.share for it in pair.theirs]
        pair.walls[:] = [it * work.share for it in pair.walls]
        return {"pair": asdict(pair), "quantity": "CPU seconds"}
    if isinstance(work, Commands):
        pair = measure.commands_in_turn(work.ours, work.theirs, seconds, work.memory)
        return {"pair": asdict(pair), "quantity": "MiB" if work.memory else "CPU seconds"}
    taken = measure.growth(work.make, work.sizes)
    return {"sizes": list(work.sizes), "seconds": taken, "stated": work.stated}


if __name__ == "__main__":
    main()
