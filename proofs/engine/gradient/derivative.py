"""The derivative of the reference at a call: enclosures of its vector-Jacobian product, and how far off
rounding may make what computes it.

The derivative is that of the reference's own code, operation by operation, on balls (backends/_ball/_tape).
The same once more on balls that every operation widens by its rounding, forwards and backwards, holds what
reverse mode may give in the dtype: the radius is Σ over all ways through the code of |cotangent·slopes| and
of what the errors of the forward values make of it. That counts errors which cancel, such as those of a mean
that is subtracted. So where it is proportional to u, and wide beside the derivative, roundings up and down at
random tell the root mean square of the error, which is the scale there.
Solvers give the exact result for arguments near theirs, as backward stable ones do. Where such balls hold
everything, nothing is claimed.
"""

import inspect
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, TypeAlias, TypeVar

import numpy as np
from flint import arb

from ...._errors import RefimplError, UndecidedError
from ...._libraries import is_array
from ....backends import Setting, ball
from ....backends._ball import _scalars as s
from ....backends._ball._array import BallArray
from ....backends._ball._precision import WorkingPrecision
from ....backends._ball._rounding import Model, Rounding, Sampled
from ....backends._ball._tape import NoDerivativeError, Site, TapeNamespace, Use, stable
from ...language.exact import UnprovenError
from ...language.law import Implementation
from ...language.packing import mapped, parts
from .. import registry
from ..derived import host_model
from ..exactly import exact_numbers
from .closures import rebound

PRECISIONS = (128, 1024)
"""Bits of the balls; what is wide with both is a set of subgradients."""
NARROW = 2.0**-64
"""Radius of a derivative that is known, beside its size or its scale."""

FINER = 20
"""Bits that a format has more in which nothing but the size of roundings is another."""
SAMPLES = 10
"""Runs with random roundings."""
DEVIATIONS = 1.5
"""The scale of an error in root mean squares of it. Rounding at random to either neighbour is off by twice
as much, in the mean square's root, as to the nearest, so that the laws' four scales are twelve deviations:
passed with probability 3e-7, by Student's distribution for so many samples, in an entry that stands alone."""
SMALL = 32
"""Roundings of the derivative itself, with which the laws still see errors of 64 ulp."""


Cotangents: TypeAlias = Sequence[np.ndarray[Any, Any]]
Sizes: TypeAlias = list[np.ndarray[Any, Any]]
"""One array of numbers, or of balls, for each argument."""
Bracket: TypeAlias = tuple[Sizes, Sizes]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Enclosed:
    """The derivative with respect to one array argument; NaN where there is none."""

    name: str
    low: np.ndarray[Any, Any]
    high: np.ndarray[Any, Any]
    """Where there is one derivative, both are the float64 number that is nearest."""
    scale: np.ndarray[Any, Any]
    """What its error is proportional to, in units of the dtype's roundoff."""
    symmetric: bool = False
    """Whether the argument is symmetric, so that only the sum of an entry and its mirror image is defined."""

    def comparable(self, host: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """What is defined of a gradient."""
        return host + np.swapaxes(host, -1, -2) if self.symmetric and host.shape == self.low.shape else host

    @property
    def middle(self) -> np.ndarray[Any, Any]:
        """One number for each entry; 0 where there is none."""
        return np.nan_to_num((self.low + self.high) / 2, posinf=0.0, neginf=0.0)

    @property
    def known(self) -> np.ndarray[Any, Any]:
        """Where it can be judged."""
        return np.isfinite(self.low) & np.isfinite(self.high) & np.isfinite(self.scale)


def variables(function: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The real arrays among the arguments of a call, with their names."""
    return [(name, part) for name, part in parts(_named(function, args, kwargs)) if is_real(part)]


def _named(function: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    bound = registry.signature(function).bind(*args, **kwargs)
    return dict(bound.arguments)


def spoken(name: str) -> str:
    """The place of an argument as one writes it: "x" for "['x']"."""
    head, _, rest = name.removeprefix("['").partition("']")
    return head + rest


def is_real(part: Any) -> bool:
    """Whether it is an array of real floating-point numbers."""
    if not is_array(part):
        return False
    name = str(part.dtype)
    return "float" in name


class Point:
    """The reference at one call, with the way back noted."""

    def __init__(self, function: str, args: Sequence[Any], kwargs: Mapping[str, Any], on: Setting,
                 reference: Implementation | None = None) -> None:  # fmt: skip
        self.function, self.args, self.kwargs, self.on = function, args, kwargs, on
        self.reference = registry.reference()[function] if reference is None else reference
        named = variables(function, args, kwargs)
        self.names, self.arrays = [spoken(name) for name, _ in named], [part for _, part in named]
        self.exact = [self._run(ball.ball(prec=bits)) for bits in PRECISIONS[:1]]
        self._runs: dict[str, _Run] = {}
        self._pulled: dict[Any, list[Enclosed]] = {}
        self._sizes_known: dict[Any, Sizes] = {}
        self._balls: dict[Any, Sizes] = {}

    def given(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> "Point":
        """The same point with other arrays of the same numbers, that whoever is given them may spoil."""
        other = copy(self)
        other.args, other.kwargs = args, kwargs
        other.arrays = [part for _, part in variables(self.function, args, kwargs)]
        return other

    def _run(self, base: Any, host: Model | None = None) -> "_Run":
        tape = TapeNamespace(base)
        inputs: list[Any] = []
        known: dict[int, Any] = {}

        def constant(part: Any) -> Any:
            if part is self.on.xp:
                return tape
            if part is self.on.dtype:
                return base.float64
            if not is_array(part):
                return rebound(part, constant, known) if callable(part) else part
            host = self.on.host(part)
            return tape.asarray(host, dtype=base.float64) if host.dtype.kind == "f" else tape.asarray(host)

        def lifted(part: Any) -> Any:
            if not is_real(part):
                return constant(part)
            inputs.append(tape.variable(base.asarray(self.on.host(part), dtype=base.float64)))
            return inputs[-1]

        bound = inspect.signature(self.reference).bind(*self.args, **self.kwargs)
        for name, value in list(bound.arguments.items()):
            bound.arguments[name] = "cpu" if name == "device" else mapped(value, lifted)
        # What becomes of numbers is computed in Python's float64, whatever the dtype.
        exact = exact_numbers() if host is None else Rounding(host)
        with WorkingPrecision(base.prec), exact, np.errstate(all="ignore"):
            result = self.reference(*bound.args, **bound.kwargs)
        return _Run(
            tape,
            inputs,
            [part for _, part in parts(result) if isinstance(part, BallArray) and part.dtype.real],
        )

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Those of the real arrays in the result."""
        return [result.shape for result in self.exact[0].results]

    @property
    def numbers(self) -> int:
        """Intermediate numbers that the derivative goes through."""
        return self.exact[0].tape.numbers

    @property
    def sites(self) -> list[Site]:
        """The operations that the derivative goes through."""
        return self.exact[0].tape.sites

    @property
    def uses(self) -> list[Use]:
        """Where one of these uses what another has made."""
        return self.exact[0].tape.uses

    def pulled(self, cotangents: Cotangents) -> list[Enclosed]:
        """The vector-Jacobian product, found out once."""
        key = _key(cotangents)
        if key not in self._pulled:
            *_, ([self._pulled[key]], _) = self.bracketed(cotangents)
        return self._pulled[key]

    def bracketed(self, *several: Cotangents) -> Iterator[tuple[list[list[Enclosed]], list[list[Enclosed]]]]:
        """The products of several cotangents with the least that the scales of their errors may be, and with
        the most, nearer to each other from step to step: most gradients are judged by the first of them."""
        try:
            for sizes in _in_step([self._sizes(each) for each in several]):
                if all(self._decided(*each) for each in zip(several, sizes, strict=True)):
                    pairs = list(zip(several, sizes, strict=True))
                    least = most = [self._enclosed(each, low) for each, (low, _) in pairs]
                    if any(low is not high for low, high in sizes):
                        most = [self._enclosed(each, high) for each, (_, high) in pairs]
                    yield least, most
        finally:
            self._runs.clear()

    def _exactly(self, cotangents: Cotangents) -> Sizes:
        key = _key(cotangents)
        if key not in self._balls:
            self._balls[key] = self.exact[0].back(cotangents)
        return self._balls[key]

    def _decided(self, cotangents: Cotangents, sizes: Bracket) -> bool:
        """Whether larger scales would change nothing but the scales."""
        found = self._exactly(cotangents)
        return sizes[0] is sizes[1] or all(_narrow(*pair) for pair in zip(found, sizes[0], strict=True))

    def _enclosed(self, cotangents: Cotangents, sizes: Sizes) -> list[Enclosed]:
        found = self._exactly(cotangents)
        if not all(_narrow(*pair) for pair in zip(found, sizes, strict=True)):
            if len(self.exact) == 1:
                self.exact.append(self._run(ball.ball(prec=PRECISIONS[-1])))
            found = self.exact[-1].back(cotangents)
        return [
            _enclosed(name, balls, size, self.on, self._symmetric(name, array))
            for name, array, balls, size in zip(self.names, self.arrays, found, sizes, strict=True)
        ]

    def _symmetric(self, name: str, array: Any) -> bool:
        """Whether an argument is a matrix that has to be symmetric."""
        host = self.on.host(array)
        if host.ndim < 2 or host.shape[-1] != host.shape[-2] or not (host == np.swapaxes(host, -1, -2)).all():
            return False
        entry = re.search(
            rf"^{name.partition('.')[0].partition('[')[0]}\b.*(\n +.*)*", self._parameters, re.MULTILINE
        )
        told = name + (entry.group() if entry else "")
        return re.search("symmetric|definite|covariance", told) is not None

    @property
    def _parameters(self) -> str:
        return (
            registry.functions()[self.function].doc.partition("Parameters\n")[2].partition("\nReturns\n")[0]
        )

    def middles(self, cotangents: Cotangents, without: Collection[Site | Use] = ()) -> Sizes:
        """The product alone, NaN where it is unknown. `without` takes what goes through some operations for
        constant, or one of their uses."""
        found = self.exact[0].back(cotangents, without) if without else self._exactly(cotangents)
        return [np.asarray(np.frompyfunc(_nearest, 1, 1)(part), dtype=np.float64) for part in found]

    def sole(self, cotangents: Cotangents, without: Collection[Site | Use] = ()) -> Sizes:
        """The same, NaN also where there are several subgradients."""
        found = self.exact[0].back(cotangents, without)
        return [np.asarray(np.frompyfunc(_sole, 1, 1)(part), dtype=np.float64) for part in found]

    @cached_property
    def idle(self) -> frozenset[Site]:
        """Operations whose derivative is none, all together: scales that cancel, shifts by the largest."""
        given = list(cotangents(self.shapes, 0))
        right = self.middles(given)

        def same(without: Collection[Site]) -> bool:
            pairs = zip(self.middles(given, without), right, strict=True)
            return all(np.all(np.abs(a - b) <= 1e-12 * np.abs(b).max(initial=0.0)) for a, b in pairs)

        found: frozenset[Site] = frozenset()
        for site in self.sites:
            if same(found | {site}):
                found |= {site}
        return found

    def _sizes(self, cotangents: Cotangents) -> Iterator[Bracket]:
        """The least and the most that rounding may give, in units of roundoff, infinite where nothing is
        known, step by step until both are one."""
        shapes = [self.on.host(part).shape for part in self.arrays]
        yield [np.zeros(shape) for shape in shapes], [np.full(shape, np.inf) for shape in shapes]
        widest = self._radii(cotangents, 0)
        if all(_are_small(*pair) for pair in zip(widest, self.middles(cotangents), strict=True)):
            yield widest, widest
            return
        finer = self._radii(cotangents, FINER)
        errors = [np.zeros((SAMPLES, *shape)) for shape in shapes]
        for samples in range(SAMPLES + 1):
            if samples:
                for each, sampled in zip(errors, self._sampled(cotangents, samples), strict=True):
                    each[samples - 1] = sampled
            least = [
                np.where(_are_alike(wide, fine), np.minimum(wide, DEVIATIONS * _pooled(typical, wide)), wide)
                for wide, fine, typical in zip(widest, finer, map(_root_mean_square, errors), strict=True)
            ]
            yield least, least if samples == SAMPLES else widest

    def _radii(self, cotangents: Cotangents, finer: int) -> Sizes:
        """The radii of all that may be computed in a format with so many bits more, in its roundoffs."""

        def more(model: Model) -> Model:
            return replace(model, bits=model.bits + finer)

        def measured(balls: Sizes) -> Sizes:
            return [_radii(part) / self.on.u * 2.0**finer for part in balls]

        return self._measured(f"{finer} bits more", more, cotangents, measured)

    def _sampled(self, cotangents: Cotangents, seed: int) -> Sizes:
        """The errors of one run with roundings that go up or down at random, in roundoffs."""
        right = self._exactly(cotangents)

        def measured(balls: Sizes) -> Sizes:
            return [_distances(*pair) / self.on.u for pair in zip(balls, right, strict=True)]

        return self._measured(f"sample {seed}", partial(Sampled.of, seed=seed), cotangents, measured)

    def _measured(
        self, name: str, change: Callable[[Model], Model], cotangents: Cotangents,
        measured: Callable[[Sizes], Sizes],
    ) -> Sizes:  # fmt: skip
        """What is measured of a run, once."""
        key = name, _key(cotangents)
        if key not in self._sizes_known:
            self._sizes_known[key] = measured(self._computed(name, change, cotangents))
        return self._sizes_known[key]

    def _computed(self, name: str, change: Callable[[Model], Model], cotangents: Cotangents) -> Sizes:
        """Balls of the product where the library, and Python, compute as a change of their models says."""
        try:
            if name not in self._runs:
                base = stable(PRECISIONS[0], change(ball.model(self.on)))
                self._runs[name] = self._run(base, change(host_model()))
            return self._runs[name].back(cotangents)
        except (UndecidedError, ZeroDivisionError):
            return [np.full(self.on.host(part).shape, s.INDETERMINATE) for part in self.arrays]


@dataclass(frozen=True, slots=True)
class _Run:
    """One evaluation."""

    tape: TapeNamespace
    inputs: list[Any]
    results: list[BallArray]

    def back(
        self,
        cotangents: Cotangents,
        without: Collection[Site | Use] = (),
    ) -> Sizes:
        """The balls of the derivative, for every input. In a model cotangents are off by a rounding, so that
        other orders of the same sums are admitted, whose terms our own order may cancel exactly."""
        base = self.tape.base
        given = [
            _where_finite(_spread(base.asarray(c, dtype=r.dtype), base.model), r)
            for c, r in zip(cotangents, self.results, strict=True)
        ]
        found = self.tape.pulled(list(zip(self.results, given, strict=True)), self.inputs, without=without)
        zeros = (np.full(x.shape, s.ZERO, dtype=object) for x in self.inputs)
        return [zero if part is None else part.data for part, zero in zip(found, zeros, strict=True)]


def _key(cotangents: Cotangents) -> Any:
    return tuple(part.tobytes() for part in cotangents)


def _in_step(several: Sequence[Iterator[T]]) -> Iterator[list[T]]:
    """What several give step by step; the last of those that have ended stays."""
    last = [next(each) for each in several]
    while True:
        yield last
        new = [next(each, None) for each in several]
        if all(part is None for part in new):
            return
        last = [old if part is None else part for old, part in zip(last, new, strict=True)]


def _spread(cotangent: BallArray, model: Model | None) -> BallArray:
    if model is None:
        return cotangent
    out = np.empty(cotangent.shape, dtype=object)
    for at in np.ndindex(cotangent.shape):
        value: Any = cotangent.data[at]
        out[at] = model.off(value, abs(value) * arb(2) ** -model.bits)
    return cotangent.like(out)


def _where_finite(cotangent: BallArray, result: BallArray) -> BallArray:
    """A cotangent of which nothing is known where the result is not finite: there is no derivative."""
    if cotangent.shape != result.shape:  # of a mistake that gives results of another shape
        raise ValueError(
            f"cotangent: got shape {cotangent.shape}, expected that of the result, {result.shape}"
        )
    out = np.empty(cotangent.shape, dtype=object)
    out[...] = cotangent.data
    for at in np.ndindex(cotangent.shape):
        value: Any = result.data[at]
        if not value.is_finite():
            out[at] = s.INDETERMINATE
    return cotangent.like(out)


def _nearest(x: Any) -> float:
    return s.nearest(x) if x.is_finite() else np.nan


def _sole(x: Any) -> float:
    return _nearest(x) if _is_narrow(x, 0.0) else np.nan


def _narrow(balls: np.ndarray[Any, Any], size: np.ndarray[Any, Any]) -> bool:
    return all(_is_narrow(x, scale) for x, scale in zip(balls.flat, size.flat, strict=True))


def _is_narrow(x: Any, scale: float) -> bool:
    least = abs(x).mid() if x.is_finite() else 0
    return bool(x.is_finite() and x.rad() <= NARROW * max(least, scale if np.isfinite(scale) else 0.0))


def _radii(balls: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    radii = [float(x.rad()) if x.is_finite() else np.inf for x in balls.flat]
    return np.asarray(radii, dtype=np.float64).reshape(balls.shape)


def _distances(balls: np.ndarray[Any, Any], exact: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    apart = [
        float(abs(x - y).upper()) if (x - y).is_finite() else np.inf
        for x, y in zip(balls.flat, exact.flat, strict=True)
    ]
    return np.asarray(apart, dtype=np.float64).reshape(balls.shape)


def _pooled(typical: np.ndarray[Any, Any], wide: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Root mean squares, none less than half of what those of the other entries make likely beside their
    radii: few samples may all be small in one entry of many."""
    known = np.isfinite(wide) & (wide > 0) & np.isfinite(typical)
    if not known.any():
        return typical
    share = np.median(typical[known] / wide[known]) / 2
    return np.where(known, np.maximum(typical, np.where(known, share * wide, 0.0)), typical)


def _root_mean_square(errors: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """That of each column of numbers of any size."""
    most = errors.max(axis=0)
    with np.errstate(invalid="ignore"):
        shares = np.where((most > 0) & np.isfinite(most), errors / most, 1.0)
    return most * np.sqrt(np.mean(shares * shares, axis=0))


def _are_small(sizes: np.ndarray[Any, Any], values: np.ndarray[Any, Any]) -> bool:
    """Whether most sizes are as good as any."""
    return bool(np.sum(sizes > SMALL * np.abs(values)) * 4 <= sizes.size)


def _are_alike(wide: np.ndarray[Any, Any], fine: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Where radii are proportional to the roundoff: rounding leaves no choice open."""
    return np.isfinite(wide) & np.isfinite(fine) & (wide <= 2 * fine) & (fine <= 2 * wide)


def _enclosed(
    name: str, balls: np.ndarray[Any, Any], size: np.ndarray[Any, Any], on: Setting, symmetric: bool
) -> Enclosed:
    if symmetric:
        balls, size = balls + np.swapaxes(balls, -1, -2), size + np.swapaxes(size, -1, -2)
    low, high, scale = (np.full(balls.shape, np.nan) for _ in range(3))
    for at in np.ndindex(balls.shape):
        x: Any = balls[at]
        if not x.is_finite() or not abs(x) <= on.precision.largest:
            continue
        middle = s.nearest(x)
        if _is_narrow(x, float(size[at])):
            low[at] = high[at] = middle
            scale[at] = size[at] + abs(middle)
        else:  # any subgradient; rounding is nothing beside the choice
            low[at], high[at] = s.nearest(x.lower()), s.nearest(x.upper())
            scale[at] = max(abs(low[at]), abs(high[at])) + size[at]
    return Enclosed(name, low, high, scale, symmetric)


FAILURES = (RefimplError, ZeroDivisionError, TypeError, AttributeError, ValueError)
"""What balls raise where they cannot go."""


def told(error: BaseException) -> str:
    """Why there is no derivative at a call."""
    if isinstance(error, NoDerivativeError):
        return str(error)
    if isinstance(error, UnprovenError):
        return f"the reference approximates: {error}"
    if isinstance(error, UndecidedError):
        return "a choice that its arguments, being equal, leave open"
    return "a function among its arguments is no function of balls"


def cotangents(shapes: Sequence[tuple[int, ...]], seed: int) -> Iterator[np.ndarray[Any, Any]]:
    """Numbers that every format holds, none of them 0, of either sign."""
    rng = np.random.default_rng(seed)
    for shape in shapes:
        yield rng.choice([-1.0, 1.0], shape) * rng.integers(4, 9, shape) / 4
