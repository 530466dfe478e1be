"""Worst errors of elementary functions in ulps, as tables by dtype and function.

"default" stands for functions that are not named. The tables stand beside their libraries and
tests/test_backend_ulps.py measures them again; an entry is a little above the worst error seen,
not a proven bound.
"""

from ._backend import Ulps

NOT_MEASURED = "accuracy on a GPU is taken from CUDA's documentation, not measured"

# Maxima that the CUDA C++ Programming Guide documents (without --use_fast_math), which count from the
# correctly rounded result: half an ulp is added. Not measured.
CUDA: Ulps = {
    "float64": {
        "default": 4.0,
        "exp": 1.5,
        "expm1": 1.5,
        "log": 1.5,
        "log1p": 1.5,
        "sqrt": 0.5,
        "sin": 2.5,
        "cos": 2.5,
        "tanh": 2.5,
        "sinh": 2.5,
        "cosh": 1.5,
        "asinh": 3.5,
        "pow": 2.5,
    },
    "float32": {
        "default": 4.5,
        "exp": 2.5,
        "expm1": 1.5,
        "log": 1.5,
        "log1p": 1.5,
        "sqrt": 0.5,
        "sin": 2.5,
        "cos": 2.5,
        "tanh": 2.5,
        "sinh": 3.5,
        "cosh": 2.5,
        "asinh": 4.5,
        "pow": 9.5,
    },
    "float16": {"default": 1.0},
    "bfloat16": {"default": 1.0},
}


def worst(first: Ulps, second: Ulps) -> Ulps:
    """The larger of two tables' errors, for a library that computes in both ways."""
    return {
        dtype: {
            name: max(table.get(name, table["default"]) for table in (first[dtype], second[dtype]))
            for name in first[dtype].keys() | second[dtype].keys()
        }
        for dtype in first.keys() & second.keys()
    }
