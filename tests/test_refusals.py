"""Every refusal word for word: the calls `BAD` of each document's tests, and specimens with one array spoilt.

`python tests/test_refusals.py` writes refusals/<document>.json anew. Read the difference: each text says what
was wrong, what was got, what was expected; "accepted" with a form is input that the definition allows.
"""

import importlib
import inspect
import json
import math
from collections import OrderedDict
from collections.abc import Callable, Iterator
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
from refimpl.proofs import catalogue
from refimpl.proofs.calls import calls

ON = Setting.of(backends.get("numpy"))
HERE = Path(__file__).parent / "refusals"

# Their specimens use the array beside the function, which takes none.
WITHOUT_ARRAYS = {
    *("flow.from_functions", "flow.sub_variance_preserving", "flow.variance_exploding"),
    *("flow.variance_preserving", "rope.ntk_base", "rope.ntk_scale", "rope.range_of", "rope.rebase"),
    *("rope.yarn_scale", "transport.wasserstein_quantile"),
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


def _write() -> None:
    for document in refimpl.__all__:
        stored = {"BAD": table(document)} | {name: specimen(name) for name in _names(document)}
        text = json.dumps(stored, indent=1, ensure_ascii=False)
        (HERE / f"{document}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write()
