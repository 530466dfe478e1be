"""NaN: that every docstring says what becomes of it, and says it truly (refimpl prove: `<function>-nan`)."""

import inspect
import math
import re
from typing import Any

import numpy as np
import pytest

from refimpl import argmaxable, ddpm, density, flow, matching, residual, rope, transport
from refimpl._declared import RAISES, STAYS
from refimpl._errors import DomainError, RefimplError
from refimpl.backends import Setting, get
from refimpl.proofs.engine import catalogue
from refimpl.proofs.engine.calls import calls
from refimpl.proofs.language.packing import parts

ON = Setting.of(get("numpy"))
DECLARED = {name: function.declared for name, function in catalogue.functions().items()}
STAY = [name for name, declared in DECLARED.items() if declared.nan == STAYS]
REFUSE = [name for name, declared in DECLARED.items() if declared.nan == RAISES]
FROM_FUNCTIONS = "NaN from a function is NaN"


def doc(name: str) -> str:
    return " ".join((inspect.getdoc(catalogue.reference()[name]) or "").split())


@pytest.mark.parametrize("name", STAY)
def test_docstrings_say_that_nan_stays(name: str) -> None:
    assert re.search(r"NaN in an array(, or from a function,)? is NaN in every result", doc(name))


@pytest.mark.parametrize("name", REFUSE)
def test_docstrings_say_that_nan_is_refused(name: str) -> None:
    assert re.search("NaN raises (DomainError|DTypeError)", doc(name))


@pytest.mark.parametrize("name", sorted(DECLARED.keys() - {*STAY, *REFUSE, "argmaxable.five_vectors"}))
def test_docstrings_say_what_becomes_of_nan_otherwise(name: str) -> None:
    """In a sentence of their own, which is tested below or by laws."""
    assert "NaN" in DECLARED[name].nan
    assert DECLARED[name].nan in doc(name)


def spoilt(value: Any, *, reals: bool) -> Any:
    """NaN for every real in a value (or for integers, where there are no reals), and from functions."""
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, np.ndarray):
        wanted = value.dtype.kind == "f" if reals else value.dtype.kind in "iu"
        return np.full(value.shape, np.nan, value.dtype if reals else np.float64) if wanted else value
    if isinstance(value, float if reals else int):
        return math.nan
    if isinstance(value, tuple | list):
        made = [spoilt(part, reals=reals) for part in value]
        return made if isinstance(value, list) else tuple.__new__(type(value), made)
    if inspect.isfunction(value) and reals:
        return lambda *args: value(*args) * math.nan
    return value


def changed(name: str, *, reals: bool = True) -> dict[str, list[inspect.BoundArguments]]:
    """By argument, calls of the laws with NaN in that argument alone."""
    signature = inspect.signature(catalogue.reference()[name])
    found: dict[str, list[inspect.BoundArguments]] = {}
    for call in calls(name, ON, examples=8, seed=0, limit=30):
        given = signature.bind(*call.args, **call.kwargs)
        for argument, value in given.arguments.items():
            bad = spoilt(value, reals=reals)
            if repr(bad) != repr(value):
                bound = signature.bind(*call.args, **call.kwargs)
                bound.arguments[argument] = bad
                found.setdefault(argument, []).append(bound)
    return found


def has_nan(result: Any) -> bool:
    leaves = [leaf for _, leaf in parts(result) if isinstance(leaf, np.ndarray | np.generic | float)]
    return any(np.isnan(leaf).any() for leaf in leaves)


@pytest.mark.parametrize("name", STAY)
def test_nan_that_stays(name: str) -> None:
    """In an array, or from a function; a Python number is an option, which is refused."""
    function = catalogue.reference()[name]
    for argument, made in changed(name).items():
        value = made[0].arguments[argument]
        if inspect.isfunction(value) or any(isinstance(leaf, np.ndarray) for _, leaf in parts(value)):
            assert any(has_nan(function(*call.args, **call.kwargs)) for call in made), argument
            assert not inspect.isfunction(value) or "NaN in an array, or from a function, is" in doc(name)
            continue
        for call in made:
            with pytest.raises(DomainError, match=f"{argument}: got nan; expected "):
                function(*call.args, **call.kwargs)


@pytest.mark.parametrize("name", REFUSE)
def test_nan_that_is_refused(name: str) -> None:
    function, kind = catalogue.reference()[name], DECLARED[name].nan_raises
    tried = changed(name, reals=kind is DomainError)
    assert tried
    for argument, made in tried.items():
        for call in made:
            if inspect.isfunction(call.arguments[argument]) and FROM_FUNCTIONS in doc(name):
                assert has_nan(function(*call.args, **call.kwargs)), argument
                continue
            with pytest.raises(RefimplError) as caught:
                function(*call.args, **call.kwargs)
            assert type(caught.value) is kind, argument


def test_nan_in_a_matrix_that_libraries_go_round() -> None:
    """Pivots, triangles and single columns with NaN, of which NumPy or torch make numbers."""
    nan, one, zero = np.nan, np.ones(1), np.zeros(1)
    mean, covariance = density.linear_posterior(one, np.asarray([[nan]]), zero, one[0])
    assert np.isnan([mean[0], covariance[0, 0]]).all()
    for place in ((0, 0), (0, 1), (1, 0), (1, 1)):
        spoilt = 2 * np.eye(2)
        spoilt[place] = nan
        assert np.isnan(density.normal_log_density_full(np.ones(2), np.zeros(2), spoilt))
        assert np.isnan(density.normal_kl_full(np.ones(2), spoilt, np.zeros(2), np.eye(2)))
        assert np.isnan(density.normal_kl_full(np.ones(2), np.eye(2), np.zeros(2), spoilt))
        assert np.isnan(transport.coupling_monotonicity(spoilt, np.eye(2)))
        assert np.isnan(transport.wasserstein_gaussian(np.zeros(2), np.eye(2), np.zeros(2), spoilt))
        assert np.isnan(matching.nearest_semidefinite(spoilt)).all()


def test_nan_before_an_activation_has_no_slope() -> None:
    bias, weights = np.asarray([np.nan, 1.0]), [np.eye(2), np.eye(2)]
    for activation in ("relu", "tanh"):
        found = residual.plain_gradients(
            np.ones(2), weights, [bias, np.ones(2)], np.ones(2), activation=activation
        )
        assert np.isnan(
            [found.x[0], found.biases[0][0], found.weights[0][0, 0], found.weights[1][0, 0]]
        ).all()


def test_nan_that_yes_and_no_are_said_of() -> None:
    nan, eye = np.nan, np.eye(2)
    assert argmaxable.winner(eye, np.asarray([0.0, nan]), np.ones(2)) == -1
    result = argmaxable.Result((argmaxable.Witness((nan, 0.0), 1.0), argmaxable.Witness((0.0, 1.0), nan)))
    assert not argmaxable.verify(eye, np.zeros(2), result).any()
    assert not argmaxable.verify(eye, np.zeros(2), result, exact=True).any()
    schedule = ddpm.Schedule(np.asarray([0.5, nan, 0.5]))
    assert not ddpm.check_schedule(schedule)
    assert not ddpm.check_signal(schedule)
    assert ddpm.check_steps(schedule, np.asarray([1, 3]))
    assert matching.check_nonzero(np.asarray([[1.0, nan], [1.0, 0.0]])).tolist() == [False, True]
    for clip in (True, False):
        assert np.isnan(rope.log_n_scale(np.asarray([nan, 4.0]), train_length=2.0, clip=clip)).tolist() == [
            True,
            False,
        ]
    made = flow.from_functions(
        **{
            name: lambda t: t * nan
            for name in ("alpha", "alpha_derivative", "variance", "variance_derivative")
        }
    )
    assert np.isnan(flow.drift_coefficient(made, np.ones(2))).all()
