"""Names agree: a topic has one name in functions and proofs, and ids of laws spell functions as they are."""

import inspect
import pkgutil
from importlib import import_module

import pytest

from refimpl.proofs.engine import installed, registry
from refimpl.proofs.language.law import Law
from refimpl.proofs.language.mistake import Mistake

CROSSING = {
    "argmaxable.certificates", "argmaxable.mistakes_of_classify", "argmaxable.mistakes_of_optima",
    "argmaxable.optima", "ddpm.batches", "ddpm.mistakes_of_products", "ddpm.process_sampling",
    "ddpm.schedules", "flow.marginals", "matching.cosines", "matching.mistakes_of_cosines", "residual.depth",
    "residual.norms", "residual.stacks", "rope.batches", "rope.mistakes_of_width", "rope.ramps",
    "transport.batches", "transport.bounds", "transport.diffusion", "transport.mistakes_of_bounds",
}  # fmt: skip
"""Modules of proofs whose laws or mistakes have no module of functions in common."""


def _home(function: str) -> str:
    """The module that defines a function, without the underscore of modules inside a document."""
    defined = inspect.getmodule(inspect.unwrap(registry.functions()[function].implementation))
    assert defined is not None
    return defined.__name__.rpartition(".")[2].lstrip("_")


def _topics(document: str) -> dict[str, list[set[str]]]:
    """For each module of proofs: the modules of functions that each of its laws or mistakes is about."""
    found: dict[str, list[set[str]]] = {}
    package = installed.loaded()[document].proofs
    for info in pkgutil.iter_modules(package.__path__):
        members = vars(import_module(f"{package.__name__}.{info.name}")).values()
        kind = Mistake if info.name.startswith("mistakes") else Law
        about = [
            it.about if isinstance(it, Law) else (it.function,) for it in members if isinstance(it, kind)
        ]
        if about:
            found[info.name] = [{_home(name) for name in names} for names in about]
    return found


@pytest.mark.parametrize("document", installed.loaded())
def test_topics_of_functions_and_proofs_have_the_same_names(document: str) -> None:
    for module, homes in _topics(document).items():
        common = set.intersection(*homes)
        if f"{document}.{module}" in CROSSING:
            assert len(common) != 1, f"{document}.{module} has a topic of one module: {common}"
            continue
        topic = module.removeprefix("mistakes_of_")
        assert [home for home in common if topic == home or topic.startswith(f"{home}_")], (
            f"{document}/{module}.py is about {common or 'functions of several modules'}: call it so"
        )


@pytest.mark.parametrize("name", registry.written_laws())
def test_laws_spell_functions_as_they_are(name: str) -> None:
    law = registry.written_laws()[name]
    document, _, rest = name.partition(".")
    for function in registry.functions():
        if function.startswith(f"{document}.") and "_" in function:
            hyphens = function.partition(".")[2].replace("_", "-")
            assert not f"{rest}-".startswith(f"{hyphens}-"), f"{name}: expected {function}…"
    if rest.endswith("-definition") and len(law.about) == 1:
        assert name.startswith(f"{law.about[0]}-"), f"{name}: expected {law.about[0]}-definition"
