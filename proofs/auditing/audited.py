"""The functions under test, in the process that runs them.

What only wrong functions, gradients or half precision need is imported where they are met.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial, wraps
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from ...backends import HALVES, Setting
from ...backends.jax import enable_x64
from ..engine import catalogue, foreign
from ..engine.calls import Call
from ..engine.implementations import fixed
from ..engine.runner import Outcome, run_law
from ..language.edge import Adopted, Choice
from ..language.law import Implementation, Law
from .beside import failing_calls, near
from .exceptions import adopted, everywhere, own
from .fitting import Fitted, Foreign, Manner, adapted, agreeing, fitting_adapters
from .gathered import gathered, recorded
from .messages import Diagnosis, Explain, Load, Loaded, Tried, Try, outcome_of
from .objects import TargetError
from .options import narrowed
from .targets import call

if TYPE_CHECKING:
    from . import gradients
    from .evidence import Scale


def _on_device(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def there(self: "Audited", *args: Any) -> Any:
        with self.on.current():
            return method(self, *args)

    return there


class Audited:
    """The functions under test, once they are loaded."""

    def __init__(
        self, request: Load, guard: Callable[[Implementation], Implementation] = lambda function: function
    ) -> None:
        self.request, self._guard = request, guard
        self.raw: dict[str, Implementation] = {}
        self.functions: dict[str, Implementation] = {}
        self.backward: dict[str, Implementation] = {}
        self._scales: dict[tuple[str, Any], Scale] = {}
        self._errors: dict[tuple[str, str], Mapping[str, float]] = {}
        if request.backend == "jax":
            enable_x64()  # laws draw int64 positions, and tables are made in float64
        self.on = request.setting()
        (
            catalogue.laws(),
            catalogue.mistakes(),
            catalogue.adapters(),
            catalogue.edges(),
        )  # before foreign code can interfere
        if request.gradient:
            catalogue.gradients()

    @_on_device
    def load(self) -> Loaded:
        """Import the functions; which options each lacks is said."""
        fits: dict[str, Fitted] = {}
        for name, source in self.request.sources.items():
            manner = Manner(self.request.generic, self.request.options)
            found = call(source, name, self.request.adapters.get(name, ""))
            self.raw[name] = Foreign(found, manner)
            fits[name] = self._fitted(name)
            self.functions[name] = self._adapted(name, self.raw[name])
        for name, source in self.request.backward.items():
            from ..engine.gradient import library  # noqa: PLC0415

            self.backward[name] = library.of_backward(name, self._guard(narrowed(name, call(source, name))))
        return Loaded(
            {name: fit.lacking for name, fit in fits.items()}, {name: fit.notes for name, fit in fits.items()}
        )

    def _fitted(self, name: str) -> Fitted:
        """A function under its adapters; one that agrees under another is tried all the same, and told so."""
        chosen, raw = self.request.adapters.get(name, ""), self._guard(self.raw[name])
        try:
            return adapted(name, raw, chosen, self.on, strict=True)
        except TargetError:
            if agreeing(name, raw, set(fitting_adapters(name, raw)) - {chosen}, self.on):
                return adapted(name, raw, chosen, self.on)
            raise

    def _adapted(self, name: str, raw: Implementation, forgiven: Choice = MappingProxyType({})) -> Adopted:
        """A function of the user's as one of refimpl's signature, with the edges that it is forgiven."""
        fit = adapted(name, self._guard(raw), self.request.adapters.get(name, ""), self.on)
        chosen = {edge: (value,) for edge, value in self.request.edges.items()}
        return adopted(name, fit, {**chosen, **forgiven})

    @_on_device
    def attempt(self, request: Try) -> Tried:
        """Run one law, and look for the call that went wrong."""
        law = catalogue.law(request.law)
        if self.request.gradient:
            return Tried(request.function, self._gradient_tried(law, request))
        chosen = self.request.adapters.get(request.function)
        if chosen and law.id in catalogue.adapters()[chosen].beyond:
            reason = f"no function of this convention can meet it in every dtype: `refimpl show {chosen}`"
            return outcome_of(self.request, request, "skipped", reason)
        outcome, function = self._weighed(law, request)
        shown = None
        if outcome.verdict in ("refuted", "imprecise", "edge") and outcome.counterexample is not None:
            from .shown import show  # noqa: PLC0415

            source = self.request.sources[request.function]
            adapter = self.request.adapters.get(request.function, "")
            shown = show(law, self.on, request.function, function, outcome.counterexample, source, adapter)
        return Tried(request.function, outcome, shown)

    def _modes(self, name: str, on: Setting) -> "gradients.Modes":
        """The gradient of a function: its backward function, or what the library makes of it both ways."""
        from ..engine.gradient import library  # noqa: PLC0415

        if name in self.backward:
            return self.backward[name], None
        function = self.functions[name]
        return library.of_library(name, function, on), library.tangent(name, function, on)

    def _gradient_tried(self, law: Law, request: Try) -> Outcome:
        from . import gradients  # noqa: PLC0415

        name, how = request.function, (request.examples, self.request.seed)
        outcome = gradients.attempted(law, name, *self._modes(name, self.on), self.on, *how)
        if outcome.verdict != "refuted":
            return outcome
        errors = partial(self._gradient_errors, name)
        told = gradients.imprecise(law, name, partial(self._modes, name), self.on, outcome, errors, *how)
        return replace(outcome, verdict="imprecise", evidence=told) if told else outcome

    def _gradient_errors(self, name: str, on: Setting) -> Mapping[str, float]:
        """Those of a gradient in a setting, found out once for all laws."""
        from . import gradients  # noqa: PLC0415

        known, place = self._errors, (name, on.precision.name)
        if place not in known:
            known[place] = gradients.errors_by_argument(name, self._modes(name, on)[0], on, self.request.seed)
        return known[place]

    def _gradient_explained(self, name: str, failed: bool) -> Diagnosis:
        """What is wrong with a gradient, and a call that shows it."""
        from . import gradients  # noqa: PLC0415

        if not failed:
            return Diagnosis(name, ())
        put = fixed(self.functions[name])
        seen = gradients.observed(name, self._modes(name, self.on)[0], self.on, self.request.seed, put)
        request = self.request
        origin = gradients.Origin(
            request.sources[name], request.adapters.get(name, ""), request.backward.get(name)
        )
        return replace(gradients.explained(name, seen), shown=gradients.shown(name, seen, origin))

    def _weighed(self, law: Law, request: Try) -> tuple[Outcome, Implementation]:
        """The law's outcome, and the function with the edges that it is forgiven: "edge" where it fails at
        these alone, "imprecise" where it fails on the function and holds on its formula."""
        name = request.function
        how: dict[str, Any] = {"examples": request.examples, "seed": self.request.seed}
        outcome = run_law(law, self.on, replaced={name: self.functions[name]}, shrink=False, **how)
        if outcome.verdict not in ("refuted", "crashed"):
            return outcome, self.functions[name]
        from .evidence import weighed  # noqa: PLC0415

        own, scale = self.functions[name], partial(self._scale, name)
        outcome, forgiven = weighed(law, name, own, outcome, scale, self.on, **how)
        if outcome.verdict in ("edge", "imprecise"):
            return outcome, own
        function = self._adapted(name, self.raw[name], forgiven)
        return run_law(law, self.on, replaced={name: function}, **how), function

    def _scale(self, name: str, forgiven: Choice) -> "Scale":
        """What weighs a function's failures; it is kept, for what it finds out serves all laws."""
        from .evidence import Scale  # noqa: PLC0415

        adapted = partial(self._adapted, name, forgiven=forgiven)
        made = Scale(name, self.raw[name], adapted, self.on, self.request.seed)
        return self._scales.setdefault((name, tuple(forgiven.items())), made)

    @_on_device
    def explain(self, request: Explain) -> Diagnosis:
        """Say what is wrong with a function, or how many digits it loses."""
        if self.request.gradient:
            return self._gradient_explained(request.function, request.failed)
        told = self._explained(request)
        return self._in_half(told) if self.on.precision.name in HALVES else told

    def _in_half(self, told: Diagnosis) -> Diagnosis:
        """What half precision adds to a diagnosis: the contract that the function keeps to, and what it
        rounds on the way. What differs at an edge is no lost digit."""
        from .contracts import judged, kept  # noqa: PLC0415
        from .halved import halved  # noqa: PLC0415
        from .lengthened import accumulates  # noqa: PLC0415

        name, on, left_out = told.function, self.on, Counter[str]()
        function = own(self._adapted(name, self.raw[name], everywhere(name)))
        calls = list(judged(name, function, self._calls(name), on, left_out))
        found = kept(calls, on, left_out)
        grows = accumulates(name, function, gathered(name, on, self.request.seed, fixed(function)), on)
        short = halved(name, calls, on) if found.contract in ("the format's roundings", "neither") else None
        more = tuple(it.sentence for it in (short, grows) if it is not None)
        return replace(
            told, contract=found, halved=short, accumulates=grows, sentences=(*told.sentences, *more),
            cause=told.cause if told.mistakes or told.right or not more else more[0],
        )  # fmt: skip

    def _explained(self, request: Explain) -> Diagnosis:
        name, raw = request.function, self.raw[request.function]
        if request.imprecise and not request.failed:
            from .precision import digits  # noqa: PLC0415

            function = self._adapted(name, raw, everywhere(name))  # what differs at an edge is no lost digit
            made = [*failing_calls(request, self.on), *self._calls(name)]
            found = digits(name, function, self._adapted(name, raw), made, self.on)
            told = Diagnosis(name, tuple(found.lines()), cause=found.wrong, digits=found)
            return self._with_calls(told, made)
        chosen = self.request.adapters.get(name, "")
        with np.errstate(all="ignore"):  # candidates meet values outside their domains
            if not request.failed:
                return near(request, self._guard(raw), chosen, self.on, self.request.seed)
            from .diagnosis import explain  # noqa: PLC0415

            told = explain(request, self._guard(raw), chosen, self.on, self.request.seed)
            return self._with_calls(told, self._calls(name))

    def _calls(self, name: str) -> Sequence[Call]:
        """The calls that laws make of a function."""
        return recorded(name, self.on, self.request.seed, fixed(self.functions[name]))

    def _with_calls(self, told: Diagnosis, made: Sequence[Call]) -> Diagnosis:
        """A diagnosis with a call at which the function is wrong as it usually is, and the errors of all."""
        from .shown import looked, typical  # noqa: PLC0415
        from .spread import errors  # noqa: PLC0415

        name = told.function
        source, adapter = self.request.sources[name], self.request.adapters.get(name, "")
        function = self._adapted(name, self.raw[name], everywhere(name))  # an edge is not typical
        calls = looked(name, function, made, self.on)
        begins = told.digits.begins if told.digits is not None else ""
        return replace(
            told, shown=typical(name, calls, self.on, source, adapter),
            errors=errors(name, calls, self.on, begins),
        )  # fmt: skip

    def crashed(self, request: Try, error: BaseException) -> Tried:
        """An answer for what the runner did not catch: a KeyboardInterrupt in it, or our own fault."""
        who = "the audit itself" if isinstance(error, Exception) else request.function
        return outcome_of(self.request, request, "crashed", f"{who} raised {foreign.raised(error)}")
