"""Every refusal word for word: the calls `BAD` of each document's tests, and specimens with one array spoilt.

`python tests/test_refusals.py` writes refusals/<document>.json anew. Read the difference: each text says what
was wrong, what was got, what was expected; "accepted" with a form is input that the definition allows.
"""

import importlib
import inspect
import json
import math
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import array_api_strict
import numpy as np
import pytest
from specimens import SPECIMENS

import refimpl
from refimpl import backends
from refimpl._errors import RefimplError
from refimpl.backends import Setting
from refimpl.proofs.engine import catalogue
from refimpl.proofs.engine.calls import calls

ON = Setting.of(backends.get("numpy"))
HERE = Path(__file__).parent / "refusals"

# Their specimens use the array beside the function, which takes none.
WITHOUT_ARRAYS = {
    *("flow.from_functions", "flow.sub_variance_preserving", "flow.variance_exploding"),
    *("flow.variance_preserving", "rope.ntk_base", "rope.ntk_scale", "rope.range_of", "rope.rebase"),
    *("rope.yarn_scale", "transport.wasserstein_quantile"),
}
MADE = [name for name, made in catalogue.reference().items() if "xp" in inspect.signature(made).parameters]
TAKEN = {
    "residual.sgd_increment": {"gradients: tuple"},  # arrays in tuples
    "transport.growth_factor": {"lipschitz: type"},  # can be called
}
NAMES = sorted(SPECIMENS.keys() - WITHOUT_ARRAYS)


def _spoilt(array: Any, last: bool) -> Iterator[tuple[str, Any]]:
    """What callers may pass by mistake in place of an array."""
    yield "a list", array.tolist()
    yield "other kind", array.astype(np.int64 if array.dtype.kind == "f" else np.float64)
    if last:
        yield "other library", array_api_strict.asarray(array)
    yield "axis more", array[None]
    if array.ndim:
        yield "axis less", array[0, ...]
        yield "shorter", array[..., :-1]
        yield "empty", array[..., :0]
    if array.ndim > 1:
        yield "no axis", array[(0,) * array.ndim + (...,)]
        yield "fewer rows", array[1:]


def _answer(call: Callable[[], Any]) -> str:
    """The refusal, or the form of the result; any other exception is an error of refimpl."""
    try:
        result = call()
    except RefimplError as error:
        return f"{type(error).__name__}: {error}"
    parts = result if isinstance(result, tuple) else (result,)
    arrays = (part for part in parts if hasattr(part, "shape"))
    return "accepted: " + ", ".join(f"{part.dtype}{list(part.shape)}" for part in arrays)


def table(document: str) -> list[str]:
    """The refusals of the document's table of bad calls, in its order."""
    return [_answer(call) for call in importlib.import_module(f"test_{document}").BAD]


def specimen(name: str) -> dict[str, str]:
    """The answer for each array of the specimen, by its place, spoilt in each way."""
    function, arrays = SPECIMENS[name](backends.Setting.of(backends.get("numpy")), 4)

    def call(place: int, bad: Any) -> Callable[[], Any]:
        return lambda: function(*arrays[:place], bad, *arrays[place + 1 :])

    return {
        f"{place} {kind}": _answer(call(place, bad))
        for place, array in enumerate(arrays)
        for kind, bad in _spoilt(array, last=place == len(arrays) - 1)
    }


def _stored(document: str) -> Any:
    return json.loads((HERE / f"{document}.json").read_text(encoding="utf-8"))


def _names(document: str) -> list[str]:
    return [name for name in NAMES if name.startswith(f"{document}.")]


@pytest.mark.parametrize("document", refimpl.__all__)
def test_table(document: str) -> None:
    found, stored = table(document), _stored(document)
    assert found == stored["BAD"]
    assert list(stored) == ["BAD", *_names(document)]
    assert not [text for text in found if text.startswith("accepted") or "; expected " not in text]


@pytest.mark.parametrize("name", NAMES)
def test_specimen(name: str) -> None:
    assert specimen(name) == _stored(name.partition(".")[0])[name]


@pytest.mark.parametrize("name", catalogue.functions())
def test_refusals_of_options_say_which(name: str) -> None:
    """In a call that is accepted, each number, word and dtype in turn is spoilt."""
    call = calls(name, ON, examples=3, limit=1)[0]
    function = catalogue.reference()[name]
    given = inspect.signature(function).bind(*call.args, **call.kwargs)
    given.apply_defaults()
    for option, value in given.arguments.items():
        bad = np.int64 if option == "dtype" else {int: "many", float: math.nan, str: "none"}.get(type(value))
        if bad is None or option == "device":  # which the library refuses
            continue
        changed = inspect.BoundArguments(given.signature, OrderedDict({**given.arguments, option: bad}))
        with pytest.raises(RefimplError, match=f"^{name}: {option}: got .*; expected "):
            function(*changed.args, **changed.kwargs)


def _never(value: Any, solves: bool) -> Iterator[Any]:
    """What no function takes in the place of a value."""
    if isinstance(value, np.ndarray):
        yield from (np.ma.MaskedArray(value), tuple(np.ravel(value)), value.tolist(), np.ndarray)
        yield from (value.astype(kind) for kind in ("U8", "S8", object, complex))
        yield from (np.full(value.shape, "a", np.dtypes.StringDType()), np.zeros(value.shape, "M8[s]"))
        if solves and value.dtype.kind == "f":
            yield from (value.astype(np.float16), value.astype(np.longdouble))
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


def _write() -> None:
    for document in refimpl.__all__:
        stored = {"BAD": table(document)} | {name: specimen(name) for name in _names(document)}
        text = json.dumps(stored, indent=1, ensure_ascii=False)
        (HERE / f"{document}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write()
