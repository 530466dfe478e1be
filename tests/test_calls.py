"""The recorded calls: deterministic, of every kind and law, accepted by the reference, and copies."""

from typing import Any

import numpy as np
import pytest

from refimpl._errors import UnknownNameError
from refimpl.backends import Backend, Setting, get
from refimpl.proofs.engine import catalogue
from refimpl.proofs.engine.calls import calls
from refimpl.proofs.language.packing import copied, key

ON = Setting.of(get("numpy"))


def keys(made: list[Any]) -> list[Any]:
    return [(key(call.args, ON), key(call.kwargs, ON), call.law, call.kind) for call in made]


def test_same_seed_same_calls() -> None:
    assert keys(calls("rope.rotate", ON)) == keys(calls("rope.rotate", ON))
    assert keys(calls("rope.rotate", ON)) != keys(calls("rope.rotate", ON, seed=1))


def test_several_laws_all_kinds_ordinary_first_none_twice() -> None:
    made = calls("rope.rotate", ON)
    assert len(made) == 60
    assert len({call.law for call in made}) > 3
    kinds = [call.kind for call in made]
    assert set(kinds) == {"ordinary", "cancellation", "extreme"}
    assert kinds == sorted(kinds, key=["ordinary", "cancellation", "extreme"].index)
    assert len({identity[:2] for identity in keys(made)}) == 60
    assert len(calls("rope.rotate", ON, limit=7)) == 7


@pytest.mark.parametrize("name", ["rope.yarn", "ddpm.sample"])
def test_the_reference_takes_them(name: str, backend: Backend) -> None:
    on = Setting.of(backend)
    made = calls(name, on, examples=3, limit=10)
    assert made
    assert {call.law for call in made} <= {law.id for law in catalogue.laws().values() if name in law.about}
    for call in made:
        with np.errstate(all="ignore"):
            catalogue.reference()[name](*call.args, **call.kwargs)


@pytest.mark.parametrize("name", catalogue.functions())
def test_every_function_has_calls(name: str) -> None:
    assert calls(name, ON, examples=3, limit=3)


def test_copies_are_reached_by_no_change() -> None:
    x = np.ones(3)
    packed = {"a": (x, [x, 2]), "dtype": np.float64}
    kept = copied(packed)
    x[0] = 7.0
    assert kept["a"][0][0] == kept["a"][1][0][0] == 1.0
    assert kept["dtype"] is np.float64


def test_keys_tell_bits_and_dtypes_apart() -> None:
    assert key(np.ones(2, dtype=np.float32), ON) != key(np.ones(2), ON)
    assert key((np.ones(2), 1), ON) != key((np.ones(2), 1.0), ON)
    assert key(np.ones((1, 2)), ON) != key(np.ones(2), ON)


def test_an_unknown_function_is_an_error() -> None:
    with pytest.raises(
        UnknownNameError, match=r"calls: no function is called 'rope\.rotat'; did you mean rope\.rotate"
    ):
        calls("rope.rotat", ON)
