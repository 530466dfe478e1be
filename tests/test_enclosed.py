"""Somebody's own NumPy code on balls: its exact mathematics, in many styles, and code that is refused."""

import itertools
import math
from dataclasses import dataclass, replace

import mpmath
import numpy as np
import pytest
import scipy.linalg

from refimpl import backends, ddpm, flow, rope
from refimpl.backends import Setting
from refimpl.backends._enclosed._arrays import Enclosed
from refimpl.proofs.auditing.agreement import same_formula
from refimpl.proofs.auditing.enclosed import LARGEST, NotEnclosedError, exact, nearby, on_balls
from refimpl.proofs.engine import catalogue

from . import styles

ON = Setting.of(backends.get("numpy"), "float64", None)
ON32 = Setting.of(backends.get("numpy"), "float32", None)
DIGITS = 120


def _mp(value):
    return np.vectorize(mpmath.mpf, otypes=[object])(np.asarray(value, dtype=np.float64))


def _snr(betas):
    a = np.cumprod(1 - _mp(betas))
    return a / (1 - a)


def _kl(m1, v1, m2, v2):
    m1, v1, m2, v2 = map(_mp, (m1, v1, m2, v2))
    return (np.vectorize(mpmath.log)(v2 / v1) + (v1 + (m1 - m2) ** 2) / v2 - 1) / 2


def _variance(x):
    x = _mp(x)
    return np.mean((x - x.mean(-1, keepdims=True)) ** 2, axis=-1)


def _lse(x):
    return np.vectorize(mpmath.log)(np.vectorize(mpmath.exp)(_mp(x)).sum(-1))


def _frechet(m1, S1, m2, S2):
    m1, S1, m2, S2 = map(_mp, (m1, S1, m2, S2))
    product = S1 @ S2
    cross = mpmath.sqrt(np.trace(product) + 2 * mpmath.sqrt(mpmath.det(mpmath.matrix(product.tolist()))))
    return np.sum((m1 - m2) ** 2) + np.trace(S1) + np.trace(S2) - 2 * cross


def _rotary(x, positions):
    d = x.shape[-1]
    frequencies = np.asarray([mpmath.mpf(10000) ** (-mpmath.mpf(2 * i) / d) for i in range(d // 2)])
    angles = _mp(positions)[:, None] * frequencies
    c, s = np.vectorize(mpmath.cos)(angles), np.vectorize(mpmath.sin)(angles)
    out = _mp(x)
    first, second = out[..., ::2].copy(), out[..., 1::2].copy()
    out[..., ::2], out[..., 1::2] = c * first - s * second, s * first + c * second
    return out


rng = np.random.default_rng(3)
near = 1 + 1e-9 * np.asarray([1.0, 2.0, -1.0])
S = np.asarray([[2.0, 0.5], [0.5, 1.0]])
FORMULAS = {
    "snr": (styles.SNR, _snr, (np.asarray([1e-14, 3e-15, 2e-16, 1e-18]),)),
    "kl": (styles.KL, _kl, (np.asarray([0.1, 0.2, 0.3]), near, np.asarray([0.1, 0.2, 0.3]), np.ones(3))),
    "variance": (styles.VARIANCE, _variance, (1e9 + rng.uniform(size=(3, 5)),)),
    "lse": (styles.LSE, _lse, (np.asarray([[-1000.0, -1001.0, -999.5], [900.0, 901.0, 899.0]]),)),
    "frechet": (styles.FRECHET, _frechet, (np.zeros(2), S, np.full(2, 1e-10), S * (1 + 1e-9))),
    "rotary": (styles.ROTARY, _rotary, (rng.normal(size=(2, 8)), np.asarray([2.0**60 + 2**9, 1e17]))),
}
CASES = [(name, function) for name, (functions, _, _) in FORMULAS.items() for function in functions]


def _label(function):
    return getattr(function, "__name__", type(function).__name__)


@pytest.mark.parametrize(("name", "function"), CASES, ids=[_label(f) for _, f in CASES])
@pytest.mark.filterwarnings("ignore")
def test_exact_where_floats_lose_all_digits(name, function):
    _, formula, arguments = FORMULAS[name]
    with mpmath.workdps(DIGITS):
        expected = np.asarray(formula(*arguments)).astype(np.float64)
    got = exact(function, ON)(*arguments)
    assert np.asarray(got).dtype == np.float64
    np.testing.assert_allclose(got, expected, rtol=2.0**-51, atol=0)


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.filterwarnings("ignore")
def test_the_styles_lose_digits_in_floats(name):
    functions, _, arguments = FORMULAS[name]
    right = np.asarray(exact(functions[0], ON)(*arguments))
    off = []
    for function in functions:
        try:
            raw = np.asarray(function(*arguments))
        except (OverflowError, ValueError):  # of the module math
            continue
        off.append(np.max(np.abs(np.nan_to_num(raw, nan=np.inf) - right) / np.abs(right)))
    assert off
    assert min(off) > 1e-8


def test_arguments_and_globals_stay_as_they_are():
    betas = np.asarray([1e-14, 0.1])
    scheduler = styles.Scheduler(betas)
    before = dict(vars(styles))
    exact(styles.snr_in_place, ON)(betas)
    exact(styles.snr_cached, ON)(betas)
    exact(scheduler.snr, ON)()
    assert betas.tolist() == [1e-14, 0.1]
    assert vars(styles) == before
    assert not any(issubclass(type(value), Enclosed) for value in vars(scheduler).values())
    assert not any(issubclass(type(value), Enclosed) for value in styles._cache.values())
    assert styles.snr_plain.__code__.co_consts == (None, 1)


# Forms


@dataclass(frozen=True)
class Pair:
    first: np.ndarray
    count: int


def test_forms_are_those_of_the_function():
    x = np.asarray([1.0, 2.0])
    assert type(exact(lambda v: float(v.sum()) / 3, ON)(x)) is float
    assert type(exact(lambda v: v.sum() / 3, ON)(x)) is np.float64
    assert type(exact(lambda v: int(v.sum()), ON)(x)) is int
    assert type(exact(lambda v: bool(v.sum() > 2), ON)(x)) is bool
    assert exact(lambda v: np.asarray(v.sum()), ON)(x).shape == ()
    assert exact(lambda v: np.argsort(-v), ON)(x).dtype == np.int64
    assert exact(lambda v: v > 1, ON)(x).tolist() == [False, True]
    assert exact(lambda v: [v, 1], ON)(x)[1] == 1
    assert exact(lambda v: {"a": v / 3}, ON)(x)["a"].tolist() == (x / 3).tolist()
    assert exact(lambda v: None, ON)(x) is None
    pair = exact(lambda v: Pair(v / 3, len(v)), ON)(x)
    assert type(pair) is Pair
    assert pair.count == 2
    assert pair.first.tolist() == (x / 3).tolist()
    parts = exact(lambda v: styles.Parts(v / 7, 1 - v), ON)(x)
    assert type(parts) is styles.Parts
    assert exact(lambda v: v / 3, ON32)(x.astype(np.float32)).dtype == np.float32
    assert exact(lambda v: np.exp(1j * v), ON)(x).dtype == np.complex128


def _written_into_complex(x):
    made = np.zeros(x.shape, dtype=complex)
    made[:] = x
    return made


COMPLEX = {
    "astype": lambda x: x.astype(complex),
    "asarray": lambda x: np.asarray(x, dtype=complex),
    "array": lambda x: np.array(x, dtype=np.complex128),
    "added": lambda x: x + 0j,
    "multiplied": lambda x: np.complex128(1) * x,
    "written": _written_into_complex,
    "ufunc": lambda x: np.add(x, 0, dtype=complex),
}


@pytest.mark.parametrize("way", COMPLEX)
def test_reals_that_the_code_makes_complex_have_complex_roots(way):
    x = np.asarray([-2.0, 3.0])
    roots = exact(lambda x: np.sqrt(COMPLEX[way](x)), ON)(x)
    np.testing.assert_allclose(roots, [1j * 2**0.5, 3**0.5], rtol=2.0**-52, atol=0)
    assert exact(lambda x: np.sqrt(COMPLEX[way](x)).astype(float), ON)(x)[0] == 0
    assert exact(lambda x: np.sqrt(COMPLEX[way](x).real), ON)(x[1:]).dtype == np.float64


DEFECTIVE = np.asarray([[3.0, 1.0, 0.0], [-1.0, 1.0, 0.0], [2.0, -1.0, 5.0]])
"""A matrix with the eigenvalue 2 twice, of which there is one eigenvector alone, and 5."""


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        (DEFECTIVE, [2, 2, 5]),
        (np.eye(3, k=1), [0, 0, 0]),
        (np.asarray([[1.0, 2.0], [2.0, 4.0]]), [0, 5]),
        (7 * np.eye(4), [7, 7, 7, 7]),
        # (x² + 1)², with a block that has no eigenvectors
        (np.block([[np.asarray([[0.0, 1.0], [-1.0, 0.0]]), np.eye(2)],
                   [np.zeros((2, 2)), np.asarray([[0.0, 1.0], [-1.0, 0.0]])]]), [-1j, -1j, 1j, 1j]),
    ],
)  # fmt: skip
def test_eigenvalues_are_enclosed_however_close(matrix, expected):
    """Also where a third in the matrix, which is no float, keeps any precision from telling them apart."""
    found = exact(lambda a: np.linalg.eigvals(a.astype(complex) / 3), ON)(matrix)
    close = np.abs(
        np.sort_complex(found)[:, None] - np.sort_complex(np.asarray(expected, complex) / 3)[None, :]
    )
    np.testing.assert_array_less(np.min(close, axis=1), 2.0**-50)
    np.testing.assert_array_less(np.min(close, axis=0), 2.0**-50)
    np.testing.assert_allclose(np.sum(found), np.sum(expected) / 3, rtol=2.0**-50, atol=2.0**-50)


def test_records_among_the_arguments():
    def later(pair):
        return replace(pair, first=pair.first / 3)

    assert exact(later, ON)(Pair(np.ones(2), 2)).first.tolist() == [1 / 3, 1 / 3]


def test_functions_among_the_arguments():
    def euler(velocity, x, times):
        for now, then in itertools.pairwise(times):
            x = x + (then - now) * velocity(now, x)
        return x

    rate = np.asarray([1e-17, 2e-17])
    got = exact(lambda *args: euler(*args) - 1, ON)(
        lambda t, x: rate * x, np.ones(2), np.asarray([0.0, 0.5, 1.0])
    )
    np.testing.assert_allclose(got, rate, rtol=1e-15)


def test_objects_and_closures_that_a_function_makes():
    betas = np.asarray([1e-14, 1e-16])
    expected = exact(styles.snr_plain, ON)(betas)
    made = exact(styles.Scheduler.of, ON)(betas)
    np.testing.assert_array_equal(made.snr(), expected)
    np.testing.assert_array_equal(made.betas, betas)

    def factory(b):
        a = np.cumprod(1 - b)
        return lambda t: a[t] / (1 - a[t])

    np.testing.assert_array_equal(exact(factory, ON)(betas)(np.asarray([1, 0])), expected[::-1])


def test_functions_that_share_a_cell():
    def pair():
        total = 0.0

        def add(x):
            nonlocal total
            total += x

        return add, lambda: total

    add, total = pair()

    def both(x):
        add(1.0)
        add(x)
        add(-1.0)
        return total()

    assert exact(both, ON)(1e-30) == 1e-30


def test_calls_before_count_for_an_object():
    class Counter:
        def __init__(self):
            self.total = 0.0

        def add(self, x):
            self.total += x
            return self.total

    made = exact(Counter, ON)()
    assert made.add(1e-30) == 1e-30
    assert made.add(1.0) == 1.0
    assert made.add(-1.0) == 1e-30


def test_errors_of_the_function_are_its_answers():
    def strict(x):
        if np.any(x < 0):
            raise ValueError("below 0")
        return np.sqrt(x)

    with pytest.raises(ValueError, match="below 0"):
        exact(strict, ON)(np.asarray([-1.0]))
    with pytest.raises(ZeroDivisionError):
        exact(lambda n: 1 / n, ON)(0)
    with pytest.raises(ValueError, match="math domain error"):
        exact(math.log, ON)(0.0)
    with pytest.raises(np.linalg.LinAlgError):
        exact(np.linalg.cholesky, ON)(-np.eye(2))
    assert exact(lambda x: math.exp(x) / math.exp(x + 1), ON)(1000.0) == math.exp(
        -1
    )  # it overflows in floats


# One rounding


def test_special_values():
    x = np.asarray([np.inf, -np.inf, np.nan, 0.0])
    np.testing.assert_array_equal(exact(lambda v: v + 1, ON)(x), x + 1)
    np.testing.assert_array_equal(exact(np.exp, ON)(np.asarray([800.0, -800.0])), [np.inf, 0.0])
    assert exact(np.exp, ON32)(np.float32(100)) == np.inf
    assert exact(lambda v: v / 2, ON)(np.asarray(5e-324)) == 0.0
    assert exact(lambda v: 3 * v / 2, ON)(np.asarray(5e-324)) == 1e-323  # to even
    assert exact(np.log, ON)(np.asarray(0.0)) == -np.inf
    assert np.isnan(exact(np.sqrt, ON)(np.asarray(-1.0)))


def test_each_number_is_rounded_to_nearest():
    x = rng.uniform(0.1, 2.0, 200)
    with mpmath.workdps(60):
        expected = [float(mpmath.exp(mpmath.mpf(float(v)))) for v in x]
    assert exact(np.exp, ON)(x).tolist() == expected
    assert exact(lambda v: v / 3, ON)(x).tolist() == (x / 3).tolist()
    small = x.astype(np.float32)
    assert exact(lambda v: v / 3, ON32)(small).tolist() == (small / np.float32(3)).tolist()


def test_zero_that_no_precision_proves():
    assert exact(lambda x: np.sin(x) ** 2 + np.cos(x) ** 2 - 1, ON)(np.asarray(0.3)) == 0.0
    assert exact(lambda x: np.sqrt(x) ** 2 - x, ON)(np.asarray([2.0, 3.0])).tolist() == [0.0, 0.0]
    assert exact(lambda x: np.exp(x) - 1, ON)(np.asarray(1e-300)) == 1e-300


def test_clipping_at_zero_leaves_nothing_below():
    def bures(a, b):
        w, v = np.linalg.eigh(a)
        root = (v * np.sqrt(np.clip(w, 0, None))) @ v.T
        return np.sum(np.sqrt(np.maximum(np.linalg.eigvalsh(root @ b @ root), 0)))

    singular = np.ones((2, 2))
    assert exact(bures, ON)(singular, singular / 4) == 1.0
    assert exact(lambda x: np.sqrt(-np.minimum(np.sqrt(x) ** 2 - x, 0)), ON)(np.asarray(2.0)) == 0.0


def test_roots_of_singular_matrices_that_are_not_exact():
    """Zero is twice an eigenvalue of x xᵀ/3, and no precision decides which vectors belong to it."""
    x = np.asarray([1.0, 2.0, 2.0])

    def root_of(vectors):
        def root(x):
            w, v = np.linalg.eigh(np.outer(x, x) / 3)
            return (v * np.sqrt(np.clip(w, 0, None))) @ v.T if vectors is None else v[:, vectors]

        return root

    with pytest.raises(NotEnclosedError, match="close eigenvalues"):
        exact(root_of(None), ON)(x)
    np.testing.assert_allclose(nearby(root_of(None), ON)(x), np.outer(x, x) / np.sqrt(27), rtol=1e-15)
    assert (
        np.max(np.abs(root_of(None)(x) - np.outer(x, x) / np.sqrt(27))) > 1e-12
    )  # floats lose half of the digits
    with pytest.raises(NotEnclosedError, match="something else"):
        nearby(root_of(0), ON)(x)  # one of the vectors, which is any
    np.testing.assert_allclose(np.abs(nearby(root_of(2), ON)(x)), x / 3, rtol=1e-15)


# What must not vanish


def test_mistakes_of_a_formula_stay():
    x = np.linspace(0.1, 1, 5)
    # The sum is rounded to u = 1.1e-16, 1.1e-7 of what was added.
    np.testing.assert_allclose(exact(lambda v: v + 1e-9, ON)(x) - x, 1e-9, rtol=1e-6)
    assert exact(lambda v: (v * 10).astype(int) / 10, ON)(np.asarray([0.19])).tolist() == [0.1]
    assert exact(lambda v: round(v, 1), ON)(0.26) == 0.3
    assert exact(lambda v: 1.442695 * v, ON)(2.0) == 2 * 1.442695  # a constant with few digits
    assert exact(lambda n: (n * np.int8(100)).astype(np.int64), ON)(
        np.asarray([2], dtype=np.int8)
    ).tolist() == [-56]


def _swallows(x):
    try:
        return float(np.asarray(x).__float__())
    except Exception:
        return 0.0


class Opaque:
    def __array__(self, dtype=None, copy=None):
        return np.zeros(2)


REFUSED = {
    "float32": (lambda x: x.astype(np.float32).astype(np.float64), "casts to float32"),
    "float32-scalar": (lambda x: x * np.float32(0.1), "casts to float32"),
    "float32-name": (lambda x: np.asarray(x, dtype="float32"), "casts to float32"),
    "float16": (lambda x: np.zeros(2, np.float16) + x, "casts to float16"),
    "complex64": (lambda x: x.astype(np.complex64), "casts to complex64"),
    "bits": (lambda x: x.view(np.int64), "reads the bits"),
    "expression": (lambda x: np.linalg.qr(np.outer(x, x) + np.eye(2))[0], "qr is not enclosed"),
    "fft": (np.fft.fft, "fft is not enclosed"),
    "scipy": (lambda x: scipy.linalg.logm(np.outer(x, x)), "logm is not enclosed"),
    "array": (lambda x: Opaque() + x, "raises ValueError on balls"),
    "frexp": (lambda x: np.frexp(x)[0], "frexp"),
    "swallowed": (_swallows, "float"),
    "undecided": (lambda x: np.where(np.sqrt(x) ** 2 - x > 0, 1.0, 2.0), "undecided with 2048 bits"),
    "operations": (lambda x: [x := np.sin(x) for _ in range(120_000)][-1], "more operations"),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.filterwarnings("ignore")
def test_refused_with_its_reason(name):
    function, reason = REFUSED[name]
    with pytest.raises(NotEnclosedError, match=reason) as caught:
        exact(function, ON)(np.asarray([2.0, 3.0]))
    assert "\n" not in caught.value.reason


def test_too_many_numbers_are_refused():
    with pytest.raises(NotEnclosedError, match="more than the 20000"):
        exact(np.sum, ON)(np.zeros(LARGEST + 1))


def test_torch_is_refused():
    torch = pytest.importorskip("torch")
    with pytest.raises(NotEnclosedError):
        exact(lambda x: torch.exp(torch.as_tensor(x)).numpy(), ON)(np.ones(2))


# refimpl's own functions, and the same formula


def test_functions_of_refimpl():
    x = np.asarray([[1.0, 2.0, 3.0, 4.0]])
    angles = np.asarray([[0.5, 1e-9]])
    np.testing.assert_allclose(exact(rope.rotate, ON)(x, angles), rope.rotate(x, angles), rtol=1e-15)
    schedule = flow.variance_preserving()
    reference = catalogue.reference()["flow.drift_coefficient"]
    np.testing.assert_allclose(
        exact(reference, ON)(schedule, np.asarray([0.1, 0.9])),
        reference(schedule, np.asarray([0.1, 0.9])),
        rtol=1e-14,
    )


def test_same_formula():
    reference = catalogue.reference()["ddpm.snr"]
    calls = [((ddpm.Schedule(rng.uniform(1e-16, 1e-3, 4)),), {}) for _ in range(5)]

    def with_zero(snr):
        return lambda schedule: np.append(np.inf, snr(schedule.beta_squared))

    same = same_formula(with_zero(styles.snr_plain), reference, calls, ON)
    assert (same.agreeing, same.differing, same.unknown) == (5, 0, 0)
    other = same_formula(with_zero(lambda b: styles.snr_logs(b) * (1 + 1e-15)), reference, calls, ON)
    assert (other.agreeing, other.differing, other.unknown) == (0, 5, 0)
    none = same_formula(with_zero(lambda b: np.fft.fft(b).real), reference, calls, ON)
    assert none.unknown == 5


def test_on_balls_gives_balls():
    found = on_balls(lambda x: x / 3, 200)(np.ones(2))
    assert type(found) is Enclosed
    assert float(found.data[0].rad()) < 1e-58


@pytest.mark.parametrize("result", [(), (1.0, math.sin), None, "text"])
def test_what_has_no_balls_is_not_proven(result):
    same = same_formula(lambda x: result, lambda x: result, [((np.ones(2),), {})], ON)
    assert (same.agreeing, same.unknown) == (0, 1)
