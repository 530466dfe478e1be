"""Reverse-mode derivatives of code on balls: a namespace that notes every operation on its arrays, and goes
back over them. What comes back encloses the exact derivative, as the results enclose the exact values.

Where there is no derivative (|x| at 0, a maximum at a tie) the balls hold every subgradient.
"""

import inspect
import linecache
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from flint import arb

from ..._typing import Namespace
from . import _pullbacks, _scalars
from ._array import BallArray
from ._namespace import BallNamespace
from ._precision import WorkingPrecision
from ._pullbacks import NoDerivativeError, add
from ._rounding import Model, Rounding

__all__ = ["NoDerivativeError", "Site", "TapeNamespace", "Use", "stable"]


class TracedArray(BallArray):
    """An array whose operations are noted; `place` is that of the operation that made it, or of none.

    Truth values have `ties`: where two variables were compared that are equal, so that both answers are near.
    """

    __slots__ = ("place", "tape", "ties")

    def __init__(
        self,
        array: BallArray,
        tape: "TapeNamespace",
        place: tuple[int, int] | None,
        ties: BallArray | None = None,
    ) -> None:
        super().__init__(array.data, array.dtype, tape)
        self.tape, self.place, self.ties = tape, place, ties

    def plain(self) -> BallArray:
        """The array itself."""
        return BallArray(self.data, self.dtype, self.tape.base)

    def detach(self) -> BallArray:
        """The array as a constant."""
        return TracedArray(self.plain(), self.tape, None)

    def like(self, data: Any) -> BallArray:
        """Other data of the same dtype, a constant."""
        return TracedArray(self.plain().like(data), self.tape, None)

    @property
    def T(self) -> BallArray:  # noqa: N802
        """The transposed matrix."""
        return self.tape.noted("T", lambda x: x.T)(self)

    @property
    def mT(self) -> BallArray:  # noqa: N802
        """The transposed matrices."""
        return self.tape.noted("matrix_transpose", lambda x: x.mT)(self)

    def __getitem__(self, key: Any, /) -> BallArray:
        parts = key if isinstance(key, tuple) else (key,)
        plain = tuple(part.plain() if isinstance(part, TracedArray) else part for part in parts)
        return self.tape.noted("getitem", lambda x: x[plain])(self)


@dataclass(frozen=True, slots=True)
class Site:
    """Where in the code an operation stands."""

    operation: str
    line: str


@dataclass(frozen=True, slots=True)
class Use:
    """One of the places in the code where what another has made is used."""

    made: Site
    used: Site


@dataclass(frozen=True, slots=True)
class _Step:
    """One operation: how cotangents go back through it, from its results to its arguments."""

    pull: Callable[[Sequence[BallArray | None]], Iterator[BallArray | None]]
    sources: tuple[tuple[int, int] | None, ...]
    site: Site


class TapeNamespace:
    """The functions of a namespace of balls, noted."""

    def __init__(self, base: Namespace) -> None:
        self.base, self.steps = base, list[_Step | None]()
        self.numbers = 0  # noted, of all arrays
        self.linalg = SimpleNamespace()
        for target, source in ((self, base), (self.linalg, base.linalg)):
            for name, member in vars(source).items():
                if name not in ("linalg", "model") and inspect.isfunction(member):
                    setattr(target, name, self.noted(name, member))
        for name, made in _pullbacks.COMPOSED.items():
            target = self.linalg if name in vars(base.linalg) and name not in vars(base) else self
            setattr(target, name, made(self))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.base, name)

    def check_own(self, call: str, array: Any) -> None:
        """Require an array of this namespace."""
        self.base.check_own(call, array.plain() if isinstance(array, TracedArray) else array)

    def variable(self, array: BallArray) -> TracedArray:
        """An array with respect to which derivatives are taken."""
        self.steps.append(None)
        return TracedArray(array, self, (len(self.steps) - 1, 0))

    def noted(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function of this namespace's arrays that leaves a step."""

        def noting(*args: Any, **kwargs: Any) -> Any:
            given = list(_arrays((args, kwargs)))
            plain_args, plain_kwargs = _plain(args), _plain(kwargs)
            result = function(*plain_args, **plain_kwargs)
            if isinstance(result, BallArray) and result.dtype.boolean:
                return TracedArray(result, self, None, _ties(name, function, self.base, args, kwargs))
            results = [result] if isinstance(result, BallArray) else result
            if not isinstance(results, list | tuple) or not all(isinstance(r, BallArray) for r in results):
                return result
            real = any(r.dtype.real for r in results)
            active = [array.place if array.dtype.real else None for array in given]
            place = None
            if real and name not in _pullbacks.CONSTANT and any(each is not None for each in active):
                if name == "where" and args[0].ties is not None:
                    plain_args = (_unsure(plain_args[0], args[0].ties), *plain_args[1:])
                pull = _pullbacks.pullback(name, function, self.base, plain_args, plain_kwargs, results)
                place = len(self.steps)
                self.numbers += sum(r.size for r in results)
                self.steps.append(_Step(pull, tuple(active), _site(name)))
            made = [
                TracedArray(r, self, (place, i) if place is not None and r.dtype.real else None)
                for i, r in enumerate(results)
            ]
            if isinstance(result, BallArray):
                return made[0]
            return type(result)(*made) if hasattr(result, "_fields") else type(result)(made)

        return noting

    @property
    def sites(self) -> list[Site]:
        """The places in the code that derivatives go through, each once."""
        return list(dict.fromkeys(step.site for step in self.steps if step is not None))

    @property
    def uses(self) -> list[Use]:
        """Where in the code derivatives go from one operation to another, each once."""
        found = (
            self._use(step, source)
            for step in self.steps
            if step is not None
            for source in step.sources
            if source is not None
        )
        return [use for use in dict.fromkeys(found) if use is not None]

    def _use(self, step: _Step, source: tuple[int, int]) -> Use | None:
        made = self.steps[source[0]]
        return None if made is None else Use(made.site, step.site)

    def pulled(
        self,
        cotangents: Sequence[tuple[BallArray, BallArray]],
        variables: Sequence[TracedArray],
        *,
        without: Collection[Site | Use] = (),
    ) -> list[BallArray | None]:
        """Σ cotangent·∂result/∂variable for pairs (result, cotangent); none where no result depends on it.
        `without` leaves out what goes through some places in the code, as if it were constant, or constant
        in one use."""
        waiting: dict[tuple[int, int], BallArray] = {}
        with WorkingPrecision(self.base.prec), Rounding(self.base.model):
            for result, cotangent in cotangents:
                if isinstance(result, TracedArray) and result.place is not None:
                    add(self.base, waiting, result.place, cotangent)
            for number in reversed(range(len(self.steps))):
                step = self.steps[number]
                ends = [key for key in waiting if key[0] == number]
                if step is None or not ends:
                    continue
                outputs: list[BallArray | None] = [None] * (1 + max(i for _, i in ends))
                for key in ends:
                    outputs[key[1]] = waiting.pop(key)
                if step.site in without:
                    continue
                for source, part in zip(step.sources, step.pull(outputs), strict=True):
                    if source is not None and part is not None and self._use(step, source) not in without:
                        add(self.base, waiting, source, part)
        return [waiting.get(variable.place) if variable.place else None for variable in variables]


SOLVERS = ["solve", "inv", "det", "slogdet", "cholesky", "qr", "eigh", "eigvalsh", "svd", "svdvals", "polar"]
STABLE = 4
"""Roundings per row that a backward stable algorithm may put into its arguments, of their largest entry."""


def stable(prec: int, model: Model) -> BallNamespace:
    """The namespace of a model of roundings in which solvers and decompositions are off, too: theirs are the
    exact results for arguments near the given ones, as backward stable algorithms have it (Higham 2002)."""
    xp = BallNamespace(prec, model)

    def near(array: Any) -> Any:
        if not isinstance(array, BallArray) or not array.size:
            return array
        most = max((abs(x).upper() for x in array.data.flat if x.is_finite()), default=_scalars.ZERO)
        off = most * STABLE * max(array.shape[-2:], default=1) * arb(2) ** -model.bits
        out = np.empty(array.shape, dtype=object)
        out.reshape(-1)[:] = [model.off(x, off) for x in array.data.flat]
        return array.like(out)

    def made(exact: Callable[..., Any]) -> Callable[..., Any]:
        def solver(*args: Any, **kwargs: Any) -> Any:
            with WorkingPrecision(prec), Rounding(None):
                return exact(xp, *map(near, args), **kwargs)

        return solver

    for name in SOLVERS:
        setattr(xp.linalg, name, made(getattr(xp.linalg, name).__wrapped__))
    return xp


def _ties(name: str, function: Any, xp: Namespace, args: Any, kwargs: Any) -> BallArray | None:
    """Where truth values would be others for arguments that are a little different."""
    if name in ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal"):
        variables = [isinstance(x, TracedArray) and x.dtype.real and x.place is not None for x in args]
        # Two variables are compared for equality to find out which one it is.
        if any(variables) and not (all(variables) and "equal" in (name, name.removeprefix("not_"))):
            ties: BallArray = xp.equal(*_plain(args))
            return ties
        return None
    given = [x for x in _arrays((args, kwargs)) if x.ties is not None]
    if not given:
        return None
    if len(given) == 1 and (name in _pullbacks.MOVES or name in ("any", "all")):
        moved = xp.any if name in ("any", "all") else function
        return moved(given[0].ties, *_plain(args)[1:], **_plain(kwargs))
    either = given[0].ties
    for other in given[1:]:
        either = xp.logical_or(either, other.ties)
    return either


def _unsure(condition: BallArray, ties: BallArray) -> BallArray:
    """A condition that is undecided at ties."""
    data = np.where(
        np.broadcast_to(ties.data, condition.shape) == _scalars.TRUE, _scalars.UNDECIDED, condition.data
    )
    return condition.like(np.asarray(data, dtype=np.int8))


def _arrays(value: Any) -> Iterator[TracedArray]:
    if isinstance(value, TracedArray):
        yield value
    elif isinstance(value, Mapping):
        yield from _arrays(list(value.values()))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _arrays(part)


def _plain(value: Any) -> Any:
    if isinstance(value, TracedArray):
        return value.plain()
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_plain, value))
    return value


def _site(operation: str) -> Site:
    """The nearest line that is no line of the arithmetic."""
    frame = inspect.currentframe()
    while frame is not None and "_ball" in frame.f_code.co_filename:
        frame = frame.f_back
    if frame is None:
        return Site(operation, "")
    return Site(operation, linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip())
