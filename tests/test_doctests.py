"""Every example in a docstring runs, in the installed package, and there is one for every function."""

import doctest
import importlib
import pkgutil

import pytest

import refimpl
from refimpl.proofs import catalogue

MODULES = [
    info.name
    for info in pkgutil.walk_packages(refimpl.__path__, "refimpl.")
    # The backends' own files import their libraries, which may be missing.
    if not info.name.startswith("refimpl.backends.")
]


@pytest.mark.parametrize("name", ["refimpl", *MODULES])
def test_examples_of_module(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert result.failed == 0


@pytest.mark.parametrize("name", catalogue.functions())
def test_function_has_examples(name: str) -> None:
    function = catalogue.functions()[name].implementation
    found = doctest.DocTestFinder(recurse=False).find(function, name)
    assert sum(len(test.examples) for test in found) > 0
