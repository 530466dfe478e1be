"""Declarations: what they say is checked, written into docstrings, and read by the general laws."""

import inspect
from typing import Any

import numpy as np
import pytest
import written

from refimpl import residual, rope
from refimpl._errors import DomainError, DTypeError, ShapeError
from refimpl.proofs.engine import general, registry
from refimpl.public import EVEN, RAISES, STAYS, Integer, Number, Reals, public


def test_rewording_docstrings_changes_no_law(monkeypatch: pytest.MonkeyPatch) -> None:
    before = general.laws(), general.mistakes(), general.edges()
    for function in (residual.layer_norm, rope.rotate, rope.digits, rope.attention_scores):
        monkeypatch.setattr(function, "__doc__", "Reworded.")
    for module in (general.shapes,):
        for member in vars(module).values():
            if hasattr(member, "cache_clear"):
                member.cache_clear()
    after = general.laws(), general.mistakes(), general.edges()
    assert [list(made) for made in after] == [list(made) for made in before]
    assert [law.refutes for law in after[0].values()] == [law.refutes for law in before[0].values()]
    assert general.shapes.broadcasts("rope.rotate")
    assert general.shapes.empties("rope.rotate")


def test_a_declaration_has_the_arguments_of_the_function() -> None:
    def function(x: Any, y: Any) -> Any:
        """Add."""

    with pytest.raises(TypeError, match=r"function has the arguments \['x', 'y'\], not \['x'\]"):
        public({"x": Reals("...")}, Reals("..."), nan=STAYS)(function)
    with pytest.raises(TypeError, match="expected a line 'x, y' under Parameters"):
        public({"x, y": Reals("...")}, Reals("..."), nan=STAYS)(function)
    with pytest.raises(TypeError, match=r"needs .*'magic'.*; known are "):
        public({"x, y": Reals("...")}, Reals("..."), needs="magic", nan=STAYS)(function)
    with pytest.raises(TypeError, match="function does not say what becomes of NaN"):
        public({"x, y": Reals("...")}, Reals("..."))(function)


@public(
    {"x": Reals("..., d, d", d=EVEN), "y": Reals("k, ..., d/2") | None, "low": Number(least=0, below=1),
     "high": Number(above="low"), "count": Integer(1, 6)},
    Reals("..., d"),
    nan=STAYS,
    broadcast="batch",
    empty=True,
    raises={ShapeError: "for a Tuesday"},
)  # fmt: skip
def example(x: Any, y: Any = None, /, *, low: float = 0.5, high: float = 2.0, count: int = 1) -> Any:
    """Give back what it takes.

    Parameters
    ----------
    x
        A matrix.
    y
    low
    high
    count

    Returns
    -------
    in the dtype of x.

    Source: nothing D1.
    """
    return x, y, low, high, count


WRITTEN = """Give back what it takes.

Parameters
----------
x : (..., d, d) real floating, d even, ≥ 2
    A matrix.
y : (k, ..., d/2) real floating, or None
low : float in [0, 1)
high : float > low
count : int from 1 to 6

Returns
-------
(..., d), in the dtype of x.
Batch axes broadcast against each other. An empty batch gives an empty result. NaN in an array is NaN in \
every result that depends on it.

Raises
------
ShapeError
    if x or y has another shape; for more than 24 axes; for shapes that do not broadcast; for a
    Tuesday.
DTypeError
    if x or y has another dtype; if low or high is no number; if count is no integer.
NamespaceError
    if x or y is no array; if arrays are of different libraries.
DomainError
    if low or high is not finite, or outside its range; if count is outside its range.

Source: nothing D1."""


def test_what_is_declared_is_written_into_the_docstring() -> None:
    assert inspect.getdoc(example) == WRITTEN


X, Y, Y2 = np.ones((3, 4, 4)), np.ones((5, 1, 2)), np.ones((5, 2, 2))


@pytest.mark.parametrize(
    ("error", "text", "args", "options"),
    [
        (ShapeError, r"x: got shape \(4,\); expected at least 2 axes: \(..., d, d\)", [X[0, 0]], {}),
        (ShapeError, r"x: got shape \(3, 4, 3\); expected \(..., d, d\) with d = 4", [X[..., :3]], {}),
        (ShapeError, r"x: got shape \(3, 3\); expected \(..., d, d\) with d even, ≥ 2", [np.eye(3)], {}),
        (ShapeError, r"x: got shape \(0, 0\); expected \(..., d, d\) with d even, ≥ 2", [np.eye(0)], {}),
        (ShapeError, r"y: got shape \(5, 1, 1\); expected \(k, ..., d/2\) with d = 4", [X, Y[..., :1]], {}),
        (ShapeError, r"shapes: got x\[..., 0, 0\] \(3,\), y\[0, ..., 0\] \(2,\); expected", [X, Y2], {}),
        (DTypeError, "y: got dtype int64; expected a real floating", [X, Y.astype(np.int64)], {}),
        (DomainError, r"low: got 1.0; expected a finite number in \[0, 1\)", [X], {"low": 1}),
        (DomainError, r"low: got -0.1; expected a finite number in \[0, 1\)", [X], {"low": -0.1}),
        (DomainError, r"high: got 0.5; expected a finite number in \(0.5, inf\)", [X], {"high": 0.5}),
        (DomainError, r"high: got 0.7; expected a finite .* \(0.8, inf\)", [X], {"low": 0.8, "high": 0.7}),
        (DomainError, "count: got 9; expected an integer ≤ 6", [X], {"count": 9}),
        (DomainError, "count: got 0; expected an integer ≥ 1", [X], {"count": 0}),
        (DTypeError, "count: got 1.5; expected an integer ≥ 1", [X], {"count": 1.5}),
    ],
)  # fmt: skip
def test_what_is_declared_is_checked(error: type[Exception], text: str, args: Any, options: Any) -> None:
    with pytest.raises(error, match=rf"example: {text}"):
        example(*args, **options)


def test_numbers_come_as_what_is_declared() -> None:
    x, y, low, high, count = example(X, Y, low=np.float32(0.25), high=3, count=np.int64(2))
    assert x is X
    assert y is Y
    assert [(type(value), value) for value in (low, high, count)] == [(float, 0.25), (float, 3.0), (int, 2)]


def test_what_python_says_of_a_call_stays() -> None:
    for wrong in (example, lambda: example(X, Y, X), lambda: example(X, depth=1)):
        with pytest.raises(TypeError, match="argument"):
            wrong()


def test_nan_that_is_refused_says_by_what() -> None:
    documented = {name: function.declared for name, function in registry.functions().items()}
    refused = {name: one for name, one in documented.items() if one is not None and one.nan == RAISES}
    assert refused["rope.rebase"].nan_raises is DomainError
    assert refused["rope.digits"].nan_raises is DTypeError


def test_what_functions_take_and_give_is_what_the_table_says() -> None:
    """A range that is lifted, or a dtype that is taken by accident, changes the table."""
    assert written.DECLARED.read_text(encoding="utf-8") == written.declared(), "python tests/written.py"
