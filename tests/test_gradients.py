"""Gradients: the derivative on balls, the laws of it, and audits that say what is wrong with one."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("flint")

from refimpl import backends, proofs
from refimpl._errors import DTypeError, UnknownNameError
from refimpl.backends import Setting
from refimpl.backends._ball._pullbacks import NoDerivativeError
from refimpl.backends._ball._tape import TapeNamespace
from refimpl.backends.ball import ball
from refimpl.proofs.auditing import TargetError, gradients
from refimpl.proofs.engine import calls, catalogue, registry
from refimpl.proofs.engine.gradient import laws, library
from refimpl.proofs.engine.gradient.derivative import Point
from refimpl.proofs.engine.gradient.mistakes import all_of, of_any
from refimpl.proofs.engine.runner import Outcome

from .gradients.closed import CLOSED

CORE = tuple(CLOSED)
PORT = Path(__file__).parent / "audited" / "port.py"
TIED = frozenset({"matching.cosine_similarity", "transport.wasserstein_1d"})
"""Functions that have no derivative at their first calls: of parallel vectors, and of equal samples."""


def setting(name: str, dtype: str = "float64") -> Setting:
    """A setting, if the library is here."""
    pytest.importorskip(name)
    return Setting.of(backends.get(name), dtype)


def tried(function: str, gradient: Any, on: Setting, *, law: str = "gradient", examples: int = 6) -> Outcome:
    """One law of gradients on one gradient, with what the library gives forwards."""
    made = catalogue.gradients()[f"{function}-{law}"]
    forwards = library.tangent(function, registry.reference()[function], on)
    return gradients.attempted(made, function, gradient, forwards, on, examples, 0)


def derivative(function: Callable[..., Any], *arrays: Any, cotangent: Any = None) -> list[Any]:
    """The balls of a gradient with respect to the first array."""
    base = ball(prec=128)
    tape = TapeNamespace(base)
    variables = [tape.variable(base.asarray(np.asarray(array, dtype=np.float64))) for array in arrays]
    result = function(tape, *variables)
    given = np.ones(result.shape) if cotangent is None else np.asarray(cotangent, dtype=np.float64)
    found = tape.pulled([(result, base.asarray(given))], variables)[0]
    assert found is not None
    return list(found.data.flat)


SMOOTH: dict[str, Callable[..., Any]] = {
    "exp": lambda xp, x: xp.exp(x),
    "expm1": lambda xp, x: xp.expm1(x),
    "log": lambda xp, x: xp.log(x),
    "log1p": lambda xp, x: xp.log1p(x),
    "sqrt": lambda xp, x: xp.sqrt(x),
    "tanh": lambda xp, x: xp.tanh(x),
    "sin, cos": lambda xp, x: xp.sin(x) * xp.cos(x),
    "quotient": lambda xp, x: (1 - x) / (2 + x * x),
    "power": lambda xp, x: x**3 + 2.0**x + x**-0.5,
    "atan2": lambda xp, x: xp.atan2(x, 1 + x),
    "hypot": lambda xp, x: xp.hypot(x, 2 - x),
    "sum, mean": lambda xp, x: xp.sum(x * x) * xp.mean(x),
    "cumulative": lambda xp, x: xp.cumulative_sum(x * x),
    "extremes": lambda xp, x: xp.max(x) * xp.min(x),
    "places": lambda xp, x: xp.stack([x[1:] * x[:-1], xp.flip(x, axis=0)[1:]]),
    "matmul": lambda xp, x: (x[:, None] * x[None, :]) @ xp.exp(x),
    "clip": lambda xp, x: xp.clip(x, 0.4, 1.2),
    "where": lambda xp, x: xp.where(x > 0.75, xp.log(x), x * x),
    "inverse": lambda xp, x: xp.linalg.inv(matrix(xp, x)),
    "solve": lambda xp, x: xp.linalg.solve(matrix(xp, x), x[:, None]),
    "cholesky": lambda xp, x: xp.linalg.cholesky(matrix(xp, x)),
    "slogdet": lambda xp, x: xp.linalg.slogdet(matrix(xp, x))[1],
    "eigvalsh": lambda xp, x: xp.linalg.eigvalsh(matrix(xp, x)),
    "qr": lambda xp, x: xp.linalg.qr(matrix(xp, x))[1] ** 2,  # signs are free
}


def matrix(xp: Any, x: Any) -> Any:
    """A positive definite matrix of three numbers, with eigenvalues apart."""
    rows = [
        xp.stack([4 + x[0], x[1], x[2]]),
        xp.stack([x[1], 6 + x[1], x[0]]),
        xp.stack([x[2], x[0], 9 + x[2]]),
    ]
    return xp.stack(rows)


@pytest.mark.parametrize("name", SMOOTH)
def test_derivatives_on_balls_are_those_of_torch(name: str) -> None:
    torch = pytest.importorskip("torch")
    x = np.asarray([0.5, 1.25, 0.875])
    leaf = torch.tensor(x, requires_grad=True)
    result = SMOOTH[name](backends.get("torch").xp, leaf)
    cotangent = np.linspace(0.5, 2, result.numel()).reshape(tuple(result.shape))
    expected = torch.autograd.grad(result, leaf, torch.tensor(cotangent))[0].numpy()
    balls = derivative(SMOOTH[name], x, cotangent=cotangent)
    # torch computes in float64, with a few hundred roundings at the most; wrong slopes are off by far more.
    np.testing.assert_allclose([float(x.mid()) for x in balls], expected, rtol=1e-13, atol=1e-14)
    assert all(x.rad() <= 1e-30 for x in balls)


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        (lambda xp, x: xp.abs(x), [0.0, 2.0], [(-1, 1), (1, 1)]),
        (lambda xp, x: xp.max(x), [3.0, 3.0, 1.0], [(0, 1), (0, 1), (0, 0)]),
        (lambda xp, x: xp.maximum(x, xp.zeros_like(x)), [0.0, -1.0], [(0, 1), (0, 0)]),
        (lambda xp, x: xp.clip(x, 0.0, 1.0), [1.0, 0.5], [(0, 1), (1, 1)]),
        (lambda xp, x: xp.where(x > 0, x, 2 * x), [0.0, 1.0], [(0, 3), (1, 1)]),
        (lambda xp, x: xp.sort(x)[:1], [2.0, 2.0], [(0, 1), (0, 1)]),
    ],
)
def test_where_there_is_no_derivative_the_balls_hold_every_subgradient(
    function: Any, x: Sequence[float], expected: Sequence[tuple[float, float]]
) -> None:
    for found, (least, most) in zip(derivative(function, x), expected, strict=True):
        assert found.contains(least)
        assert found.contains(most)
        assert 2 * found.rad() <= (most - least) + 1e-6


def test_a_branch_that_is_not_taken_has_no_part_in_the_derivative() -> None:
    found = derivative(lambda xp, x: xp.where(x == x + 1, xp.sqrt(x), x), [0.0, 4.0])
    assert [float(x) for x in found] == [1.0, 1.0]


def test_what_has_no_rule_is_refused() -> None:
    with pytest.raises(NoDerivativeError, match="svd"):
        derivative(lambda xp, x: xp.linalg.svd(x)[1], np.eye(2))


@pytest.mark.parametrize("function", CORE)
def test_closed_forms_are_the_derivative(function: str) -> None:
    outcome = tried(function, library.of_backward(function, CLOSED[function]), setting("numpy"), examples=3)
    assert outcome.verdict == "held", outcome.reason
    assert outcome.compared


@pytest.mark.parametrize(
    "function", [f if f == "rope.rotate" else pytest.param(f, marks=pytest.mark.long) for f in CORE]
)
def test_textbook_gradients_are_not_called_wrong(function: str) -> None:
    """Where digits cancel, or the scale is extreme, most of them lose digits."""
    report = proofs.audit({}, backward={function: CLOSED[function]}, isolated=False, examples=8)
    assert report.verdict == ("held" if function == "rope.rotate" else report.verdict)
    assert report.verdict in ("held", "imprecise"), str(report)


@pytest.mark.parametrize("name", ["torch", pytest.param("jax", marks=pytest.mark.long)])
@pytest.mark.parametrize("function", CORE)
def test_the_gradient_of_the_reference_is_right(function: str, name: str) -> None:
    on = setting(name)
    gradient = library.of_library(function, registry.reference()[function], on)
    others = ["gradient-invariant"] if function in registry.facts().invariant else []
    for law in ("gradient", "gradient-linear", "gradient-adjoint", *others):
        outcome = tried(function, gradient, on, law=law, examples=9 if function in TIED else 3)
        assert outcome.verdict == "held", outcome.reason


@pytest.mark.long
@pytest.mark.parametrize("function", CORE)
def test_every_mistake_of_gradients_is_refuted(function: str) -> None:
    on = setting("numpy")
    made = calls.calls(function, on, examples=4, limit=12)
    largest = max(made, key=lambda call: sum(np.size(part) for part in call.args if np.size(part) < 64))
    point = laws.differentiated(function, (largest.args, dict(largest.kwargs)), on)
    assert not isinstance(point, str)
    given = list(library.cotangents(point.shapes, 0))
    right = point.middles(given)  # NaN where there are several subgradients
    # Where there is one argument, one row or one result, or a term that cancels, some are no mistakes.
    for wrong in all_of(function, (largest.args, dict(largest.kwargs)), on):
        if wrong.mistake:  # it may change the arguments
            continue
        changed = wrong.change(point, given)  # of balls, as the derivative: alike to the last digit, or not
        if all(np.allclose(a, b, rtol=1e-9, equal_nan=True) for a, b in zip(changed, right, strict=True)):
            continue
        outcome = tried(function, wrong.replacement(function, on), on, examples=12)
        assert outcome.verdict == "refuted", (wrong.name, wrong.sentence, outcome.reason)


def detached(g: Any, x: Any, gamma: Any = None, beta: Any = None, /, *, eps: float = 1e-5) -> Any:
    """A layer norm's backward pass without the term through the variance."""
    centred = x - np.mean(x, axis=-1, keepdims=True)
    root = np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + eps)
    scaled = (g if gamma is None else g * gamma) / root
    right = CLOSED["residual.layer_norm"](g, x, gamma, beta, eps=eps)
    return scaled - np.mean(scaled, axis=-1, keepdims=True), *right[1:]


def test_the_missing_term_through_the_variance_is_seen_at_the_first_cases() -> None:
    """A row of one number, as the simplest case has it, does not show it."""
    name, on = "residual.layer_norm", setting("numpy")
    outcome = tried(name, library.of_backward(name, detached), on, examples=3)
    assert outcome.verdict == "refuted", outcome.reason


def test_the_missing_term_through_the_variance_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is it told from rows of one number, in which the smallest calls abound."""
    name, on = "residual.layer_norm", setting("numpy")
    catalogue.gradients()
    monkeypatch.setattr(gradients, "CALLS", 4)
    seen = gradients.observed(name, library.of_backward(name, detached), on, 0, {})
    assert "lacks the term through `mean`" in gradients.explained(name, seen).cause


def test_what_is_known_of_a_case_is_found_out_once_for_all_laws(monkeypatch: pytest.MonkeyPatch) -> None:
    name, on = "rope.rotate", setting("torch")
    gradient = library.of_library(name, registry.reference()[name], on)
    assert tried(name, gradient, on, examples=3).verdict == "held"
    monkeypatch.setattr(Point, "_run", None)  # no new derivative can be taken
    for law in ("gradient-linear", "gradient-adjoint"):
        outcome = tried(name, gradient, on, law=law, examples=3)
        assert outcome.verdict == "held", outcome.reason
        assert outcome.compared


def test_a_gradient_that_is_not_linear_is_refuted() -> None:
    on = setting("numpy")
    right = library.of_reference("rope.rotate", on)

    def clipped(cotangent: Any, *args: Any, **kwargs: Any) -> Any:
        return tuple(np.clip(part, -0.5, 0.5) for part in right(cotangent, *args, **kwargs))

    assert tried("rope.rotate", clipped, on, law="gradient-linear").verdict == "refuted"


@pytest.mark.parametrize("law", ["gradient-adjoint", "gradient-invariant"])
def test_a_gradient_with_a_term_too_many_breaks_its_other_laws(law: str) -> None:
    name = "matching.cosine_similarity"

    def long(cotangent: Any, u: Any, v: Any, *, axis: int = -1) -> Any:
        found = CLOSED[name](cotangent, u, v, axis=axis)
        return found[0] + u, found[1]

    outcome = tried(name, library.of_backward(name, long), setting("torch"), law=law)
    assert outcome.verdict == "refuted", outcome.reason


MINE = """
import torch
from refimpl import residual, rope


class Rotation(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, angles):
        ctx.save_for_backward(angles)
        return rope.rotate(x, angles)

    @staticmethod
    def backward(ctx, g):
        return rope.rotate(g, ctx.saved_tensors[0]), None


class Once(Rotation):
    @staticmethod
    def forward(ctx, x, angles):
        ctx.save_for_backward(x, angles)
        return rope.rotate(x, angles)

    @staticmethod
    def backward(ctx, g):
        x, angles = (part.float() for part in ctx.saved_tensors)
        turned, back = rope.rotate(x, angles), g.float()
        along = back[..., 1::2] * turned[..., 0::2] - back[..., 0::2] * turned[..., 1::2]
        return rope.rotate(back, -angles).to(g.dtype), along.to(g.dtype)


class Forgotten(Once):
    @staticmethod
    def backward(ctx, g):
        return Once.backward(ctx, g)[0], None


def norm(x, *, eps=1e-5):
    centred = x - x.mean(-1, keepdim=True)
    return centred / torch.sqrt((centred * centred).mean(-1, keepdim=True).detach() + eps)


def right(x, *, eps=1e-5):
    centred = x - x.mean(-1, keepdim=True)
    return centred / torch.sqrt((centred * centred).mean(-1, keepdim=True) + eps)


def half(x, *, eps=1e-5):
    class Half(torch.autograd.Function):
        @staticmethod
        def forward(ctx, y):
            return y.clone()

        @staticmethod
        def backward(ctx, g):
            return g.bfloat16().to(g.dtype)

    return residual.layer_norm(Half.apply(x), eps=eps)


def backward(g, x, angles, *, layout="interleaved"):
    return rope.rotate(g, angles, layout=layout), None
"""


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with functions whose gradients are right and wrong."""
    pytest.importorskip("torch")
    file = tmp_path_factory.mktemp("gradients") / "mine_gradients.py"
    file.write_text(MINE, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("function", "name", "verdict", "told"),
    [
        # Its squares overflow.
        pytest.param(
            "residual.layer_norm", "right", "imprecise", "the right formula", marks=pytest.mark.long
        ),
        pytest.param("residual.layer_norm", "norm", "refuted", "term through `mean`", marks=pytest.mark.long),
        pytest.param("residual.layer_norm", "half", "refuted", "bfloat16", marks=pytest.mark.long),
        ("rope.rotate", "Rotation", "refuted", "rope.rotate/wrong-sign"),
    ],
)
def test_an_audit_says_what_is_wrong_with_a_gradient(
    mine: Path, function: str, name: str, verdict: str, told: str
) -> None:
    setting("torch")
    report = proofs.audit(
        {function: f"{mine}:{name}"}, backend="torch", gradient=True, examples=6, isolated=False
    )
    assert report.verdict == verdict, str(report)
    assert told in str(report)
    if verdict == "refuted":
        ends_with(report.example(function), 1, mine.parent)
    assert f"{function}, its gradient: " in str(report)


@pytest.mark.parametrize("isolated", [False, True])
def test_a_backward_function_is_judged_as_it_is(mine: Path, isolated: bool) -> None:
    report = proofs.audit(
        {"rope.rotate": "refimpl.rope:rotate"},
        backward={"rope.rotate": f"{mine}:backward"},
        examples=3,
        isolated=isolated,
    )
    answer = str(report)
    assert "with respect to x equals that of the reference with the mistake rope.rotate/wrong-sign" in answer
    assert "with respect to angles is zero: nothing comes back" in answer


def test_the_gradient_of_torch_is_not_called_wrong() -> None:
    """It loses digits in rows of one feature, where the reference rounds nothing."""
    torch = pytest.importorskip("torch")

    def norm(x: Any, gamma: Any = None, beta: Any = None, *, eps: float = 1e-5) -> Any:
        return torch.nn.functional.layer_norm(x, x.shape[-1:], gamma, beta, eps)

    report = proofs.audit(
        {"residual.layer_norm": norm}, backend="torch", gradient=True, examples=12, isolated=False
    )
    assert report.verdict == "imprecise", str(report)


def _bound(inside: bool, outside: bool) -> Callable[..., Any]:
    """log mean exp with a shift that is detached in either place."""

    def bound(log_weights: Any) -> Any:
        top = log_weights.max(dim=-1, keepdim=True)[0]
        shift, back = (top.detach() if constant else top for constant in (inside, outside))
        return (log_weights - shift).exp().mean(-1).log() + back[..., 0]

    return bound


def _averaged(log_weights: Any) -> Any:
    """One whose gradient is divided by the number of samples."""
    return log_weights.logsumexp(-1) / log_weights.shape[-1]


@pytest.mark.parametrize(
    ("bound", "told"),
    [
        (_bound(True, True), "expected ones"),
        (_bound(True, False), "keeps one of two terms that cancel"),
        (_bound(False, True), "keeps one of two terms that cancel"),
        (_averaged, "density.importance_bound/divided-by-count"),
    ],
)
def test_a_maximum_that_is_detached_in_one_place_is_told_though_maxima_tie(
    bound: Callable[..., Any], told: str
) -> None:
    """Beside mistakes whose results have another shape, which explain nothing."""
    name, on = "density.importance_bound", setting("torch", "float32")
    catalogue.gradients()
    mine = library.of_library(name, lambda log_w, /, *, axis=-1: bound(log_w), on)
    seen = gradients.observed(name, mine, on, 0, {"axis": -1})
    assert told in str(gradients.explained(name, seen).sentences)


def test_a_function_without_a_forward_derivative_is_not_judged_by_one() -> None:
    """Nothing stands in for it: zeros, however they were changed, may leave a sum as it was."""
    torch = pytest.importorskip("torch")

    class Norm(torch.autograd.Function):  # type: ignore[misc, name-defined, unused-ignore]
        @staticmethod
        def forward(ctx: Any, x: Any, eps: float) -> Any:
            centred = x - x.mean(-1, keepdim=True)
            slope = torch.rsqrt((centred * centred).mean(-1, keepdim=True) + eps)
            ctx.save_for_backward(centred * slope, slope)
            return centred * slope

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            y, slope = ctx.saved_tensors
            return (g - g.mean(-1, keepdim=True) - y * (g * y).mean(-1, keepdim=True)) * slope, None

    def norm(x: Any, gamma: Any = None, beta: Any = None, *, eps: float = 1e-5) -> Any:
        y = Norm.apply(x, eps)
        y = y if gamma is None else y * gamma
        return y if beta is None else y + beta

    name, on = "residual.layer_norm", setting("torch", "float32")
    made, forwards = library.of_library(name, norm, on), library.tangent(name, norm, on)
    law = catalogue.gradients()[f"{name}-gradient-adjoint"]
    outcome = gradients.attempted(law, name, made, forwards, on, 12, 0)
    assert outcome.verdict == "skipped", outcome.reason
    assert "it has no forward derivative" in outcome.reason


def test_a_law_that_says_nothing_where_an_option_stands_at_its_default_is_no_fault() -> None:
    """Of a case whose axis is put there the law may say that it does not apply."""
    torch = pytest.importorskip("torch")

    def size(log_weights: Any) -> Any:
        return 1 / torch.softmax(log_weights, dim=-1).square().sum(-1)

    report = proofs.audit(
        {"density.effective_sample_size": size}, backend="torch", dtype="float32", gradient=True,
        laws=["*-adjoint"], examples=12, isolated=False,
    )  # fmt: skip
    assert report.verdict == "held", str(report)


def test_a_backward_function_without_an_option_stands_for_its_default() -> None:
    def back(g: Any, x: Any, angles: Any) -> Any:
        return CLOSED["rope.rotate"](g, x, angles)

    report = proofs.audit({}, backward={"rope.rotate": back}, examples=12, isolated=False)
    assert report.verdict == "held", str(report)
    assert "layout='half'" in str(report)


def test_a_backward_function_without_optional_arrays_is_tried_without_them() -> None:
    def back(g: Any, x: Any, eps: float = 1e-5) -> Any:
        return CLOSED["residual.layer_norm"](g, x, eps=eps)

    laws_of = ["residual.layer_norm-gradient", "residual.layer_norm-gradient-linear"]
    backward = {"residual.layer_norm": back}
    report = proofs.audit({}, backward=backward, laws=laws_of, examples=3, isolated=False)
    assert report.verdict in ("held", "imprecise"), str(report)
    assert "gamma is given" in str(report)


@pytest.mark.parametrize(
    ("name", "verdict", "told"),
    [
        ("Rotation", "refuted", "rope.rotate/wrong-sign"),
        ("Once", "held", "right"),
        ("Forgotten", "refuted", "with respect to angles is zero: nothing comes back"),
    ],
)
def test_gradients_in_half_precision(mine: Path, name: str, verdict: str, told: str) -> None:
    """One that computes in float32 and rounds once is right."""
    setting("torch")
    report = proofs.audit(
        {"rope.rotate": f"{mine}:{name}"},
        backend="torch", dtype="bfloat16", gradient=True, examples=4, isolated=False,
    )  # fmt: skip
    assert report.verdict == verdict, str(report)
    assert told in str(report).splitlines()[0]


@pytest.mark.parametrize("function", ["flow.euler_maruyama", "flow.integrate", "ddpm.sample"])
def test_functions_that_call_the_callers_are_judged(function: str) -> None:
    """What those close over is put on balls, too."""
    on = setting("torch")
    right = library.of_library(function, registry.reference()[function], on)
    outcome = tried(function, right, on, examples=3)
    assert outcome.verdict == "held", outcome.reason
    assert outcome.compared

    def wrong(cotangent: Any, *args: Any, **kwargs: Any) -> Any:
        return tuple(part * (1 + 1e-9) for part in right(cotangent, *args, **kwargs))

    assert tried(function, wrong, on, examples=3).verdict == "refuted"


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("function", CORE)
def test_the_laws_see_an_error_of_64_ulp_in_most_entries(function: str, dtype: str) -> None:
    """Others are small beside the terms that they are the difference of."""
    from .gradients import table  # noqa: PLC0415

    on = setting("numpy", dtype)
    args, kwargs = table.point(function, 0)
    args = tuple(on.array(part) if part.dtype.kind == "f" else part for part in args)
    at = Point(function, args, kwargs, on)
    first = at.pulled(list(library.cotangents(at.shapes, 0)))[0]
    bound = laws.TOLERANCE.operations * on.u * first.scale
    seen = bound <= 64 * 2 * on.u * np.abs(first.middle)
    assert np.mean(seen) >= (0.5 if function == "residual.layer_norm" else 0.75)


def test_a_law_that_can_say_nothing_is_not_tried() -> None:
    on = setting("torch")
    name = "matching.cosine_similarity"
    outcome = tried(
        name, library.of_library(name, registry.reference()[name], on), on, law="gradient-adjoint", examples=3
    )
    assert outcome.verdict in ("skipped", "held"), outcome.reason
    assert outcome.verdict == "held" or laws.SEVERAL in outcome.reason


NEARLY = """
from refimpl import rope


def backward(g, x, angles, *, layout="interleaved"):
    return rope.rotate(g, -angles, layout=layout) * (1 + 1e-9), None
"""


def test_a_gradient_that_is_off_by_a_part_in_a_billion_is_no_lost_digit(tmp_path: Path) -> None:
    """Another argument's error is as many bounds in float32, which says nothing of this one."""
    file = tmp_path / "nearly_right.py"
    file.write_text(NEARLY, encoding="utf-8")
    report = proofs.audit(
        {"rope.rotate": "refimpl.rope:rotate"},
        backward={"rope.rotate": f"{file}:backward"},
        examples=6,
        isolated=False,
    )
    assert report.verdict == "refuted", str(report)
    assert "with respect to x is the derivative times 1 + 1e-09" in str(report)
    ends_with(report.example("rope.rotate"), 1, tmp_path)
    file.write_text(NEARLY.replace(" * (1 + 1e-9)", ""), encoding="utf-8")
    ends_with(report.example("rope.rotate"), 0, tmp_path)


def ends_with(shown: Any, code: int, folder: Path) -> None:
    """Run the program that shows a wrong gradient."""
    assert shown is not None
    program = folder / "shows.py"
    program.write_text(shown.script, encoding="utf-8")
    ran = subprocess.run([sys.executable, program], capture_output=True, text=True, check=False)
    assert ran.returncode == code, ran.stdout + ran.stderr


def test_gradients_are_refused_where_there_are_none() -> None:
    with pytest.raises(UnknownNameError, match="no gradient: it takes no arrays"):
        proofs.audit({"rope.frequencies": lambda dim: dim}, gradient=True)
    with pytest.raises(DTypeError, match="torch or jax"):
        proofs.audit({"rope.rotate": lambda x, angles: x}, gradient=True)
    with pytest.raises(TargetError, match="has no 'nothing'"):
        proofs.audit({}, backward={"rope.rotate": f"{PORT}:nothing"}, isolated=False)
    with pytest.raises(UnknownNameError, match="backward"):
        proofs.audit({"rope.rotate": lambda x, angles: x}, backward={"rope.period": lambda g, f: f})


@pytest.mark.long
def test_the_table_beside_other_checkers_is_what_they_find() -> None:
    pytest.importorskip("torch")
    pytest.importorskip("jax")
    from .gradients import table  # noqa: PLC0415

    written = table.README.read_text(encoding="utf-8").partition("<!-- table -->\n")[2]
    assert list(table.lines()) == written.splitlines()


def test_every_function_has_laws_of_its_gradient_or_a_reason_why_not() -> None:
    for name in registry.functions():
        assert bool(laws.reason(name)) != (f"{name}-gradient" in catalogue.gradients()), name
    told = registry.facts().not_differentiable
    assert told.keys() <= registry.functions().keys()
    assert len({wrong.name for wrong in of_any()}) == len(list(of_any()))
