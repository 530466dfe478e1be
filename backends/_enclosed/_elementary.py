"""Functions of elements by the names of NumPy's and SciPy's ufuncs."""

from collections.abc import Callable
from typing import Any

from flint import acb, arb

from .._ball import _functions as f
from .._ball import _scalars as s

Ball = Any


# Elementwise functions that the array namespace does not have


def _cbrt(x: Ball) -> Ball:
    if not x.is_finite() or x.is_zero():
        return x
    if x > 0 or x < 0:
        root = abs(x).root(3)
        return root if x > 0 else -root
    return f.multiply(f.sign(x), _cbrt(s.hull(s.ZERO, f.absolute(x).upper())))


def _fmax(x: Ball, y: Ball) -> Ball:
    return y if s.is_nan(x) else x if s.is_nan(y) else f.maximum(x, y)


def _fmin(x: Ball, y: Ball) -> Ball:
    return y if s.is_nan(x) else x if s.is_nan(y) else f.minimum(x, y)


def _fmod(x: Ball, y: Ball) -> Ball:
    return f.subtract(x, f.multiply(f.trunc(f.divide(x, y)), y))


def _copysign(x: Ball, y: Ball) -> Ball:
    size = f.absolute(x)
    return size if y >= 0 else -size if y < 0 else s.hull(size, -size)


def _heaviside(x: Ball, at_zero: Ball) -> Ball:
    return s.ONE if x > 0 else s.ZERO if x < 0 else at_zero if x.is_zero() else s.INDETERMINATE


def _xlogy(x: Ball, y: Ball) -> Ball:
    return s.ZERO if x.is_zero() and not s.is_nan(y) else f.multiply(x, f.log(y))


def _xlog1py(x: Ball, y: Ball) -> Ball:
    return s.ZERO if x.is_zero() and not s.is_nan(y) else f.multiply(x, f.log1p(y))


def _rel_entr(x: Ball, y: Ball) -> Ball:
    if x > 0 and y > 0:
        return f.multiply(x, f.log(f.divide(x, y)))
    if x.is_zero() and y >= 0:
        return s.ZERO
    return s.INF if x < 0 or y < 0 or (x > 0 and y.is_zero()) else s.INDETERMINATE


def _expit(x: Ball) -> Ball:
    return f.divide(s.ONE, f.add(s.ONE, f.exp(f.negative(x))))


def _normal_tail(x: Ball) -> Ball:
    """Φ(x) = erfc(−x/√2)/2."""
    return _special(arb.erfc)(f.negative(f.divide(x, arb(2).sqrt()))) / 2


def _special(function: Callable[..., Ball]) -> Callable[..., Ball]:
    """A function of finite numbers, of which nothing is said elsewhere."""

    def wrapped(*values: Ball) -> Ball:
        if any(map(s.is_nan, values)):
            return s.NAN
        return s.normal(function(*values)) if all(x.is_finite() for x in values) else s.INDETERMINATE

    return wrapped


def _erf(x: Ball) -> Ball:
    return f.sign(x) if not x.is_finite() else x.erf()


def _erfc(x: Ball) -> Ball:
    return s.ONE - f.sign(x) if not x.is_finite() else f.nonnegative(x.erfc())


def _degrees(x: Ball) -> Ball:
    return f.divide(f.multiply(x, arb(180)), arb.pi())


def _radians(x: Ball) -> Ball:
    return f.multiply(x, f.divide(arb.pi(), arb(180)))


_SAME_NAME = [
    "add",
    "subtract",
    "multiply",
    "divide",
    "negative",
    "square",
    "reciprocal",
    "floor_divide",
    "remainder",
    "maximum",
    "minimum",
    "sign",
    "floor",
    "ceil",
    "trunc",
    "sqrt",
    "exp",
    "expm1",
    "log",
    "log1p",
    "log2",
    "log10",
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "hypot",
    "logaddexp",
    "power",
]
REAL: dict[str, Callable[..., Ball]] = {
    **{name: getattr(f, name) for name in _SAME_NAME},
    **{f"arc{name}": getattr(f, f"a{name}") for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "arctan2": f.atan2,
    "positive": lambda x: x,
    "absolute": f.absolute,
    "fabs": f.absolute,
    "rint": f.round_,
    "float_power": f.power,
    "exp2": lambda x: f.power(arb(2), x),
    "logaddexp2": lambda x, y: f.divide(
        f.logaddexp(*(f.multiply(v, arb.const_log2()) for v in (x, y))), arb.const_log2()
    ),
    "cbrt": _cbrt,
    "fmax": _fmax,
    "fmin": _fmin,
    "fmod": _fmod,
    "copysign": _copysign,
    "heaviside": _heaviside,
    "ldexp": lambda x, n: f.multiply(x, f.power(arb(2), n)),
    "degrees": _degrees,
    "rad2deg": _degrees,
    "radians": _radians,
    "deg2rad": _radians,
    "conjugate": lambda x: x,
    "clip": lambda x, low, high: f.minimum(f.maximum(x, low), high),
    # of scipy.special
    "erf": _erf,
    "erfc": _erfc,
    "erfinv": _special(arb.erfinv),
    "erfcinv": _special(arb.erfcinv),
    "gammaln": _special(lambda x: abs(x.gamma()).log() if not x > 0 else x.lgamma()),
    "gamma": _special(arb.gamma),
    "psi": _special(arb.digamma),
    "digamma": _special(arb.digamma),
    "expit": _expit,
    "log_expit": lambda x: f.negative(f.log1p(f.exp(f.negative(x)))),
    "logit": lambda x: f.log(f.divide(x, f.subtract(s.ONE, x))),
    "ndtr": _normal_tail,
    "log_ndtr": lambda x: f.log(_normal_tail(x)),
    "ndtri": _special(lambda x: -arb(2).sqrt() * (2 * x).erfcinv()),
    "xlogy": _xlogy,
    "xlog1py": _xlog1py,
    "rel_entr": _rel_entr,
    "kl_div": lambda x, y: f.add(f.subtract(_rel_entr(x, y), x), y),
    "entr": lambda x: -f.multiply(x, f.log(x)) if x > 0 else s.ZERO if x.is_zero() else s.INDETERMINATE,
    "exprel": lambda x: s.ONE if x.is_zero() else f.divide(f.expm1(x), x),
}


def _is_whole(x: Any) -> bool:
    return type(x) is arb and x.is_exact() and x.is_integer() and x.is_finite()


def _complex_power(x: Any, y: Any) -> Any:
    return x ** int(y.unique_fmpz()) if _is_whole(y) and abs(y) < 2**31 else acb(x) ** acb(y)


COMPLEX: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: acb(x) + acb(y),
    "subtract": lambda x, y: acb(x) - acb(y),
    "multiply": lambda x, y: acb(x) * acb(y),
    "divide": lambda x, y: acb(x) / acb(y),
    "power": _complex_power,
    "negative": lambda x: -x,
    "positive": lambda x: x,
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1 / x,
    "conjugate": lambda x: acb(x.real, -x.imag),
    "absolute": lambda x: f.hypot(s.normal(x.real), s.normal(x.imag)),
    **{name: lambda x, name=name: getattr(acb(x), name)()
       for name in ("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh")},
}  # fmt: skip


def _whether(test: Callable[[Ball], bool]) -> Callable[[Ball], int]:
    def truth(x: Ball) -> int:
        parts = (x.real, x.imag) if type(x) is acb else (x,)
        if any(map(s.is_indeterminate, parts)):
            return s.UNDECIDED
        return s.TRUE if any(map(test, parts)) else s.FALSE

    return truth


def _not(x: int) -> int:
    return 2 - x


def _true(x: Ball) -> int:
    return _not(_equal(x, s.ZERO))


def _equal(x: Any, y: Any) -> int:
    if type(x) is acb or type(y) is acb:
        x, y = acb(x), acb(y)
        return min(s.equal(x.real, y.real), s.equal(x.imag, y.imag))
    return s.equal(x, y)


def _differ(x: int, y: int) -> int:
    return s.UNDECIDED if s.UNDECIDED in (x, y) else 2 * (x != y)


TESTS: dict[str, Callable[..., int]] = {
    "isnan": _whether(s.is_nan),
    "isinf": _whether(lambda x: not x.is_finite() and not s.is_nan(x)),
    "isfinite": lambda x: _not(_whether(lambda part: not part.is_finite())(x)),
    "signbit": lambda x: s.less(x, s.ZERO),
    "equal": _equal,
    "not_equal": lambda x, y: _not(_equal(x, y)),
    "less": s.less,
    "less_equal": s.less_equal,
    "greater": lambda x, y: s.less(y, x),
    "greater_equal": lambda x, y: s.less_equal(y, x),
    "logical_not": lambda x: _not(_true(x)),
    "logical_and": lambda x, y: min(_true(x), _true(y)),
    "logical_or": lambda x, y: max(_true(x), _true(y)),
    "logical_xor": lambda x, y: _differ(_true(x), _true(y)),
}  # fmt: skip
