"""What the audited process and its parent say to each other.

Requests go as ordinary pickles. Answers come from a process that runs foreign code, so they are
read by an unpickler that makes nothing but the classes named here.
"""

import io
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field, is_dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from ... import backends
from ...backends import Setting
from ..engine.cases import items
from ..engine.errors import Errors
from ..engine.foreign import shown
from ..engine.general.sources import Drawn
from ..engine.loading import loaded
from ..engine.runner import Counterexample, Outcome
from ..language.judge import Finding
from .remarks import Accumulates, Digits, Halved, Kept
from .targets import Source


@dataclass(frozen=True, slots=True)
class Load:
    """The first request: the functions, and how they are run."""

    sources: Mapping[str, Source]
    adapters: Mapping[str, str]
    """The id of the adapter of each function that has one."""
    backend: str
    dtype: str
    device: str | None
    """The one that is asked for; the library's first if none is."""
    memory: int | None
    """Bytes that the process may take where arrays lie in it."""
    seed: int
    edges: Mapping[str, str] = field(default_factory=dict)
    """The values that are adopted at edges, by the ids of these."""
    accepted: tuple[str, ...] = ()
    """Verdicts that count as held."""
    generic: tuple[str, ...] = ()
    """Adapters that go with any function, by name."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What options that functions lack are taken for."""
    expected: Mapping[str, str] = field(default_factory=dict)
    """Known failures: laws, or "function:law", with the reason."""
    gradient: bool = False
    """Whether gradients are judged, in the place of results."""
    backward: Mapping[str, Source] = field(default_factory=dict)
    """Backward functions, of functions that have one of their own."""

    def setting(self) -> Setting:
        """Where they run; the library is loaded."""
        return Setting.of(backends.get(self.backend), self.dtype, self.device)


@dataclass(frozen=True, slots=True)
class Discover:
    """Which functions of a document a module has."""

    module: str
    document: str


@dataclass(frozen=True, slots=True)
class Guess:
    """Which functions of refimpl the functions of a module may be, or the one of a name."""

    module: str
    function: str = ""


@dataclass(frozen=True, slots=True)
class Try:
    """Try one law on one function."""

    function: str
    law: str
    examples: int


@dataclass(frozen=True, slots=True)
class Explain:
    """Compare a function with the reference, with mistakes and under other adapters."""

    function: str
    failed: bool = True
    failures: Mapping[str, Counterexample] = field(default_factory=dict)
    """The laws that it failed, with the inputs."""
    imprecise: bool = False
    """Whether it loses digits in some law."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Loading failed: `missing` if there is no such thing, else the user's code raised."""

    reason: str
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded."""

    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Options of the reference that each function lacks."""
    fitted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Sentences on how each function is called."""
    notes: tuple[str, ...] = ()
    """What could not be limited."""
    names: tuple[str, ...] = ()
    """Functions discovered."""
    likely: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What each function may be, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Ready:
    """What the process says before it loads any foreign code."""

    device: str
    notes: tuple[str, ...]
    """What could not be limited."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One call of the function under test that went wrong."""

    function: str
    arguments: tuple[str, ...]
    expected: str
    got: str
    place: str
    ulps: float
    script: str
    """A program that shows it, or why there is none."""
    call: str = ""
    """The call of refimpl's function, as Python that can be pasted."""
    origin: str = ""
    """The law whose call it is, and its kind."""
    apart: str = ""
    """How far the two are apart, in words."""
    beside: tuple[tuple[str, str, str, float], ...] = ()
    """Some entries of that part of the results, the one at `place` too: index, expected, got, ulps apart."""

    @property
    def program(self) -> bool:
        """Whether there is one."""
        return not self.script.startswith("no program")


@dataclass(frozen=True, slots=True)
class Tried:
    """The answer to Try."""

    function: str
    outcome: Outcome
    shown: Shown | None = None


def outcome_of(load: Load, request: Try, verdict: Any, reason: str) -> Tried:
    """An answer that no law gave."""
    device = load.device or ""  # not known if the process died before it said so
    outcome = Outcome(request.law, verdict, load.backend, device, load.dtype, load.seed, reason=reason)
    return Tried(request.function, outcome)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong with a function, as far as comparison tells."""

    function: str
    sentences: tuple[str, ...]
    mistakes: tuple[str, ...] = ()
    """Known mistakes that explain all results; several if they cannot be told apart."""
    adapter: str = ""
    """The adapter under which this is so."""
    right: bool = False
    """Right under that adapter."""
    cause: str = ""
    """Why the function is wrong, in one sentence; empty if no cause is known."""
    digits: Digits | None = None
    """Of a function that is imprecise and not otherwise wrong."""
    shown: Shown | None = None
    """A typical call at which the function is wrong."""
    contract: Kept | None = None
    """In half precision: what the function keeps to."""
    halved: Halved | None = None
    """In half precision: what it rounds on the way."""
    accumulates: Accumulates | None = None
    """In half precision: that errors grow with the length of an axis."""
    errors: Errors = field(default_factory=Errors)
    """Of all calls, against the quantity where digits begin to go, if there is one, or the input's size."""


_CLASSES = {
    (kind.__module__, kind.__qualname__)
    for kind in (
        Failed,
        Loaded,
        Ready,
        Shown,
        Tried,
        Diagnosis,
        Digits,
        Kept,
        Accumulates,
        Halved,
        Outcome,
        Errors,
        Counterexample,
        Drawn,
        Finding,
    )
} | {("refimpl.proofs.engine.gradient.laws", "Drawn")}  # which only audits of gradients load
_NUMPY = {
    ("numpy", "ndarray"), ("numpy", "dtype"), ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"), ("numpy._core.numeric", "_frombuffer"),
}  # fmt: skip


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _CLASSES | _NUMPY:
            return super().find_class(module, name)
        if any(it.proves(module) for it in loaded().values()):  # a case of one of its laws
            found = super().find_class(module, name)
            if isinstance(found, type) and is_dataclass(found):
                return found
        raise pickle.UnpicklingError(f"unexpected {module}.{name} in an answer")


def read(content: bytes) -> Any:
    """An answer; anything unexpected in it is an error."""
    return _Reader(io.BytesIO(content)).load()


def write(answer: Any) -> bytes:
    """An answer as bytes. What may not travel in a counterexample goes as text."""
    if isinstance(answer, Tried):
        answer = replace(answer, outcome=_plain_outcome(answer.outcome))
    return pickle.dumps(answer)


def _plain_outcome(outcome: Outcome) -> Outcome:
    found = outcome.counterexample
    if found is not None:
        finding = found.finding and replace(
            found.finding, left=_plain(found.finding.left), right=_plain(found.finding.right)
        )
        found = replace(found, case=_plain_case(found.case), finding=finding)
    return replace(outcome, examples=dict(outcome.examples), counterexample=found)


def _plain_case(case: Any) -> Any:
    if isinstance(case, Drawn):
        return replace(case, cases=[_plain_case(part) for part in case.cases])
    return replace(case, **{name: _plain(value) for name, value in items(case).items()})


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping | MappingProxyType):
        return {str(key): _plain(part) for key, part in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_plain(part) for part in value)
    return value if value is None or type(value) in (bool, int, float, str) else shown(value)
