"""Functions in other conventions, without refimpl: `CONVENTIONS[adapter id]` has a right and a wrong one.

Plain NumPy; tests/test_adapters.py lifts them to other backends.
"""

import importlib

import refimpl

from ._convention import Convention

__all__ = ["CONVENTIONS", "Convention"]

CONVENTIONS: dict[str, Convention] = {
    name: convention
    for document in refimpl.__all__
    for name, convention in importlib.import_module(f"{__name__}.{document}").CONVENTIONS.items()
}
