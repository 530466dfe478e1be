"""Results of another dtype than that of the arguments."""

from collections import Counter
from typing import Any

from ..._libraries import is_array
from ..._stored import is_real
from ..engine.implementations import are_whole
from ..language.packing import parts
from .observed import Observed
from .summed import of


def other_dtype(seen: Observed) -> str:
    """Which dtype results have where the reference gives that of the setting; empty if they have it, too."""
    on = seen.on
    found = [
        [dtype for dtype in got if dtype != on.dtype]
        for call, got, wanted in zip(
            seen.calls, map(_dtypes, seen.results), map(_dtypes, seen.references), strict=True
        )
        if got and wanted and all(dtype == on.dtype for dtype in wanted)
        if not are_whole(call.args, call.kwargs)
    ]
    unlike = Counter(_name(dtypes[0]) for dtypes in found if dtypes)
    if not unlike:
        return ""
    [(most, _)] = unlike.most_common(1)
    where = of(unlike.total(), len(found))
    return f"it gives {most} for {on.precision.name} arguments, at {where} calls"


def _dtypes(result: Any) -> list[Any]:
    """Those of the real arrays in a result."""
    return [part.dtype for _, part in parts(result) if is_array(part) and is_real(part)]


def _name(dtype: Any) -> str:
    return str(dtype).rpartition(".")[2]
