"""What a function takes, gives and promises: said once, checked, and written into its docstring."""

import inspect
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
from array_api_compat import numpy

from . import _xp
from ._arguments import Argument, Arrays, FunctionOf, Integer, Number, Parts, Record, Several
from ._axes import Lengths
from ._capabilities import KNOWN
from ._errors import DomainError, DTypeError, NamespaceError, RefimplError, ShapeError, either, message
from ._typing import Namespace

STAYS = "stays"
"""NaN in an array is NaN in every result that depends on it."""
RAISES = "raises"
"""NaN is refused."""

Raises: TypeAlias = Mapping[type[RefimplError], str]
"""Errors, and when a function raises them."""

Broadcast: TypeAlias = Literal[False, "batch", "all"]

_MOST_FORMS = 1000
"""So many are remembered of a function."""
_ORDER = (ShapeError, DTypeError, NamespaceError, DomainError)


@dataclass(frozen=True)
class Declaration:
    """The facts of one function."""

    groups: Mapping[str, Argument]
    """Its arguments; those of one kind under their names with commas between, as in the docstring."""
    positional: tuple[str, ...]
    gives: tuple[Argument, ...]
    """The parts of its result, in order; a list within a part counts as one."""
    needs: frozenset[str]
    nan: str
    """STAYS, RAISES, or a sentence of its own."""
    broadcast: Broadcast
    """Whether batch axes, or all axes, broadcast against each other; else they are equal."""
    empty: bool
    """Whether an empty batch gives an empty result."""
    raises: Raises
    """Errors that only the function itself finds, and when."""
    widens: bool
    """Whether half precision is computed in float32."""
    arguments: Mapping[str, Argument]
    others: Mapping[str, Argument]
    most_behind: int
    """The largest number of core axes."""
    always: tuple[str, ...]
    limits: Mapping[str, Any]
    """The defaults of arguments that are limits of others, or that are checked always."""
    passed: set[Any] = field(default_factory=set, compare=False, repr=False)
    """Names, shapes and dtypes of NumPy's arrays that were found to be what is declared."""

    @classmethod
    def of(cls, function: Any, groups: Mapping[str, Argument], gives: Any, **facts: Any) -> "Declaration":
        """The declaration of a function, whose arguments have to be those that it has."""
        arguments = {name: argument for names, argument in groups.items() for name in names.split(", ")}
        parameters = inspect.signature(function).parameters
        if unknown := facts["needs"] - KNOWN:
            raise TypeError(f"{function.__name__} needs {unknown}; known are {sorted(KNOWN)}")
        if not facts["nan"] and arguments.keys() - {"xp", "dtype", "device"}:
            raise TypeError(f"{function.__name__} does not say what becomes of NaN")
        if list(arguments) != list(parameters):
            raise TypeError(
                f"{function.__name__} has the arguments {list(parameters)}, not {list(arguments)}"
            )
        limits = {one.above for one in arguments.values() if isinstance(one, Number)}
        dotted = [one for one in arguments.values() if isinstance(one, Arrays) and one.axes.dots]
        return cls(
            groups,
            tuple(name for name, one in parameters.items() if one.kind is not one.KEYWORD_ONLY),
            gives if isinstance(gives, tuple) else (gives,),
            arguments=arguments,
            others={
                name: one
                for name, one in arguments.items()
                if not isinstance(one, Arrays) or one.number or one.function
            },
            limits={
                name: one.default
                for name, one in parameters.items()
                if (arguments[name].always or name in limits) and one.default is not one.empty
            },
            most_behind=max((one.axes.least for one in dotted), default=0),
            always=tuple(name for name, one in arguments.items() if one.always),
            **facts,
        )

    def checked(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments of a call as the function takes them, if they are what is declared.

        Compilers trace this. What is missing, or too much, Python says when the function is called.
        """
        values = {**self.limits, **dict(zip(self.positional, args, strict=False)), **kwargs}
        parts: Parts = []
        for name, kind in self.arguments.items():
            if _is_given(name, kind, values):
                parts += kind.parts(name, values[name])
        xp = self._namespace(parts) if parts else None
        for name, kind in self.others.items():
            if kind.always or _is_given(name, kind, values):
                values[name] = kind.check(name, values.get(name), values, xp)
        by_place = [values[name] for name in self.positional[: len(args)]]
        by_name = {name: values[name] for name in (*kwargs, *self.always)}
        return [*by_place, *args[len(self.positional) :]], by_name

    def _namespace(self, parts: Parts) -> Namespace:
        """The namespace of arrays, once they are checked. NumPy's of the same form were checked before."""
        form = None
        if all(type(array) is np.ndarray for _, _, array in parts):
            form = tuple([(name, array.shape, array.dtype) for name, _, array in parts])
            if form in self.passed:
                return numpy
        xp = _xp.namespace(**{name: array for name, _, array in parts})
        self._check_arrays(parts, xp)
        if form is not None and xp is numpy and len(self.passed) < _MOST_FORMS:
            self.passed.add(form)
        return xp

    def _check_arrays(self, parts: Parts, xp: Namespace) -> None:
        for name, kind, array in parts:
            kind.check_dtype(name, array, xp, solves="linalg" in self.needs)
        lengths: Lengths = {}
        batches: dict[str, tuple[int, ...]] = {}
        for name, kind, array in parts:
            shape, axes = tuple(array.shape), kind.axes
            if kind.free:
                continue
            if axes.dots and self.broadcast == "all":
                _xp.check_axes(name, array, axes.least)
                missing = self.most_behind - axes.least  # without the last axis, it is the same along it
                batches[name + "[..., None]" * missing] = (*shape, *(1,) * missing)
                continue
            axes.check(name, shape, lengths, kind.least)
            if axes.dots:
                batches[axes.entry(name)] = axes.batch(shape)
        if len(batches) > 1:
            self._check_batches(batches)

    def _check_batches(self, batches: dict[str, tuple[int, ...]]) -> None:
        if self.broadcast:
            _xp.check_shapes(batches)
            return
        (first, expected), *rest = batches.items()
        for entry, batch in rest:
            if batch != expected:
                name, wanted = entry.partition("[")[0], f"{expected}, those of {first}"
                raise ShapeError(message(name, f"batch axes {batch}", wanted))

    def written(self, doc: str | None) -> str | None:
        """A docstring with what is declared: the kinds of arguments and of the result, what becomes of NaN,
        and the errors."""
        if doc is None:  # python -OO
            return None
        text = inspect.cleandoc(doc)
        for names, kind in self.groups.items():
            before, line, after = text.partition(f"\n{names}\n")
            if not line:
                raise TypeError(f"expected a line {names!r} under Parameters of the docstring:\n{text}")
            text = f"{before}\n{names} : {kind.says()}\n{after}"
        result = _result(self.gives[0]) if len(self.gives) == 1 else ""
        head, source, tail = text.partition("\n\nSource:")
        head, _, more = head.partition("\n\nReturns\n-------\n")
        joint = "" if not (result and more) else ". " if more[0].isupper() else ", "
        head += f"\n\nReturns\n-------\n{result}{joint}{more}"
        promises = f"\n{told}" if (told := self.promises()) else ""
        return f"{head}{promises}\n\nRaises\n------\n{self._errors()}{source}{tail}"

    @property
    def nan_raises(self) -> type[RefimplError] | None:
        """The error of NaN, if it is refused."""
        numbers = any(isinstance(kind, Number) or kind.real for kind in self._scalars())
        return (DomainError if numbers else DTypeError) if self.nan == RAISES else None

    def _scalars(self) -> list[Argument]:
        return [kind.of if isinstance(kind, Several) else kind for kind in self.arguments.values()]

    def _of_nan(self) -> str:
        if self.nan_raises:
            return f"NaN raises {self.nan_raises.__name__}."
        functions = any(
            getattr(kind, "function", isinstance(kind, FunctionOf)) for kind in self.arguments.values()
        )
        where = "an array, or from a function, is NaN" if functions else "an array is NaN"
        return f"NaN in {where} in every result that depends on it." if self.nan == STAYS else self.nan

    def promises(self) -> str:
        """What holds of all arguments: how they broadcast, and what becomes of NaN."""
        told = {"batch": "Batch axes broadcast against each other. ", "all": "Shapes broadcast. "}
        broadcast = told[self.broadcast] if self.broadcast else ""
        empty = "An empty batch gives an empty result. " if self.empty else ""
        half = "Half precision is computed in float32 and rounded once. " if self.widens else ""
        return f"{broadcast}{empty}{half}{self._of_nan()}"

    def errors(self) -> dict[type[RefimplError], list[str]]:
        """Every error, and when."""
        found: dict[type[RefimplError], dict[str, list[str]]] = {}
        for name, kind in self.arguments.items():
            for error, words in kind.errors(name):
                found.setdefault(error, {}).setdefault(words, []).append(name)
        told = {
            error: [f"if {either(names)} {what}" for what, names in of.items()] for error, of in found.items()
        }
        if sum(kind.holds for kind in self.arguments.values()) > 1:
            told.setdefault(NamespaceError, []).append("if arrays are of different libraries")
        if ShapeError in told:
            told[ShapeError].append(f"for more than {_xp.MOST_AXES} axes")
        if self.broadcast:
            told[ShapeError].append("for shapes that do not broadcast")
        if "linalg" in self.needs:
            told.setdefault(DomainError, []).append("for matrices that the library cannot solve with")
        for error, words in self.raises.items():
            told.setdefault(error, []).append(words)
        return {error: told[error] for error in _ORDER if error in told}

    def _errors(self) -> str:
        lines = []
        for error, told in self.errors().items():
            lines += [
                error.__name__,
                *textwrap.wrap("; ".join(told) + ".", 100, initial_indent="    ", subsequent_indent="    "),
            ]
        return "\n".join(lines)


def _is_given(name: str, kind: Argument, values: Mapping[str, Any]) -> bool:
    return name in values and not (kind.optional and values[name] is None)


def _result(kind: Argument) -> str:
    if isinstance(kind, Arrays):
        return f"({kind.axes.text})"
    if isinstance(kind, Record):
        return kind.type.__name__
    return "int" if isinstance(kind, Integer) else kind.words()
