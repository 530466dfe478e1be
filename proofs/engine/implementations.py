"""The functions under test by name; what they return, and what they do to their inputs, is checked."""

import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from itertools import chain
from typing import Any

import numpy as np
from array_api_compat import numpy

from ... import _libraries, _stored
from ..._errors import UndecidedError
from ..._libraries import is_array
from ...backends import HALVES, Setting
from ..language.law import Implementation, ImplementationCrashedError, NotApplicableError, WrongResultError
from ..language.packing import mapped_arrays, parts
from . import foreign


class Implementations(Mapping[str, Implementation]):
    """Functions by name: the reference, with some replaced by the ones under test."""

    def __init__(
        self,
        reference: Mapping[str, Implementation],
        replaced: Mapping[str, Implementation],
        on: Setting,
        seed: int = 0,
    ) -> None:
        self._reference_functions = reference
        self._replaced = dict(replaced)
        self._expected = {name: reference[name] for name in replaced}
        self._on, self._seed, self._count = on, seed, 0
        self._within = False  # a call of `chance`
        self.fixed = dict(chain.from_iterable(fixed(function).items() for function in replaced.values()))
        """Options that the tested functions lack, at the values for which they stand."""
        self.called: set[str] = set()
        """Functions of which a call came to an end; one that does not apply says nothing."""

    def __getitem__(self, name: str) -> Implementation:
        function = self._replaced.get(name) or self._reference_functions[name]

        def checked(*args: Any, **kwargs: Any) -> Any:
            args, kwargs = stored((args, kwargs), self._on)
            expected = self._reference(name, args, kwargs)
            before = [(array, self._on.host(array).copy()) for array in self._watched(name, args, kwargs)]
            try:
                with self.chance() if name in self._expected else nullcontext():
                    result = function(*args, **kwargs)
            except (NotApplicableError, KeyboardInterrupt):
                raise
            except BaseException as error:  # foreign code may raise anything
                raise self._raised(name, error) from error
            self.called.add(name)
            try:
                self._admit(name, result, args, kwargs)
                if expected is not None:
                    _require_form(name, result, expected)
                    result = _with_names(result, expected)
                for array, values in before:
                    if not np.array_equal(self._on.host(array), values, equal_nan=values.dtype.kind == "f"):
                        raise WrongResultError(f"{name} changed its input in place")
            except WrongResultError:
                raise
            except Exception as error:  # it contains itself, or raises wherever it is touched
                what = f"{_form_of_anything(result)} that cannot be looked into ({foreign.raised(error)})"
                raise WrongResultError(f"{name} returned {what}") from error
            return result

        return checked

    def _raised(self, name: str, error: BaseException) -> BaseException:
        """What is made of an exception of a function."""
        tested = self.tests(name)
        if isinstance(error, NotImplementedError):
            # So people say that they leave out an option, or a number of axes.
            told = f"it raises NotImplementedError({foreign.line(error)!r})"
            return NotApplicableError(told) if tested else error
        if isinstance(error, UndecidedError) and not (tested and self._on.backend.name != "ball"):
            return error
        if not isinstance(error, Exception | SystemExit) and not tested:
            return error
        self.called.add(name)
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"(line {last.lineno}: {foreign.line(last.line or '', 120)})"
        return ImplementationCrashedError(f"{name} raised {foreign.raised(error)} {where}")

    def tests(self, name: str) -> bool:
        """Whether a function is one under test, in the place of the reference."""
        return name in self._expected

    @property
    def tested(self) -> list[str]:
        """The functions under test."""
        return list(self._expected)

    @property
    def references(self) -> Mapping[str, Implementation]:
        """The reference alone."""
        return self._reference_functions

    def reference(self, name: str) -> Implementation:
        """The reference of that name."""
        return self._reference_functions[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._reference_functions)

    def __len__(self) -> int:
        return len(self._reference_functions)

    @contextmanager
    def chance(self) -> Iterator[None]:
        """Other random states than before, if anything is replaced; right functions ignore them. The
        outermost of several brings back those of the process."""
        self._count += 1
        if not self._expected:
            yield
            return
        from . import ambient  # noqa: PLC0415

        if self._within:
            ambient.reseed(self._seed + self._count)
            yield
        else:
            self._within = True
            try:
                with ambient.states(self._seed + self._count):
                    yield
            finally:
                self._within = False

    def _reference(self, name: str, args: Any, kwargs: Any) -> Any:
        """What the reference gives, for a replaced function; its values are not used, only their form."""
        if name not in self._expected:
            return None
        try:
            return self._expected[name](*args, **kwargs)
        except Exception:  # where the reference refuses, a law says what is wanted
            return None

    def _watched(self, name: str, args: Any, kwargs: Any) -> Iterator[Any]:
        """The arrays that a replaced function is given."""
        if name in self._expected:
            yield from _arrays([*args, *kwargs.values()])

    def _admit(self, name: str, result: Any, args: Any, kwargs: Any) -> None:
        """Require every array in the result to be of the setting's library, dtype and device; that of
        whole numbers may have any real floating dtype."""
        on = self._on
        if type(result) is np.ndarray and result.dtype == on.dtype and on.xp is numpy:
            return  # what the rest would find, by far sooner
        for array in _arrays(result):
            if _libraries.array_namespace(array) not in (on.xp, on.backend.xp):
                raise WrongResultError(f"{name} returned a {foreign.kind(array)} for {on.backend.name} input")
            other = array.dtype != on.dtype and on.xp.isdtype(array.dtype, "real floating")
            if other and not are_whole(args, kwargs):
                raise WrongResultError(f"{name} returned {array.dtype} for {on.precision.name} input")
            device = _libraries.device(array)
            if device != on.device and str(device) != str(on.device):
                raise WrongResultError(f"{name} returned an array on {device} for input on {on.device}")


def stored(given: Any, on: Setting) -> Any:
    """What a law gives, in half precision: NumPy has made float32 of bfloat16 beside numbers of Python, and
    functions that compute in float32 call those of the law with nothing else. What a law makes wide stays: in
    NumPy that is float64, elsewhere it stands beside half precision."""
    if on.precision.name not in HALVES:
        return given
    single = on.xp.float32

    def once(array: Any) -> Any:
        return on.xp.astype(array, on.dtype) if array.dtype == single else array

    reals = {array.dtype for array in _arrays(given) if _stored.is_real(array)}
    return mapped_arrays(given, once) if on.stores or reals == {single} else given


def fixed(function: Any) -> Mapping[str, Any]:
    """The options that a function under test lacks, at the values for which it stands; it, or what it wraps,
    has them as `fixed_options`."""
    while function is not None:
        if isinstance(found := getattr(function, "fixed_options", None), Mapping):
            return found
        function = getattr(function, "__wrapped__", None)
    return {}


def _require_form(name: str, result: Any, expected: Any) -> None:
    """Require arrays of the same shape and dtype, numbers and tuples where the reference has them."""
    if isinstance(expected, tuple):
        if not isinstance(result, tuple | list) or len(result) != len(expected):
            raise WrongResultError(f"{name} returned {_form(result)}, expected {len(expected)} values")
        for part, wanted in zip(result, expected, strict=True):
            _require_form(name, part, wanted)
    elif is_array(expected):
        if _form(result) != _form(expected):
            first = isinstance(result, tuple | list) and result and _form(result[0]) == _form(expected)
            advice = "; if it is the first of them, audit it with the adapter `first`" if first else ""
            raise WrongResultError(f"{name} returned {_form(result)}, expected {_form(expected)}{advice}")
    elif isinstance(expected, int | float) and not isinstance(result, int | float | np.generic):
        raise WrongResultError(f"{name} returned {_form(result)}, expected a number")
    elif result is not expected and not isinstance(expected, list) and _no_object(result):
        raise WrongResultError(f"{name} returned {_form(result)}, expected {_form(expected)}")


def _no_object(result: Any) -> bool:
    return result is None or isinstance(result, tuple | list)


def _with_names(result: Any, expected: Any) -> Any:
    """A plain tuple under the names of the reference's fields, by which laws know them."""
    if not isinstance(expected, tuple) or isinstance(result, type(expected)):
        return result
    named = [_with_names(part, wanted) for part, wanted in zip(result, expected, strict=True)]
    return type(expected)(*named) if hasattr(expected, "_fields") else tuple(named)


def are_whole(args: Any, kwargs: Any) -> bool:
    """Whether the arrays in a call are all of integers, and nothing says which reals are wanted."""
    if kwargs.get("dtype") is not None:
        return False
    arrays = list(_arrays([*args, *kwargs.values()]))
    spaces = [_libraries.array_namespace(array) for array in arrays]
    return bool(arrays) and all(
        xp.isdtype(array.dtype, "integral") for xp, array in zip(spaces, arrays, strict=True)
    )


def _form(value: Any) -> str:
    if is_array(value):
        return foreign.line(f"an array of shape {tuple(value.shape)} and dtype {value.dtype}")
    if isinstance(value, tuple | list):
        return f"a {foreign.kind(value)} of {len(value)} values"
    return _form_of_anything(value)


def _form_of_anything(value: Any) -> str:
    if issubclass(type(value), type):  # not isinstance, which asks the value
        return f"the class {foreign.line(value)}"
    return f"a {foreign.kind(value)}"


def _arrays(result: Any) -> Iterator[Any]:
    """Every array in a result, however it is packed."""
    return (part for _, part in parts(result) if is_array(part))
