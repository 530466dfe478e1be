"""One call of every public function, for compilation tests, benchmarks and tests of refusals.

`SPECIMENS[name](on, n)` gives (f, arrays): `f(*arrays)` calls the function on arrays of the setting alone,
whose size grows with n. `TAKES[name]` says for each array what else the function takes in its place: of
another (k)ind or (o)ther library, with (m)ore or (l)ess axes, (s)horter or (e)mpty on its last axis,
with (n)o axis, with fewer (r)ows. A function that is not in it takes none of these.
"""

import importlib
from collections.abc import Callable
from typing import Any, TypeAlias

import refimpl
from refimpl.backends import Setting

Specimen: TypeAlias = Callable[[Setting, int], tuple[Callable[..., Any], tuple[Any, ...]]]

_MODULES = [importlib.import_module(f"{__name__}.{document}") for document in refimpl.__all__]
SPECIMENS: dict[str, Specimen] = {
    name: made for module in _MODULES for name, made in module.SPECIMENS.items()
}
TAKES: dict[str, str] = {name: letters for module in _MODULES for name, letters in module.TAKES.items()}
