"""Bad input is refused with the exception for it, in the one form: the function, the argument, what was got,
what was expected. The calls are `BAD` of each document's tests, specimens with one array spoilt, and others.
`BAD` has what the others do not see: ends of ranges, axes that only some calls have, and what a function
itself checks.
"""

import contextlib
import importlib
import inspect
import math
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from types import CodeType
from typing import Any

import array_api_strict
import numpy as np
import pytest
from specimens import OWN, SPECIMENS, TAKES

import refimpl
from refimpl import backends
from refimpl._arguments import (
    Argument,
    Arrays,
    AxisOf,
    DTypeOf,
    Flag,
    FunctionOf,
    Integer,
    Nested,
    Number,
    Record,
    Several,
    Word,
)
from refimpl._errors import DomainError, DTypeError, NamespaceError, RefimplError, ShapeError
from refimpl.backends import Setting
from refimpl.proofs.engine import catalogue
from refimpl.proofs.engine.calls import calls

ON = Setting.of(backends.get("numpy"))
FORM = re.compile(r"(\w+): ([\w.]+): (.+?): got (.+); expected .+")
"""The exception, the function, what is wrong, what was got; in one line."""

# Their specimens use the array beside the function, which takes none.
WITHOUT_ARRAYS = {
    *("flow.from_functions", "flow.sub_variance_preserving", "flow.variance_exploding"),
    *(
        "flow.variance_exploding_smld",
        "flow.variance_preserving",
        "rope.ntk_base",
        "rope.ntk_scale",
        "rope.range_of",
        "rope.rebase",
    ),
    *("rope.longrope_scale", "rope.yarn_scale", "rope.yarn_softmax_scale", "transport.wasserstein_quantile"),
}
MADE = [name for name, made in catalogue.reference().items() if "xp" in inspect.signature(made).parameters]
TAKEN = {
    "residual.sgd_increment": {"gradients: tuple"},  # arrays in tuples
    "transport.growth_factor": {"lipschitz: type"},  # can be called
}
NAMES = sorted(OWN.keys() - WITHOUT_ARRAYS)


OTHERWISE = {
    *(
        ("a list", "DTypeError: t"),
        ("a list", "DTypeError: s"),
        ("other library", "DTypeError: dtype"),
        ("no axis", "DomainError: axis"),
    ),
    *(("shorter", "DomainError: sizes"), ("shorter", "DomainError: labels")),
}
"""Where the exception is not that of the kind: it may also be a number, or something else is out of range."""


def _spoilt(array: Any, last: bool) -> Iterator[tuple[str, str, Any]]:
    """What callers may pass by mistake in place of an array: its kind, the exception for it, and itself."""
    yield "a list", "NamespaceError", array.tolist()
    yield "kind other", "DTypeError", array.astype(np.int64 if array.dtype.kind == "f" else np.float64)
    if last:
        yield "other library", "NamespaceError", array_api_strict.asarray(array)
    yield "more axes", "ShapeError", array[None]
    if array.ndim:
        yield "less axes", "ShapeError", array[0, ...]
        yield "shorter", "ShapeError", array[..., :-1]
        yield "empty", "ShapeError", array[..., :0]
    if array.ndim > 1:
        yield "no axis", "ShapeError", array[(0,) * array.ndim + (...,)]
        yield "rows fewer", "ShapeError", array[1:]


def _answer(call: Callable[[], Any]) -> str:
    """The refusal, or the form of the result; any other exception is an error of refimpl."""
    try:
        result = call()
    except RefimplError as error:
        return f"{type(error).__name__}: {error}"
    parts = result if isinstance(result, tuple) else (result,)
    arrays = (part for part in parts if hasattr(part, "shape"))
    return "accepted: " + ", ".join(f"{part.dtype}{list(part.shape)}" for part in arrays)


def _names(code: CodeType, helpers: dict[str, Any]) -> Iterator[str]:
    """The names that code uses, also in functions inside it and in helpers that it calls."""
    yield from code.co_names
    inside = [const for const in code.co_consts if isinstance(const, CodeType)]
    called = [helpers[name].__code__ for name in code.co_names if inspect.isfunction(helpers.get(name))]
    for inner in inside + called:
        yield from _names(inner, helpers)


def _bad(document: str) -> Any:
    return importlib.import_module(f"test_{document}").BAD


@pytest.mark.parametrize("document", refimpl.__all__)
def test_bad_calls(document: str) -> None:
    """Each is refused with its exception, for what is said to be wrong, by a function that it calls."""
    module = importlib.import_module(f"test_{document}")
    found = [FORM.fullmatch(_answer(call)) for _, call in module.BAD]
    assert [one and f"{one[1]}: {one[3]}" for one in found] == [expected for expected, _ in module.BAD]
    for one, (_, call) in zip(found, module.BAD, strict=True):
        assert one is not None
        assert one[2].startswith(f"{document}.")
        assert one[2].rpartition(".")[2] in set(_names(call.__code__, vars(module)))


@pytest.mark.parametrize("name", NAMES)
def test_specimens(name: str) -> None:
    """Each spoilt array is refused with the exception for its kind, or is one that the function takes."""
    function, arrays = SPECIMENS[name](ON, 4)
    takes = TAKES.get(name, " ".join("-" * len(arrays))).split()
    for place, (array, letters) in enumerate(zip(arrays, takes, strict=True)):
        for kind, exception, bad in _spoilt(array, last=place == len(arrays) - 1):
            answer = _answer(partial(function, *arrays[:place], bad, *arrays[place + 1 :]))
            assert answer.startswith("accepted") == (kind[0] in letters), (place, kind, answer)
            if kind[0] not in letters:
                _refused_for(kind, exception, answer)


def _refused_for(kind: str, exception: str, answer: str) -> None:
    """The exception is that of the kind, and an argument of the function is named."""
    found = FORM.fullmatch(answer)
    assert found is not None, answer
    assert found[1] == exception or (kind, f"{found[1]}: {found[3]}") in OTHERWISE, answer
    function = catalogue.reference().get(found[2])
    arguments = inspect.signature(function).parameters if function else ["t"]  # of a schedule's functions
    assert any(re.search(rf"\b{name}\b", f"{found[3]} {found[4]}") for name in arguments), answer


def _beside(kind: Argument, others: Mapping[str, Any]) -> Iterator[tuple[type[RefimplError], Any]]:
    """Values beside what an argument is declared to be, with the error that they raise."""
    if isinstance(kind, Number):
        above = others[kind.above] if isinstance(kind.above, str) else kind.above
        ends = [above, kind.below, None if kind.least is None else math.nextafter(kind.least, -math.inf)]
        yield from ((DomainError, end) for end in (*ends, math.inf, math.nan) if end is not None)
        yield from ((DTypeError, bad) for bad in ("1", 1j, *([] if kind.optional else [None])))
    elif isinstance(kind, Integer):
        yield DomainError, kind.least - 1
        yield DTypeError, kind.least + 0.5
        yield from [(DomainError, kind.most + 1)] if not kind.exact else []
        yield from [(DomainError, kind.least + 1)] if kind.even else []
    elif isinstance(kind, Several):
        yield DTypeError, 3
        yield from ((error, [bad]) for error, bad in _beside(kind.of, others))
        yield from [(DomainError, [])] if kind.least else []
    elif isinstance(kind, Arrays):
        if not (kind.number or kind.function):
            yield from ((NamespaceError, bad) for bad in ([1.0], "1", np.ma.ones(2)))
        yield DTypeError, np.ones(2, complex)
        yield ShapeError, np.ones((1,) * 25, np.int64 if kind.kinds == ("integral",) else np.float64)
    else:
        bad = {Word: DomainError, AxisOf: DomainError, Nested: ShapeError}
        values = {AxisOf: 64, DTypeOf: np.int64}
        if isinstance(kind, Word | Flag | AxisOf | DTypeOf | Record | Nested | FunctionOf):
            yield bad.get(type(kind), DTypeError), values.get(type(kind), "none of these")


def _with(call: inspect.BoundArguments, **changed: Any) -> Callable[[Callable[..., Any]], Any]:
    """A call with other arguments."""
    other = inspect.BoundArguments(call.signature, OrderedDict({**call.arguments, **changed}))
    return lambda function: function(*other.args, **other.kwargs)


def _accepted(name: str) -> inspect.BoundArguments:
    """The arguments of a call that is accepted, also those that are not given."""
    call = calls(name, ON, examples=3, limit=1)[0]
    given = inspect.signature(catalogue.reference()[name]).bind(*call.args, **call.kwargs)
    given.apply_defaults()
    return given


@pytest.mark.parametrize("name", catalogue.functions())
def test_what_is_declared_is_refused_beside_it(name: str) -> None:
    """In a call that is accepted, each argument in turn; the error is one that the docstring has."""
    function, declared, given = (
        catalogue.reference()[name],
        catalogue.functions()[name].declared,
        _accepted(name),
    )
    for argument, kind in declared.arguments.items():
        for error, bad in _beside(kind, given.arguments):
            with pytest.raises(error, match=f"^{name}: {argument}\\b.*: got [\\s\\S]*; expected ") as caught:
                _with(given, **{argument: bad})(function)
            assert type(caught.value) in declared.errors()


def _never(value: Any, solves: bool) -> Iterator[Any]:
    """What no function takes in the place of a value."""
    if isinstance(value, np.ndarray):
        yield from (np.ma.MaskedArray(value), tuple(np.ravel(value)), value.tolist(), np.ndarray)
        yield from (value.astype(kind) for kind in ("U8", "S8", object, complex))
        yield from (np.full(value.shape, "a", np.dtypes.StringDType()), np.zeros(value.shape, "M8[s]"))
        if solves and value.dtype.kind == "f":
            yield value.astype(np.longdouble)
    elif isinstance(value, str):
        yield from ([value], (value,), np.asarray(value), np.asarray([value, value]), value.encode(), 3)
    elif isinstance(value, bool):
        yield from ([value], np.asarray([value]), "True", 2, None)
    elif isinstance(value, int | float):
        yield from (
            [value],
            (value,),
            np.asarray([value, value]),
            np.ones(1, object),
            "1",
            b"1",
            np.str_("1"),
        )
        yield from (True, np.True_, 1j, np.complex128(2), np.datetime64(3, "s"), np.ma.masked, object(), int)
        yield from (10**5000, -(10**5000), np.longdouble("nan"))


def _places(value: Any) -> Iterator[tuple[Any, Callable[[Any], Any]]]:
    """Arrays and options in a value, also in tuples and lists, and what puts others there."""
    if isinstance(value, tuple | list):
        for place, part in enumerate(value):
            for found, put in _places(part):

                def others(new: Any, place: int = place, put: Callable[[Any], Any] = put) -> Any:
                    parts = [put(new) if i == place else part for i, part in enumerate(value)]
                    return tuple.__new__(type(value), parts) if isinstance(value, tuple) else parts

                yield found, others
    else:
        yield value, lambda new: new


@pytest.mark.parametrize("name", catalogue.functions())
def test_what_no_function_takes(name: str) -> None:
    """Every array and option in turn: each is checked, wherever it is, before anything is computed."""
    call = calls(name, ON, examples=3, limit=1)[0]
    function, solves = catalogue.reference()[name], "linalg" in catalogue.functions()[name].needs
    given = inspect.signature(function).bind(*call.args, **call.kwargs)
    given.apply_defaults()
    accepted = []
    for argument, value in given.arguments.items():
        for found, put in _places(value):
            for bad in _never(found, solves):
                arguments = OrderedDict({**given.arguments, argument: put(bad)})
                changed = inspect.BoundArguments(given.signature, arguments)
                answer = _answer(partial(function, *changed.args, **changed.kwargs))
                if answer.startswith("accepted"):
                    accepted.append(f"{argument}: {type(bad).__name__}")
                else:
                    assert re.match(rf"^\w+: {name}: .*: got [\s\S]*; expected ", answer)
    assert set(accepted) <= TAKEN.get(name, set())


def _spoilt_otherwise(value: Any) -> Iterator[Any]:
    """What is of the declared kind, but does not go with the other arguments, or is no sound value."""
    if isinstance(value, np.ndarray):
        yield from [10**6] if value.dtype.kind in "iu" else [value * 0, value * 0 + np.inf]
        yield from [value[..., :0]] if value.ndim else []
        yield from (value.astype(np.float32), np.ones((7, 5, 3, 11)))
    elif callable(value) and not isinstance(value, type):
        yield lambda: 0
        yield lambda *args: np.ones((7, 5, 3, 11))
        yield lambda *args: array_api_strict.asarray(np.asarray(args[0], np.float64))


@cache
def _refused() -> set[tuple[str, str]]:
    """The functions of the bad calls, and the exceptions."""
    found = [_answer(call) for document in refimpl.__all__ for _, call in _bad(document)]
    return {(one[2], one[1]) for one in map(FORM.fullmatch, found) if one}


@pytest.mark.parametrize("name", catalogue.functions())
def test_every_error_of_its_own_is_raised(name: str) -> None:
    """By a bad call of the document's tests, or by one argument that does not go with the others."""
    function, given = catalogue.reference()[name], _accepted(name)
    left = {error.__name__ for error in catalogue.functions()[name].declared.raises}
    left -= {exception for refused, exception in _refused() if refused == name}
    tried = [
        _with(given, **{argument: put(bad)})
        for argument, value in (given.arguments.items() if left else ())
        for found, put in _places(value)
        for bad in _spoilt_otherwise(found)
    ]
    for call in tried:
        with contextlib.suppress(ValueError, TypeError, AttributeError):  # of the law's own functions
            left.discard(_answer(partial(call, function)).partition(":")[0])
    assert not left


ELSEWHERE: list[dict[str, Any]] = [
    *({"device": device} for device in ("nonsense", 3, np.asarray("cpu"))),
    *({"xp": xp} for xp in (3, "numpy", [np])),
    *({"dtype": dtype} for dtype in (np.int64, int, object(), "a", "nonsense", np.complex128)),
    {"xp": array_api_strict, "dtype": np.float64},
]


@pytest.mark.parametrize("name", MADE)
def test_where_nothing_can_be_made(name: str) -> None:
    call = calls(name, ON, examples=3, limit=1)[0]
    for options in ELSEWHERE:
        with pytest.raises(RefimplError, match=f"^{name}: (xp|dtype|device): got .*; expected "):
            catalogue.reference()[name](*call.args, **{**call.kwargs, **options})
