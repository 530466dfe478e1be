"""How functions are called: by their signatures, without options that they lack, under adapters for any."""

import functools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from audited import classes, walls
from click.testing import CliRunner

from refimpl import flow, proofs, residual, rope
from refimpl._errors import DomainError, UnknownNameError
from refimpl.proofs.auditing import TargetError
from refimpl.proofs.auditing.fitting import adapted
from refimpl.proofs.auditing.signatures import asked, match, parameters, told
from refimpl.proofs.commands.main import main
from refimpl.proofs.engine import catalogue, generic


def here(function: Any, name: str = "rope.rotate", **options: Any) -> proofs.Report:
    return proofs.audit({name: function}, **({"examples": 6, "isolated": False} | options))


FEW = ["rope.rotate-definition", "rope.leading-axes", "rope.rotate-batched"]
"""Laws of rotation that suffice to tell right from wrong."""


def notes(report: proofs.Report, name: str = "rope.rotate") -> str:
    return "; ".join(report.loaded.fitted[name])


# Signatures.


@pytest.mark.parametrize("name", catalogue.adapters())
def test_the_sentence_of_an_adapter_tells_how_it_calls(name: str) -> None:
    """The names are read from it; every one must be there, in the order of the calls."""
    positional, keywords = told(catalogue.adapters()[name].sentence)
    assert all(n.isidentifier() for n in positional + keywords)
    assert len(set(positional + keywords)) == len(positional + keywords)


@pytest.mark.parametrize(
    ("name", "function", "targets", "lacking"),
    [
        ("rope.rotate", lambda x, theta: 0, {"x": "x", "angles": "theta"}, ("layout",)),
        ("rope.rotate", lambda theta, x: 0, {"x": "x", "angles": "theta"}, ("layout",)),
        ("rope.rotate", lambda *, x, angles: 0, {"x": "x", "angles": "angles"}, ("layout",)),
        ("rope.frequencies", lambda d, theta=10000.0: 0, {"dim": "d", "base": "theta"}, ()),
        ("rope.frequencies", lambda d, b: 0, {"dim": "d", "base": "b"}, ()),
        ("rope.rebase", lambda base, k: 0, {"base": "base", "factor": "k"}, ()),
        ("residual.layer_norm", lambda x, eps=1e-5: 0, {"x": "x", "eps": "eps"}, ("gamma", "beta")),
        ("residual.layer_norm", lambda x, w=None, b=None, epsilon=1e-6: 0,
         {"x": "x", "gamma": "w", "beta": "b", "eps": "epsilon"}, ()),
        ("density.normalized_weights", lambda z, dim=-1: 0, {"log_w": "z", "axis": "dim"}, ()),
        ("matching.cosent_loss", lambda c, y, lam=20.0: 0,
         {"cosines": "c", "labels": "y", "scale": "lam"}, ()),
    ],
)  # fmt: skip
def test_arguments_go_by_name_then_by_place(
    name: str, function: Callable[..., Any], targets: dict[str, str], lacking: tuple[str, ...]
) -> None:
    own = parameters(function)
    assert own is not None
    found = match(asked(name), own)
    assert {n: p.name for n, p in found.targets.items()} == targets
    assert tuple(n for n in found.lacking if n not in ("xp", "dtype", "device")) == lacking
    assert not found.extra
    assert not found.missing


@pytest.mark.parametrize(
    "function",
    [
        walls.angles_first,
        walls.keywords_only,
        walls.any_arguments,
        walls.any_keywords,
        functools.partial(walls.with_cache, cache=None),
    ],
)
def test_right_functions_of_other_signatures_hold_and_wrong_ones_do_not(function: Any) -> None:
    assert here(function, laws=FEW).holds
    wrong = lambda x, angles: 1.001 * adapted("rope.rotate", function)(x, angles)  # noqa: E731
    assert here(wrong, laws=FEW[:1]).verdict == "refuted"


def test_order_of_names_is_told() -> None:
    assert "which stand in the order theta, x" in notes(here(walls.angles_first, laws=["rope.norm-kept"]))


@pytest.mark.long
def test_renamed_parameters_go_where_results_agree() -> None:
    laws = ["rope.llama3-definition"]
    report = here(walls.llama3_renamed, "rope.llama3", laws=laws)
    assert report.holds
    assert "old for train_length, k for factor" in notes(report, "rope.llama3")
    assert here(walls.llama3_wrong, "rope.llama3", laws=laws).verdict == "refuted"


@pytest.mark.parametrize(
    ("function", "name", "text"),
    [
        (
            walls.with_cache,
            "rope.rotate",
            "requires `cache`, which refimpl does not pass; expected the arguments",
        ),
        (walls.with_cache, "rope.rotate", r"functools.partial\(function, cache=...\)"),
        (lambda n: n, "rope.digits", "does not take `base`, `count`, which refimpl passes"),
        (
            classes.Rotation.turned,
            "rope.rotate",
            "Rotation.turned is a method: it needs an object of Rotation",
        ),
        (classes.Nothing, "rope.rotate", "got the class Nothing, whose objects cannot be called"),
        (classes.Nothing(), "rope.rotate", "got a Nothing; expected a function; it has the methods other"),
        (
            classes.Scheduler(3, [0.1] * 3),
            "ddpm.diffuse",
            "give its class, or a function that makes one of betas",
        ),
    ],
)
def test_what_cannot_be_called_is_one_clear_error(function: Any, name: str, text: str) -> None:
    with pytest.raises(TargetError, match=text):
        here(function, name)


def test_signature_of_another_convention_is_recognised() -> None:
    [diagnosis] = here(walls.by_tables, laws=FEW).diagnoses
    assert diagnosis.right
    assert diagnosis.adapter == "rope.rotate/tables"
    with pytest.raises(TargetError, match="--adapter tables"):
        here(lambda x, cos, sin: walls.by_tables(x, cos, -sin))


# Options that a function lacks.


@pytest.mark.parametrize(
    ("name", "right", "wrong", "adapter", "taken"),
    [
        ("rope.yarn", walls.yarn_of_the_code, walls.yarn_rounded_inwards, "inv-freq", "ramp='code'"),
        pytest.param("flow.integrate", walls.euler, walls.euler_of_points, (), "method='euler'",
                     marks=pytest.mark.long),
        pytest.param("flow.integrate", walls.euler_state_first, walls.euler_state_first_wrong, "state-first",
                     "method='euler'", marks=pytest.mark.long),
        ("residual.layer_norm", walls.norm_of_bert, walls.norm_of_samples, (), "eps=1e-12"),
        ("rope.frequencies", walls.frequencies_of_llama3, None, (), "base=500000.0"),
    ],
)  # fmt: skip
def test_missing_options_stand_for_what_agrees(
    name: str, right: Any, wrong: Any, adapter: Any, taken: str
) -> None:
    laws = ["flow.step-factor"] if name == "flow.integrate" else []
    report = here(right, name, adapter=adapter, laws=laws)
    assert report.verdict in ("held", "imprecise")
    assert f"taken to be {taken}, with which it agrees best" in notes(report, name)
    if wrong is not None:
        assert here(wrong, name, adapter=adapter, laws=laws).verdict == "refuted"


def test_fixed_options_stand_in_the_inputs_of_laws() -> None:
    """A table without a base is tried on what laws draw for others, put at its own."""
    report = here(lambda d: 10000.0 ** -(np.arange(0, d, 2) / d), "rope.frequencies")
    held = [o.law for o in report.outcomes if o.verdict == "held"]
    assert "rope.frequencies-definition" in held
    assert here(lambda d: 10000.0 ** -(np.arange(2, d + 2, 2) / d), "rope.frequencies").verdict == "refuted"


def test_options_can_be_said() -> None:
    report = here(walls.yarn_of_the_code, "rope.yarn", adapter="inv-freq", options={"ramp": "paper"})
    assert report.verdict == "refuted"
    assert "taken to be ramp='paper', as given" in notes(report, "rope.yarn")
    report = here(rope.rotate, options={"layout": "half"}, laws=["rope.norm-kept"])
    assert "it has the option layout itself" in notes(report)
    for options, error in (({"rampe": 1}, UnknownNameError), ({"ramp": "codes"}, DomainError)):
        with pytest.raises(error):
            here(walls.yarn_of_the_code, "rope.yarn", adapter="inv-freq", options=options)


def test_layouts_are_conventions_and_not_inferred() -> None:
    assert here(lambda x, angles: rope.rotate(x, angles, layout="half")).verdict == "refuted"


# Adapters for any function.


@pytest.mark.parametrize(
    ("adapter", "name", "right"),
    [
        ("rows", "rope.rotate", walls.one_row),
        ("rows", "residual.layer_norm", walls.norm_of_a_row),
        ("no-broadcasting", "rope.rotate", walls.equal_shapes),
        ("first", "rope.rotate", walls.with_more),
        (["rows", "numbers"], "matching.cosine_similarity", walls.cosine_number),
        (["rows", "half-split"], "rope.rotate", walls.one_half_row),
    ],
)
def test_generic_adapters_make_right_functions_hold(adapter: Any, name: str, right: Any) -> None:
    laws = FEW if name == "rope.rotate" else [f"{name}-batched", "*-definition"]
    assert not here(right, name, laws=laws, examples=20).holds
    assert here(right, name, adapter=adapter, laws=laws).verdict in ("held", "imprecise")

    def wrong(*args: Any, **options: Any) -> Any:
        result = right(*args, **options)
        return (1.001 * result[0], result[1]) if isinstance(result, tuple) else 1.001 * result

    assert (
        here(functools.wraps(right)(wrong), name, adapter=adapter, laws=laws, examples=20).verdict
        == "refuted"
    )


@pytest.mark.parametrize("name", ["ddpm.posterior", "residual.plain_gradients", "transport.gaussian_map"])
def test_rows_of_results_of_several_parts(name: str) -> None:
    assert here(catalogue.reference()[name], name, adapter="rows", laws=[f"{name}-batched"]).verdict == "held"


@pytest.mark.long
@pytest.mark.parametrize("library", ["strict", "torch"])
def test_numpy_functions_under_other_libraries(library: str) -> None:
    pytest.importorskip({"strict": "array_api_strict"}.get(library, library))
    assert here(walls.numpy_alone, backend=library, adapter="numpy", laws=FEW).holds
    assert here(walls.numpy_alone, backend=library, laws=FEW[:1]).verdict != "held"
    laws = ["flow.step-factor"]
    assert here(flow.integrate, "flow.integrate", backend=library, adapter="numpy", laws=laws).holds


def test_adapters_that_are_of_no_use_are_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"rope\.rebase has no batch axes"):
        here(rope.rebase, "rope.rebase", adapter="rows")
    with pytest.raises(UnknownNameError, match="there are: rows, no-broadcasting, numpy"):
        here(rope.rebase, "rope.rebase", adapter="nonsense")


def test_generic_adapters_are_listed_and_shown() -> None:
    names = {adapter.name for adapter in catalogue.adapters().values()}
    assert not names & set(generic.ADAPTERS)
    listed = CliRunner().invoke(main, ["list", "adapters"]).output
    assert all(f"{name}  {it.sentence}" in listed for name, it in generic.ADAPTERS.items())
    assert "an adapter for any function" in CliRunner().invoke(main, ["show", "rows"]).output
    assert "rows (of any function)" in CliRunner().invoke(main, ["show", "rope.rotate"]).output


def test_more_results_than_one_are_told_how() -> None:
    report = here(walls.with_more, laws=["rope.norm-kept"])
    assert "if it is the first of them, audit it with the adapter `first`" in report.outcomes[0].reason


# Classes and modules.


@pytest.mark.parametrize("target", [classes.Rotation, classes.Rotation(), classes.Rotation().turned])
def test_objects_that_can_be_called(target: Any) -> None:
    assert here(target, laws=FEW).holds


def test_classes_are_made_with_options_and_called_with_arrays() -> None:
    assert here(classes.Rotation, laws=["rope.layouts-agree"]).verdict == "held"
    assert here(classes.WrongRotation, laws=FEW).verdict == "refuted"


def test_schedulers_are_made_of_betas() -> None:
    options: dict[str, Any] = {"adapter": "scheduler", "dtype": "float32", "laws": ["ddpm.diffus*"]}
    assert here(classes.Scheduler, "ddpm.diffuse", **options).verdict in ("held", "imprecise")
    assert here(classes.WrongScheduler, "ddpm.diffuse", **options).verdict == "refuted"


def test_modules_of_torch() -> None:
    torch = pytest.importorskip("torch")
    laws = ["residual.layer_norm-definition", "residual.layer_norm-batched"]
    options: dict[str, Any] = {"backend": "torch", "dtype": "float32", "laws": laws}
    norms = classes.norms()
    for target in (torch.nn.LayerNorm, torch.nn.LayerNorm(8), norms.Norm, norms.Norm(8)):
        assert here(target, "residual.layer_norm", **options).verdict in ("held", "imprecise")
    assert here(norms.WrongNorm, "residual.layer_norm", **options).verdict == "refuted"


def test_functions_that_torch_compiled() -> None:
    torch = pytest.importorskip("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is deprecated, and in use
        scripted = torch.jit.script(classes.norms().turn)
    assert here(scripted, backend="torch", laws=["rope.rotate-definition", "rope.norm-kept"]).holds
    compiled = torch.compile(classes.norms().turn, backend="eager", dynamic=True)
    assert parameters(compiled) == parameters(classes.norms().turn)


def test_functions_that_jax_compiled() -> None:
    jax = pytest.importorskip("jax")
    turned = jax.jit(walls.by_tables)
    own = parameters(turned)
    assert own is not None
    assert [p.name for p in own] == ["x", "cos", "sin"]
    assert adapted("rope.rotate", turned, "tables", strict=True).lacking == ()


def test_right_functions_of_refimpl_are_called_as_they_are() -> None:
    for name, function in catalogue.reference().items():
        fit = adapted(name, function)
        assert (fit.lacking, fit.notes) == ((), ()), name


def test_layer_norm_with_everything_by_other_names() -> None:
    def mine(x: Any, weight: Any = None, bias: Any = None, variance_epsilon: float = 1e-5) -> Any:
        return residual.layer_norm(x, weight, bias, eps=variance_epsilon)

    report = here(mine, "residual.layer_norm", laws=["residual.layer_norm-definition"])
    assert report.holds
    assert report.loaded.lacking["residual.layer_norm"] == ()


def test_an_array_that_is_required_is_never_left_out() -> None:
    """It takes no None, so calls without it say nothing of it, and its sign of β is wrong elsewhere."""

    def mine(x: Any, gamma: Any, beta: Any, eps: float = 1e-5) -> Any:
        y = x - x.mean(-1, keepdims=True)
        return y / np.sqrt((y * y).mean(-1, keepdims=True) + eps) * gamma - beta

    report = proofs.audit({"residual.layer_norm": mine}, examples=20, isolated=False)
    assert report.verdict == "refuted"
    assert {o.verdict for o in report.outcomes} == {"refuted", "held", "skipped"}
    assert "beta=None, which raises TypeError" in str(report)
    [diagnosis] = report.diagnoses
    assert "raises at" not in str(diagnosis.sentences)
