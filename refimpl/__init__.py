"""Reference implementations of machine-learning mathematics against the Array API standard.

One module per document; `refimpl.backends` runs them on other array libraries and
`refimpl.proofs` holds the laws that they, and your own functions, must satisfy.

Shapes, types and Python numbers are checked, and refused by an error of `refimpl._errors`. Numbers in
arrays are not, unless a docstring says so: where they lie outside the ranges that it names, or a
precondition fails, a result has no meaning, and may be NaN. An error of a function among the arguments is
passed on as it is.
"""

import importlib
from types import ModuleType

__all__ = ["argmaxable", "ddpm", "density", "flow", "matching", "residual", "rope", "transport"]


def __getattr__(name: str) -> ModuleType:
    # Documents load on first use, so that `import refimpl` imports no array library.
    if name in __all__ or name in ("backends", "proofs"):
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
