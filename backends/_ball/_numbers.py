"""Real numbers as balls, for code that computes with Python numbers or NumPy's: `Real` stands where a float
would, `RealMath` where the module math would, `Reals` (in _host) where an array of float64 would.

A float that takes part is the number that it is. One with more digits than people write is most likely a
result rounded to float64, with which nothing can be proven: LeftBallsError.
"""

import functools
import math
import operator
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

import numpy as np
from flint import acb, arb, ctx, fmpq

from ..._errors import DTypeError, told
from . import _complex
from . import _functions as f
from . import _scalars as s
from ._answers import ANSWERS
from ._precision import WorkingPrecision
from ._rounding import active, converted, refuse, unbounded


class LeftBallsError(DTypeError):
    """A proven number became a float, or a rounded float was used as if it were exact."""


_DIGITS, _BITS = 15, 30


def is_rounded(value: float) -> bool:
    """Whether a float has more digits than people write, in decimal and in binary, as results have."""
    if not math.isfinite(value):
        return False
    numerator = abs(value.as_integer_ratio()[0])
    trailing = (numerator & -numerator).bit_length() - 1
    if numerator.bit_length() - trailing <= _BITS:
        return False
    digits = repr(float(value)).partition("e")[0].replace(".", "").lstrip("-0")
    return len(digits.rstrip("0")) > _DIGITS


def operand(value: Any) -> Any:  # noqa: PLR0911  (one line for each kind of number)
    """The ball of a number that takes part; NotImplemented for what is no number."""
    if isinstance(value, Real | Complex):
        return value.ball
    if isinstance(value, Dual):
        raise LeftBallsError(told("ball", "number", value, "a real or complex number"))
    if isinstance(value, bool | np.bool_):
        return s.lift(int(value))
    if isinstance(value, int | np.integer | Fraction | fmpq):
        return converted(s.lift(value))
    if isinstance(value, s.Constant):
        return s.lift(value)
    if isinstance(value, float | np.floating):
        if not active() and is_rounded(float(value)):
            expected = "a proven number, or one as people write them"
            advice = "It looks like a result rounded to float64"
            raise LeftBallsError(told("ball", "number", repr(float(value)), expected, advice))
        return s.lift(value)
    if isinstance(value, complex | np.complexfloating):
        return acb(operand(float(value.real)), operand(float(value.imag)))
    return NotImplemented


def wrapped(ball: Any, prec: int) -> "Real | Complex":
    """A number of the kind of ball."""
    return Complex(ball, prec) if isinstance(ball, acb) else Real(ball, prec)


def at(bits: int, function: Callable[..., Any], *balls: Any) -> Any:
    """The function's value, computed with so many bits."""
    if ctx.prec == bits:
        return function(*balls)
    with WorkingPrecision(bits):
        return function(*balls)


def _unary(function: Callable[[Any], Any]) -> Any:
    def method(self: Any) -> Any:
        return wrapped(at(self.prec, function, self.ball), self.prec)

    return method


def _binary(name: str, *, swap: bool = False) -> Any:
    reals = getattr(f, _REAL_NAMES.get(name, name))
    complexes = functools.partial(_complex.computed, name, getattr(operator, name))

    def method(self: Any, other: Any) -> Any:
        if type(self) is type(other) is Real and self.prec == other.prec == ctx.prec and not swap:
            return Real(reals(self.ball, other.ball), self.prec)  # nearly all of them, so without delay
        if isinstance(other, Dual):
            return NotImplemented  # its own reflected operation knows the rule
        prec = max(self.prec, getattr(other, "prec", 0))
        ball = at(prec, operand, other)
        if ball is NotImplemented:
            return NotImplemented
        pair = (ball, self.ball) if swap else (self.ball, ball)
        real = not any(isinstance(x, acb) for x in pair)
        return wrapped(at(prec, reals if real else complexes, *pair), prec)

    return method


_REAL_NAMES = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "divide",
    "floordiv": "floor_divide",
    "mod": "remainder",
    "pow": "power",
}


def _comparison(name: str, function: Callable[[Any, Any], int]) -> Any:
    def method(self: Any, other: Any) -> Any:
        ball = operand(other)
        if ball is NotImplemented:
            return NotImplemented
        truth = function(self.ball, ball)
        if truth == s.UNDECIDED:
            raise s.undecided(name, f"{s.text(self.ball)} and {s.text(ball)}")
        return truth == s.TRUE

    return method


class _Number:
    """What real and complex numbers share: they stand for scalars of NumPy."""

    __slots__ = ("ball", "prec")
    __hash__ = None  # type: ignore[assignment]
    shape: tuple[int, ...] = ()
    ndim = 0
    size = 1
    dtype = np.dtype(object)

    def __init__(self, ball: Any, prec: int) -> None:
        self.ball, self.prec = ball, prec

    @property
    def refimpl_math(self) -> "RealMath":
        """Functions in which it is computed; refimpl._xp.numbers looks for them."""
        return real_math(self.prec)

    def __float__(self) -> float:
        raise LeftBallsError(told("float", "number", self, "no conversion", "A float proves nothing"))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return ANSWERS.array_ufunc(ufunc, method, *inputs, **options)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return ANSWERS.array_function(function, args, kwargs)

    def __getitem__(self, key: Any) -> Any:
        return ANSWERS.reals(self)[key]

    def __getattr__(self, name: str) -> Any:
        # The methods of NumPy's scalars: sum, mean, reshape, …
        if name.startswith("__"):
            raise AttributeError(name)
        if hasattr(RealMath, name):  # NumPy's loops over objects look there for exp, log, …
            return functools.partial(getattr(self.refimpl_math, name), self)
        return getattr(ANSWERS.reals(self), name)

    __add__, __radd__ = _binary("add"), _binary("add", swap=True)
    __sub__, __rsub__ = _binary("sub"), _binary("sub", swap=True)
    __mul__, __rmul__ = _binary("mul"), _binary("mul", swap=True)
    __truediv__, __rtruediv__ = _binary("truediv"), _binary("truediv", swap=True)
    __pow__, __rpow__ = _binary("pow"), _binary("pow", swap=True)
    __pos__ = _unary(lambda x: x)


class Real(_Number):  # noqa: PLW1641  (equality may be undecided, so it has no hash)
    """One number as a ball. Comparisons that the ball does not decide raise UndecidedError; what would
    round it to a float raises LeftBallsError."""

    __slots__ = ()

    __floordiv__, __rfloordiv__ = _binary("floordiv"), _binary("floordiv", swap=True)
    __mod__, __rmod__ = _binary("mod"), _binary("mod", swap=True)
    __neg__, __abs__ = _unary(f.negative), _unary(f.absolute)
    __lt__, __le__ = _comparison("<", s.less), _comparison("≤", s.less_equal)
    __gt__ = _comparison(">", lambda x, y: s.less(y, x))
    __ge__ = _comparison("≥", lambda x, y: s.less_equal(y, x))
    __eq__ = _comparison("=", s.equal)
    __ne__ = _comparison("≠", lambda x, y: 2 - s.equal(x, y))

    @property
    def real(self) -> "Real":
        """Itself."""
        return self

    @property
    def imag(self) -> "Real":
        """Zero."""
        return Real(s.ZERO, self.prec)

    def conjugate(self) -> "Real":
        """Itself."""
        return self

    def __int__(self) -> int:
        return s.truncate("int", self.ball)

    __trunc__ = __int__

    def __floor__(self) -> int:
        return s.truncate("floor", f.floor(self.ball))

    def __ceil__(self) -> int:
        return s.truncate("ceil", f.ceil(self.ball))

    def __round__(self, digits: None = None) -> int:
        return s.truncate("round", f.round_(self.ball))

    def __bool__(self) -> bool:
        return bool(self != 0)

    def as_integer_ratio(self) -> tuple[int, int]:
        """The rational that an exact ball is."""
        if not (self.ball.is_finite() and self.ball.is_exact()):
            raise LeftBallsError(told("as_integer_ratio", "number", self, "an exact one"))
        ratio = self.ball.fmpq()
        return int(ratio.p), int(ratio.q)

    def __repr__(self) -> str:
        return s.text(self.ball)

    def __format__(self, form: str) -> str:
        return format(s.nearest(self.ball), form)


class Complex(_Number):
    """One complex number as a pair of balls."""

    __slots__ = ()

    __neg__ = _unary(operator.neg)

    @property
    def real(self) -> Real:
        """The real part."""
        return Real(s.normal(self.ball.real), self.prec)

    @property
    def imag(self) -> Real:
        """The imaginary part."""
        return Real(s.normal(self.ball.imag), self.prec)

    def conjugate(self) -> "Complex":
        """The number mirrored at the real axis."""
        return Complex(acb(self.ball.real, -self.ball.imag), self.prec)

    def __abs__(self) -> Real:
        return Real(s.normal(at(self.prec, _complex.size, self.ball)), self.prec)

    def __repr__(self) -> str:
        return f"{self.real}+{self.imag}j"


def _dual(operation: Callable[[Any, Any], Any]) -> Any:
    def method(self: "Dual", other: Any) -> Any:
        if not isinstance(other, Dual):
            if isinstance(other, complex) and not other.imag:
                other = other.real
            ball = at(self.prec, operand, other)
            if not isinstance(ball, arb):
                return NotImplemented
            other = Dual(Real(ball, self.prec), Real(s.ZERO, self.prec))
        return operation(self, other)

    return method


class Dual(_Number):
    """a + bε with ε² = 0: a number and its derivative along some direction, exactly."""

    __slots__ = ("imag", "real")

    def __init__(self, real: Real, imag: Real) -> None:
        refuse("derivatives along a direction")
        super().__init__(None, real.prec)
        self.real, self.imag = real, imag

    def __neg__(self) -> "Dual":
        return Dual(-self.real, -self.imag)

    def __pow__(self, power: Any) -> "Dual":
        return Dual(self.real**power, power * self.real ** (power - 1) * self.imag)

    def __repr__(self) -> str:
        return f"{self.real}+{self.imag}ε"

    __add__ = __radd__ = _dual(lambda x, y: Dual(x.real + y.real, x.imag + y.imag))
    __sub__ = _dual(lambda x, y: Dual(x.real - y.real, x.imag - y.imag))
    __rsub__ = _dual(lambda x, y: Dual(y.real - x.real, y.imag - x.imag))
    __mul__ = __rmul__ = _dual(lambda x, y: Dual(x.real * y.real, x.real * y.imag + x.imag * y.real))
    __truediv__ = _dual(lambda x, y: _quotient(x, y))  # noqa: PLW0108  (defined below)
    __rtruediv__ = _dual(lambda x, y: _quotient(y, x))


def _quotient(x: Dual, y: Dual) -> Dual:
    ratio = x.real / y.real
    return Dual(ratio, (x.imag - ratio * y.imag) / y.real)


_SLOPES: dict[str, Callable[[Any, Real, Real], Real]] = {
    "exp": lambda m, x, y: y,
    "expm1": lambda m, x, y: y + 1,
    "log": lambda m, x, y: 1 / x,
    "log1p": lambda m, x, y: 1 / (1 + x),
    "sqrt": lambda m, x, y: 1 / (2 * y),
    "sin": lambda m, x, y: m.cos(x),
    "cos": lambda m, x, y: -m.sin(x),
    "tan": lambda m, x, y: 1 + y * y,
    "sinh": lambda m, x, y: m.cosh(x),
    "cosh": lambda m, x, y: m.sinh(x),
    "tanh": lambda m, x, y: 1 - y * y,
}
"""f′ from the functions, x and y = f(x)."""


def _function(real: Callable[..., Any], complex_name: str = "") -> Any:
    """A function of numbers of any kind."""

    def function(self: "RealMath", *values: Any) -> Any:
        if complex_name and isinstance(values[0], Dual):
            x = values[0].real
            y = function(self, x)
            return Dual(y, _SLOPES[complex_name](self, x, y) * values[0].imag)
        balls = [at(self.prec, operand, value) for value in values]
        if complex_name and any(isinstance(x, acb) for x in balls):
            exact = functools.partial(_complex.computed, complex_name, getattr(acb, complex_name))
            return Complex(at(self.prec, exact, *balls), self.prec)
        return Real(at(self.prec, real, *balls), self.prec)

    return function


class RealMath:
    """The module `math` on balls of so many bits; what takes integers to integers stays as it is there."""

    inf, nan = math.inf, math.nan
    comb, factorial, gcd, isqrt, lcm = math.comb, math.factorial, math.gcd, math.isqrt, math.lcm
    ceil, floor, trunc, prod = math.ceil, math.floor, math.trunc, math.prod

    def __init__(self, prec: int) -> None:
        self.prec = prec

    @property
    def pi(self) -> Real:
        """π."""
        return Real(at(self.prec, arb.pi), self.prec)

    @property
    def e(self) -> Real:
        """e."""
        return Real(at(self.prec, arb.const_e), self.prec)

    def number(self, value: Any) -> Real:
        """A number as it is: a float counts as exact, however many digits it has."""
        ball = getattr(value, "ball", None)
        return Real(at(self.prec, lambda x: converted(s.lift(x)), value) if ball is None else ball, self.prec)

    def log(self, value: Any, base: Any = None) -> Any:
        """The natural logarithm, or that to a base."""
        return self._log(value) if base is None else self._log(value) / self._log(base)

    def derivation(self) -> Dual:
        """ε with ε² = 0: f(x + ε) has the imaginary part f′(x)."""
        return Dual(Real(s.ZERO, self.prec), Real(s.ONE, self.prec))

    def fsum(self, values: Iterable[Any]) -> Real:
        """The sum."""
        return sum(values, Real(s.ZERO, self.prec))

    def hypot(self, *values: Any) -> Any:
        """√Σx²."""
        return self.sqrt(self.fsum(value * value for value in values))

    def isnan(self, value: Any) -> bool:
        """Whether it is certainly no number."""
        return s.is_nan(operand(value))

    def isfinite(self, value: Any) -> bool:
        """Whether it is certainly finite."""
        return bool(operand(value).is_finite())

    def isinf(self, value: Any) -> bool:
        """Whether it is certainly infinite."""
        return not self.isfinite(value) and not self.isnan(value)

    _log, sqrt, exp = _function(f.log, "log"), _function(f.sqrt, "sqrt"), _function(f.exp, "exp")
    expm1, log1p = _function(f.expm1, "expm1"), _function(f.log1p, "log1p")
    log2, log10, pow = _function(f.log2), _function(f.log10), _function(f.power)
    sin, cos, tan = _function(f.sin, "sin"), _function(f.cos, "cos"), _function(f.tan, "tan")
    sinh, cosh, tanh = _function(f.sinh, "sinh"), _function(f.cosh, "cosh"), _function(f.tanh, "tanh")
    asin, acos, atan, atan2 = (_function(each) for each in (f.asin, f.acos, f.atan, f.atan2))
    asinh, acosh, atanh = (_function(each) for each in (f.asinh, f.acosh, f.atanh))
    fabs = _function(f.absolute)
    erf, erfc, lgamma, gamma = (
        _function(unbounded(each)) for each in (arb.erf, arb.erfc, arb.lgamma, arb.gamma)
    )


@functools.cache
def real_math(prec: int) -> RealMath:
    """The one module of that precision."""
    return RealMath(prec)
