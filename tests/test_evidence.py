"""Right, imprecise or wrong: by what a function's errors do in other formats, never by their size."""

import math
import re
from array import array
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import usable

from refimpl import backends, ddpm, proofs, residual, rope
from refimpl._errors import UnknownNameError
from refimpl.backends import Setting
from refimpl.proofs.auditing import Report
from refimpl.proofs.auditing.evidence import _all_shrink
from refimpl.proofs.auditing.shortened import rounds_first, shortened
from refimpl.proofs.commands.main import main
from refimpl.proofs.engine.calls import calls

ON = Setting.of(backends.get("numpy"))


def audit(name: str, function: Callable[..., Any], **options: Any) -> Report:
    return proofs.audit({name: function}, **({"examples": 12, "isolated": False} | options))


# The right formula, typed plainly.


def log_snr(betas: Any) -> Any:
    signal = np.cumprod(1 - betas)
    return np.log(signal / (1 - signal))


def two_pass_norm(x: Any, gamma: Any = None, beta: Any = None, *, eps: float = 1e-5) -> Any:
    y = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + eps)
    y = y if gamma is None else y * gamma
    return y if beta is None else y + beta


def test_cancellation_is_imprecise_and_tells_how_many_digits_are_left() -> None:
    report = audit("ddpm.log_snr", log_snr, adapter="ho")
    assert report.verdict == "imprecise"
    assert report.exit_code == 4
    assert not report.holds
    [diagnosis] = report.diagnoses
    assert diagnosis.cause == ""
    assert diagnosis.digits is not None
    assert diagnosis.digits.kinds["ordinary"][1] > 12 > diagnosis.digits.kinds["cancellation"][1]
    assert "digits left, of 16: ordinary inputs" in str(report)
    assert "the same formula, proven at " in str(report)
    assert not any(line.strip().startswith("held     ddpm.snr-definition") for line in report.lines())


def test_overflow_is_imprecise_and_the_operation_is_named() -> None:
    with np.errstate(all="ignore"):
        report = audit("residual.layer_norm", two_pass_norm, examples=20)
    assert report.verdict == "imprecise"
    [digits] = [diagnosis.digits for diagnosis in report.diagnoses]
    assert digits is not None
    assert "overflow encountered in" in digits.operation
    assert "x.var(-1" in digits.operation


def test_imprecise_is_accepted_only_where_that_is_said() -> None:
    report = audit("ddpm.log_snr", log_snr, adapter="ho", accept="imprecise")
    assert (report.verdict, report.exit_code, report.holds) == ("imprecise", 0, True)
    assert audit("ddpm.log_snr", log_snr, adapter="ho", accept="edge").exit_code == 4
    with pytest.raises(UnknownNameError, match=r"accept.*imprecise, edge"):
        audit("ddpm.log_snr", log_snr, adapter="ho", accept="refuted")


def test_the_command_and_the_tests_of_pytest_do_the_same() -> None:
    run = ["audit", f"{__file__}:log_snr", "--as", "ddpm.log_snr", "--adapter", "ho", "--examples", "6"]
    assert CliRunner().invoke(main, run).exit_code == 4
    assert CliRunner().invoke(main, [*run, "--accept", "imprecise"]).exit_code == 0
    options: dict[str, Any] = {"impl": {"ddpm.log_snr": log_snr}, "adapter": "ho", "isolated": False}
    law = "ddpm.snr-definition"
    with pytest.raises(pytest.fail.Exception, match="digits left"):
        proofs.pytest_case(law, **options)("ddpm.log_snr", law)
    proofs.pytest_case(law, **options, accept="imprecise")("ddpm.log_snr", law)


# A formula that is wrong by little is not the rounding.


def snr_with(change: Callable[[Any], Any]) -> Callable[..., Any]:
    def mine(betas: Any) -> Any:
        log = np.cumsum(np.log1p(-betas))
        return change(log - np.log(-np.expm1(log)))

    return mine


@pytest.mark.parametrize(
    "error", [1e-10, *(pytest.param(e, marks=pytest.mark.long) for e in (1e-4, 1e-7, 1e-12))]
)
def test_small_errors_of_the_formula_are_wrong(error: float) -> None:
    assert audit("ddpm.log_snr", snr_with(lambda y: y * (1 + error)), adapter="ho").verdict == "refuted"
    assert audit("ddpm.log_snr", snr_with(lambda y: y + error), adapter="ho").verdict == "refuted"


@pytest.mark.parametrize("dtype", [np.float32, pytest.param(np.float16, marks=pytest.mark.long)])
def test_tables_in_a_narrower_format_are_wrong(dtype: Any) -> None:
    mine = snr_with(lambda y: y.astype(dtype).astype(y.dtype))
    assert audit("ddpm.log_snr", mine, adapter="ho").verdict == "refuted"


def _bytes(a: Any) -> Any:
    return np.array(array("f", np.ascontiguousarray(a, np.float32).tobytes()), np.float32).reshape(a.shape)


def compiled_rms(x: Any, gamma: Any = None, *, eps: float = 1e-6, lost: float = 0.0) -> Any:
    """As compiled code has it: all that comes in is put into the one format in which it computes."""
    x, gamma = (a if a is None else _bytes(a) for a in (x, gamma))
    with np.errstate(over="ignore", under="ignore"):
        y = x / np.sqrt(np.mean(x * x + np.float32(lost), axis=-1, keepdims=True) + np.float32(eps))
    return y if gamma is None else y * gamma


def test_compiled_code_whose_squares_overflow_is_imprecise() -> None:
    """It gives zeros there, and nothing can be seen of it in other formats."""
    assert audit("residual.rms_norm", compiled_rms, dtype="float32").verdict == "imprecise"
    wrong = partial(compiled_rms, lost=1e-3)
    assert audit("residual.rms_norm", wrong, dtype="float32").verdict == "refuted"


def test_what_most_recorded_calls_leave_out_is_weighed_where_the_law_fails() -> None:
    def norm(x: Any, gamma: Any, beta: Any, eps: float = 1e-5) -> Any:
        return gamma * (x - x.mean(-1, keepdims=True)) / (x.std(-1, keepdims=True) + eps) + beta

    report = audit("residual.layer_norm", norm, examples=40)
    assert report.verdict == "refuted"
    assert "residual.layer_norm/eps-outside-root" in report.diagnoses[0].cause


def test_the_wrong_form_is_not_a_matter_of_digits() -> None:
    single = snr_with(lambda y: y.astype(np.float64))
    assert audit("ddpm.log_snr", single, adapter="ho", dtype="float32").verdict == "refuted"


def test_digits_lost_at_ordinary_inputs_are_wrong_and_the_cause() -> None:
    mine = snr_with(lambda y: (y + 1e13) - 1e13)
    report = audit("ddpm.log_snr", mine, adapter="ho", accept="imprecise")
    assert (report.verdict, report.exit_code) == ("refuted", 1)
    assert report.diagnoses[0].cause.startswith("digits are lost: of 16, ")


@pytest.mark.long
def test_numbers_made_up_of_roundings_are_wrong() -> None:
    """Ranks of equal entries, less a mean that is rounded, have a correlation that does not exist."""

    def spearman(x: Any, y: Any) -> Any:
        def centred(values: Any) -> Any:
            _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
            ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
            return ranks - np.sum(ranks * (1 / len(ranks)))

        a, b = centred(x), centred(y)
        with np.errstate(all="ignore"):
            return a @ b / np.sqrt((a @ a) * (b @ b))

    report = audit("matching.spearman", spearman, examples=60)
    assert report.verdict == "refuted"
    assert "a number where NaN is expected" in report.diagnoses[0].cause


def test_without_the_diagnosis_a_cause_is_not_looked_for_but_digits_are() -> None:
    wrong = audit("ddpm.log_snr", snr_with(lambda y: y + 1), adapter="ho", diagnosis=False)
    assert (wrong.verdict, wrong.diagnoses) == ("refuted", ())
    assert "wrong: why was not asked" in str(wrong)
    few = audit("ddpm.log_snr", snr_with(lambda y: (y + 1e13) - 1e13), adapter="ho", diagnosis=False)
    assert few.verdict == "refuted"


def frechet(x: Any, y: Any, jitter: float = 0.0) -> float:
    """Of features, by the roots of their covariances; one feature has none that eigh takes."""
    (m, s), (n, t) = ((a.mean(axis=0), np.cov(a, rowvar=False)) for a in (x, y))
    w, v = np.linalg.eigh(s + jitter * np.eye(s.shape[0]))
    root = (v * np.sqrt(np.clip(w, 0, None))) @ v.T
    cross = np.sqrt(np.clip(np.linalg.eigvalsh(root @ t @ root), 0, None))
    return float(np.sum((m - n) ** 2) + np.trace(s) + np.trace(t) - 2 * np.sum(cross))


def test_roots_of_singular_matrices_lose_digits_and_a_jitter_is_wrong() -> None:
    name = "transport.frechet_feature_distance"
    assert audit(name, frechet, adapter="one-pair", examples=40).verdict == "imprecise"
    assert audit(name, partial(frechet, jitter=1e-10), adapter="one-pair", examples=40).verdict == "refuted"


# Where the library has no wider format.


@pytest.mark.long
def test_torch_in_double_precision_is_weighed_from_below() -> None:
    torch = usable("torch").xp

    def plain(betas: Any) -> Any:
        signal = torch.cumprod(1 - betas, 0)
        return torch.log(signal / (1 - signal))

    def wrong(betas: Any) -> Any:
        return plain(betas) * (1 + 1e-9)

    assert audit("ddpm.log_snr", plain, adapter="ho", backend="torch").verdict == "imprecise"
    assert audit("ddpm.log_snr", wrong, adapter="ho", backend="torch").verdict == "refuted"
    single = {"adapter": "ho", "backend": "torch", "dtype": "float32"}
    assert audit("ddpm.log_snr", plain, **single).verdict == "imprecise"
    assert audit("ddpm.log_snr", wrong, **single).verdict == "imprecise"  # 1e-9 is less than float32 has


@pytest.mark.parametrize(("errors", "shrink"), [
    ([1e-7, 1e-16], True), ([1e-7, 1e-7], False), ([math.inf, math.inf], False), ([math.inf, 0.0], True),
])  # fmt: skip
def test_what_is_wrong_in_both_formats_does_not_shrink(errors: list[float], shrink: bool) -> None:
    """Results of another form are infinitely far apart, in every format."""
    made = calls("ddpm.log_snr", ON)
    assert _all_shrink(lambda call: errors, made, ON, lambda near: near / 1024) is shrink


def test_right_functions_are_held() -> None:
    assert audit("residual.layer_norm", residual.layer_norm).verdict == "held"
    assert audit("ddpm.log_snr", ddpm.log_snr).verdict == "held"


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_end_of_a_format_is_no_rounded_infinity(dtype: str) -> None:
    """In a wider format it is that of the wider one, which rounding makes infinite, as is expected."""
    torch = usable("torch").xp

    def masked(scores: Any, allowed: Any) -> Any:
        return scores.masked_fill(~allowed.bool(), torch.finfo(scores.dtype).min)

    report = audit("argmaxable.mask_scores", masked, backend="torch", dtype=dtype)
    assert report.verdict == "refuted", str(report)
    assert f"the least number of {dtype} in the place of −∞" in str(report)


def test_tables_that_torch_code_makes_in_float32_are_widened_with_it() -> None:
    torch = pytest.importorskip("torch")

    def mine(x0: Any, noise: Any, schedule: Any, t: Any, /) -> Any:
        alphas = 1 - torch.tensor(schedule.beta_squared.tolist(), dtype=torch.float32)
        kept = torch.cumprod(alphas, 0).to(x0.dtype)[torch.as_tensor(t) - 1]
        return torch.sqrt(kept)[..., None] * x0 + torch.sqrt(1 - kept)[..., None] * noise

    laws = ("ddpm.diffusion-*",)
    report = audit("ddpm.diffuse", mine, laws=laws, backend="torch", dtype="float32", examples=6)
    assert report.verdict == "imprecise"


def test_bfloat16_that_code_asks_for_is_not_widened() -> None:
    torch = pytest.importorskip("torch")

    def mine(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
        return rope.rotate(x, angles.to(torch.bfloat16).to(x.dtype), layout=layout)

    laws = ("rope.rotate-definition",)
    report = audit("rope.rotate", mine, laws=laws, backend="torch", dtype="float32", examples=6)
    assert report.verdict == "refuted"


@pytest.mark.parametrize("place", [0, 1])
def test_arguments_that_code_rounds_are_wrong_where_those_of_laws_are_short(place: int) -> None:
    """Ordinary rows of whole numbers are the same in float32, and extreme ones have no value there."""

    def mine(*given: Any, eps: float = 1e-5) -> Any:
        return two_pass_norm(*(_in_float32(a) if k == place else a for k, a in enumerate(given)), eps=eps)

    report = audit("residual.layer_norm", mine)
    assert report.verdict == "refuted"
    name = ("x", "gamma")[place]
    told = rf"it rounds {name} to float32 before it computes|.* with {name} rounded to float32 .*"
    assert re.fullmatch(told, report.diagnoses[0].cause)


def _in_float32(array: Any) -> Any:
    return None if array is None else array.astype(np.float32).astype(array.dtype)


@pytest.mark.parametrize(("dtype", "form"), [("float64", "float32"), ("float32", "bfloat16")])
def test_arguments_that_code_rounds_are_wrong_in_torch(dtype: str, form: str) -> None:
    torch = pytest.importorskip("torch")

    def mine(x: Any, *rest: Any, eps: float = 1e-5) -> Any:
        return residual.layer_norm(x.to(getattr(torch, form)).to(x.dtype), *rest, eps=eps)

    report = audit("residual.layer_norm", mine, backend="torch", dtype=dtype)
    assert report.verdict == "refuted"
    assert re.search(f"x (rounded )?to {form}", report.diagnoses[0].cause)


def test_what_is_read_short_and_what_is_read_in_full() -> None:
    made = calls("residual.layer_norm", ON)

    def of_short_gamma(x: Any, gamma: Any = None, *rest: Any, **options: Any) -> Any:
        return residual.layer_norm(x, _in_float32(gamma), *rest, **options)

    def without_gamma(x: Any, gamma: Any = None, beta: Any = None, **options: Any) -> Any:
        return residual.layer_norm(x, None, beta, **options)

    found = rounds_first("residual.layer_norm", of_short_gamma, made, ON)
    assert found == "rounds gamma to float32 before it computes"
    assert not rounds_first("residual.layer_norm", residual.layer_norm, made, ON)
    assert shortened("residual.layer_norm", of_short_gamma, made, ON) == ["gamma"]
    assert not shortened("residual.layer_norm", without_gamma, made, ON)  # that is another cause
    assert not shortened("residual.layer_norm", residual.layer_norm, made, ON)


def test_arguments_that_code_rounds_are_wrong() -> None:
    """Of arguments that are float32 numbers, nothing would be seen."""

    def mine(x: Any, angles: Any, *, layout: str = "interleaved") -> Any:
        return rope.rotate(x, angles.astype(np.float32).astype(np.float64), layout=layout)

    report = audit("rope.rotate", mine)
    assert {outcome.verdict for outcome in report.outcomes} == {"held", "refuted"}
    assert "float32" in report.diagnoses[0].cause
