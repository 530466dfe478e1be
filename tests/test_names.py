"""Names agree: a topic has one name in functions and proofs, and ids of laws spell functions as they are."""

import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

from refimpl import backends, proofs, rope
from refimpl._errors import UnknownNameError
from refimpl._names import find
from refimpl.backends import Setting
from refimpl.proofs.commands.main import main
from refimpl.proofs.engine import calls, catalogue, certify, loading, registry, selftest, sensitivity
from refimpl.proofs.engine.accuracy import plan as accuracy
from refimpl.proofs.engine.accuracy.measure import Effort
from refimpl.proofs.engine.places import place
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
    package = loading.loaded()[document].proofs
    for info in pkgutil.iter_modules(package.__path__):
        members = vars(import_module(f"{package.__name__}.{info.name}")).values()
        kind = Mistake if info.name.startswith("mistakes") else Law
        about = [
            it.about if isinstance(it, Law) else (it.function,) for it in members if isinstance(it, kind)
        ]
        if about:
            found[info.name] = [{_home(name) for name in names} for names in about]
    return found


@pytest.mark.parametrize("document", loading.loaded())
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


def test_one_command_finds_definition_law_and_mistake() -> None:
    output = CliRunner().invoke(main, ["show", "layer_norm"]).output
    pattern = r"^ *residual\.layer_norm(?:-definition|/eps-outside-root)?  (\S+):(\d+)$"
    places = [(Path(file), int(line)) for file, line in re.findall(pattern, output, re.MULTILINE)]
    assert [file.name for file, _ in places] == ["_norms.py", "norms.py", "mistakes_of_norms.py"]
    found = [file.read_text(encoding="utf-8").splitlines()[line - 1] for file, line in places]
    assert [line.partition("(")[0] for line in found] == ["@public", "@law", "@of_layer_norm"]


@pytest.mark.parametrize("kind", ["functions", "laws", "mistakes", "adapters", "edges", "errata"])
def test_everything_has_a_place(kind: str) -> None:
    for name, member in getattr(catalogue, kind)().items():
        file, _, line = place(member).rpartition(":")
        assert Path(file).is_file(), name
        assert int(line) > 0, name


KNOWN = ["rope.rotate", "rope.rotation_matrix", "flow.mixture_log_density", "density.mixture_log_density"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rotat", "no function is called 'rotat'; did you mean rope.rotate?"),
        (
            "rope.rotation-matrix",
            "no function is called 'rope.rotation-matrix'; did you mean rope.rotation_matrix",
        ),
        (
            "mixture_log_density",
            "several functions are called 'mixture_log_density'; did you mean flow.mixture",
        ),
        ("zzz", "no function is called 'zzz'; there are: rope.rotate, rope.rotation_matrix, "),
        ("", "no function is called ''"),
    ],
)
def test_near_names_are_offered(name: str, text: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        find(name, KNOWN, "function")
    assert text in str(caught.value)


def test_the_last_part_is_enough() -> None:
    assert find("rotation_matrix", KNOWN, "function") == "rope.rotation_matrix"
    assert find("wrong-sign", ["rope.rotate/wrong-sign", "rope.rotate/other"], "mistake").endswith(
        "wrong-sign"
    )
    [outcome] = proofs.prove("rotate-definition", examples=3)
    assert outcome.law == "rope.rotate-definition"
    assert {outcome.law for outcome in proofs.prove("range_of", examples=3)} >= {"rope.range_of-definition"}
    report = proofs.audit({"rotate": rope.rotate}, laws=["norm-kept"], examples=3, isolated=False)
    assert (report.verdict, [o.law for o in report.outcomes]) == ("held", ["rope.norm-kept"])


@pytest.mark.parametrize(
    "ask",
    [
        proofs.prove,
        lambda name: proofs.prove(impl={name: rope.rotate}),
        lambda name: proofs.audit({name: rope.rotate}),
        lambda name: calls.calls(name, Setting.of(backends.get("numpy"))),
        lambda name: selftest.plan([name]),
        lambda name: sensitivity.plan([name]),
        lambda name: certify.plan([name]),
        lambda name: accuracy.plan(
            [name], backend=["numpy"], dtype=["float64"], device=None, effort=Effort()
        ),
    ],
)
def test_every_command_says_it_in_the_same_words(ask: Callable[[str], object]) -> None:
    with pytest.raises(
        UnknownNameError, match=r"no (law|function) is called 'rope\.rotat'; did you mean rope\.rotate"
    ):
        ask("rope.rotat")


MOST_FILES = 63
COUNT = """
import sys
sys.argv = ["refimpl", *{arguments}]
from refimpl.proofs.commands.entry import main
try:
    main()
finally:
    import os
    ours = sorted(name for name in sys.modules if name.partition(".")[0] == "refimpl")
    print(len(ours), *ours, file=sys.stderr)
"""


def _loaded(*arguments: str) -> list[str]:
    """The modules of ours that a command loads."""
    code = COUNT.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.stderr.split()[1:]


def test_a_law_is_proved_with_few_files() -> None:
    loaded = _loaded("prove", "rope.norm-kept", "--examples", "3")
    assert "refimpl.proofs.documents.rope.rotation" in loaded
    assert len(loaded) <= MOST_FILES, loaded


def test_an_audit_loads_the_document_of_its_function_alone_and_no_library() -> None:
    loaded = _loaded(
        "audit", "refimpl.rope:rotate", "--as", "rope.rotate", "--backend", "strict", "--examples", "1"
    )
    documents = {name.split(".")[3] for name in loaded if name.startswith("refimpl.proofs.documents.")}
    assert documents == {"rope"}, loaded
    assert "refimpl.proofs.auditing.session" in loaded
    assert not {"refimpl.backends.strict", "refimpl.backends.ball", "refimpl.proofs.auditing.audited"} & set(
        loaded
    )


def test_help_loads_no_library() -> None:
    loaded = _loaded("--help")
    assert "refimpl.proofs.commands.main" in loaded
    assert not [
        name for name in loaded if name.startswith(("refimpl.backends", "refimpl.proofs.documents."))
    ], loaded
