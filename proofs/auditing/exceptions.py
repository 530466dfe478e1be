"""Which edges, where practice differs, a function that fails is right except for."""

from collections.abc import Mapping
from dataclasses import replace
from functools import wraps
from typing import Any

import numpy as np

from ..._errors import UnknownNameError, told
from ..._names import find
from ...backends import Setting
from ..engine import catalogue
from ..engine.applicable import Standing
from ..engine.cases import converted
from ..engine.implementations import Implementations
from ..engine.runner import Outcome, run_law
from ..language.edge import Adopted, Choice
from ..language.law import Implementation, Law, NotApplicableError


def adopted(name: str, function: Implementation, choice: Choice) -> Adopted:
    """A function with refimpl's values where it gives the chosen ones at edges."""
    return Adopted(function, catalogue.reference()[name], catalogue.edges_of(name), choice)


def everywhere(name: str) -> Choice:
    """All values in use at all edges of a function."""
    return {edge.id: tuple(edge.values) for edge in catalogue.edges_of(name)}


def own(function: Adopted) -> Implementation:
    """The function where it answers itself: calls at which refimpl's value stands in the place of its own are
    none of it."""

    @wraps(function, updated=())
    def call(*args: Any, **kwargs: Any) -> Any:
        function.used.clear()
        result = function(*args, **kwargs)
        if any(not catalogue.edges()[edge].of_form for edge in function.used):
            raise NotApplicableError("it is at an edge")
        return result

    return call


def excepted(
    law: Law, name: str, function: Implementation, outcome: Outcome, on: Setting, *, examples: int, seed: int
) -> tuple[Outcome, Choice]:
    """What is left of the failure of a law where the function is forgiven its edges, and which.

    "edge" if nothing is left. A failure without its edges is the one to look at: where the function differs
    as others do is not what is wrong with it. A function that mixes the values of an edge is not forgiven.
    """
    known = everywhere(name)
    if not known or not _met(law, name, function, outcome, on, known):
        return outcome, {}
    tried = adopted(name, function, known)
    run_law(law, on, examples=examples, seed=seed, replaced={name: tried}, shrink=False)
    values = tried.consistent()
    if not values:
        return outcome, {}
    forgiven: Choice = {
        edge: tried.used[edge] if catalogue.edges()[edge].mixed else (value,)
        for edge, value in values.items()
    }
    replaced = {name: adopted(name, function, forgiven)}
    again = run_law(law, on, examples=examples, seed=seed, replaced=replaced, shrink=False)
    if again.verdict != "held":
        return again, forgiven
    told = names(values)
    return (
        replace(
            again,
            verdict="edge",
            reason="right except at " + "; and at ".join(map(sentence, told)),
            counterexample=outcome.counterexample,
            edges=told,
        ),
        forgiven,
    )


def _met(law: Law, name: str, function: Implementation, outcome: Outcome, on: Setting, known: Choice) -> bool:
    """Whether the case that failed has a call at an edge, with one of the values in use."""
    if outcome.counterexample is None:
        return False
    tried = adopted(name, function, known)
    try:
        with np.errstate(all="ignore"):
            impl = Standing(Implementations(catalogue.reference(), {name: tried}, on))
            list(law.check(impl, on, converted(outcome.counterexample.case, on)))
    except Exception:  # it fails beyond the edge, too; the calls up to here count
        pass
    return bool(tried.used)


def names(values: Mapping[str, str]) -> tuple[str, ...]:
    """Edges and their values as texts."""
    return tuple(f"{edge}={value}" for edge, value in values.items())


def sentence(told: str) -> str:
    """An edge and a value, as "matching.cosine_similarity/zero-vector=0", in words."""
    name, _, value = told.partition("=")
    return catalogue.edges()[name].except_for(value)


def chosen(edges: Mapping[str, str], functions: Mapping[str, object]) -> dict[str, str]:
    """The values by the ids of edges of the functions, from values by names such as "zero-vector"."""
    found: dict[str, str] = {}
    for name, value in edges.items():
        about = [edge for edge in catalogue.edges().values() if edge.function in functions]
        matches = [edge for edge in about if name in (edge.name, edge.id)]
        if not matches:
            find(name, sorted({edge.name for edge in about}), "edge", call="audit", of=", ".join(functions))
        for edge in matches:
            if value not in edge.values:
                expected = f"one of {', '.join(edge.values)}"
                raise UnknownNameError(told("audit", f"edge {edge.id}", value, expected))
            found[edge.id] = value
    return found
