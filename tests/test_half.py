"""Audits in half precision: the contract that is kept, what is rounded on the way, and running sums."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from audited import half
from click.testing import CliRunner

from refimpl import backends, density, proofs, rope
from refimpl._errors import DTypeError
from refimpl.backends import Setting
from refimpl.proofs.auditing import Report, contracts, lengthened
from refimpl.proofs.auditing.contracts import Judged, Kept, kept
from refimpl.proofs.auditing.halved import _to, halved
from refimpl.proofs.commands.main import main
from refimpl.proofs.engine.calls import Call, calls

NAMES = {
    "rotate": "rope.rotate", "sinusoidal": "rope.sinusoidal", "weights": "density.normalized_weights",
    "layer": "residual.layer_norm", "diffuse": "ddpm.diffuse",
    "quantile": "transport.wasserstein_1d",
}  # fmt: skip


def audited(function: Callable[..., Any], dtype: str, **options: Any) -> Report:
    name = NAMES[function.__name__.partition("_")[0]]
    return proofs.audit({name: function}, dtype=dtype, examples=9, isolated=False, **options)


def contract(report: Report) -> Kept:
    [found] = [diagnosis.contract for diagnosis in report.diagnoses]
    assert found is not None
    return found


RIGHT = [
    (half.rotate, "float16", "the format's roundings"),
    (half.rotate_once, "float16", "float32, rounded once"),
    (half.rotate_by_tables, "float16", "the format's roundings"),
    (half.sinusoidal, "float16", "float32, rounded once"),
    (half.sinusoidal, "bfloat16", "float32, rounded once"),
    (half.sinusoidal_in_single, "float16", "float32, rounded once"),
    (half.sinusoidal_in_single, "bfloat16", "float32, rounded once"),
    (half.weights, "float16", "the format's roundings"),
    (half.weights, "bfloat16", "the format's roundings"),
    (half.layer_norm, "float16", "float32, rounded once"),
]


@pytest.mark.parametrize(("function", "dtype", "expected"), RIGHT)
def test_right_code_is_held_and_its_contract_told(
    function: Callable[..., Any], dtype: str, expected: str
) -> None:
    report = audited(function, dtype, accept="edge")  # shapes are not what is asked
    assert report.verdict in ("held", "edge")
    assert report.exit_code == 0
    assert contract(report).contract == expected
    assert (
        f"contract: {'computes in float32' if 'once' in expected else f'computes in {dtype} itself'}"
        in str(report)
    )


@pytest.mark.parametrize("dtype", ["float64", "bfloat16"])
def test_a_mask_by_a_number_that_no_scaled_cosines_reach_is_one(dtype: str) -> None:
    report = proofs.audit({"matching.cosent_loss": half.cosent_masked}, dtype=dtype, isolated=False)
    assert report.verdict == "held"


def test_a_mask_beyond_the_range_is_no_loss_of_digits() -> None:
    report = proofs.audit(
        {"matching.cosent_loss": half.cosent_masked_in_half}, dtype="float16", examples=9, isolated=False
    )
    assert report.verdict == "refuted"
    assert "gives infinity or NaN for a finite number" in str(report).splitlines()[0]
    assert "overflow encountered in cast" in str(report)


def test_squares_that_overflow_in_float32_are_lost_digits_in_bfloat16_which_has_its_range() -> None:
    report = audited(half.layer_norm, "bfloat16")
    assert report.verdict == "imprecise"
    assert contract(report).contract == "float32, rounded once"
    assert "the same code on balls holds" in str(report)


WRONG = [
    (half.rotate_backwards, "float16", "rope.rotate/wrong-sign"),
    (half.sinusoidal_of_half, "float16", "positions rounded to float16, where integers above 2048 merge"),
    (half.sinusoidal_of_half, "bfloat16", "positions rounded to bfloat16, where integers above 256 merge"),
    (half.sinusoidal_cast_with_model, "float16", "tables, such as frequencies, rounded to float16"),
    (half.sinusoidal_cast_with_model, "bfloat16", "tables, such as frequencies, rounded to bfloat16"),
    (half.sinusoidal_of_half_angles, "bfloat16", "its angles rounded to bfloat16"),
    (half.weights_accumulated, "float16", "it accumulates in float16"),
    (half.weights_accumulated, "bfloat16", "it accumulates in bfloat16"),
]


@pytest.mark.parametrize(("function", "dtype", "cause"), WRONG)
def test_wrong_code_is_refuted_with_its_cause(function: Callable[..., Any], dtype: str, cause: str) -> None:
    report = audited(function, dtype)
    assert report.verdict == "refuted"
    assert report.exit_code == 1
    [diagnosis] = report.diagnoses
    assert cause in diagnosis.cause
    assert cause in str(report).splitlines()[0]


def test_tables_in_the_format_are_named_and_are_no_mistake() -> None:
    report = audited(half.rotate_by_tables, "float16")
    assert report.verdict == "edge"
    assert "its tables of cosines and sines rounded to float16" in str(report)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_a_table_of_what_is_left_of_the_data_is_named(dtype: str) -> None:
    report = audited(half.diffuse_by_half_table, dtype, adapter="ho")
    assert report.verdict in ("imprecise", "refuted")
    assert f"its running products, such as ᾱ_t², rounded to {dtype}" in str(report).splitlines()[0]


def test_where_refimpl_answers_at_an_edge_nothing_is_said_of_the_contract() -> None:
    """It raises for samples of unlike sizes; what stands in for that computes in the format."""
    report = audited(half.quantile_distance, "bfloat16")
    assert report.verdict == "edge"
    assert contract(report).contract == "float32, rounded once"


def test_the_report_as_data_and_as_html_has_the_contract() -> None:
    report = audited(half.weights_accumulated, "float16")
    [diagnosis] = report.data()["summary"]["diagnoses"]
    assert diagnosis["contract"]["contract"] == "the format's roundings"
    assert diagnosis["accumulates"]["axis"] == "M"
    assert "contract: computes in float16 itself" in str(report._repr_html_())
    json.dumps(report.data())


def test_other_formats_have_no_contract() -> None:
    report = audited(half.sinusoidal, "float32")
    assert [diagnosis.contract for diagnosis in report.diagnoses] == [None]
    assert "contract" not in str(report)


# What decides the contract.


def judged(off: float, once: float, native: float, kind: Any = "ordinary") -> Judged:
    numbers = [np.asarray([value]) for value in (1.0, 1.0, off, once, native)]
    return Judged(Call((), {}, "", kind), *numbers)


ON = Setting.of(backends.get("numpy"), "float16")


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ([judged(0.9, 1, 3)], "float32, rounded once"),
        ([judged(0.9, 1, 1)], "either"),
        ([judged(2, 1, 3)], "the format's roundings"),
        ([judged(4, 1, 3)], "neither"),
        ([judged(np.inf, 1, 3)], "neither"),
        ([judged(0.9, 1, 3), judged(2, 1, 3, "cancellation")], "the format's roundings"),
        ([judged(0.9, 1, 3), judged(9, 1, 3, "extreme")], "float32, rounded once"),  # neither explains it
        ([*[judged(0.9, 1, 3)] * 64, judged(2, 1, 3, "cancellation")], "float32, rounded once"),
        ([*[judged(0, 1, 3)] * 64, judged(2, 1, 3, "cancellation")], "the format's roundings"),  # exact
        ([judged(9, 1, 3, "extreme")], "not known"),
        ([judged(2, np.inf, np.inf)], "not known"),
        ([], "not known"),
    ],
)
def test_contracts_are_decided_by_bounds_that_are_known(made: list[Judged], expected: str) -> None:
    found = kept(made, ON, {"there is no bound": 2})
    assert found.contract == expected
    assert "not judged for the contract: 2 calls (there is no bound)" in list(found.lines())


def test_solvers_have_no_bound_and_that_is_said() -> None:
    name, left_out = "density.normal_kl_full", Counter[str]()
    made = calls(name, ON, examples=3)
    found = kept(list(contracts.judged(name, density.normal_kl_full, made, ON, left_out)), ON, left_out)
    assert found.contract == "not known"
    assert left_out
    assert next(iter(found.lines())) == "contract: not decided: no ordinary call could be judged"


def test_the_reference_is_within_the_bounds_that_are_derived_of_it() -> None:
    made = calls("rope.rotate", ON, examples=6)
    found = kept(list(contracts.judged("rope.rotate", rope.rotate, made, ON, Counter())), ON, {})
    assert found.contract == "the format's roundings"
    assert halved("rope.rotate", [], ON) is None


def test_sums_of_the_reference_do_not_grow_with_their_length() -> None:
    made = calls("density.normalized_weights", ON, examples=6)
    assert lengthened.accumulates("density.normalized_weights", density.normalized_weights, made, ON) is None


# Formats that are only stored.


def test_arguments_are_rounded_as_the_format_rounds() -> None:
    """Subnormal numbers and those beyond the range among them, and integers to what merges with them."""
    on, reals = Setting.of(backends.get("numpy"), "float16"), np.asarray([1e-7, 3e-5, 0.1, 65519.0, 7e4])
    with np.errstate(over="ignore"):
        assert np.array_equal(_to(on, True, reals), reals.astype(np.float16).astype(np.float64))
    assert np.array_equal(_to(on, False, np.asarray([2049, 5])), [2048, 5])


def test_float8_has_no_laws_and_the_error_says_what_to_do() -> None:
    with pytest.raises(DTypeError, match=r"float8_e4m3fn is only stored: .* takes them"):
        proofs.audit({"rope.rotate": half.rotate}, dtype="float8_e4m3fn")
    told = CliRunner().invoke(main, ["audit", "x.py:f", "--as", "rope.rotate", "--dtype", "float8_e5m2"])
    assert told.exit_code == 2
    assert "float8_e5m2 is only stored" in told.output
    assert "one of float64, float32, float16, bfloat16" in " ".join(told.output.split())


def test_float8_arrays_of_a_function_are_compared_with_the_reference_itself() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    x = np.asarray([[1.0, 0.5], [-2.0, 4.0]]).astype(ml_dtypes.float8_e4m3fn)
    angles = np.asarray([[0.5], [1.0]]).astype(ml_dtypes.float8_e4m3fn)
    np.testing.assert_array_equal(rope.rotate(x, angles), half.rotate_once(x, angles))
    assert np.any(rope.rotate(x, angles) != half.rotate_backwards(x, angles))


def test_a_function_that_takes_float32_alone_is_told_so() -> None:
    def layer_alone(x: Any, /, *, eps: float = 1e-5) -> Any:
        if x.dtype != np.float32:
            raise TypeError("float32 only")
        return half.layer_norm(x, eps=eps)

    report = audited(layer_alone, "float16")
    assert report.verdict == "crashed"
    first = str(report).splitlines()[0]
    assert "it takes no float16, but float32 (audit it with --dtype float32)" in first
    assert "float32 only" in first


@pytest.mark.parametrize("command", [("audit", "x.py:f", "--as", "rope.rotate"), ("prove",), ("selftest",)])
def test_other_spellings_of_a_dtype_are_told_the_one_here(command: tuple[str, ...]) -> None:
    told = CliRunner().invoke(main, [*command, "--dtype", "fp16"])
    assert told.exit_code == 2
    assert "fp16 is written float16 here" in " ".join(told.output.split())
