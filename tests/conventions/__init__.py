"""Functions in other conventions, without refimpl: `CONVENTIONS[adapter id]` has a right and a wrong one.

Plain NumPy; tests/test_adapters.py lifts them to other backends. An adapter that is in none of the files has
the form of tests/ordinary and its first slip.
"""

import importlib

from ordinary import ORDINARY

import refimpl

from ._convention import Convention

__all__ = ["CONVENTIONS", "Convention"]

_OWN: dict[str, Convention] = {
    name: convention
    for document in refimpl.__all__
    for name, convention in importlib.import_module(f"{__name__}.{document}").CONVENTIONS.items()
}
_ORDINARY = {
    f"{it.target}/{it.adapter}": Convention(it.textbook, it.slips[0].function)
    for it in reversed(ORDINARY)
    if it.adapter and it.backend == "numpy" and it.answer == "held"
}
CONVENTIONS = _ORDINARY | _OWN
