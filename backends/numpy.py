"""NumPy: the reference backend."""

from importlib.util import find_spec

import array_api_compat.numpy as xp
import numpy as np

from .._typing import Namespace
from ._backend import Backend

# Worst errors seen on 80 000 arguments a function against Arb, rounded up; NumPy 2.4.6,
# x86-64 with AVX-512, AVX2 and neither. Half precision: all arguments.
INSTALL = "pip install --upgrade numpy"
ULPS = {
    "float64": {
        "default": 4.0,
        "exp": 1.0,
        "expm1": 1.0,
        "log": 1.0,
        "log1p": 1.0,
        "sqrt": 0.5,
        "sin": 1.0,
        "cos": 1.0,
        "tanh": 2.5,
        "sinh": 2.0,
        "cosh": 1.5,
        "asinh": 2.0,
        "pow": 1.5,
    },
    "float32": {
        "default": 4.0,
        "exp": 3.0,
        "expm1": 3.0,
        "log": 4.0,
        "log1p": 2.0,
        "sqrt": 0.5,
        "sin": 2.0,
        "cos": 2.0,
        "tanh": 2.5,
        "sinh": 2.0,
        "cosh": 3.0,
        "asinh": 2.0,
        "pow": 1.5,
    },
    "float16": {"default": 1.0},
    "bfloat16": {"default": 1.0},
}


def _bfloat16() -> Namespace:
    from .. import _short  # noqa: PLC0415  (for those who compute in it)

    return _short.namespace()


def make() -> Backend:
    """The NumPy backend."""
    stores = find_spec("ml_dtypes") is not None
    return Backend(
        name="numpy",
        version=np.__version__,
        xp=xp,
        devices={"cpu": "cpu"},
        dtypes=("float64", "float32", "float16") + ("bfloat16",) * stores,
        namespaces={"bfloat16": _bfloat16} if stores else {},
        ulps=ULPS,
        notes=() if stores else ("bfloat16 is missing: pip install ml_dtypes",),
    )
