"""One call of every public function, for compilation tests, benchmarks and tests of refusals.

`SPECIMENS[name](on, n)` gives (f, arrays): `f(*arrays)` calls the function on arrays of the setting alone,
whose size grows with n. `TAKES[name]` says for each array what else the function takes in its place: of
another (k)ind or (o)ther library, with (m)ore or (l)ess axes, (s)horter or (e)mpty on its last axis,
with (n)o axis, with fewer (r)ows. A function that is not in it takes none of these.

A function that is in none of the files has the first ordinary call that its laws make of it; then n does not
count, and `TAKES` says nothing of it.
"""

import importlib
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

import refimpl
from refimpl import backends
from refimpl.backends import Setting
from refimpl.proofs.engine import catalogue
from refimpl.proofs.engine.calls import calls

Specimen: TypeAlias = Callable[[Setting, int], tuple[Callable[..., Any], tuple[Any, ...]]]

_MODULES = [importlib.import_module(f"{__name__}.{document}") for document in refimpl.__all__]
OWN: dict[str, Specimen] = {name: made for module in _MODULES for name, made in module.SPECIMENS.items()}


def _of_laws(name: str) -> Specimen:
    def made(on: Setting, _: int) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        host = Setting.of(backends.get("numpy"), on.precision.name)
        call = calls(name, host, examples=3, limit=1)[0]
        places = [place for place, value in enumerate(call.args) if isinstance(value, np.ndarray)]
        function = catalogue.reference()[name]

        def specimen(*arrays: Any) -> Any:
            args = list(call.args)
            for place, array in zip(places, arrays, strict=True):
                args[place] = array
            return function(*args, **call.kwargs)

        return specimen, tuple(on.array(call.args[place]) for place in places)

    return made


SPECIMENS = {name: OWN.get(name) or _of_laws(name) for name in catalogue.functions()}
TAKES: dict[str, str] = {name: letters for module in _MODULES for name, letters in module.TAKES.items()}
