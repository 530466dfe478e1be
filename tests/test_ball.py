"""What balls mean: precision, lifting, NaN and infinities, three truth values, and what is refused."""

import os
import pickle
import threading
from fractions import Fraction
from pathlib import Path
from typing import Any

import array_api_compat
import numpy as np
import pytest
from click.testing import CliRunner
from flint import arb, ctx

from refimpl import _xp, argmaxable, backends, residual, rope
from refimpl._errors import DomainError, DTypeError, NamespaceError, UndecidedError
from refimpl.backends import Setting
from refimpl.backends._ball import _scalars
from refimpl.backends.ball import WIDEST, ball, midpoints, setting
from refimpl.proofs import prove
from refimpl.proofs.commands.main import main
from refimpl.proofs.engine import catalogue

XP = ball()
INF, NAN = float("inf"), float("nan")
LAW = "rope.rotate-definition"


def wide(middle: float, radius: float) -> Any:
    """A 0-d array that holds one ball."""
    return XP.asarray(arb(middle, radius))


def item(array: Any) -> Any:
    return array.data[()]


# Precision


def accuracy(array: Any) -> float:
    return float(max(x.rad() / abs(x.mid()) for x in array.data.flat))


def test_equal_precisions_are_one_namespace() -> None:
    assert ball(prec=100) is ball(prec=100)
    assert ball(prec=100) is not ball(prec=101)
    assert pickle.loads(pickle.dumps(ball(prec=100))) is ball(prec=100)
    x = ball(prec=100).ones((2,))
    assert array_api_compat.array_namespace(x, x) is ball(prec=100)
    assert _xp.namespace(x=x) is ball(prec=100)


def test_two_precisions_interleave() -> None:
    low, high = ball(prec=60), ball(prec=600)
    before = ctx.prec
    x, y = low.ones((3,)), high.ones((3,))
    for _ in range(3):
        x, y = x / 3, y / 3
        assert 2.0**-64 < accuracy(x) < 2.0**-55
        assert 2.0**-604 < accuracy(y) < 2.0**-595
    assert ctx.prec == before


@pytest.mark.parametrize("before", [53, 77])
def test_flints_precision_is_restored_after_errors_too(before: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctx, "prec", before)
    with pytest.raises(UndecidedError):
        XP.argsort(XP.stack([wide(0, 1), wide(0, 1)]))
    assert ctx.prec == before
    rope.frequencies(4, xp=XP, dtype=XP.float64)
    assert ctx.prec == before


def test_threads_keep_their_precision() -> None:
    wrong: list[float] = []
    before = ctx.prec

    def work(prec: int) -> None:
        xp = ball(prec=prec)
        for _ in range(100):
            found = accuracy(xp.exp(xp.ones((5,)) / 3))
            if not 2.0 ** (-prec - 4) < found < 2.0 ** (8 - prec):
                wrong.append(found)

    threads = [threading.Thread(target=work, args=(prec,)) for prec in (60, 120, 300, 600)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert ctx.prec == before


def test_precisions_do_not_mix_but_convert() -> None:
    x, y = ball(prec=64).ones((2,)) / 3, ball(prec=128).ones((2,)) / 3
    with pytest.raises(NamespaceError, match=r"ball\[64\] and refimpl\.backends\.ball\[128\]"):
        x + y
    with pytest.raises(NamespaceError, match="one library"):
        _xp.namespace(x=x, y=y)
    for function in (lambda: y.xp.exp(x), lambda: y.xp.reshape(x, (1, 2)), lambda: y.xp.linalg.eigh(x)):
        with pytest.raises(NamespaceError, match="Convert it first with asarray"):
            function()
    carried = y.xp.asarray(x)
    assert carried.xp is y.xp
    assert item(carried[0]).rad() == item(x[0]).rad()


@pytest.mark.parametrize(("prec", "error"), [(1, DomainError), (2.5, DTypeError), (True, DTypeError)])
def test_bad_precisions_are_refused(prec: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="ball: prec"):
        ball(prec=prec)


# Lifting


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        (0.1, Fraction(0.1)),
        (5e-324, Fraction(5e-324)),
        (-1.7976931348623157e308, Fraction(-1.7976931348623157e308)),
        (np.float32(0.1), Fraction(float(np.float32(0.1)))),
        (np.float16(0.1), Fraction(float(np.float16(0.1)))),
        (np.longdouble(1) / 3, Fraction(*(np.longdouble(1) / 3).as_integer_ratio())),
        (2**200 + 1, Fraction(2**200 + 1)),
        (np.int64(-(2**63)), Fraction(-(2**63))),
        (np.uint64(2**64 - 1), Fraction(2**64 - 1)),
        (Fraction(3, 8), Fraction(3, 8)),
    ],
)
@pytest.mark.parametrize("prec", [20, 256])
def test_numbers_lift_exactly_at_any_precision(value: Any, exact: Fraction, prec: int) -> None:
    xp = ball(prec=prec)
    for given in (value, [value], np.asarray([value])):
        element = xp.asarray(given, dtype=xp.float64).data.reshape(-1)[0]
        assert element.is_exact()
        assert Fraction(int(element.fmpq().p), int(element.fmpq().q)) == exact


def test_other_fractions_are_enclosed() -> None:
    third = XP.asarray([Fraction(1, 3)])
    assert bool(XP.all(XP.abs(third * 3 - 1) < 1e-70))
    assert not item(third[0]).is_exact()


def test_dtypes_come_from_what_is_given() -> None:
    for name in ("float16", "float32", "float64", "int8", "uint64", "bool"):
        assert XP.asarray(np.zeros(2, dtype=name)).dtype is getattr(XP, name)
        assert pickle.loads(pickle.dumps(getattr(XP, name))) is getattr(XP, name)
    assert XP.asarray([1, 2]).dtype is XP.int64
    assert XP.asarray([1, 2.5]).dtype is XP.float64
    assert XP.asarray([True]).dtype is XP.bool


@pytest.mark.parametrize("value", [1j, "1", None, [1.0, "x"], np.asarray([1j]), object()])
def test_what_is_no_real_number_is_refused(value: Any) -> None:
    with pytest.raises(DTypeError, match="real number"):
        XP.asarray(value)


def test_ragged_lists_are_refused() -> None:
    with pytest.raises(ValueError, match="rows of different lengths"):
        XP.asarray([[1.0], [1.0, 2.0]])


def test_a_dtype_rounds_nothing() -> None:
    tenth = XP.asarray(0.1)
    assert bool(XP.astype(tenth, XP.float16) == XP.astype(tenth, XP.float16))
    assert float(XP.astype(tenth, XP.float16)) == 0.1
    assert XP.finfo(XP.float16).eps == 2.0**-10


def test_constants_are_exact_where_they_meet_arrays() -> None:
    one = XP.ones(())
    assert isinstance(XP.pi, float)
    for expression in (XP.pi * one, one * XP.pi, XP.asarray(XP.pi), XP.asarray([XP.pi])[0]):
        assert bool(XP.abs(XP.sin(expression)) < 1e-70)
    assert bool(XP.abs(XP.log(one * XP.e) - 1) < 1e-70)
    assert bool(XP.abs(XP.sin(one * float(XP.pi))) > 1e-17)


# Infinities and NaN


SPECIAL = [0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -3.0, 1.5, INF, -INF, NAN]
UNARY = str.split("""
    abs negative sign square floor ceil trunc round reciprocal sqrt exp expm1 log log1p log2 log10 sin cos tan
    sinh cosh tanh asin acos atan asinh acosh atanh""")
BINARY = str.split(
    "add subtract multiply divide remainder floor_divide pow maximum minimum atan2 hypot logaddexp"
)
NUMPY = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh", "acosh": "arccosh"} | {
    "atanh": "arctanh", "pow": "power", "atan2": "arctan2"
}  # fmt: skip


def agrees(element: Any, expected: float) -> bool:
    """Whether the ball's state is the one that NumPy has, and near it if finite."""
    if np.isfinite(expected):
        return bool(element.is_finite()) and abs(float(element.mid()) - expected) <= 1e-14 * max(
            1, abs(expected)
        )
    return _scalars.is_nan(element) if np.isnan(expected) else element == arb(expected)


def beside_numpy(name: str, *given: float) -> float:
    """What the standard says where NumPy gives something else, the last of the numbers."""
    x, y, numpys = given[0], given[-2], given[-1]
    if name == "pow" and (x, y) == (-INF, 0.5):
        return INF
    if name == "floor_divide" and np.isinf(x) and np.isfinite(y):
        return x if y >= 0 else -x
    if name == "floor_divide" and np.isfinite(x) and np.isinf(y):
        return 0.0
    return numpys


def compare_special(name: str, arguments: tuple[float, ...]) -> str:
    """What a function gives at special points beside what NumPy does: same, unknown, or a contradiction."""
    with np.errstate(all="ignore"):
        expected = float(getattr(np, NUMPY.get(name, name))(*arguments))
    expected = beside_numpy(name, *arguments, expected)
    element = item(getattr(XP, name)(*(XP.asarray(value) for value in arguments)))
    if agrees(element, expected):
        return "same"
    return "unknown" if _scalars.is_indeterminate(element) else f"{arguments}: {element}, {expected}"


@pytest.mark.parametrize("name", UNARY)
def test_special_values_are_numpys(name: str) -> None:
    assert {compare_special(name, (value,)) for value in SPECIAL} == {"same"}


@pytest.mark.parametrize("name", BINARY)
def test_special_pairs_are_numpys(name: str) -> None:
    assert {compare_special(name, (x, y)) for x in SPECIAL for y in SPECIAL} == {"same"}


@pytest.mark.parametrize(
    ("name", "middle", "radius"),
    [
        ("sqrt", 0, 1),
        ("log", 1, 1.5),
        ("log1p", -1, 0.5),
        ("acosh", 1, 0.5),
        ("asin", 1, 0.1),
        ("tan", 1.57, 0.1),
    ],
)
def test_a_ball_over_the_border_of_a_domain_tells_nothing(name: str, middle: float, radius: float) -> None:
    result = getattr(XP, name)(wide(middle, radius))
    assert _scalars.is_indeterminate(item(result))
    for test in (
        XP.isnan,
        XP.isfinite,
        XP.isinf,
        lambda x: x == 1,
        lambda x: x < 1,
        lambda x: XP.equal(x, x),
    ):
        with pytest.raises(UndecidedError):
            bool(test(result))
    with pytest.raises(UndecidedError, match="indeterminate"):
        midpoints(result)
    for further in (
        result + 1,
        result * 0,
        XP.maximum(result, result),
        result**2,
        XP.tanh(result),
        1 / result,
    ):
        assert _scalars.is_indeterminate(item(further))


def test_division_by_what_may_be_zero() -> None:
    assert _scalars.is_indeterminate(item(1 / wide(0, 1)))
    assert item(XP.ones(()) / 0) == arb("inf")  # a zero counts as +0
    assert item(-XP.ones(()) / 0) == arb("-inf")
    assert _scalars.is_nan(item(XP.zeros(()) / 0))


def test_nan_is_what_ieee_says() -> None:
    nan = XP.asarray(NAN)
    assert bool(XP.isnan(nan))
    same = XP.asarray(NAN)
    assert not bool((nan == same) | (nan < same) | (nan > 1) | (nan <= same) | XP.equal(nan, nan))
    assert bool(nan != same)
    assert not bool(XP.isnan(XP.asarray(INF)))
    assert bool(XP.isinf(XP.asarray(-INF)))


def test_logsumexp_with_masked_weights() -> None:
    rows = XP.asarray([[0.0, -INF], [-INF, -INF], [INF, 0.0], [1e300, 0.0], [NAN, 0.0], [-745.0, -746.0]])
    found = midpoints(_xp.logsumexp(rows, axis=1, xp=XP))
    np.testing.assert_array_equal(found[:5], [0.0, -INF, INF, 1e300, NAN])
    assert found[5] == np.logaddexp(-745.0, -746.0)


# Signs survive rounding


def test_sums_of_squares_have_roots() -> None:
    zero = XP.asarray([arb(0, 1e-30)] * 5) / 3  # may be anything near 0
    assert bool(XP.all(zero * zero >= 0))
    for total in (
        XP.sum(zero * zero),
        XP.sum(zero**2),
        XP.matmul(zero, zero),
        XP.mean(XP.square(zero)),
        XP.cumulative_sum(zero**2)[-1],
        XP.sum(XP.abs(zero)),
        XP.sum(zero * zero) / 3,
    ):
        root = XP.sqrt(total)
        assert bool(root >= 0)
        assert bool(root < 1e-14)
    assert bool(XP.linalg.vector_norm(zero) < 1e-14)


def test_powers_and_roots_of_balls_that_hold_zero() -> None:
    x = wide(1, 3)  # [−2, 4]
    for power, low, high in ((2, 0, 16), (3, -8, 64), (4, 0, 256), (5, -32, 1024)):
        found = item(x**power)
        assert found.contains(arb(low))
        assert found.contains(arb(high))
        assert found.upper() < high * 1.1
        assert found.lower() > low - 0.1 * high
    root = item(XP.sqrt(x**2))  # of [0, 16]
    assert root.contains(arb(0.01))
    assert root.contains(arb(3.99))
    assert _scalars.is_indeterminate(item(x**-2))
    assert _scalars.is_indeterminate(item(x**0.5))
    half = item((x**2) ** 0.5)
    assert half.contains(arb(0.01))
    assert half.contains(arb(3.99))


def test_one_object_is_one_number() -> None:
    third = XP.ones((2,)) / 3
    assert bool(XP.all(XP.equal(third, third)))
    assert bool(XP.all(third - third == 0))
    assert bool(XP.all(third / third == 1))
    again = XP.ones((2,)) / 3
    with pytest.raises(UndecidedError):
        bool(XP.all(third == again))
    unknown = XP.sqrt(XP.stack([wide(0, 1), wide(0, 1)]))
    with pytest.raises(UndecidedError):  # two numbers of which nothing is known
        bool(unknown[0] <= unknown[1])


# Three truth values


TRUTHS = {"true": wide(2, 1) > 0, "false": wide(-2, 1) > 0, "open": wide(0, 1) > 0}
RANK = {"false": 0, "open": 1, "true": 2}


@pytest.mark.parametrize("left", TRUTHS)
@pytest.mark.parametrize("right", TRUTHS)
def test_kleenes_tables(left: str, right: str) -> None:
    x, y = TRUTHS[left], TRUTHS[right]
    assert item(x & y) == item(XP.logical_and(x, y)) == min(RANK[left], RANK[right])
    assert item(x | y) == item(XP.logical_or(x, y)) == max(RANK[left], RANK[right])
    assert item(~x) == item(XP.logical_not(x)) == 2 - RANK[left]
    expected = 1 if "open" in (left, right) else 2 * (left != right)
    assert item(x ^ y) == item(XP.logical_xor(x, y)) == item(x != y) == expected
    assert item(x == y) == 2 - expected
    pair = XP.stack([x, y])
    assert item(XP.all(pair)) == item(x & y)
    assert item(XP.any(pair)) == item(x | y)


def test_where_gives_the_hull_of_what_is_open() -> None:
    x = wide(0, 1)
    chosen = XP.where(x > 0, 3.0, XP.asarray(-2.0))
    assert item(chosen).contains(arb(3))
    assert item(chosen).contains(arb(-2))
    assert float(XP.where(x > 0, XP.asarray(5.0), 5.0)) == 5.0
    assert int(XP.where(x > 0, XP.asarray(5), 5)) == 5
    assert bool(XP.where(x > 0, XP.asarray(True), XP.asarray(True)))
    assert _scalars.is_indeterminate(item(XP.where(x > 0, XP.asarray(INF), 0.0)))
    assert bool(XP.isnan(XP.where(x > 0, XP.asarray(NAN), NAN)))
    with pytest.raises(UndecidedError, match="where"):
        XP.where(x > 0, XP.asarray(5), 6)
    with pytest.raises(UndecidedError):
        bool(XP.where(x > 0, XP.asarray(True), XP.asarray(False)))


def test_an_open_truth_is_a_number_between_0_and_1() -> None:
    both = XP.astype(XP.stack([TRUTHS["open"], TRUTHS["open"]]), XP.float64)
    assert item(both[0]).contains(arb(0))
    assert item(both[0]).contains(arb(1))
    with pytest.raises(UndecidedError):  # two truths, not one
        bool(both[0] == both[1])
    with pytest.raises(UndecidedError):
        XP.astype(TRUTHS["open"], XP.int64)


@pytest.mark.parametrize(
    "question",
    [
        lambda x, y: bool(x < y),
        lambda x, y: bool(x == y),
        lambda x, y: bool(x),
        lambda x, y: int(x),
        lambda x, y: np.asarray(x < y),
        lambda x, y: XP.argsort(XP.stack([x, y])),
        lambda x, y: XP.argmax(XP.stack([x, y])),
        lambda x, y: XP.argmin(XP.stack([x, y])),
        lambda x, y: XP.searchsorted(XP.reshape(x, (1,)), y),
        lambda x, y: XP.nonzero(XP.stack([x, y])),
        lambda x, y: XP.count_nonzero(XP.stack([x, y])),
        lambda x, y: XP.stack([x, y])[XP.stack([x, y]) > 0],
        lambda x, y: XP.astype(x, XP.int64),
    ],
)
def test_whatever_needs_an_answer_says_that_it_is_open(question: Any) -> None:
    with pytest.raises(UndecidedError, match=r"Raise the precision"):
        question(wide(0.5, 1), wide(0, 1))


def test_precision_decides() -> None:
    def question(prec: int) -> bool:
        xp = ball(prec=prec)
        third = xp.ones(()) / 3
        return bool(third * 3 < 1 + xp.asarray(2.0) ** -200)

    with pytest.raises(UndecidedError):
        question(100)
    assert question(300)


def test_overlapping_balls_have_order_statistics() -> None:
    x = XP.stack([wide(5, 0.1), wide(1, 2), wide(2, 2), wide(-9, 0.5), XP.asarray(NAN)])
    up = XP.sort(x)
    assert bool(up[0] == x[3])
    assert bool(up[3] == x[0])
    assert bool(XP.isnan(up[4]))
    assert item(up[1]).contains(arb(-1))
    assert item(up[1]).contains(arb(3))
    assert item(up[2]).contains(arb(0))
    assert item(up[2]).contains(arb(4))
    assert not item(up[2]).contains(arb(-0.5))
    down = XP.sort(x[:4], descending=True)
    assert bool(down[0] == x[0])
    assert bool(XP.max(x[:4]) == x[0])
    assert int(XP.argmax(x[:4])) == 0
    assert int(XP.argmin(x[:4])) == 3


def test_a_ball_within_another_moves_both_order_statistics() -> None:
    least, most = XP.sort(XP.stack([wide(3, 3), wide(1.5, 0.5)]))  # [0, 6] and [1, 2]
    assert item(least).contains(arb(0.1))
    assert not bool(least > 2.1)
    assert item(most).contains(arb(5.9))
    assert bool(most > 0.9)
    assert bool(least < 2.1)


# Ways out


def test_host_functions_refuse_balls() -> None:
    W = XP.asarray([[1.0, 2.0], [2.0, 1.0]])
    with pytest.raises(DTypeError, match=r"compute in float64.*prove nothing of balls"):
        argmaxable.minimax_value(W, XP.zeros((2,)), k=0, radius=1.0)
    with pytest.raises(DTypeError, match="got balls"):
        np.asarray(W)
    np.testing.assert_array_equal(np.asarray(XP.asarray([1, 2])), [1, 2])
    np.testing.assert_array_equal(np.asarray(W > 1), [[False, True], [True, False]])


def test_functions_that_decide_in_rationals_take_exact_points() -> None:
    W = XP.asarray([[1.0, 2.0], [2.0, 1.0], [1.5, 1.5]])
    found = argmaxable.classify(W, XP.zeros((3,)))
    assert found.verdicts == ("argmaxable", "argmaxable", "unargmaxable")
    with pytest.raises(DTypeError, match="expected an exact point of float64"):
        argmaxable.classify(W / 3, XP.zeros((3,)))


def test_whole_numbers_as_balls_keep_their_quotients() -> None:
    on = setting(prec=128)
    third = residual.init_variance(on.whole(3), on.whole(2))
    assert (3 * third).ball.contains(arb(1))
    assert third.ball.rad() < 2.0**-120
    for wrong in (on.number(2.5), on.whole(0)):
        with pytest.raises(DomainError, match=r"init_variance: fan_in: .*expected an integer ≥ 1"):
            residual.init_variance(wrong, 1)


def test_float_takes_exact_points_of_float64_only() -> None:
    for value in (0.5, -1e-310, INF):
        assert float(XP.asarray(value)) == value
    assert np.isnan(float(XP.asarray(NAN)))
    for array in (XP.ones(()) / 3, XP.asarray(2**60 + 1, dtype=XP.float64), wide(0, 1), XP.sqrt(wide(0, 1))):
        with pytest.raises(DTypeError, match="an exact point of float64"):
            float(array)
    assert int(wide(2.5, 0.1)) == 2
    assert int(wide(-2.5, 0.1)) == -2
    with pytest.raises(TypeError, match="shape"):
        float(XP.ones((2,)))


def test_arrays_never_change() -> None:
    x = XP.zeros((2,))
    with pytest.raises(TypeError, match="never change"):
        x[0] = 1.0
    source = np.zeros(2)
    made = XP.asarray(source)
    source[:] = 7.0
    assert midpoints(made).tolist() == [0.0, 0.0]
    y = x
    y += 1
    assert midpoints(x).tolist() == [0.0, 0.0]


def test_midpoints_are_of_narrow_balls() -> None:
    assert midpoints(XP.asarray([0.5, -INF])).tolist() == [0.5, -INF]
    assert midpoints(XP.asarray([3])).dtype == np.int64
    assert midpoints(wide(3, WIDEST)) == 3.0
    with pytest.raises(UndecidedError, match=r"ball\.midpoints"):
        midpoints(wide(1, 2 * WIDEST))
    with pytest.raises(DTypeError, match="an array of balls"):
        midpoints(np.zeros(2))


# The backend


def test_the_backend_carries_values() -> None:
    on = Setting.of(backends.get("ball"))
    for shape in ((), (0,), (0, 3), (2, 3, 4)):
        values = np.random.default_rng(0).standard_normal(shape)
        array = on.array(values)
        assert array_api_compat.array_namespace(array) is on.xp
        assert (array.shape, array.dtype, array_api_compat.device(array)) == (shape, on.dtype, on.device)
        np.testing.assert_array_equal(on.host(array), values)
    numbers = np.asarray([2**53 + 1, -(2**63)])
    assert on.host(on.array(numbers)).tolist() == numbers.tolist()


def test_doctor_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refimpl.backends._doctor.status", lambda names: {"ball": backends.get("ball")})
    [found] = backends.diagnose()
    assert found.usable
    assert found.failures == ()
    assert found.flushes == ()
    assert found.default_dtype == "float64"
    assert set(found.lacks) == {"host", "underflow"}


def test_all_means_array_libraries() -> None:
    assert "ball" in backends.names()
    assert "ball" not in backends.libraries()
    assert {*backends.libraries(), "ball"} == set(backends.names())


def test_the_command_line_proves_on_balls_where_they_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "libraries", lambda: ("numpy",))
    monkeypatch.setattr("refimpl.proofs.commands.running.LAST", Path(os.devnull))
    for chosen, expected in (("all", {"numpy"}), ("ball", {"ball"})):
        arguments = ["prove", LAW, "--backend", chosen, "--examples", "3", "--jobs", "1"]
        output = CliRunner().invoke(main, arguments).output
        assert {name for name in ("numpy", "ball") if f"held     {LAW}  {name} float64" in output} == expected


def test_a_mistake_is_refuted_on_balls() -> None:
    wrong = catalogue.mistakes()["rope.rotate/wrong-sign"].replacement
    outcomes = prove(LAW, impl={"rope.rotate": wrong}, backend="ball", examples=3)
    assert [o.verdict for o in outcomes] == ["refuted"]


def test_what_balls_leave_open_is_inconclusive() -> None:
    def open_ended(x: Any, angles: Any, /, **options: Any) -> Any:
        return XP.where(wide(0, 1) > 0, x, -x) if bool(wide(0, 1) < 2) else x[wide(0, 1) > 0]

    outcomes = prove(LAW, impl={"rope.rotate": open_ended}, backend="ball", examples=3)
    assert [o.verdict for o in outcomes] == ["inconclusive"]
    assert "Raise the precision" in outcomes[0].reason
