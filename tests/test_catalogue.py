"""The catalogue is complete: every number of a document has its function, law or erratum."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

from refimpl import backends, proofs
from refimpl._capabilities import KNOWN
from refimpl._errors import UnknownNameError
from refimpl.backends import Setting
from refimpl.proofs.engine import catalogue
from refimpl.proofs.engine.selftest import structural
from refimpl.proofs.language.law import Exact

FUNCTIONS = catalogue.functions()
LAWS = catalogue.laws()
ON = Setting.of(backends.get("numpy"))


def items(letter: str) -> list[str]:
    return [entry.citation for document in catalogue.documents().values() for entry in document.of(letter)]


@pytest.mark.parametrize("number", [*items("D"), *items("P")])
def test_every_definition_has_a_function(number: str) -> None:
    assert any(number in catalogue.claims(function.source) for function in FUNCTIONS.values())


@pytest.mark.parametrize("number", items("C"))
def test_every_claim_has_a_law(number: str) -> None:
    assert any(number in catalogue.claims(law.source) for law in catalogue.written_laws().values())


@pytest.mark.parametrize("number", items("E"))
def test_every_erratum_has_its_counterexample(number: str) -> None:
    assert any(number in catalogue.claims(erratum.source) for erratum in catalogue.errata().values())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_cited_and_documented(name: str) -> None:
    function = FUNCTIONS[name]
    assert catalogue.entries(function.source), f"{name}: no line 'Source: document D1.'"
    assert re.fullmatch(r".{10,}\.", function.summary), function.summary
    assert ">>>" in function.doc


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_a_law(name: str) -> None:
    assert any(name in law.about for law in catalogue.written_laws().values())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_arrays_are_positional_and_the_signature_is_typed(name: str) -> None:
    signature = inspect.signature(FUNCTIONS[name].implementation)
    assert signature.return_annotation is not inspect.Signature.empty
    for parameter in signature.parameters.values():
        assert parameter.annotation is not inspect.Parameter.empty


@pytest.mark.parametrize("name", LAWS)
def test_every_law_is_whole(name: str) -> None:
    law = LAWS[name]
    assert set(law.about) <= set(FUNCTIONS)
    assert catalogue.entries(law.source)
    assert law.statement
    assert not structural([name]), f"{name} names no mistake in its functions: {law.refutes}"


@pytest.mark.parametrize("name", LAWS)
def test_a_reader_can_add_a_tolerance_up(name: str) -> None:
    tolerance = LAWS[name].tolerance
    if isinstance(tolerance, Exact):
        assert tolerance.reason
        return
    assert tolerance.terms or tolerance.why, "nothing is counted, and nothing says why"
    assert not re.search(r"slack|safety|\brest\b|margin of", " ".join(tolerance.terms))
    calls = sum(2 * ON.backend.ulp(call, "float64") for call in tolerance.calls)
    assert tolerance.factor(ON) == pytest.approx(sum(tolerance.terms.values()) + calls)
    printed = re.findall(r"[=+] (\S+) \(", str(tolerance).partition(";")[0])
    # They are printed to six digits.
    assert sum(map(float, printed)) == pytest.approx(sum(tolerance.terms.values()), rel=1e-5)


def test_every_mistake_is_named_by_a_law() -> None:
    named = {wrong for law in LAWS.values() for wrong in law.refutes}
    assert named == set(catalogue.mistakes())


def test_general_laws_and_mistakes_say_that_they_are() -> None:
    assert {name for name, law in LAWS.items() if not law.general} == set(catalogue.written_laws())
    written = {name for name, wrong in catalogue.mistakes().items() if not wrong.general}
    assert written == set(catalogue.written_mistakes())


def test_mistakes_are_in_known_functions_and_say_how() -> None:
    for wrong in catalogue.mistakes().values():
        assert wrong.function in FUNCTIONS
        assert re.fullmatch(r".{8,}[.)]", wrong.sentence), wrong.sentence


def test_errata_name_their_laws() -> None:
    for erratum in catalogue.errata().values():
        assert erratum.laws
        assert set(erratum.laws) <= set(LAWS)


def test_capabilities_are_known() -> None:
    assert set().union(*(function.needs for function in FUNCTIONS.values())) == KNOWN


@pytest.mark.parametrize("document", catalogue.names())
def test_all_lists_what_the_module_defines(document: str) -> None:
    module = importlib.import_module(f"refimpl.{document}")
    public = {
        name
        for name, member in vars(module).items()
        if not name.startswith("_")
        and inspect.isfunction(member)
        and member.__module__.startswith(f"refimpl.{document}")
    }
    assert public <= set(module.__all__), "public by name but not in __all__"
    assert list(module.__all__) == sorted(module.__all__)


def test_select() -> None:
    assert catalogue.select(["rope"], LAWS, "law") == [name for name in LAWS if name.startswith("rope.")]
    assert catalogue.select([], ["a"], "law") == ["a"]
    with pytest.raises(UnknownNameError, match=r"no law is called 'rope\.nope'"):
        catalogue.select(["rope.nope"], LAWS, "law")


@pytest.mark.parametrize("floor", ["language", "engine", "auditing", "swapping", "commands"])
def test_no_floor_but_that_of_documents_names_one(floor: str) -> None:
    """What is to be known of one document stands with it; docstrings may have examples."""
    names = "|".join(catalogue.names())
    for file in (Path(proofs.__path__[0]) / floor).rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
                assert not re.fullmatch(rf"({names})\.\w+", node.value), f"{file}:{node.lineno}: {node.value}"
            if isinstance(node, ast.ImportFrom):
                assert not re.search(rf"\b({names})\b", node.module or ""), f"{file}:{node.lineno}"
