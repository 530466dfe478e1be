"""Every example in a docstring runs, in the installed package, and there is one for every function."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

import refimpl
from refimpl.proofs.engine import catalogue

MODULES = [
    info.name
    for info in pkgutil.walk_packages(refimpl.__path__, "refimpl.")
    # The backends' own files import their libraries, which may be missing; __main__ would run.
    if not info.name.startswith("refimpl.backends.") and not info.name.endswith("__main__")
]


@pytest.mark.parametrize("name", ["refimpl", *MODULES])
def test_examples_of_module(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert result.failed == 0


@pytest.mark.parametrize("name", catalogue.functions())
def test_function_has_examples_that_run(name: str) -> None:
    function = catalogue.functions()[name].implementation
    found = doctest.DocTestFinder(recurse=False).find(function, name)
    assert sum(len(test.examples) for test in found) > 0
    for test in found:  # those of a module leave out what a decorator wraps
        test.globs = dict(inspect.unwrap(function).__globals__)
        assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test).failed == 0
