"""Integers that stay exact, and become balls where NumPy's or Python's would become floats."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ._answers import ANSWERS
from ._formats import dtype_of


class Whole(int):
    """A Python integer whose quotients, roots and powers are balls."""

    __slots__ = ()

    def __truediv__(self, other: Any) -> Any:
        return _quotient(self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return _quotient(other, self)

    def __pow__(self, other: Any, modulus: Any = None) -> Any:
        return _whole_power(self, other) if modulus is None else Whole(pow(int(self), int(other), modulus))

    def __rpow__(self, other: Any, modulus: Any = None) -> Any:
        return _whole_power(other, self)

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    # What NumPy's integers have beside

    shape, ndim, size, dtype = (), 0, 1, np.dtype(np.int64)

    def item(self) -> "Whole":
        """Itself."""
        return self

    def astype(self, dtype: Any) -> Any:
        """Another kind of number."""
        wanted = dtype_of(dtype)
        assert wanted is not None
        return ANSWERS.number(self) if wanted.kind in "fc" else self


def _quotient(x: Any, y: Any) -> Any:
    if not all(isinstance(v, int | float) for v in (x, y)):
        return NotImplemented
    # by 0 as NumPy has it; what raises in Python is found by the caller
    return ANSWERS.number(x) / ANSWERS.number(y)


def _whole_power(x: Any, y: Any) -> Any:
    if isinstance(x, int) and isinstance(y, int):
        return Whole(int(x) ** int(y)) if y >= 0 else ANSWERS.number(x) ** ANSWERS.number(y)
    return (
        ANSWERS.number(x) ** ANSWERS.number(y)
        if all(isinstance(v, int | float) for v in (x, y))
        else NotImplemented
    )


def _whole(name: str) -> Callable[..., Any]:
    plain = getattr(int, name)

    def method(self: Whole, *others: Any) -> Any:
        if others and isinstance(others[0], float) and not ANSWERS.is_enclosed(others[0]):
            return getattr(ANSWERS.number(self), name)(ANSWERS.number(others[0]))
        result = plain(self, *others)
        return Whole(result) if type(result) is int else result

    return method


for _name in ("add", "sub", "mul", "floordiv", "mod", "and", "or", "xor", "lshift", "rshift"):
    for _full in (f"__{_name}__", f"__r{_name}__"):
        setattr(Whole, _full, _whole(_full))
for _name in ("neg", "pos", "abs", "invert"):
    setattr(Whole, f"__{_name}__", _whole(f"__{_name}__"))


def whole(value: Any) -> Any:
    """A plain integer, or a shape of them, as Whole."""
    return tuple(map(Whole, value)) if isinstance(value, tuple) else Whole(value)


class Integers(np.ndarray[Any, np.dtype[Any]]):
    """An array of integers or truth values as NumPy's, whose results are balls where NumPy's are floats."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return ANSWERS.ufunc_of_integers(ufunc, method, *inputs, **options)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return ANSWERS.function_of_integers(function, args, kwargs)

    @property
    def shape(self) -> Any:
        """Lengths of the axes."""
        return whole(np.ndarray.shape.__get__(self))

    @shape.setter
    def shape(self, lengths: Any) -> None:
        np.ndarray.shape.__set__(self, lengths)  # type: ignore[attr-defined]

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(ANSWERS.index_of(key))
        return Whole(found) if isinstance(found, np.integer) else found

    def __setitem__(self, key: Any, value: Any) -> None:
        if ANSWERS.is_enclosed(value):
            value = value.astype(self.dtype)
        super().__setitem__(ANSWERS.index_of(key), value)

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        """As NumPy's; floats are balls."""
        wanted = dtype_of(dtype)
        assert wanted is not None
        return (
            ANSWERS.enclosed(self) if wanted.kind in "fc" else np.asarray(self).astype(wanted).view(Integers)
        )

    def mean(self, *args: Any, **kwargs: Any) -> Any:
        """As NumPy's, on balls."""
        return np.mean(ANSWERS.enclosed(self), *args, **kwargs)

    def std(self, *args: Any, **kwargs: Any) -> Any:
        """As NumPy's, on balls."""
        return np.std(ANSWERS.enclosed(self), *args, **kwargs)

    def var(self, *args: Any, **kwargs: Any) -> Any:
        """As NumPy's, on balls."""
        return np.var(ANSWERS.enclosed(self), *args, **kwargs)

    def item(self, *args: Any) -> Any:
        """One element as a Python number."""
        found = np.asarray(self).item(*args)
        return Whole(found) if type(found) is int else found

    def __truediv__(self, other: Any) -> Any:
        return np.true_divide(self, other)
