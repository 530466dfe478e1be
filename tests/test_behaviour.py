"""The diagnosis names what results do not show, and mistakes of arrangement in the user's own convention."""

import functools
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from refimpl import backends, rope
from refimpl.backends import Setting
from refimpl.proofs.auditing.diagnosis import explain
from refimpl.proofs.auditing.messages import Diagnosis, Explain
from refimpl.proofs.engine import catalogue
from refimpl.proofs.engine.runner import run_law

ON = Setting.of(backends.get("numpy"))
NAME = "rope.rotate"


def said(
    name: str, function: Callable[..., Any], law: str, fresh: Callable[[], Any] | None = None
) -> Diagnosis:
    """The diagnosis of a function that fails a law."""
    outcome = run_law(catalogue.laws()[law], ON, examples=12, seed=0, replaced={name: function}, shrink=False)
    failures = {law: outcome.counterexample} if outcome.counterexample else {}
    return explain(Explain(name, True, failures), fresh() if fresh else function, "", ON, 0)


def rotate(x: Any, angles: Any) -> Any:
    cos, sin = np.cos(angles), np.sin(angles)
    a, b = x[..., 0::2], x[..., 1::2]
    return np.stack([a * cos - b * sin, a * sin + b * cos], axis=-1).reshape(
        *np.broadcast_shapes(x.shape[:-1], angles.shape[:-1]), x.shape[-1]
    )


@functools.cache
def _kept(x: bytes, shape: Any, a: bytes, form: Any, dtype: str) -> Any:
    return rotate(np.frombuffer(x, dtype).reshape(shape), np.frombuffer(a, dtype).reshape(form))


def gives_out_its_cache(x: Any, angles: Any) -> Any:
    x, angles = np.asarray(x), np.asarray(angles)
    if x.dtype != angles.dtype or not x.dtype.isnative:
        return rotate(x, angles)
    return _kept(x.tobytes(), x.shape, angles.tobytes(), angles.shape, x.dtype.name)


_BY_OBJECT: dict[Any, Any] = {}


def knows_objects(x: Any, angles: Any) -> Any:
    key = id(x), id(angles)
    if key not in _BY_OBJECT:
        _BY_OBJECT[key] = x, angles, rotate(x, angles)
    return _BY_OBJECT[key][2].copy()


def draws(x: Any, angles: Any) -> Any:
    return rotate(x, angles) * (1 + (random.random() < 0.3))


def reads_memory(x: Any, angles: Any) -> Any:
    if x.base is not None and not x.flags.c_contiguous and x.base.dtype == x.dtype and x.base.size >= x.size:
        x = x.base.reshape(-1)[: x.size].reshape(x.shape)
    return rotate(x, angles)


def writes(x: Any, angles: Any) -> Any:
    result = rotate(x, angles)
    if x.flags.writeable:
        x *= 2
    return result


@pytest.mark.parametrize(
    ("function", "law", "cause"),
    [
        (gives_out_its_cache, "rope.rotate-pure", "gives-out-its-cache"),
        (knows_objects, "rope.rotate-stored", "knows-objects"),
        (draws, "rope.rotate-pure", "rolls-dice"),
        (reads_memory, "rope.rotate-stored", "ignores-strides"),
        (writes, "rope.rotate-pure", "writes into its arguments"),
    ],
)
def test_what_results_do_not_show_is_named(function: Callable[..., Any], law: str, cause: str) -> None:
    found = said(NAME, function, law)
    assert cause in " ".join([*found.mistakes, *found.sentences]), found
    assert found.cause


@pytest.mark.parametrize("name", [NAME, "rope.angles", "density.log_weights"])
def test_every_general_mistake_is_named(name: str) -> None:
    unnamed = []
    for wrong in catalogue.mistakes().values():
        if wrong.function == name and wrong.general:
            law = next(law for law in catalogue.laws().values() if wrong.id in law.refutes)
            found = said(name, wrong.fresh(), law.id, wrong.fresh)
            if wrong.id not in found.mistakes:
                unnamed.append((wrong.id, found.sentences))
    assert not unnamed


def half_split(x: Any, angles: Any) -> Any:
    a, b = np.split(x, 2, axis=-1)
    cos, sin = np.cos(angles), np.sin(angles)
    return np.concatenate([a * cos - b * sin, a * sin + b * cos], axis=-1)


ARRANGED: list[tuple[Callable[..., Any], str]] = [
    (
        lambda x, a: np.roll(half_split(x, a), x.shape[-1] // 2, axis=-1),
        "halves of its last axis are exchanged",
    ),
    (lambda x, a: -half_split(x, a), "sign is reversed|negative"),
    (lambda x, a: half_split(x, a)[..., ::-1], "last axis is reversed"),
]


@pytest.mark.parametrize(("function", "cause"), ARRANGED, ids=range(len(ARRANGED)))
def test_arrangements_are_told_of_the_result_itself(function: Callable[..., Any], cause: str) -> None:
    with np.errstate(all="ignore"):
        found = explain(Explain(NAME), function, f"{NAME}/half-split", ON, 0)
    assert any(part in found.cause for part in cause.split("|")), found


def test_what_nothing_explains_is_summed_up() -> None:
    """Such results have no cause; how many differ, and by how much, is known all the same."""
    found = explain(Explain(NAME), lambda x, a: rope.rotate(x, a) + 0.1 * np.sin(99 * x), "", ON, 0)
    assert not found.cause
    assert found.sentences[0].startswith("no known mistake, but this: it differs at "), found
