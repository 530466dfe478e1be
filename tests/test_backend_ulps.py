"""The tables of worst errors, measured again against Arb (ball arithmetic of python-flint)."""

import math
from collections.abc import Callable
from typing import Any

import flint
import numpy as np
import pytest
from conftest import usable
from flint import arb

from refimpl.backends import Backend, Precision, Setting

Host = np.ndarray[Any, np.dtype[np.float64]]

FUNCTIONS: dict[str, Callable[..., arb]] = {
    "exp": lambda x: x.exp(),
    "expm1": lambda x: x.expm1(),
    "log": lambda x: x.log(),
    "log1p": lambda x: x.log1p(),
    "sqrt": lambda x: x.sqrt(),
    "sin": lambda x: x.sin(),
    "cos": lambda x: x.cos(),
    "tanh": lambda x: x.tanh(),
    "sinh": lambda x: x.sinh(),
    "cosh": lambda x: x.cosh(),
    "asinh": lambda x: x.asinh(),
    "pow": lambda x, y: x**y,
}


def positive(rng: np.random.Generator, low: float, high: float, n: int) -> Host:
    """Positive numbers of every size."""
    return np.exp2(rng.uniform(np.log2(low), np.log2(high), n))


def signed(rng: np.random.Generator, low: float, high: float, n: int) -> Host:
    """Numbers of every size and both signs."""
    return positive(rng, low, high, n) * rng.choice([-1.0, 1.0], n)


def arguments(name: str, p: Precision, n: int, rng: np.random.Generator) -> tuple[Host, ...]:
    """About n ordinary and n extreme arguments; what leads out of the format is dropped later."""
    top = math.log(p.largest)
    ordinary = rng.uniform(-4, 4, n)
    near_one = 1 + signed(rng, p.u, 0.5, n)
    match name:
        case "log" | "sqrt":
            extreme = [positive(rng, p.smallest, p.largest, n), near_one]
        case "log1p":
            root = rng.choice([-1.0, 1.0], n) * (math.sqrt(2) - 1)  # where JAX changes its formula
            extreme = [signed(rng, p.smallest, p.largest, n), -near_one, root + rng.uniform(-1e-3, 1e-3, n)]
        case "sin" | "cos":
            zeros = rng.integers(1, 600_000, n) * (math.pi / 2)
            extreme = [rng.uniform(-1e6, 1e6, n), signed(rng, p.smallest, 1.0, n), zeros]
        case "pow":
            bases = [positive(rng, p.smallest, p.largest, n), near_one, np.abs(ordinary)]
            powers = [rng.uniform(-top, top, n) / np.log(base) for base in bases[:2]]
            return np.concatenate(bases), np.concatenate([*powers, rng.integers(-8, 9, n)])
        case _:
            edge = top - rng.uniform(0, 1, n)
            extreme = [signed(rng, p.smallest, p.largest, n), rng.uniform(-top, top, n), edge, 4 * ordinary]
    return (np.concatenate([ordinary, *extreme]),)


def exact(name: str, columns: tuple[Host, ...], p: Precision) -> tuple[Host, Host]:
    """The true values as sums of two floats; NaN where they are not normal numbers of the format."""
    high, low = np.full(len(columns[0]), np.nan), np.zeros(len(columns[0]))
    for i, values in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        # Subnormal arguments may be flushed, and true values beyond the normal range are another matter.
        if any(not math.isfinite(v) or 0 < abs(v) < p.smallest for v in values):
            continue
        true = FUNCTIONS[name](*map(arb, values))
        if true.is_finite() and p.smallest <= abs(float(true.mid())) <= p.largest * (1 - p.u):
            high[i] = float(true.mid())
            low[i] = float(true - arb(float(high[i])))
    return high, low


def worst_error(on: Setting, name: str, function: Callable[..., Any], n: int, seed: int) -> float:
    """The largest error of a function in ulps of the true value, contiguous and strided."""
    p = on.precision
    with np.errstate(all="ignore"), flint.ctx.workprec(256):
        rough = arguments(name, p, n, np.random.default_rng(seed))
        given = [on.array(np.clip(column, -p.largest, p.largest)) for column in rough]
        columns = tuple(on.host(array) for array in given)
        high, low = exact(name, columns, p)
        counts = np.isfinite(high)
        assert counts.sum() > n, "too few arguments are in the domain"
        ulp = 2 * p.u * np.exp2(np.frexp(np.abs(high[counts]))[1] - 1.0)
        errors = []
        for arrays in (given, [on.array(np.repeat(column, 2))[::2] for column in columns]):
            got = on.host(function(*arrays))[counts]
            errors.append(np.abs((got - high[counts]) - low[counts]) / ulp)
    error = float(np.max(errors))
    return math.inf if math.isnan(error) else error


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_no_error_exceeds_its_table(name: str, backend: Backend) -> None:
    for device in backend.devices:
        for dtype in backend.dtypes:
            on = Setting.of(backend, dtype, device)
            error = worst_error(on, name, getattr(backend.xp, name), 5000, seed=1)
            assert error <= backend.ulp(name, dtype), f"{name} {dtype} on {device}: {error:.3f} ulps"
            assert backend.ulp(name, dtype) <= max(8 * error, 4.5), ()


def test_every_table_has_a_default_and_known_names(backend: Backend) -> None:
    assert set(backend.dtypes) <= set(backend.ulps)
    for dtype in backend.dtypes:
        assert set(backend.ulps[dtype]) - {"default"} <= set(FUNCTIONS)
        assert backend.ulps[dtype]["default"] >= 0.5
        assert all(error >= 0.5 for error in backend.ulps[dtype].values())


@pytest.mark.parametrize(
    ("name", "careless"),
    [
        ("log1p", lambda x: np.log(1 + x)),
        ("expm1", lambda x: np.exp(x) - 1),
        ("sin", lambda x: np.sin(np.remainder(x, 2 * np.pi))),
        ("pow", lambda x, y: np.exp(y * np.log(x))),
        ("sqrt", lambda x: x**0.5 * (1 + 2**-52)),
    ],
)
def test_careless_formulas_are_found_out(name: str, careless: Callable[..., Any]) -> None:
    on = Setting.of(usable("numpy"), "float64")
    assert worst_error(on, name, getattr(on.xp, name), 200, seed=0) <= on.backend.ulp(name, "float64")
    assert worst_error(on, name, careless, 200, seed=0) > on.backend.ulp(name, "float64")
