"""How the errors of a function spread over its calls: against the quantity where digits begin to go, if there
is one, or else the size of the inputs."""

from collections.abc import Sequence

from ...backends import Setting
from ..engine import errors as kept
from ..engine.calls import Call
from ..engine.errors import Errors
from .changes import named
from .observed import Observed
from .patterns import measured
from .shown import Seen

MOST = 48


def errors(name: str, calls: Sequence[tuple[Call, Seen]], on: Setting, begins: str = "") -> Errors:
    """The errors of calls; `begins` is the sentence that says where digits begin to go."""
    of, sizes = _quantity(name, calls, on, begins) if begins else ("", {})
    if len(sizes) < len(calls):
        told = [kept.size(named(name, call)) for call, _ in calls]
        steps = {text for text, _ in told}
        if len(steps) > 1:  # steps of some calls, sizes of others
            told = [(kept.SIZE, size if text == kept.SIZE else 0.0) for text, size in told]
        of, sizes = (told[0][0] if told else "", dict(enumerate(size for _, size in told)))
    nan = float("nan")
    points = [
        (call.kind, sizes[place], seen.size / (2 * on.u), nan) for place, (call, seen) in enumerate(calls)
    ]
    return kept.kept(of, points, MOST)


def _quantity(
    name: str, calls: Sequence[tuple[Call, Seen]], on: Setting, begins: str
) -> tuple[str, dict[int, float]]:
    """The quantity that a sentence names, and how large it is at each call."""
    seen = Observed([call for call, _ in calls], (), (), on)
    for text, numbers in measured(seen, name, range(len(calls))):
        if f" for {text} " in begins:
            return text, numbers
    return "", {}
