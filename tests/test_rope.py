"""Known values, bad input and documented special values of rope."""

import math
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import array_api_strict as strict
import numpy as np
import pytest
from array_api_compat import numpy

from refimpl import proofs, rope
from refimpl.backends import Setting, get
from refimpl.proofs.engine import catalogue

MAP = {"train_length": 4096, "factor": 16.0, "base": 10000.0}
LISTS = {"dim": 4, "train_length": 8, "short_factor": [1.0, 1.0], "long_factor": [1.0, 2.0]}


# Known values.


def test_digits_by_hand() -> None:
    n = np.asarray([1994, 7, -1], dtype=np.int32)
    expected = [[4, 9, 9, 1], [7, 0, 0, 0], [9, 9, 9, 9]]
    found = rope.digits(n, base=10, count=4)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.int32
    np.testing.assert_array_equal(rope.digits(np.asarray(6), base=2, count=4), [0, 1, 1, 0])
    byte = np.asarray([254, 255], dtype=np.uint8)
    np.testing.assert_array_equal(rope.digits(byte, base=255, count=2), [[254, 0], [0, 1]])


def test_digits_at_the_ends_of_int64() -> None:
    largest = np.asarray(2**63 - 1)
    assert rope.digits(largest, base=2, count=64).tolist() == [1] * 63 + [0]
    digits = rope.digits(largest, base=10, count=19)
    assert "".join(map(str, digits.tolist()[::-1])) == str(2**63 - 1)
    assert rope.digits(np.asarray(-(2**63)), base=2, count=64).tolist() == [0] * 63 + [1]


def test_digits_of_float_quotients_are_wrong_somewhere() -> None:
    """Why digits are integers: the law about edges would be idle if this did not fail."""
    n = np.arange(1000)
    exact = rope.digits(n, base=10, count=3)
    omega = 2 * np.pi / 10.0 ** np.arange(1, 4)
    naive = np.floor(10 * ((n[:, None] * omega) % (2 * np.pi)) / (2 * np.pi))
    wrong = naive != exact
    assert wrong.any()
    assert not wrong[n[:, None] % 10 ** np.arange(3) != 0].any()


def test_mixed_radix_is_a_clock() -> None:
    found = rope.mixed_radix_digits(np.asarray([86399, 86400, -1]), bases=(60, 60, 24))
    np.testing.assert_array_equal(found, [[59, 59, 23], [0, 0, 0], [59, 59, 23]])


@pytest.mark.parametrize("base", [10000.0, 500000.0, 1.0001, 1e300, 3])
@pytest.mark.parametrize("dim", [2, 6, 128])
def test_frequencies_are_within_a_unit_in_the_last_place(base: float, dim: int) -> None:
    with localcontext(prec=40):
        exact = [Decimal(base) ** (Decimal(-2 * m) / dim) for m in range(dim // 2)]
        found = rope.frequencies(dim, base=base)
        for value, expected in zip(found.tolist(), exact, strict=True):
            assert abs(Decimal(value) - expected) <= Decimal(math.ulp(float(expected)))
    narrow = rope.frequencies(dim, base=base, dtype=np.float32)
    with np.errstate(under="ignore"):
        np.testing.assert_array_equal(narrow, np.asarray([float(x) for x in exact]).astype(np.float32))


def test_angles_of_integers_beyond_the_format_round_once() -> None:
    omega = np.asarray([0.7, 1e-3], dtype=np.float32)
    n = np.asarray([2**24 + 1, 2**40 + 12345])
    found = rope.angles(n, omega)
    exact = [[float(Fraction(int(k)) * Fraction(float(w))) for w in omega] for k in n]
    np.testing.assert_array_equal(found, np.asarray(exact).astype(np.float32))
    assert found.dtype == np.float32
    half = rope.angles(np.asarray([70000]), np.asarray([1e-3], dtype=np.float16))  # 70000 is beyond float16
    assert half[0] == np.float16(70000 * float(np.float16(1e-3)))


def test_sinusoidal_of_far_positions_in_float32() -> None:
    found = rope.sinusoidal(np.asarray([10**6]), dim=2, dtype=np.float32)
    np.testing.assert_array_equal(found, np.asarray([[math.cos(1e6), math.sin(1e6)]], dtype=np.float32))


def test_rotate_by_a_quarter_turn_in_both_layouts() -> None:
    x, quarter = np.asarray([1.0, 2.0, 3.0, 4.0]), np.asarray([np.pi / 2, 0.0])
    np.testing.assert_allclose(rope.rotate(x, quarter), [-2, 1, 3, 4], atol=1e-15)
    np.testing.assert_allclose(rope.rotate(x, quarter, layout="half"), [-3, 2, 1, 4], atol=1e-15)


def test_scores_depend_on_differences_alone_even_far_out() -> None:
    rng = np.random.default_rng(0)
    q, k = rng.standard_normal((3, 5, 8)).astype(np.float32), rng.standard_normal((7, 8)).astype(np.float32)
    i, j, omega = np.arange(5), np.arange(7), rope.frequencies(8)
    near = rope.attention_scores(q, k, i, j, omega)
    far = rope.attention_scores(q, k, i + 2**23, j + 2**23, omega)
    assert near.shape == (3, 5, 7)
    assert near.dtype == np.float32
    # Twenty roundings of float32 of a score of the size 8, a sum of eight products.
    np.testing.assert_allclose(far, near, atol=20 * 2.0**-24 * 8)


def test_yarn_ramps_differ_threefold() -> None:
    """Configuration of the paper's 64k model: d = 128, L = 4096, k = 16."""
    paper, code = rope.yarn(128, **MAP), rope.yarn(128, ramp="code", **MAP)
    ratio = code / paper
    assert int(np.argmax(ratio)) == 38
    assert math.isclose(ratio[38], 3.0414148874710585, rel_tol=1e-12)
    # By hand: c(32) = 20.94 and c(1) = 45.03, so the code's ramp runs from 20 to 46.
    turns = 4096 * 10000 ** (-38 / 64) / (2 * math.pi)
    gamma, other = (turns - 1) / 31, 1 - (38 - 20) / 26
    assert math.isclose(ratio[38], (other + (1 - other) / 16) / (gamma + (1 - gamma) / 16), rel_tol=1e-12)


def test_yarn_with_an_empty_index_ramp_is_a_step() -> None:
    """c(1) = −0.1 rounds to 0 as low = 0: the guard 0.001 divides instead of zero."""
    found = rope.yarn(8, ramp="code", train_length=5, factor=4.0)
    np.testing.assert_array_equal(found, rope.frequencies(8) * [1, 0.25, 0.25, 0.25])
    # c(32) = 1.17, and c(1) = 1.55 is cut to d − 1: the only pair is kept.
    np.testing.assert_array_equal(rope.yarn(2, ramp="code", train_length=10**7, factor=4.0), [1.0])


def test_yarn_without_truncate_at_its_published_configuration() -> None:
    """gpt-oss: d = 64, B = 150000, L = 4096, 32 turns to 1: the ends are 8.0928 and 17.398."""
    options = {"train_length": 4096, "factor": 32.0, "base": 150000.0, "ramp": "code"}
    plain = rope.frequencies(64, base=150000.0)
    found = rope.yarn(64, truncate=False, **options) / plain
    gamma = 1 - (np.arange(32) - 8.092779115512402) / (17.39802450158856 - 8.092779115512402)
    kept = np.clip(gamma, 0, 1)
    np.testing.assert_allclose(found, kept + (1 - kept) / 32, rtol=1e-12)
    rounded = rope.yarn(64, **options) / plain
    np.testing.assert_allclose(rounded[9], 1 - (1 / 10) * (31 / 32), rtol=1e-12)


def test_longrope_changes_its_list_after_the_training_length() -> None:
    lists = {"dim": 4, "train_length": 10, "short_factor": (1, 2), "long_factor": (2, 50), "base": 100.0}
    np.testing.assert_array_equal(rope.longrope(10, **lists), [1, 0.05])
    np.testing.assert_array_equal(rope.longrope(10.5, **lists), [0.5, 0.002])


def test_proportional_is_as_wide_as_the_head() -> None:
    """Gemma 4: a quarter of 512 features, so 64 frequencies of 256; the last that turns is B^(−126/512)."""
    found = rope.proportional(512, fraction=0.25, base=1e6)
    assert np.count_nonzero(found) == 64
    assert math.isclose(found[63], 1e6 ** (-126 / 512), rel_tol=1e-14)
    np.testing.assert_array_equal(rope.proportional(8, fraction=0.2, base=1e4), np.zeros(4))
    part = rope.proportional(6, fraction=0.7, factor=2.0)
    np.testing.assert_allclose(part, [0.5, 1e4 ** (-1 / 3) / 2, 0], rtol=1e-14)


def test_a_position_need_not_be_the_unit() -> None:
    """Positions in other units than tokens: lengths below 1 are lengths."""
    plain = rope.frequencies(8)
    np.testing.assert_array_equal(rope.yarn(8, train_length=0.5, factor=2), plain / 2)
    np.testing.assert_array_equal(rope.llama3(8, train_length=0.5, factor=2, base=10000.0), plain / 2)
    options = {"dim": 8, "factor": 2}
    found = rope.dynamic_ntk(0.75, train_length=0.5, **options)
    np.testing.assert_array_equal(found, rope.dynamic_ntk(3, train_length=2, **options))


def test_llama3_at_its_published_configuration() -> None:
    """Wavelengths below 2048 are kept, above 8192 divided by 8 (config of Llama 3.1).

    By hand: 2π β^m reaches 2048 at m = 28.2 and 8192 at m = 34.98 of 64 pairs.
    """
    plain = rope.frequencies(128, base=500000.0)
    found = rope.llama3(128, train_length=8192, factor=8)
    wavelength = 2 * np.pi / plain
    np.testing.assert_array_equal(found[wavelength < 2048], plain[wavelength < 2048])
    np.testing.assert_array_equal(found[wavelength > 8192], plain[wavelength > 8192] / 8)
    assert int(np.sum(wavelength < 2048)) == 29
    assert int(np.sum(wavelength > 8192)) == 29
    middle = (wavelength >= 2048) & (wavelength <= 8192)
    assert ((found[middle] < plain[middle]) & (found[middle] > plain[middle] / 8)).all()


def test_dynamic_ntk_forgets() -> None:
    options = {"dim": 64, "train_length": 4096, "factor": 4.0}
    before = rope.dynamic_ntk(5000, **options)
    rope.dynamic_ntk(100000, **options)
    np.testing.assert_array_equal(rope.dynamic_ntk(5000, **options), before)
    for length in (1, 4095, 4096):
        np.testing.assert_array_equal(rope.dynamic_ntk(length, **options), rope.frequencies(64))
    assert rope.dynamic_ntk(4097, **options)[-1] < rope.frequencies(64)[-1]


def test_numbers_by_hand() -> None:
    assert rope.range_of(10, digits=30) == 10**30
    assert rope.range_of(0.5 + 1, digits=2) == 2.25
    assert rope.rebase(10000.0, factor=8) == 80000.0
    assert rope.ntk_scale(8, dim=4) == 8.0
    assert rope.ntk_base(100, factor=2, dim=4) == 400.0
    assert math.isclose(rope.yarn_scale(math.e), 1.1, rel_tol=1e-15)
    assert math.isclose(rope.yarn_scale(math.e, mscale=2.0, mscale_all_dim=10.0), 0.6, rel_tol=1e-15)
    assert math.isclose(rope.yarn_softmax_scale(math.e, mscale_all_dim=5.0), 2.25, rel_tol=1e-15)
    assert rope.longrope_scale(8, train_length=2) == 2.0
    np.testing.assert_array_equal(rope.linear(4, factor=4, base=16.0), [0.25, 0.0625])
    np.testing.assert_array_equal(rope.mixed_radix_frequencies((2, 4)), [1.0, 0.5, 0.125])
    np.testing.assert_array_equal(rope.interpolate(np.asarray([2.0, -3.0]), factor=4), [0.5, -0.75])


@pytest.mark.parametrize(("dim", "beta", "base"), [(64, 1.00209841, 1.0694), (128, 1.00051587, 1.0336)])
def test_printed_figures(dim: int, beta: float, base: float) -> None:
    """Rope C7 at k = 8."""
    assert round(rope.ntk_scale(8, dim=dim) / 8 ** (2 / dim), 8) == beta
    assert round(rope.ntk_base(10000.0, factor=8, dim=dim) / rope.rebase(10000.0, factor=8), 4) == base


# Documented special values.


def test_nan_stays_within_its_pair() -> None:
    x = np.asarray([np.nan, 1.0, 2.0, 3.0])
    assert np.isnan(rope.rotate(x, np.ones(2))).tolist() == [True, True, False, False]
    assert np.isnan(rope.rotate(x, np.ones(2), layout="half")).tolist() == [True, False, True, False]
    assert np.isnan(rope.angles(np.asarray([np.nan]), np.ones(1))).all()


def test_infinite_positions_and_angles_give_nan() -> None:
    with np.errstate(invalid="ignore"):
        assert np.isnan(rope.sinusoidal(np.asarray([np.inf]), dim=2)).all()
        assert np.isnan(rope.rotation_matrix(np.asarray([-np.inf]))).all()
        assert np.isnan(rope.rotate(np.ones(2), np.asarray([np.inf]))).all()


def test_a_pair_that_does_not_turn_has_an_infinite_period() -> None:
    assert rope.period(np.asarray([0.0])).tolist() == [np.inf]


def test_log_n_scale_at_its_edges() -> None:
    n = np.asarray([-1.0, 0.0, 1.0, 100.0, 10000.0, np.nan])
    with np.errstate(divide="ignore", invalid="ignore"):
        clipped = rope.log_n_scale(n, train_length=100)
        plain = rope.log_n_scale(n, train_length=100, clip=False)
    np.testing.assert_array_equal(clipped, [1, 1, 1, 1, 2, np.nan])
    np.testing.assert_allclose(plain, [np.nan, -np.inf, 0, 1, 2, np.nan], rtol=1e-15)


def test_empty_batches_give_empty_results() -> None:
    none, whole = np.empty((0, 4)), np.empty(0, dtype=np.int64)
    omega = np.ones(2)
    assert rope.digits(whole, base=10, count=3).shape == (0, 3)
    assert rope.from_digits(np.empty((0, 3), dtype=np.int64), base=10).shape == (0,)
    assert rope.mixed_radix_digits(whole, bases=(2, 3)).shape == (0, 2)
    assert rope.angles(whole, omega).shape == (0, 2)
    assert rope.sinusoidal(whole, dim=4, dtype=np.float64).shape == (0, 4)
    assert rope.convert_layout(none, source="half", target="interleaved").shape == (0, 4)
    assert rope.interpolate(np.empty(0), factor=2).shape == (0,)
    assert rope.log_n_scale(np.empty(0), train_length=2).shape == (0,)
    assert rope.period(np.empty(0)).shape == (0,)
    assert rope.rotation_matrix(np.empty(0)).shape == (0, 2, 2)
    for layout in ("interleaved", "half"):
        assert rope.rotate(none, np.empty((0, 2)), layout=layout).shape == (0, 4)
        assert rope.attention_scores(none, np.ones((3, 4)), whole, np.arange(3), omega).shape == (0, 3)


def test_broadcasting() -> None:
    x = np.ones((2, 3, 5, 4))
    assert rope.rotate(x, np.ones((5, 2))).shape == x.shape
    assert rope.rotate(np.ones(4), np.ones((6, 2)), layout="half").shape == (6, 4)
    q_positions = np.arange(10).reshape(2, 1, 5)
    assert rope.attention_scores(x, x[:, :1], q_positions, np.arange(5), np.ones(2)).shape == (2, 3, 5, 5)


# dtype and device.


def test_wide_angles_leave_narrow_vectors_narrow() -> None:
    x = np.ones((3, 2), dtype=np.float16)
    found = rope.rotate(x, rope.angles(np.arange(3), rope.frequencies(2)))
    assert found.dtype == np.float16
    expected = np.float16(np.cos(2.0)) - np.float16(np.sin(2.0))
    assert found[2, 0] == expected


def test_a_device_without_float64_uses_what_it_has() -> None:
    device = strict.Device("no_float64")
    omega = strict.asarray([0.5], dtype=strict.float32, device=device)
    n = strict.asarray([3], dtype=strict.int64, device=device)
    assert rope.angles(n, omega).dtype == strict.float32
    found = rope.sinusoidal(n, dim=2, dtype=strict.float32)
    assert found.dtype == strict.float32
    assert found.device == device
    table = rope.frequencies(4, xp=strict, dtype=strict.float32, device=device)
    assert table.device == device
    assert float(rope.interpolate(n, factor=2, dtype=strict.float32)[0]) == 1.5
    assert float(rope.log_n_scale(n, train_length=9, clip=False, dtype=strict.float32)[0]) == 0.5


def test_without_float64_the_wider_of_input_and_result_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    info = SimpleNamespace(dtypes=lambda **_: {"float16": np.float16, "float32": np.float32})
    monkeypatch.setattr(numpy, "__array_namespace_info__", lambda: info)
    far, narrow = np.asarray([2.0**20], dtype=np.float32), {"dtype": np.float16}  # beyond float16
    assert rope.log_n_scale(far, train_length=2**10, **narrow) == 2.0
    assert rope.interpolate(far, factor=2.0**10, **narrow) == 2.0**10
    assert rope.angles(far, np.asarray([2.0**-10], dtype=np.float16)) == 2.0**10
    assert rope.sinusoidal(far, dim=2, **narrow)[0, 0] == np.float16(np.cos(np.float32(2.0**20)))


# Bad input: which call, what was got, what is expected.

I3 = np.asarray([1, 2, 3])
X4, T2 = np.ones((3, 4)), np.ones(2)
LIST = [1.0, 2.0]

BAD: tuple[tuple[str, Callable[[], Any]], ...] = (
    (
        "DomainError: sections",
        lambda: rope.axial_angles(np.zeros((3, 2)), np.ones(8), sections=(1, 7), order="interleaved"),
    ),
    ("DTypeError: n", lambda: rope.digits(I3 > 1, base=2, count=1)),
    ("DomainError: base", lambda: rope.digits(I3, base=1, count=1)),
    ("DomainError: count", lambda: rope.digits(I3, base=2, count=0)),
    ("DomainError: base", lambda: rope.digits(I3.astype(np.uint8), base=300, count=1)),
    ("DomainError: base^count − 1", lambda: rope.from_digits(np.zeros(64, dtype=np.int64), base=2)),
    ("DomainError: bases", lambda: rope.mixed_radix_digits(I3, bases=())),
    ("DomainError: bases", lambda: rope.mixed_radix_frequencies((2, 1))),
    ("DomainError: dim", lambda: rope.frequencies(3)),
    ("DomainError: dim", lambda: rope.frequencies(0)),
    ("DomainError: base", lambda: rope.frequencies(4, base=1.0)),
    ("DTypeError: dtype", lambda: rope.frequencies(4, dtype=np.int64)),
    ("DTypeError: dtype", lambda: rope.frequencies(4, dtype=strict.float64)),
    ("DTypeError: positions", lambda: rope.angles(X4 * 1j, T2)),
    ("DomainError: dim", lambda: rope.sinusoidal(X4, dim=5)),
    ("NamespaceError: x", lambda: rope.rotate(LIST, T2[:1])),
    ("NamespaceError: arrays", lambda: rope.rotate(X4, strict.ones((2,)))),
    ("ShapeError: x", lambda: rope.rotate(np.ones((3, 3)), T2)),
    ("ShapeError: shapes", lambda: rope.attention_scores(X4, X4, I3, I3[:2], T2)),
    ("ShapeError: shapes", lambda: rope.attention_scores(np.ones((2, 3, 4)), np.ones((5, 3, 4)), I3, I3, T2)),
    ("DTypeError: q_positions", lambda: rope.attention_scores(X4, X4, I3 * 1j, I3, T2)),
    ("DomainError: factor", lambda: rope.interpolate(X4, factor=0.5)),
    ("DTypeError: positions", lambda: rope.interpolate(I3 > 1, factor=2)),
    ("DomainError: base · factor", lambda: rope.rebase(1e300, factor=1e300)),
    ("DomainError: dim", lambda: rope.ntk_scale(8, dim=2)),
    ("DomainError: dim", lambda: rope.ntk_base(1e4, factor=8, dim=2)),
    ("DomainError: dim", lambda: rope.ntk_scale(8, dim=5)),
    ("DomainError: the new base", lambda: rope.ntk_base(1e4, factor=1e300, dim=4)),
    ("DomainError: dim", lambda: rope.dynamic_ntk(9, dim=2, train_length=8, factor=2)),
    ("DomainError: length", lambda: rope.dynamic_ntk(0, dim=4, train_length=8, factor=2)),
    ("DomainError: the new base", lambda: rope.dynamic_ntk(1e300, dim=4, train_length=8, factor=1e300)),
    ("DomainError: beta_fast", lambda: rope.yarn(8, beta_fast=0.5, **MAP)),
    ("DomainError: ramp", lambda: rope.yarn(8, ramp="code", train_length=0.5, factor=2)),
    ("DomainError: high_freq_factor", lambda: rope.llama3(8, train_length=8, factor=2, high_freq_factor=1.0)),
    ("DomainError: factor", lambda: rope.yarn_scale(0.9)),
    ("DomainError: mscale", lambda: rope.yarn_scale(2, mscale=-1.0)),
    ("DomainError: the scale", lambda: rope.yarn_scale(1e300, mscale=1e308)),
    ("DomainError: factor", lambda: rope.yarn_softmax_scale(0.9)),
    ("DomainError: the scale", lambda: rope.yarn_softmax_scale(9.0, mscale_all_dim=1e200)),
    ("DomainError: layer_type", lambda: rope.from_config({"head_dim": 4}, layer_type="full_attention")),
    ("DTypeError: layer_type", lambda: rope.from_config({"head_dim": 4}, layer_type=1)),
    ("DTypeError: mapping", lambda: rope.from_config("config.json")),
    ("DTypeError: truncate", lambda: rope.yarn(8, truncate=1, **MAP)),
    ("DomainError: factor", lambda: rope.linear(8, factor=0.5)),
    ("DomainError: fraction", lambda: rope.proportional(8, fraction=0.0)),
    ("DomainError: fraction", lambda: rope.proportional(8, fraction=1.5)),
    ("ShapeError: short_factor", lambda: rope.longrope(9, **(LISTS | {"short_factor": [1.0]}))),
    ("ShapeError: long_factor", lambda: rope.longrope(9, **(LISTS | {"long_factor": [1.0] * 3}))),
    ("DomainError: long_factor", lambda: rope.longrope(9, **(LISTS | {"long_factor": [1.0, 0.0]}))),
    ("DTypeError: short_factor", lambda: rope.longrope(9, **(LISTS | {"short_factor": 1.0}))),
    ("DomainError: train_length", lambda: rope.longrope_scale(2, train_length=1)),
    ("DomainError: train_length", lambda: rope.log_n_scale(X4, train_length=1)),
    ("DomainError: base", lambda: rope.range_of(1, digits=2)),
    ("DomainError: digits", lambda: rope.range_of(10, digits=0)),
    ("DomainError: base^digits", lambda: rope.range_of(10.5, digits=1000)),
)


# The proofs of this document.


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_erratum(dtype: str) -> None:
    """E1 as printed fails at its counterexample, and the correction holds."""
    printed, corrected = catalogue.errata()["rope.E1"].judge(Setting.of(get("numpy"), dtype))
    assert not any(finding.holds for finding in printed)
    assert all(finding.holds and finding.compared for finding in corrected)


def test_angles_that_lose_their_turn_in_the_dtype_of_x() -> None:
    def mine(x: Any, angles: Any, /, *, layout: Any = "interleaved") -> Any:
        return rope.rotate(x, angles.astype(x.dtype), layout=layout)

    [outcome] = proofs.prove("rope.wide-angles", impl={"rope.rotate": mine}, dtype="float32")
    assert outcome.verdict == "refuted", outcome
