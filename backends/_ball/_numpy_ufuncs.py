"""NumPy's ufuncs, and SciPy's by their names, on arrays of balls that stand for NumPy's (see _enclosed)."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from flint import acb, arb

from . import _functions as f
from . import _scalars as s
from ._enclosed import (
    Enclosed,
    Format,
    Integers,
    Whole,
    boxed,
    dtype_of,
    each,
    enclosed,
    is_complex,
    known,
    leave,
    lifted,
)
from ._linalg import _product

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


_SAME_NAME = (
    "add subtract multiply divide negative square reciprocal floor_divide remainder maximum minimum sign "
    "floor ceil trunc sqrt exp expm1 log log1p log2 log10 sin cos tan sinh cosh tanh hypot logaddexp power"
).split()
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
    "logical_xor": lambda x, y: s.UNDECIDED if s.UNDECIDED in (_true(x), _true(y)) else 2 * (_true(x) != _true(y)),
}  # fmt: skip
_START = {"add": s.ZERO, "multiply": s.ONE, "logaddexp": -s.INF}


@functools.cache
def loop(name: str, count: int, of_complex: bool = False) -> Any:
    """NumPy's loop over objects for the function of that name."""
    table = COMPLEX if of_complex and name not in TESTS else {**REAL, **TESTS}
    if name not in table:
        raise leave(f"calls {name}{' of complex numbers' if of_complex else ''}, which has no enclosure here")
    return np.frompyfunc(table[name], count, 1, identity=None)  # None: in any order


def array_ufunc(ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    """A ufunc, or one of its methods, on arrays of balls and whatever else stands beside them."""
    name = ufunc.__name__
    dtype_of(options.pop("dtype", None))
    for unused in ("casting", "order", "subok"):
        options.pop(unused, None)
    out = options.pop("out", None)
    if name in ("divmod", "modf"):
        return _pair(name, *inputs)
    if name in ("matmul", "vecdot", "matvec", "vecmat"):
        result = _PRODUCTS[name](*inputs)
    elif method == "__call__":
        result = _elementwise(name, ufunc.nin, inputs, options.pop("where", True), out)
    elif method == "at":
        return _at(name, ufunc.nin, *inputs)
    else:
        result = _method(name, ufunc.nin, method, inputs, options)
    return _put(result, out)


def _put(result: Any, out: Any) -> Any:
    if out is None or (isinstance(out, tuple) and out[0] is None):
        return result
    target = out[0] if isinstance(out, tuple) else out
    if issubclass(type(target), Enclosed):
        target.data[...] = lifted(result)
    elif isinstance(target, np.ndarray) and not issubclass(type(result), Enclosed):
        np.asarray(target)[...] = result
    else:
        raise leave("writes balls into an array of floats (out=)")
    return target


def _elementwise(name: str, count: int, inputs: Any, where: Any, out: Any) -> Any:
    given = [lifted(x) for x in inputs]
    function = loop(name, count, any(map(is_complex, given)))
    with np.errstate(all="ignore"):
        found = function(*given)
    if name in TESTS:
        return known(found, name)
    if where is not True:
        mask = np.asarray(where)
        shape = np.broadcast_shapes(np.shape(found), mask.shape)
        before = lifted(out[0]) if out else np.full((), s.INDETERMINATE)  # what NumPy leaves unset
        found = np.where(mask, found, np.broadcast_to(before, shape))
    return boxed(found)


def _method(name: str, count: int, method: str, inputs: Any, options: dict[str, Any]) -> Any:
    data = [lifted(x) for x in (inputs if method == "outer" else inputs[:1])]
    function = loop(name, count, any(map(is_complex, data)))
    if method in ("reduce", "accumulate"):
        names = ("axis", "dtype", "out", "keepdims") if method == "reduce" else ("axis", "dtype", "out")
        options |= {n: v for n, v in zip(names, inputs[1:], strict=False) if n == "axis"}
    if method == "reduce":
        initial = options.pop("initial", None)
        if initial is not None or name in _START:
            options["initial"] = _START[name] if initial is None else lifted(initial)[()]
        if options.get("where", True) is not True:
            options["where"] = np.asarray(options["where"])
    with np.errstate(all="ignore"):
        found = getattr(function, method)(*data, *(inputs[1:] if method == "reduceat" else ()), **options)
    return known(found, name) if name in TESTS else boxed(found)


def _at(name: str, count: int, target: Any, places: Any, *values: Any) -> None:
    if not issubclass(type(target), Enclosed):
        raise leave(f"writes balls into an array of floats ({name}.at)")
    loop(name, count).at(target.data, np.asarray(places), *(lifted(value) for value in values))


def _pair(name: str, x: Any, *others: Any) -> Any:
    if name == "divmod":
        return np.floor_divide(x, *others), np.remainder(x, *others)
    whole = np.trunc(x)
    return x - whole, whole


def matmul(x: Any, y: Any) -> Any:
    """Products of matrices; a vector counts as a row on the left and as a column on the right."""
    first, second = lifted(x), lifted(y)
    if not first.ndim or not second.ndim:
        raise ValueError("matmul: Input operand does not have enough dimensions")
    left = first[None, :] if first.ndim == 1 else first
    right = second[:, None] if second.ndim == 1 else second
    if left.shape[-1] != right.shape[-2]:
        raise ValueError(f"matmul: Input operand 1 has a mismatch in its core dimension ({x.shape}, {y.shape})")
    batch = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    out = np.empty((*batch, left.shape[-2], right.shape[-1]), dtype=object)
    left, right = (np.broadcast_to(m, (*batch, *m.shape[-2:])) for m in (left, right))
    of_complex = is_complex(left) or is_complex(right)
    for i in np.ndindex(batch):
        out[i] = _relifted(np.matmul(left[i], right[i])) if of_complex else _product(left[i], right[i])
    out = out[..., 0, :] if first.ndim == 1 else out
    return boxed(out[..., 0] if second.ndim == 1 else out)


def _relifted(data: Any) -> Any:
    return each(lambda x: x if isinstance(x, arb | acb) else s.lift(x), np.asarray(data, dtype=object))


_PRODUCTS: dict[str, Callable[..., Any]] = {
    "matmul": matmul,
    "vecdot": lambda x, y: np.sum(np.conjugate(x) * y, axis=-1),
    "matvec": lambda x, y: matmul(x, enclosed(y)[..., None])[..., 0],
    "vecmat": lambda x, y: matmul(np.conjugate(enclosed(x))[..., None, :], y)[..., 0, :],
}


def plain(value: Any) -> Any:
    """Without the class of integers, nested lists too."""
    if isinstance(value, Integers):
        return np.asarray(value)
    if type(value) in (list, tuple):
        return type(value)(map(plain, value))
    return int(value) if type(value) is Whole else value.dtype if type(value) is Format else value


def ufunc_of_integers(ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    """A ufunc on arrays of integers: of integers as NumPy has it, of floats on balls."""
    targets = options.get("out") or ()
    if any(issubclass(type(x), Enclosed) for x in (*inputs, *targets)):
        return array_ufunc(ufunc, method, *inputs, **options)
    stripped = {key: plain(value) for key, value in options.items()}
    with np.errstate(all="ignore"):
        result = getattr(ufunc, method)(*map(plain, inputs), **stripped)
    return array_ufunc(ufunc, method, *inputs, **options) if is_float(result) else integers(result)


def is_float(value: Any) -> bool:
    """Whether there are floats in a result."""
    if isinstance(value, tuple | list):
        return any(map(is_float, value))
    return isinstance(value, float) or (isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "fc")


def integers(value: Any) -> Any:
    """Results of NumPy with its arrays of integers and truth values as Integers."""
    if type(value) is np.ndarray and value.dtype.kind in "iub":
        return value.view(Integers)
    if isinstance(value, np.integer):
        return Whole(value)
    return type(value)(map(integers, value)) if type(value) in (list, tuple) else value
