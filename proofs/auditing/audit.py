"""Audits functions: every law about each, in processes of their own, then a diagnosis."""

import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, TypeAlias

from ... import backends
from ..._errors import DTypeError, UnknownNameError, told
from ..._xp import check_integer, check_number
from ...public import naming
from ..engine import catalogue
from ..engine.foreign import cleaned
from ..engine.planning import DTYPES, EXAMPLES, no_dtype
from ..language.law import Implementation
from . import expected as known
from . import forked, wishes
from .exceptions import chosen
from .found import ACCEPTABLE, FAILED
from .messages import Diagnosis, Explain, Load, Loaded, Tried, Try, outcome_of
from .process import Process
from .report import Report
from .session import LoadError, Session, workers
from .targets import Source, sources

TIMEOUT = 60.0
"""Seconds for one law, of processor time or of sleep."""
MEMORY = 4 << 30
"""Bytes that an audited process may take."""

Answer: TypeAlias = Loaded | Tried | Diagnosis


@dataclass(frozen=True, slots=True)
class Plan:
    """An audit that is ready to run."""

    load: Load
    requests: tuple[Try, ...]
    timeout: float
    jobs: int
    isolated: bool
    diagnosis: bool = True
    first: Process | None = None
    """The first process, if it was started before."""

    def begun(self) -> "Plan":
        """With the first process, which is a fork of this one if it may be: soon there are other threads."""
        if not (self.isolated and forked.possible()):
            return self
        return replace(self, first=Process(self.load, self.timeout, fork=True))

    def run(self) -> Generator[Answer, None, None]:
        """Answers as they come: what was loaded, each law, each diagnosis. Closing it ends the work."""
        tried: list[Tried] = []
        try:
            with (
                Session(self.load, self.timeout, self.jobs, self.first)
                if self.isolated
                else _Here(self.load) as session
            ):
                yield session.loaded
                for answer in session.run(self.requests):
                    if isinstance(answer, Tried):
                        answer = known.settled(self.load.expected, answer)  # noqa: PLW2901
                        tried.append(answer)
                    yield answer
                yield from session.run(self._questions(tried))
        except LoadError as error:
            load = replace(self.load, device=error.device)
            for request in self.requests:
                failed = outcome_of(load, request, error.verdict, error.reason)
                yield known.settled(self.load.expected, failed)

    def _questions(self, tried: Sequence[Tried]) -> list[Explain]:
        """One for every function: why it failed, how many digits it loses, or how near it is."""
        questions = []
        for name in self.load.sources:
            outcomes = [t.outcome for t in tried if t.function == name]
            failed = [o for o in outcomes if o.verdict in FAILED]
            imprecise = [o for o in outcomes if o.verdict == "imprecise"]
            if any("process" in o.reason or o.verdict == "timed out" for o in failed):
                continue
            if self.diagnosis or (imprecise and not failed):  # whether that is wrong hangs on the digits left
                told = {o.law: o.counterexample for o in failed or imprecise if o.counterexample is not None}
                questions.append(Explain(name, bool(failed), told, bool(imprecise)))
        return questions


class _Here:
    """In the place of a Session: everything in this process, without limits."""

    def __init__(self, load: Load) -> None:
        from .audited import Audited  # noqa: PLC0415  (what a parent does not need)

        self._audited = Audited(load)
        self.loaded = cleaned(self._audited.load())

    def run(self, requests: Sequence[Try | Explain]) -> Generator[Tried | Diagnosis, None, None]:
        """Answers one after the other."""
        for request in requests:
            yield cleaned(self._answer(request))

    def _answer(self, request: Try | Explain) -> Tried | Diagnosis:
        return self._audited.attempt(request) if isinstance(request, Try) else self._audited.explain(request)

    def __enter__(self) -> "_Here":
        return self

    def __exit__(self, *_: object) -> None:
        pass


def plan(
    targets: Mapping[str, str | Implementation],
    *,
    adapter: str | Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
    edges: Mapping[str, str] = MappingProxyType({}),
    backend: str = "numpy",
    dtype: str = "float64",
    device: str | None = None,
    laws: Sequence[str] = (),
    examples: int = EXAMPLES,
    seed: int = 0,
    timeout: float = TIMEOUT,
    memory: int | None = MEMORY,
    jobs: int | None = None,
    isolated: bool = True,
    accept: str | Sequence[str] = (),
    diagnosis: bool = True,
    expected: Mapping[str, str] = MappingProxyType({}),
    gradient: bool = False,
    backward: Mapping[str, str | Implementation] = MappingProxyType({}),
) -> Plan:
    """Check everything that `audit` is given, before any foreign code runs."""
    gradient = gradient or bool(backward)
    naming("audit")(check_integer)("examples", examples, 1)
    naming("audit")(check_number)("timeout", timeout, 0.0)
    if dtype not in DTYPES:
        raise DTypeError(told("audit", "dtype", dtype, f"one of {', '.join(DTYPES)}", no_dtype(dtype)))
    backends.check_name(backend)
    alone = {name: f"refimpl.{name.replace('.', ':')}" for name in backward}
    found = sources(targets or alone, isolated=isolated)
    generic, used = wishes.adapters([adapter] if isinstance(adapter, str) else adapter, found)
    taken = wishes.options(options or {}, found)
    accepted = _accepted([accept] if isinstance(accept, str) else accept)
    load = Load(
        found, used, backend, dtype, device, memory, seed, chosen(edges, found),
        accepted=accepted, generic=generic, options=taken, gradient=gradient,
        backward=_backward(backward, found, isolated),
    )  # fmt: skip
    if gradient:
        _check_differentiable(load)
    requests = tuple(Try(name, law, examples) for name in found for law in _laws(name, laws, gradient))
    if not requests:
        raise UnknownNameError(f"audit: no law that matches {', '.join(laws)} is about {', '.join(found)}")
    load = replace(load, expected=known.checked(expected, requests))
    return Plan(load, requests, timeout, jobs or workers(len(requests)), isolated, diagnosis)


def _backward(
    backward: Mapping[str, str | Implementation], found: Mapping[str, Source], isolated: bool
) -> Mapping[str, Source]:
    """Where backward functions come from, each of a function that is audited."""
    if unknown := set(backward) - set(found):
        known = ", ".join(found)
        raise UnknownNameError(told("audit", "backward", ", ".join(unknown), f"of what is audited: {known}"))
    return sources(backward, isolated=isolated) if backward else {}


def _check_differentiable(load: Load) -> None:
    """Require functions that have derivatives, and something that computes them."""
    from ..engine.gradient.laws import reason  # noqa: PLC0415  (differentiates on balls)

    on = load.setting()
    for name in load.sources:
        if why := reason(name):
            raise UnknownNameError(f"audit: {name} has no gradient: {why}")
        if on.backend.vjp is None and name not in load.backward:
            advice = "Choose torch or jax, or give a backward function"
            got, expected = on.backend.name, "a library that differentiates"
            raise DTypeError(told("audit", "backend", got, expected, advice))


def _laws(name: str, patterns: Sequence[str], gradient: bool) -> list[str]:
    known = catalogue.gradients() if gradient else catalogue.laws()
    chosen = catalogue.select(patterns, known, "law")
    about = [law for law in chosen if name in known[law].about]
    # Practice differs in what becomes of NaN, so that is a question of its own, which has to be asked.
    return about if patterns else [law for law in about if not law.endswith("-nan")]


def _accepted(verdicts: Sequence[str]) -> tuple[str, ...]:
    """The verdicts short of "held" that are good enough."""
    for verdict in verdicts:
        if verdict not in ACCEPTABLE:
            raise UnknownNameError(told("audit", "accept", verdict, f"one of {', '.join(ACCEPTABLE)}"))
    return tuple(verdicts)


def audit(
    targets: Mapping[str, str | Implementation],
    /,
    *,
    adapter: str | Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
    edges: Mapping[str, str] = MappingProxyType({}),
    backend: str = "numpy",
    dtype: str = "float64",
    device: str | None = None,
    laws: Sequence[str] = (),
    examples: int = EXAMPLES,
    seed: int = 0,
    timeout: float = TIMEOUT,
    memory: int | None = MEMORY,
    jobs: int | None = None,
    isolated: bool = True,
    accept: str | Sequence[str] = (),
    diagnosis: bool = True,
    expected: Mapping[str, str] = MappingProxyType({}),
    gradient: bool = False,
    backward: Mapping[str, str | Implementation] = MappingProxyType({}),
) -> Report:
    """Audit functions against refimpl's laws, each in a process of its own, and say what is wrong.

    Every law about a function runs with that function in the place of the reference and all others
    from refimpl. A function that fails is then compared with every known mistake, also under the
    conventions of the adapters.

    Parameters
    ----------
    targets : mapping
        {"rope.rotate": function} by refimpl's names; a function, or the text "package.module:function" or
        "path/to/file.py:function".
    adapter : name or names
        Conventions of the functions, see `refimpl list adapters`; each is used where it exists.
    options : mapping
        {"ramp": "code"}: what options that a function lacks stand for in it. Otherwise they stand at
        refimpl's default, or at the value with which the results agree best.
    edges : mapping
        What the functions may give where practice differs, such as {"zero-vector": "0"}; see `refimpl list
        edges`. Elsewhere, and for other values, nothing is forgiven.
    backend, dtype, device
        The array library whose arrays the functions take, or any Array API module by its name, as in `prove`,
        and where. JAX needs refimpl.backends.jax.enable_x64() first. In float16 and bfloat16 the report says
        which contract a function keeps to: float32 rounded once, or the roundings of the format.
    laws : patterns
        Only these laws; all about the functions by default.
    examples, seed
        Inputs per law, and what they are drawn from.
    timeout, memory
        Seconds for one law, of processor time or of sleep: how busy the machine is does not count. Bytes for
        one process (not limited on GPUs; None: no limit).
    jobs
        Processes at a time; up to one for each core by default.
    isolated : bool
        False runs everything in this process, without limits, for use with a debugger.
    accept : verdict or verdicts
        "imprecise" (the right formula; digits are lost) and "edge" count as held in `report.holds`,
        `report.exit_code` and tests; they are reported as what they are.
    diagnosis : bool
        False leaves out why a function is wrong, which takes about as long as its laws.
    expected : mapping
        Known failures, {law: reason}, or {"function:law": reason}: they count as held, and are reported as
        expected. A law that holds although it is among them is stale, which is a failure.
    gradient : bool
        Judges gradients in the place of results: the vector-Jacobian products of the functions, as torch or
        jax differentiates them, against the proven derivative of the reference.
    backward : mapping
        {"rope.rotate": function}: backward functions that are judged in the place of a library's gradients.
        They take (cotangent, *arguments, **options) in refimpl's order, the cotangent as a tuple if the
        result has several arrays, and give one gradient for each real array among the arguments (None for
        zeros).

    Returns
    -------
    Report: outcomes, diagnoses, counterexamples; `report.holds` if all laws held.

    Raises
    ------
    TargetError, UnknownNameError, DTypeError, DomainError, BackendUnavailableError
        for a function, law, adapter, option, backend or dtype that does not exist, and for a function that
        requires arguments of its own.

    Examples
    --------
    >>> def mine(factor, /, *, dim):
    ...     return factor ** (2 / dim)
    >>> report = audit({"rope.ntk_scale": mine}, examples=3)
    >>> report.verdict, report.diagnoses[0].mistakes
    ('refuted', ('rope.ntk_scale/exponent-2-over-d',))
    """
    started = time.perf_counter()
    ready = plan(
        targets, adapter=adapter, options=options, edges=edges, backend=backend, dtype=dtype, device=device,
        laws=laws, examples=examples, seed=seed, timeout=timeout, memory=memory, jobs=jobs,
        isolated=isolated, accept=accept, diagnosis=diagnosis, expected=expected, gradient=gradient,
        backward=backward,
    )  # fmt: skip
    answers = list(ready.run())
    return Report.of(ready.load, ready.requests, answers, time.perf_counter() - started)
