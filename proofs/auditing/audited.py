"""The functions under test, in the process that runs them."""

from collections.abc import Callable

from ... import backends
from ...backends import Setting
from ...backends.jax import enable_x64
from .. import catalogue
from ..law import Implementation
from ..runner import run_law
from .diagnosis import explain
from .exceptions import adopted, excepted
from .messages import Diagnosis, Explain, Load, Loaded, Tried, Try, outcome_of
from .options import lacking, narrowed
from .shown import show
from .targets import call


class Audited:
    """The functions under test, once they are loaded."""

    def __init__(
        self, request: Load, guard: Callable[[Implementation], Implementation] = lambda function: function
    ) -> None:
        self.request, self._guard = request, guard
        self.raw: dict[str, Implementation] = {}
        self.functions: dict[str, Implementation] = {}
        if request.backend == "jax":
            enable_x64()  # laws draw int64 positions, and tables are made in float64
        self.on = Setting.of(backends.get(request.backend), request.dtype, request.device)
        (
            catalogue.laws(),
            catalogue.mistakes(),
            catalogue.adapters(),
            catalogue.edges(),
        )  # before foreign code can interfere

    def load(self) -> Loaded:
        """Import the functions; which options each lacks is said."""
        lacks: dict[str, tuple[str, ...]] = {}
        for name, source in self.request.sources.items():
            self.raw[name] = self._guard(call(source))
            chosen = self.request.adapters.get(name)
            wrapped = catalogue.adapters()[chosen].wrap(self.raw[name]) if chosen else self.raw[name]
            forgiven = {edge: (value,) for edge, value in self.request.edges.items()}
            self.functions[name] = adopted(name, narrowed(name, wrapped), forgiven)
            lacks[name] = lacking(name, wrapped)  # what an adapter supplies is not lacking
        return Loaded(lacks)

    def attempt(self, request: Try) -> Tried:
        """Run one law, and look for the call that went wrong."""
        law, function = catalogue.laws()[request.law], self.functions[request.function]
        chosen = self.request.adapters.get(request.function)
        if chosen and law.id in catalogue.adapters()[chosen].beyond:
            reason = f"no function of this convention can meet it in every dtype: `refimpl show {chosen}`"
            return outcome_of(self.request, request, "skipped", reason)
        how: dict[str, int] = {"examples": request.examples, "seed": self.request.seed}
        outcome = run_law(law, self.on, replaced={request.function: function}, **how)
        if outcome.verdict in ("refuted", "crashed"):
            outcome, forgiven = excepted(law, request.function, function, outcome, self.on, **how)
            function = function if outcome.verdict == "edge" else forgiven
        shown = None
        if outcome.verdict in ("refuted", "edge") and outcome.counterexample is not None:
            source = self.request.sources[request.function]
            adapter = self.request.adapters.get(request.function, "")
            shown = show(law, self.on, request.function, function, outcome.counterexample, source, adapter)
        return Tried(request.function, outcome, shown)

    def explain(self, request: Explain) -> Diagnosis:
        """Say what is wrong with a function."""
        chosen = self.request.adapters.get(request.function, "")
        return explain(request, self.raw[request.function], chosen, self.on, self.request.seed)

    def crashed(self, request: Try, error: BaseException) -> Tried:
        """An answer for what the runner did not catch: a KeyboardInterrupt in it, or our own fault."""
        who = "the audit itself" if isinstance(error, Exception) else request.function
        return outcome_of(self.request, request, "crashed", f"{who} raised {type(error).__name__}: {error}")
