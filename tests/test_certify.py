"""What `refimpl certify` says of laws that hold, fail, leave balls, or state nothing of numbers."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

pytest.importorskip("flint")

from refimpl.backends import Setting
from refimpl.proofs.engine import catalogue
from refimpl.proofs.engine.certify import certify_law
from refimpl.proofs.language.law import AtMost, Check, Gap, Impl, Law, Record

GROWTH = "residual.growth-limits"
"""A law whose cases have a whole number `depth`."""


def law(check: Check[Any]) -> Law:
    """That law with another check."""

    def checked(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
        impl["residual.growth"](on.number(1), 1)
        yield from check(impl, on, case)

    return replace(catalogue.laws()[GROWTH], check=checked)


def test_a_law_is_held_at_many_points() -> None:
    found = certify_law(catalogue.laws()["residual.init_variance-definition"])
    assert (found.verdict, found.points, found.exhausted) == (
        "held",
        {"ordinary": 7, "cancellation": 7, "extreme": 7},
        (),
    )


@pytest.mark.parametrize(
    "mistake",
    ["residual.init_variance/fans-swapped", "residual.init_variance/xavier-sum"],
)
def test_a_mistake_is_refuted(mistake: str) -> None:
    replaced = {"residual.init_variance": catalogue.mistakes()[mistake].fresh()}
    found = certify_law(catalogue.laws()["residual.init_variance-definition"], replaced=replaced)
    assert found.verdict == "refuted"
    assert found.case is not None


def test_a_law_of_programs_is_skipped() -> None:
    found = certify_law(catalogue.laws()["rope.rotate-pure"])
    assert found.verdict == "skipped"
    assert "states no numbers" in found.reason


def test_all_cases_of_a_small_generator_are_said_to_be_all() -> None:
    found = certify_law(catalogue.laws()["rope.defaults"])
    assert (found.verdict, found.points, found.exhausted) == ("held", {"ordinary": 8}, ("ordinary",))


def test_a_number_rounded_to_float64_refutes_nothing() -> None:
    def check(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
        yield Gap("a fifth", on.number(0.2), on.number(Fraction(1, 5)), 1.0)

    found = certify_law(law(check))
    assert found.verdict == "inconclusive"
    assert "as small as numbers rounded to float64 make it" in found.reason


@pytest.mark.parametrize("gap", [1e-3, -1e-3, 1e-12])
def test_what_is_more_than_rounding_is_refuted(gap: float) -> None:
    def check(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
        yield Gap("one", on.number(1) + on.number(gap), 1.0, 1.0)

    assert certify_law(law(check)).verdict == "refuted"


@pytest.mark.parametrize(
    ("excess", "verdict"), [(1e-3, "refuted"), (2.0**-52, "inconclusive"), (0.0, "held"), (-1e-3, "held")]
)
def test_an_inequality(excess: float, verdict: str) -> None:
    def check(impl: Impl, on: Setting, case: Any) -> Iterator[Record]:
        third = on.number(Fraction(1, 3))
        yield AtMost("a third", third + on.number(excess), third, lambda: 1.0)

    assert certify_law(law(check)).verdict == verdict
