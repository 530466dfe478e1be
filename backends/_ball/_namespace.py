"""The Array API namespace of balls at one precision."""

import functools
import inspect
import math
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

from ..._errors import NamespaceError, told
from . import _creation, _dtypes, _elementwise, _linalg, _reductions, _scalars, _shapes
from ._answers import ANSWERS
from ._array import DEVICE, BallArray
from ._numbers import RealMath, real_math
from ._precision import WorkingPrecision
from ._rounding import Model, Rounding


@functools.cache  # a namespace is made for every run that rounds at random
def _functions(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """The public functions of a module: those of its own whose first parameter is the namespace."""
    return {
        name: member
        for name, member in vars(module).items()
        if inspect.isfunction(member)
        and member.__module__ == module.__name__
        and not name.startswith("_")
        and next(iter(inspect.signature(member).parameters), "") == "xp"
    }


class BallNamespace:
    """The functions of the Array API standard on arrays of balls, all computed with `prec` bits.

    Names that are missing are missing in the namespace: what has no proven enclosure is not there.
    """

    __array_api_version__ = "2024.12"
    inf, nan, newaxis = math.inf, math.nan, None
    pi, e = _scalars.PI, _scalars.E  # exact where they meet an array; 2 * xp.pi is a float as any
    isdtype = staticmethod(_dtypes.isdtype)
    finfo = staticmethod(_dtypes.finfo)
    iinfo = staticmethod(_dtypes.iinfo)
    can_cast = staticmethod(_dtypes.can_cast)

    def __init__(self, prec: int, model: Model | None = None) -> None:
        self.prec, self.model = prec, model
        self.__name__ = f"refimpl.backends.ball[{prec}{'' if model is None else ', rounding'}]"
        self.linalg = SimpleNamespace()
        vars(self).update(_dtypes.DTYPES)
        for module in (_creation, _elementwise, _reductions, _shapes):
            for name, function in _functions(module).items():
                setattr(self, name, self._bind(function))
        for name, function in _functions(_linalg).items():
            setattr(self.linalg, name, self._bind(function))
        for name in ("matmul", "tensordot", "vecdot"):
            setattr(self, name, getattr(self.linalg, name))
        self.linalg.matrix_transpose = self.matrix_transpose

    @property
    def refimpl_rounds(self) -> bool:
        """Whether a dtype's roundings are modelled; refimpl._xp.rounds looks for it."""
        return self.model is not None

    @property
    def refimpl_math(self) -> RealMath:
        """Functions of numbers as proven as those of arrays; refimpl._xp.numbers looks for them."""
        return real_math(self.prec)

    def _bind(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def bound(*args: Any, **kwargs: Any) -> Any:
            with WorkingPrecision(self.prec):
                return function(self, *args, **kwargs)

        @functools.wraps(function)
        def rounding(*args: Any, **kwargs: Any) -> Any:
            with Rounding(self.model):
                return bound(*args, **kwargs)

        made = bound if self.model is None else rounding
        made.__signature__ = _without_first(function)  # type: ignore[attr-defined]
        return made

    def __getattr__(self, name: str) -> Callable[..., BallArray]:
        # Only for what is not there; the text also serves type checkers.
        raise AttributeError(f"{self.__dict__.get('__name__', 'ball')} has no {name}")

    def __repr__(self) -> str:
        return f"<namespace {self.__name__}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return namespace, (self.prec,) if self.model is None else (self.prec, self.model)

    def __array_namespace_info__(self) -> "Info":
        return Info()

    def check_own(self, call: str, array: Any) -> None:
        """Require an array of this namespace."""
        if not isinstance(array, BallArray) or array.xp is not self:
            got = array.xp.__name__ if isinstance(array, BallArray) else f"a {type(array).__name__}"
            advice = "Convert it first with asarray"
            raise NamespaceError(told(call, "arrays", got, f"arrays of {self.__name__}", advice))

    def result_type(self, *given: Any) -> _dtypes.DType:
        """The dtype that holds all of the arrays and dtypes; Python numbers take it."""
        dtypes: list[_dtypes.DType] = [
            getattr(one, "dtype", one) for one in given if not isinstance(one, bool | int | float)
        ]
        return functools.reduce(_dtypes.promote, dtypes)

    def broadcast_shapes(self, *shapes: tuple[int, ...]) -> tuple[int, ...]:
        """The shape to which all broadcast."""
        import numpy as np  # noqa: PLC0415

        return np.broadcast_shapes(*shapes)


@functools.cache
@functools.cache
def _without_first(function: Callable[..., Any]) -> inspect.Signature:
    """The signature of a function that is bound to its namespace."""
    found = inspect.signature(function)
    return found.replace(parameters=list(found.parameters.values())[1:])


class Info:
    """What the namespace has, as the standard asks."""

    def capabilities(self) -> dict[str, Any]:
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self) -> str:
        return DEVICE

    def devices(self) -> list[str]:
        return [DEVICE]

    def default_dtypes(self, *, device: object = None) -> dict[str, _dtypes.DType]:
        names = {"real floating": "float64", "integral": "int64", "indexing": "int64"}
        return {kind: _dtypes.named(name) for kind, name in names.items()}

    def dtypes(self, *, device: object = None, kind: Any = None) -> dict[str, _dtypes.DType]:
        known = _dtypes.DTYPES.items()
        return {name: dtype for name, dtype in known if kind is None or _dtypes.isdtype(dtype, kind)}


@ANSWERS
@functools.cache
def namespace(prec: int, model: Model | None = None) -> BallNamespace:
    """The one namespace of that precision, and of that model of roundings."""
    return BallNamespace(prec, model)
