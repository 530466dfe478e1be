"""How a user's function is called: adapters around it, and its own signature within them.

From the inside: the user's function; its arguments as it takes them, without options that it lacks; NumPy's
arrays for those of another library; the convention's adapter; what is done with whole batches.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...backends import Setting
from ..engine import catalogue, foreign, generic
from ..language.law import Implementation
from . import inference
from .binding import Binding, described
from .objects import TargetError
from .signatures import PLACEMENT, Match, Parameter, asked, match, parameters, signature


@dataclass(frozen=True, slots=True)
class Manner:
    """What the user has said of how a function is called."""

    generic: tuple[str, ...] = ()
    """Names of adapters that go with any function."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Values of options that it lacks."""
    chosen: dict[tuple[str, str], tuple[Match, Mapping[str, Any]]] = field(default_factory=dict)
    """What was inferred, by function and adapter, so that it is inferred once."""


class Foreign:
    """A user's function, and what is said of how it is called; what is made of it may wrap it."""

    def __init__(self, function: Implementation, manner: Manner) -> None:
        self.__wrapped__ = function
        self.refimpl_manner = manner
        self.__name__ = foreign.name(function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.__wrapped__(*args, **kwargs)


def manner_of(function: Any) -> Manner:
    """What is said of how a function is called, or the one that it wraps."""
    while function is not None:
        if isinstance(found := getattr(function, "refimpl_manner", None), Manner):
            return found
        function = getattr(function, "__wrapped__", None)
    return Manner()


@dataclass(frozen=True, slots=True)
class Fitted:
    """A user's function as one of refimpl's signature."""

    function: Implementation
    lacking: tuple[str, ...] = ()
    """Options that it lacks."""
    notes: tuple[str, ...] = ()
    """Sentences on how it is called, where this is not plain from its signature."""
    fixed_options: Mapping[str, Any] = field(default_factory=dict)
    """The options that it lacks, under refimpl's names, at the values for which it stands."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)


def adapted(
    name: str,
    raw: Implementation,
    adapters: str | Sequence[str] = (),
    on: Setting | None = None,
    *,
    strict: bool = False,
) -> Fitted:
    """A user's function as one of refimpl's signature, under adapters (ids or names, generic ones too).

    Options that it lacks stand at refimpl's default, at what its user says (if it is `Foreign`), or, with a
    setting `on`, at the value with which its results agree best. What wraps a function and has it as
    `__wrapped__` is called as that one is.

    Raises
    ------
    TargetError
        if the function cannot be called so: it requires arguments that there are none for. Without `strict`
        every call raises it instead.
    """
    names = [adapters] if isinstance(adapters, str) else list(adapters)
    special = [_id(name, text) for text in names if text and text not in generic.ADAPTERS]
    manner = manner_of(raw)
    if general := tuple(text for text in names if text in generic.ADAPTERS and text not in manner.generic):
        manner = Manner(manner.generic + general, manner.options)
    fit = _Fit(name, raw, special[0] if special else "", manner, on)
    try:
        return fit.fitted()
    except TargetError as error:
        if strict:
            raise
        return Fitted(_refusing(error))


def _refusing(error: TargetError) -> Implementation:
    def call(*args: Any, **kwargs: Any) -> Any:
        raise TargetError(str(error))

    return call


def _id(name: str, text: str) -> str:
    return text if "/" in text else f"{name}/{text}"


class _Fit:
    """The steps to a fitted function."""

    def __init__(self, name: str, raw: Implementation, adapter: str, manner: Manner, on: Setting | None):
        self.name, self.raw, self.adapter, self.manner, self.on = name, raw, adapter, manner, on
        self.wanted = asked(name, adapter)
        self.own = parameters(raw)

    def fitted(self) -> Fitted:
        """The function, and what is to be said."""
        if self.own is None:
            return Fitted(self._around(self.raw))
        found = match(self.wanted, self.own)
        if found.missing or found.extra:
            raise TargetError(self._refusal(found))
        choice = self._chosen(found)
        lacking = tuple(sorted(n for n in found.lacking if n not in PLACEMENT))
        fixed = {self.wanted.option(n): v for n, v in choice[1].items() if v is not None}
        return Fitted(self._around(self._bound(*choice)), lacking, tuple(self._notes(*choice)), fixed)

    def _bound(self, found: Match, taken: Mapping[str, Any]) -> Implementation:
        assert self.own is not None
        return Binding(self.raw, self.own, self.wanted, found, taken)

    def _around(self, function: Implementation) -> Implementation:
        """The function within all adapters."""
        for name in self.manner.generic:
            if generic.ADAPTERS[name].inner:
                function = generic.ADAPTERS[name].wrap(self.name, function, self.on)
        if self.adapter:
            function = catalogue.adapters()[self.adapter].wrap(function)
        for name in self.manner.generic:
            if not generic.ADAPTERS[name].inner:
                function = generic.ADAPTERS[name].wrap(self.name, function, self.on)
        return function

    def _chosen(self, found: Match) -> tuple[Match, Mapping[str, Any]]:
        """What stands for what: said, or by default, or inferred from results, once."""
        key = self.name, self.adapter
        if key not in self.manner.chosen:
            candidates = list(itertools.islice(self._candidates(found), inference.MOST))
            if len(candidates) == 1 or self.on is None:
                return candidates[0]
            self.manner.chosen[key] = inference.best(
                self.name, candidates, lambda c: self._around(self._bound(*c)), self._options, self.on
            )
        return self.manner.chosen[key]

    def _candidates(self, found: Match) -> Iterator[tuple[Match, Mapping[str, Any]]]:
        lost = [n for n in found.lacking if n not in PLACEMENT]
        said = {self.wanted.option(n): n for n in lost}
        fixed = {n: self.manner.options[o] for o, n in said.items() if o in self.manner.options}
        values = [(fixed[n],) if n in fixed else self._values(n) for n in lost]
        for arrangement in _arrangements(found):
            for chosen in itertools.product(*values):
                yield arrangement, dict(zip(lost, chosen, strict=True))

    def _values(self, name: str) -> tuple[Any, ...]:
        return inference.values(self.name, self.wanted.option(name), self.wanted.defaults.get(name))

    def _options(self, candidate: tuple[Match, Mapping[str, Any]]) -> Mapping[str, Any]:
        """The reference's options at the values that are taken; positional arguments stay as they are."""
        named = {self.wanted.option(n): value for n, value in candidate[1].items()}
        own = signature(self.name)
        return {o: v for o, v in named.items() if o in own and own[o].kind is Parameter.KEYWORD_ONLY}

    def _notes(self, chosen: Match, taken: Mapping[str, Any]) -> Iterator[str]:
        for name, value in taken.items():
            option = self.wanted.option(name)
            if option in self.manner.options:
                yield f"it has no option {option}: taken to be {option}={value!r}, as given"
            elif value != self.wanted.defaults.get(name):
                yield f"it has no option {option}: taken to be {option}={value!r}, with which it agrees best"
        for option in self.manner.options:
            if option in self.wanted.own and option not in map(self.wanted.option, taken):
                yield f"it has the option {option} itself, so what was said of it is not used"
        if renamed := [f"{chosen.targets[n].name} for {n}" for n in chosen.guessed]:
            yield f"its parameters are taken so: {', '.join(renamed)}"
        if self._reordered(chosen):
            names = ", ".join(p.name for p in self.own or ())
            yield f"it is called by the names of its parameters, which stand in the order {names}"

    def _reordered(self, found: Match) -> bool:
        """Whether positional arguments go to other places."""
        own = [p.name for p in self.own or ()]
        places = [own.index(found.targets[n].name) for n in self.wanted.positional if n in found.targets]
        return places != sorted(places)

    def _refusal(self, found: Match) -> str:
        assert self.own is not None
        text = f"audit: {self.name}: {described(self.raw, self.own)}"
        kind = f"the adapter {self.adapter.rpartition('/')[2]}" if self.adapter else "refimpl"
        if found.extra:
            first = found.extra[0]
            text += (
                f" requires {_listed(found.extra)}, which {kind} does not pass; expected the arguments "
                f"{', '.join(self.wanted.names)}. Bind it with functools.partial(function, {first}=...), or "
                f"write a function of these arguments around it"
            )
        else:
            text += (
                f" does not take {_listed(found.missing)}, which {kind} passes; expected the arguments "
                f"{', '.join(self.wanted.names)}. Write a function of these arguments around it"
            )
        if others := [a for a in fitting_adapters(self.name, self.raw) if a != self.adapter]:
            text += f", or name its convention: --adapter {others[0].rpartition('/')[2]}"
        return text


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _arrangements(found: Match) -> list[Match]:
    """All ways to give what has no name of refimpl's to the parameters left; the first is in order."""
    if len(found.guessed) < 2:
        return [found]
    slots = [found.targets[n] for n in found.guessed]
    return [
        replace(found, targets=found.targets | dict(zip(found.guessed, order, strict=True)))
        for order in itertools.permutations(slots)
    ]


def fitting_adapters(name: str, raw: Implementation) -> list[str]:
    """The adapters of a function whose signature a user's function has."""
    own = parameters(raw)
    if own is None:
        return []
    found = []
    for adapter in catalogue.adapters().values():
        if adapter.function == name:
            fit = match(asked(name, adapter.id), own)
            if not fit.extra and not fit.missing:
                found.append(adapter.id)
    return found


def agreeing(name: str, raw: Implementation, adapters: Iterable[str], on: Setting) -> list[str]:
    """The adapters under which a function agrees with the reference at most ordinary calls."""
    return [a for a in adapters if inference.agrees(name, adapted(name, raw, a, on), on)]
