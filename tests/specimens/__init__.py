"""One call of every public function, for compilation tests and benchmarks.

`SPECIMENS[name](on, n)` gives (f, arrays): `f(*arrays)` calls the function on arrays of the setting alone,
whose size grows with n.
"""

import importlib
from collections.abc import Callable
from typing import Any, TypeAlias

import refimpl
from refimpl.backends import Setting

Specimen: TypeAlias = Callable[[Setting, int], tuple[Callable[..., Any], tuple[Any, ...]]]

SPECIMENS: dict[str, Specimen] = {
    name: specimen
    for document in refimpl.__all__
    for name, specimen in importlib.import_module(f"{__name__}.{document}").SPECIMENS.items()
}
