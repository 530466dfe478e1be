"""Numbers at the ends of their ranges, several at a time: a result, or an error of refimpl, no warning."""

import inspect
import math
import random
import warnings
from typing import Any

import numpy as np
import pytest

from refimpl import rope
from refimpl._errors import DomainError, RefimplError
from refimpl.backends import Setting, get
from refimpl.proofs.engine import catalogue
from refimpl.proofs.engine.calls import calls

ON = Setting.of(get("numpy"))
REALS = (
    5e-324,
    1e-308,
    1e-16,
    1e-3,
    0.5,
    1 - 2**-53,
    1 + 2**-52,
    2.0,
    7.0,
    1e16,
    1e160,
    1e308,
    -1.0,
    -1e308,
    0.0,
)
WHOLE = (0, 1, 2, 3, 8, 64, 4096, 2**16, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 10**400)


def far(value: Any, rng: random.Random) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return rng.choice(REALS if isinstance(value, float) else WHOLE)
    if isinstance(value, tuple | list) and all(isinstance(part, int | float) for part in value):
        return type(value)(far(part, rng) for part in value)
    return value


@pytest.mark.parametrize("name", catalogue.functions())
def test_numbers_at_the_ends_of_their_ranges(name: str) -> None:
    function, rng = catalogue.reference()[name], random.Random(name)
    made = calls(name, ON, examples=3, seed=0, limit=4)
    for _ in range(60):
        call = rng.choice(made)
        given = inspect.signature(function).bind(*call.args, **call.kwargs)
        given.apply_defaults()
        chosen = {key: far(value, rng) for key, value in given.arguments.items() if rng.random() < 0.7}
        if not any(chosen[key] is not given.arguments[key] for key in chosen):
            continue
        given.arguments.update(chosen)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                result = function(*given.args, **given.kwargs)
            except RefimplError:
                continue
        assert not isinstance(result, float) or not math.isnan(result), chosen


def test_a_ramp_between_turns_that_floats_cannot_hold() -> None:
    """c(r) = 8 (ln L − ln 2πr)/(2 ln 10⁴), by hand."""
    ends = {"factor": 2.0, "ramp": "code", "beta_slow": 5e-324}
    # c(slow) = −0.8 and c(fast) is below 0: only the first pair is kept.
    found = rope.yarn(8, train_length=5e-324, beta_fast=1e308, **ends)
    np.testing.assert_array_equal(found, rope.frequencies(8) * [1, 0.5, 0.5, 0.5])
    # c(slow) = 322.5 is cut to 7: γ falls by 1/7 a pair.
    found = rope.yarn(8, train_length=1.0, beta_fast=1e308, **ends)
    np.testing.assert_allclose(found, rope.frequencies(8) * [1, 13 / 14, 6 / 7, 11 / 14], rtol=1e-15)
    with pytest.raises(DomainError, match="low = 617, high = 7"):
        rope.yarn(8, train_length=1e308, beta_fast=1e-310, **ends)
