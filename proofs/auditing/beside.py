"""A function's results beside those of the reference, and how near a right one is."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...backends import Setting
from ..engine import catalogue
from ..engine.calls import Call, Recorder
from ..engine.cases import converted
from ..engine.implementations import fixed
from ..language.law import Implementation
from .distance import agreement
from .fitting import adapted
from .gathered import gathered
from .messages import Diagnosis, Explain
from .observed import Observed, apply
from .views import views


@dataclass(frozen=True, slots=True)
class Beside:
    """A function under its adapter, and what it gives."""

    function: Implementation
    seen: Observed


def compared(request: Explain, raw: Implementation, chosen: str, on: Setting, seed: int) -> Beside:
    """The results of a function and of the reference, in the first view of them in which they deviate."""
    name, function = request.function, adapted(request.function, raw, chosen, on)
    made = _calls(request, on, seed, fixed(function))
    references = [apply(catalogue.reference()[name], call) for call in made]
    for view in views(name):
        function = adapted(name, raw, chosen, on)
        seen = Observed.of(function, made, references, on, view)
        if seen.deviating(seen.loose):
            break
    return Beside(function, seen)


def near(request: Explain, raw: Implementation, chosen: str, on: Setting, seed: int) -> Diagnosis:
    """How near a right function is to the reference."""
    seen = compared(request, raw, chosen, on, seed).seen
    return Diagnosis(request.function, (agreement(seen),))


def _calls(request: Explain, on: Setting, seed: int, put: Mapping[str, Any]) -> list[Call]:
    """The calls to compare: those of the counterexamples, and those that the laws make."""
    return [*failing_calls(request, on), *gathered(request.function, on, seed, put)]


def failing_calls(request: Explain, on: Setting) -> Iterator[Call]:
    """The calls that laws make on the counterexamples."""
    for law, found in request.failures.items():
        recorder = Recorder(catalogue.reference(), request.function)
        # A case may have lost what cannot travel between processes; the calls up to there count.
        with np.errstate(all="ignore"), contextlib.suppress(Exception):
            list(catalogue.laws()[law].check(recorder, on, converted(found.case, on)))
        for args, kwargs in recorder.taken():
            yield Call(args, kwargs, law, found.kind)
