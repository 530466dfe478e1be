"""Edges: what differs from refimpl there, as others do, is told apart from what is wrong."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from array_api_compat import array_namespace
from click.testing import CliRunner

from refimpl import backends, matching, proofs, rope
from refimpl._errors import UnknownNameError
from refimpl._libraries import is_array
from refimpl.backends import Setting
from refimpl.proofs.auditing.exceptions import adopted, everywhere, excepted
from refimpl.proofs.commands import running
from refimpl.proofs.commands.main import main
from refimpl.proofs.engine import catalogue
from refimpl.proofs.engine.cases import converted, each_case
from refimpl.proofs.engine.runner import Outcome, run_law
from refimpl.proofs.language.edge import Adopted, Edge, Form, Raises, Value
from refimpl.proofs.language.law import Implementation, Law

ON = Setting.of(backends.get("numpy"))
NAN = float("nan")


def _parts(result: Any, change: Any) -> Any:
    """A result with every part changed."""
    if isinstance(result, tuple):
        made = [_parts(part, change) for part in result]
        return type(result)(*made) if hasattr(result, "_fields") else tuple(made)
    return change(result)


_FORMS: Mapping[str, Any] = {
    "float": lambda part: part.item() if is_array(part) and not part.ndim else part,
    "other integers": lambda part: part.astype(np.int16) if np.all(abs(part) < 2**15) else part,
    "floats": lambda part: part.astype(np.float64) if np.all(abs(part) < 2**53) else part,
}
"""The functions that give a form, by the names of the forms."""


def giving(edge: Edge, gives: Any, form: str = "") -> Implementation:
    """The reference, but at an edge it gives this."""
    reference = catalogue.reference()[edge.function]

    def function(*args: Any, **kwargs: Any) -> Any:
        at = edge.where(*args, **kwargs)
        if form:
            return _parts(reference(*args, **kwargs), _FORMS[form])
        if isinstance(gives, Raises):
            if np.any(at):
                raise ValueError("not here")
            return reference(*args, **kwargs)
        result = reference(*args, **kwargs)
        if not np.any(at):
            return result
        wanted = gives(*args, **kwargs) if callable(gives) else gives
        if isinstance(result, tuple):
            if isinstance(wanted, tuple):
                return wanted
            parts = [np.full_like(p, wanted) if isinstance(p, np.ndarray) else wanted for p in result]
            return type(result)(*parts) if hasattr(result, "_fields") else tuple(parts)
        return np.where(at, wanted, result).astype(result.dtype)

    return function


def of_value(edge: Edge, name: str) -> Implementation:
    """A function that gives one of the values in use."""
    gives = edge.values[name].gives
    return giving(edge, gives, name if isinstance(gives, Form) else "")


def wrong_elsewhere(edge: Edge, name: str) -> Implementation:
    """The same, but for a tenth more or another one at all other calls."""
    function, reference = of_value(edge, name), catalogue.reference()[edge.function]

    def larger(part: Any) -> Any:
        if is_array(part) and not array_namespace(part).isdtype(part.dtype, "real floating"):
            return ~part if part.dtype == np.bool_ else part + 1
        return part * 1.1

    def wrong(*args: Any, **kwargs: Any) -> Any:
        if not np.any(edge.where(*args, **kwargs)):
            return _parts(reference(*args, **kwargs), larger)
        result = function(*args, **kwargs)
        return _parts(result, larger) if isinstance(edge.values[name].gives, Form) else result

    return wrong


def weighed(law: Law, edge: Edge, function: Implementation, examples: int) -> Outcome:
    """What an audit says of a law."""
    outcome = run_law(law, ON, examples=examples, seed=0, replaced={edge.function: function}, shrink=False)
    if outcome.verdict not in ("refuted", "crashed"):
        return outcome
    return excepted(law, edge.function, function, outcome, ON, examples=examples, seed=0)[0]


def laws(edge: Edge) -> list[Law]:
    """Laws that go to an edge, or may."""
    if edge.laws:
        return [catalogue.laws()[name] for name in edge.laws]
    if edge.general:
        return [law for law in catalogue.laws().values() if edge.function in law.about]
    return []


def check(edge: Edge, value: str, examples: int) -> None:
    """A value of practice makes an edge, is adopted by name, and hides nothing else."""
    told = f"{edge.id}={value}"
    function = of_value(edge, value)
    found = {law.id: weighed(law, edge, function, examples) for law in laws(edge)}
    verdicts = {outcome.verdict for outcome in found.values()}
    assert verdicts <= {"held", "edge", "skipped"}, [(o.law, o.reason) for o in found.values()]
    at = [law for law, outcome in found.items() if outcome.verdict == "edge"]
    assert at, "no law sees it"
    for law in at:
        assert found[law].edges == (told,)
        assert "right except at " + edge.name in found[law].reason
        assert found[law].counterexample is not None
        forgiven = adopted(edge.function, function, {edge.id: (value,)})
        how: dict[str, Any] = {"examples": examples, "seed": 0, "shrink": False}
        assert run_law(catalogue.laws()[law], ON, replaced={edge.function: forgiven}, **how).verdict == "held"
    wrong = (weighed(law, edge, wrong_elsewhere(edge, value), examples).verdict for law in laws(edge))
    assert not {"refuted", "crashed"}.isdisjoint(wrong), "a wrong function is called right"
    if not edge.general:  # laws of batches and of purity hold of functions that are wrong in other ways
        law = catalogue.laws()[at[0]]
        assert weighed(law, edge, wrong_elsewhere(edge, value), 30).verdict in ("refuted", "crashed")


WRITTEN = [(edge, value) for edge in catalogue.written_edges().values() if edge.laws for value in edge.values]
GENERAL = [(edge, value) for edge in catalogue.edges().values() if edge.general for value in edge.values]


OF_VALUES = [
    edge for name, edge in catalogue.written_edges().items() if name != "matching.cosent_gradient/no-pairs"
]
"""Edges whose results have entries."""


def _ids(cases: list[tuple[Edge, str]]) -> list[str]:
    return [f"{edge.id}={value}" for edge, value in cases]


def _long(edge: Edge) -> Any:
    """Every law takes seconds, so edges of several are left to the long tests."""
    return pytest.mark.long if len(edge.laws) > 1 else []


@pytest.mark.parametrize(
    ("edge", "value"),
    [pytest.param(edge, value, marks=_long(edge)) for edge, value in WRITTEN],
    ids=_ids(WRITTEN),
)
def test_a_value_in_use_is_an_edge(edge: Edge, value: str) -> None:
    check(edge, value, 60)


@pytest.mark.long
@pytest.mark.parametrize(("edge", "value"), GENERAL, ids=_ids(GENERAL))
def test_a_form_or_a_refusal_in_use_is_an_edge(edge: Edge, value: str) -> None:
    check(edge, value, 12)


@pytest.mark.parametrize(
    "edge",
    [pytest.param(edge, marks=_long(edge)) for edge in OF_VALUES if edge.laws],
    ids=lambda edge: edge.id,
)
def test_any_other_value_is_refuted(edge: Edge) -> None:
    verdicts = {weighed(law, edge, giving(edge, 7.0), 60).verdict for law in laws(edge)}
    assert "edge" not in verdicts
    assert "refuted" in verdicts


@pytest.mark.parametrize("edge", catalogue.written_edges().values(), ids=lambda edge: edge.id)
def test_the_reference_is_at_no_edge(edge: Edge) -> None:
    function = catalogue.reference()[edge.function]
    tried = adopted(edge.function, function, {edge.id: tuple(edge.values)})
    for law in laws(edge):
        run_law(law, ON, examples=9, seed=0, replaced={edge.function: tried})
    assert not tried.used


@pytest.mark.long
def test_laws_say_at_which_edges_their_cases_are() -> None:
    edges = defaultdict(list)
    for edge in catalogue.written_edges().values():
        edges[edge.function].append(edge)
    met: dict[str, set[str]] = {edge: set() for edge in catalogue.written_edges()}

    def watched(name: str, law: str) -> Implementation:
        def function(*args: Any, **kwargs: Any) -> Any:
            for edge in edges[name]:
                if np.any(edge.where(*args, **kwargs)):
                    met[edge.id].add(law)
            return catalogue.reference()[name](*args, **kwargs)

        return function

    for law in catalogue.written_laws().values():
        if not any(edges[name] for name in law.about):
            continue
        impl = {name: watched(name, law.id) for name in catalogue.functions()}
        for kind in law.kinds:
            cases: list[Any] = []
            each_case(law, ON, kind, cases.append, examples=60, seed=0)
            with np.errstate(all="ignore"):
                for case in cases:
                    list(law.check(impl, ON, converted(case, ON)))
    assert {edge: set(known.laws) for edge, known in catalogue.written_edges().items()} == met


def test_values_at_points_that_no_law_tries() -> None:
    x, y = np.asarray([3.0, NAN, 1.0, 2.0]), np.asarray([1.0, 5.0, 3.0, 2.5])
    known = catalogue.edges()
    ranks = known["matching.rank/nan"].values
    assert np.array_equal(ranks["omit"].gives(x), [3, NAN, 1, 2], equal_nan=True)  # type: ignore[operator]
    assert ranks["last"].gives(x).tolist() == [3, 4, 1, 2]  # type: ignore[operator]
    assert known["matching.spearman/nan"].values["omit"].gives(x, y) == -1.0  # type: ignore[operator]
    row, beta = np.ones((2, 3)), np.asarray([1.0, 2.0, 3.0])
    for name, args, options in (
        ("residual.layer_norm", (row, beta, beta), {"eps": 0.0}),
        ("residual.deep_norm", (row, row, beta, beta), {"eps": 0.0, "alpha": 2.0}),
        ("matching.rank", (x,), {}),
        ("matching.spearman", (x, y), {}),
    ):
        edge = next(it for it in catalogue.edges_of(name) if it.name in ("constant-row", "nan"))
        with np.errstate(all="ignore"):
            for value in edge.values:
                tried = adopted(name, of_value(edge, value), {edge.id: (value,)})
                assert np.all(np.isnan(tried(*args, **options)))
                assert tried.used == {edge.id: [value]}
            assert np.all(
                adopted(name, giving(edge, 7.0), {edge.id: tuple(edge.values)})(*args, **options) == 7
            )


def _two_values() -> Edge:
    edge = catalogue.edges()["matching.cosine_similarity/zero-vector"]
    return replace(edge, values={**edge.values, "1": Value(1.0, "nobody")})


def test_a_function_that_mixes_values_is_not_forgiven() -> None:
    def mixed(u: Any, v: Any, /, *, axis: int = -1) -> Any:
        return np.asarray([0.0, 1.0, 0.5])

    edge, reference = _two_values(), matching.cosine_similarity
    rows = np.zeros((3, 2))
    tried = Adopted(mixed, reference, [edge], {edge.id: ("0", "1")})
    assert np.array_equal(tried(rows, rows), [NAN, NAN, 0.5], equal_nan=True)
    assert tried.consistent() is None
    turns = iter([np.zeros(3), np.ones(3)])
    tried = Adopted(lambda u, v: next(turns), reference, [edge], {edge.id: ("0", "1")})
    tried(rows, rows), tried(rows, rows)
    assert tried.consistent() is None


def test_entries_that_are_right_stay() -> None:
    def zero(u: Any, v: Any, /, *, axis: int = -1) -> Any:
        with np.errstate(all="ignore"):
            found = np.sum(u * v, axis) / np.linalg.norm(u, axis=axis) / np.linalg.norm(v, axis=axis)
        return np.where(np.isnan(found), 0.0, found)

    edge = "matching.cosine_similarity/zero-vector"
    tried = adopted("matching.cosine_similarity", zero, {edge: ("0",)})
    u, v = np.asarray([[0.0, 0.0], [1.0, 1.0]]), np.asarray([[1.0, 2.0], [3.0, -3.0]])
    assert np.array_equal(tried(u, v), [NAN, 0.0], equal_nan=True)  # orthogonal vectors are no edge


def spearman(x: Any, y: Any, /) -> float:
    """A Python float, and 0 for a constant, as code of one's own may have it."""
    constant = np.all(x == x[:1]) or np.all(y == y[:1])
    return 0.0 if constant else float(matching.spearman(x, y))


def bound(log_w: Any, /, *, axis: int = -1) -> Any:
    """The textbook's log-sum-exp, without a guard."""
    top = np.max(log_w, axis=axis, keepdims=True)
    return np.squeeze(top, axis) + np.log(np.mean(np.exp(log_w - top), axis=axis))


def rotate(x: Any, angles: Any, /, *, layout: str = "interleaved") -> Any:
    """The textbook's rotation, which gives the result the shape of x."""
    if layout == "half":
        turned = rotate(rope.convert_layout(x, source="half", target="interleaved"), angles)
        return rope.convert_layout(turned, source="interleaved", target="half")
    cos, sin = np.cos(angles), np.sin(angles)
    even, odd = x[..., 0::2], x[..., 1::2]
    return np.stack([even * cos - odd * sin, even * sin + odd * cos], axis=-1).reshape(x.shape)


@pytest.mark.parametrize(
    ("name", "function", "told"),
    [
        ("matching.spearman", spearman, {"constant": "0", "number": "float"}),
        ("density.importance_bound", bound, {"no-weight": "NaN"}),
        ("rope.rotate", rotate, {"broadcasting": "raises"}),
    ],
)
def test_an_audit_says_except_where(name: str, function: Implementation, told: dict[str, str]) -> None:
    report = proofs.audit({name: function}, examples=20, isolated=False)
    assert report.verdict == "edge"
    assert {edge for o in report.outcomes for edge in o.edges} == {f"{name}/{k}={v}" for k, v in told.items()}
    for edge, value in told.items():
        assert f"right except at {edge}" in str(report)
        assert f"--edge {edge}={value}" in str(report)
    assert not report.holds
    report = proofs.audit({name: function}, edges=told, examples=20, isolated=False)
    assert report.verdict == "held"
    for edge, value in told.items():
        assert f"adopted: {edge}={value}" in str(report)
    assert report.data()["settings"]["edges"] == {f"{name}/{k}": v for k, v in told.items()}


def test_adopting_one_edge_leaves_the_other() -> None:
    report = proofs.audit(
        {"matching.spearman": spearman}, edges={"number": "float"}, examples=20, isolated=False
    )
    assert report.verdict == "edge"
    assert {o.edges for o in report.outcomes if o.edges} == {("matching.spearman/constant=0",)}


def test_what_is_wrong_elsewhere_is_shown_and_not_the_edge() -> None:
    def wrong(x: Any, y: Any, /) -> float:
        return 0.9 * spearman(x, y)

    report = proofs.audit({"matching.spearman": wrong}, examples=20, isolated=False)
    assert report.verdict == "refuted"
    shown = report.clearest("matching.spearman")
    assert shown is not None
    assert shown.shown is not None
    assert shown.shown.expected != "nan"


def test_unknown_edges_and_values_are_said() -> None:
    targets = {"matching.spearman": spearman}
    with pytest.raises(
        UnknownNameError, match=r"no edge of matching\.spearman is called 'zero'; there are: constant, nan"
    ):
        proofs.audit(targets, edges={"zero": "0"}, isolated=False)
    with pytest.raises(UnknownNameError, match="one of 0, raises"):
        proofs.audit(targets, edges={"constant": "7"}, isolated=False)


test_cases_with_an_edge = proofs.pytest_case(
    "matching.*", impl={"matching.spearman": spearman}, edges={"constant": "0", "number": "float"},
    examples=9, isolated=False,
)  # fmt: skip


def test_commands_show_edges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "LAST", tmp_path / "last.json")

    def said(*arguments: str) -> str:
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0, result.output
        return " ".join(result.output.split())

    assert "matching.cosine_similarity/zero-vector a zero vector has no direction" in said("list", "edges")
    shown = said("show", "matching.cosine_similarity/zero-vector")
    assert "refimpl gives NaN" in shown
    assert "scikit-learn" in shown
    assert "zero-vector: a zero vector has no direction" in said("show", "matching.cosine_similarity")
    assert "at the edges: matching.cosine_similarity/zero-vector" in said(
        "show", "matching.cosine_similarity-definition"
    )
    code = tmp_path / "mine.py"
    code.write_text(
        "import numpy as np\n\n\ndef cosine(u, v, /, *, axis=-1):\n"
        "    from refimpl.matching import cosine_similarity\n"
        "    return np.nan_to_num(cosine_similarity(u, v, axis=axis))\n"
    )
    audit = [
        "audit",
        f"{code}:cosine",
        "--as",
        "matching.cosine_similarity",
        "--examples",
        "9",
        "--jobs",
        "1",
    ]
    result = CliRunner().invoke(main, [*audit, "--edge", "zero-vector=0"])
    assert result.exit_code == 0, result.output
    assert "adopted: zero-vector=0" in result.output
    assert CliRunner().invoke(main, audit).exit_code == 4
    assert "expected NAME=VALUE" in CliRunner().invoke(main, [*audit, "--edge", "zero-vector"]).output


def test_lost_digits_and_an_edge_are_both_said() -> None:
    def cosine(u: Any, v: Any, /, *, axis: int = -1) -> Any:
        """Without scaling, so that short vectors underflow; 0 where one is zero."""
        norms = np.sqrt(np.sum(u * u, axis) * np.sum(v * v, axis))
        return np.where(norms == 0, 0.0, np.sum(u * v, axis) / np.where(norms == 0, 1.0, norms))

    report = proofs.audit({"matching.cosine_similarity": cosine}, examples=60, isolated=False)
    assert report.verdict == "imprecise"
    assert "right except at zero-vector" in str(report)
    assert report.exit_code == 4


def nearest_cut(scores: Any, labels: Any, **options: Any) -> Any:
    """As code that sorts, which has a number for NaN, and a cut through it."""
    return matching.best_threshold(np.nan_to_num(scores), labels, **options)


def cosent(cosines: Any, labels: Any, *, scale: float = 20.0) -> Any:
    """Differences of pairs that are in order; comparisons with NaN are false."""
    differences = scale * (cosines[:, None] - cosines[None, :])
    return np.logaddexp.reduce(np.append(differences[labels[:, None] < labels[None, :]], 0.0))


@pytest.mark.parametrize(
    ("name", "function"), [("matching.best_threshold", nearest_cut), ("matching.cosent_loss", cosent)]
)
def test_numbers_made_of_nan_are_an_edge_whether_refimpl_refuses_or_gives_nan(
    name: str, function: Callable[..., Any]
) -> None:
    report = proofs.audit({name: function}, laws=[f"{name}-nan"], examples=9, isolated=False)
    assert (report.verdict, report.edges_of(name)) == ("edge", [f"{name}/nan-argument=numbers"])


def test_nan_is_no_excuse_for_other_numbers() -> None:
    def mine(u: Any, v: Any, /, *, axis: int = -1) -> Any:
        """Puts a wrong number also where there is no NaN, once NaN is among the arguments."""
        found = matching.cosine_similarity(u, v, axis=axis)
        return np.where(np.isnan(found), 0.5, found / 2) if np.isnan(found).any() else found

    tried = adopted("matching.cosine_similarity", mine, everywhere("matching.cosine_similarity"))
    u, v = np.asarray([[NAN, 1.0], [1.0, 0.0]]), np.asarray([[1.0, 0.0], [1.0, 0.0]])
    assert np.array_equal(tried(u, v), [NAN, 0.5], equal_nan=True)


def recall_by_sorting(scores: Any, relevant: Any, k: int) -> Any:
    scores, relevant = np.broadcast_arrays(scores, relevant != 0)
    order = np.argsort(-scores, axis=-1, kind="stable")[..., :k]
    found = np.take_along_axis(relevant, order, axis=-1)
    return (found.sum(axis=-1) / relevant.sum(axis=-1)).astype(scores.dtype)


def recall_by_sorting_up(scores: Any, relevant: Any, k: int) -> Any:
    scores, relevant = np.broadcast_arrays(scores, relevant != 0)
    order = np.argsort(scores, axis=-1, kind="stable")[..., ::-1][..., :k]
    found = np.take_along_axis(relevant, order, axis=-1) & (np.take_along_axis(scores, order, -1) > -np.inf)
    return (found.sum(axis=-1) / relevant.sum(axis=-1)).astype(scores.dtype)


@pytest.mark.parametrize(
    ("function", "values"),
    [
        (recall_by_sorting, {"equal-scores=first", "not-retrieved=counted-first"}),
        (recall_by_sorting_up, {"equal-scores=last", "not-retrieved=last"}),
    ],
)
def test_rankings_by_one_sort_are_right_but_for_equal_scores(
    function: Callable[..., Any], values: set[str]
) -> None:
    name = "matching.recall_at_k"
    report = proofs.audit({name: function}, diagnosis=False, isolated=False)
    assert report.verdict == "edge", str(report)
    assert set(report.edges_of(name)) == {f"{name}/{value}" for value in values}
    wrong = proofs.audit(
        {name: lambda scores, relevant, k: function(scores, relevant, k) / 2}, diagnosis=False, isolated=False
    )
    assert wrong.verdict == "refuted"
