"""Adapters: a right function of another convention is held by all laws, a wrong one is refuted."""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import array_api_compat
import numpy as np
import pytest
from click.testing import CliRunner
from conftest import usable
from conventions import CONVENTIONS

from refimpl import proofs
from refimpl.backends import Backend
from refimpl.proofs import Adapter, Law, Outcome
from refimpl.proofs.commands.main import main
from refimpl.proofs.engine import catalogue

ADAPTERS = catalogue.adapters()
DTYPES = ("float64", "float32")
PARTS = ("rope.yarn/index-ramp", "rope.yarn/index-ramp-untruncated")
"""Adapters of functions that are for some options alone: laws about others do not apply."""


def outcomes(
    adapter: Adapter, implementation: Callable[..., Any], *, general: bool = True, **options: Any
) -> list[Outcome]:
    """Every law about the function, those that all functions have in common included or not; but not that of
    NaN, which audits too try only where it is asked for."""
    laws = [law.id for law in _about(adapter) if general or not law.general]
    laws = [law for law in laws if law != f"{adapter.function}-nan"]
    return proofs.prove(*laws, impl={adapter.function: implementation}, **options)


def _left_out(outcome: Outcome, adapter: Adapter) -> bool:
    """Whether a law is beyond a convention, or about what its functions are not for."""
    unasked = outcome.verdict == "skipped" and outcome.reason.startswith("not tried where other ramps")
    return outcome.law in adapter.beyond or (adapter.id in PARTS and unasked)


def _about(adapter: Adapter) -> list[Law]:
    return [law for law in catalogue.laws().values() if adapter.function in law.about]


def first(adapter: Adapter, implementation: Callable[..., Any], verdicts: set[str], dtype: str) -> str:
    """The first of the function's own laws with one of the verdicts, so that the others need not run."""
    for law in _about(adapter):
        if not law.general:
            [found] = proofs.prove(law.id, impl={adapter.function: implementation}, dtype=dtype, examples=20)
            if found.verdict in verdicts:
                return found.law
    return ""


def held(adapter: Adapter, dtype: str, examples: int, *, general: bool) -> None:
    right = adapter.wrap(CONVENTIONS[adapter.id].right)
    found = outcomes(adapter, right, general=general, dtype=dtype, examples=examples)
    assert any(outcome.verdict == "held" for outcome in found)
    failed = [o for o in found if o.verdict != "held" and not _left_out(o, adapter)]
    assert not failed, [(o.law, o.verdict, o.reason) for o in failed]


def test_every_adapter_has_a_right_and_a_wrong_function() -> None:
    assert set(CONVENTIONS) == set(ADAPTERS)


@pytest.mark.parametrize("name", ADAPTERS)
def test_adapters_say_what_they_expect(name: str) -> None:
    adapter = ADAPTERS[name]
    assert adapter.function in catalogue.functions()
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", adapter.name)
    assert "mine(" in adapter.sentence
    assert adapter.sentence.endswith(".")
    own = {law.id for law in _about(adapter) if not law.general}
    assert set(adapter.beyond) < own


@pytest.mark.long
@pytest.mark.parametrize("name", [n for n, a in ADAPTERS.items() if f"{a.function}-nan" in catalogue.laws()])
def test_right_functions_are_right_but_perhaps_for_nan(name: str) -> None:
    """Of NaN other code may say something else than refimpl: that is an edge, never wrong."""
    function, right = ADAPTERS[name].function, CONVENTIONS[name]
    report = proofs.audit(
        {function: right.right}, adapter=ADAPTERS[name].name, laws=[f"{function}-nan"], examples=3,
        dtype=right.dtypes[0], diagnosis=False, isolated=False,
    )  # fmt: skip
    assert report.verdict in ("held", "edge"), str(report)


@pytest.mark.parametrize("name", ADAPTERS)
def test_right_functions_are_held(name: str) -> None:
    held(ADAPTERS[name], CONVENTIONS[name].dtypes[0], examples=3, general=False)


@pytest.mark.long
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ADAPTERS)
def test_right_functions_are_held_on_many_examples(name: str, dtype: str) -> None:
    if dtype not in CONVENTIONS[name].dtypes:
        pytest.skip(f"the convention itself loses digits in {dtype}")
    held(ADAPTERS[name], dtype, examples=30, general=True)


@pytest.mark.parametrize("name", ADAPTERS)
def test_without_the_adapter_the_function_fails(name: str) -> None:
    convention = CONVENTIONS[name]
    assert first(ADAPTERS[name], convention.right, {"refuted", "crashed"}, convention.dtypes[0])


@pytest.mark.parametrize("name", ADAPTERS)
def test_wrong_functions_are_refuted(name: str) -> None:
    adapter, convention = ADAPTERS[name], CONVENTIONS[name]
    assert first(adapter, adapter.wrap(convention.wrong), {"refuted"}, convention.dtypes[0])


@pytest.mark.parametrize("name", [name for name in ADAPTERS if ADAPTERS[name].beyond])
def test_laws_beyond_a_convention_are_out_of_its_reach(name: str) -> None:
    adapter = ADAPTERS[name]
    impl = {adapter.function: adapter.wrap(CONVENTIONS[name].right)}
    for law in adapter.beyond:  # some are out of reach on few inputs alone
        runs = (proofs.prove(law, impl=impl, seed=seed)[0] for seed in range(8))
        assert any(found.verdict == "refuted" for found in runs)


class Elsewhere:
    """NumPy functions, and objects that have such, as those of another library."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    def array(self, value: Any) -> Any:
        """A value of NumPy in the library."""
        if isinstance(value, np.ndarray | np.generic):
            return self.backend.xp.asarray(np.asarray(value))
        return self._inside(value, self.array, self.function)

    def host(self, value: Any) -> Any:
        """A value of the library in NumPy."""
        if array_api_compat.is_array_api_obj(value):
            return self.backend.to_numpy(value)
        return self._inside(value, self.host, self.callback)

    def _inside(self, value: Any, change: Any, wrap: Any) -> Any:
        if isinstance(value, tuple | list):
            parts = [change(part) for part in value]
            return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
        if hasattr(value, "__dict__") and not callable(value):
            names = [name for name in dir(value) if not name.startswith("_")]
            return SimpleNamespace(**{name: change(getattr(value, name)) for name in names})
        return wrap(value) if callable(value) else value

    def function(self, mine: Callable[..., Any]) -> Callable[..., Any]:
        """A NumPy function as one of the library."""

        def call(*args: Any, **kwargs: Any) -> Any:
            here = {name: self.host(value) for name, value in kwargs.items()}
            return self.array(mine(*map(self.host, args), **here))

        return call

    def callback(self, theirs: Callable[..., Any]) -> Callable[..., Any]:
        """A function of the library as one of NumPy."""
        return lambda *args: self.host(theirs(*map(self.array, args)))


@pytest.mark.long
@pytest.mark.parametrize("library", ["strict", "torch"])
@pytest.mark.parametrize("name", ADAPTERS)
def test_adapters_work_on_other_libraries(name: str, library: str) -> None:
    adapter, backend = ADAPTERS[name], usable(library)
    implementation = adapter.wrap(Elsewhere(backend).function(CONVENTIONS[name].right))
    dtype = CONVENTIONS[name].dtypes[0]
    found = outcomes(adapter, implementation, general=False, backend=library, dtype=dtype, examples=3)
    verdicts = {o.law: (o.verdict, o.reason) for o in found if not _left_out(o, adapter)}
    assert {verdict for verdict, _ in verdicts.values()} == {"held"}, verdicts


def test_command_line_lists_and_shows() -> None:
    assert "rope.rotate/half-split" in CliRunner().invoke(main, ["list", "adapters", "rope"]).output
    shown = CliRunner().invoke(main, ["show", "rope.rotate/half-split"])
    assert shown.exit_code == 0
    assert ADAPTERS["rope.rotate/half-split"].sentence in shown.output
    assert "half-split: mine(x, angles)" in CliRunner().invoke(main, ["show", "rope.rotate"]).output


def test_points_without_mass_do_not_set_the_unit_of_powers() -> None:
    x, y = np.asarray([3e-100, 1e200]), np.asarray([1e-100])
    mine = ADAPTERS["transport.wasserstein_1d/squared"].wrap(
        CONVENTIONS["transport.wasserstein_1d/squared"].right
    )
    mass = {"x_weights": np.asarray([1.0, 0.0]), "y_weights": np.asarray([1.0])}
    assert float(mine(x, y, **mass)) == pytest.approx(2e-100)


def test_the_key_is_not_taken_for_the_query() -> None:
    """Both results of a function of two are tested, on inputs that differ."""

    def mine(q: Any, k: Any, cos: Any, sin: Any) -> Any:
        def turned(x: Any) -> Any:
            half = x.shape[-1] // 2
            return np.concatenate([-x[..., half:], x[..., :half]], axis=-1)

        return q * cos + turned(q) * sin, q * cos + turned(q) * sin

    wrapped = ADAPTERS["rope.rotate/bhsd"].wrap(mine)
    [outcome] = proofs.prove("rope.rotate-definition", impl={"rope.rotate": wrapped})
    assert outcome.verdict == "refuted"
