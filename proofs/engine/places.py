"""Where functions, laws, mistakes, adapters, edges and errata are written: the file and the line."""

import inspect
from functools import partial
from pathlib import Path
from typing import Any

_WRITTEN = ("implementation", "check", "replacement", "wrap", "where", "check_printed")
"""The attributes that hold the code of a member."""


def place(member: Any) -> str:
    """The file, from the working directory if it is below, and the line; empty for what is not Python."""
    code = next((getattr(member, name) for name in _WRITTEN if hasattr(member, name)), member)
    while not hasattr(code, "__code__"):
        if isinstance(code, partial):
            code = code.func
        elif (inner := inspect.unwrap(code)) is not code:
            code = inner
        elif hasattr(type(code).__call__, "__code__"):  # an object that keeps state
            code = type(code).__call__
        else:
            return ""
    code = inspect.unwrap(code).__code__
    file = Path(code.co_filename).resolve()  # proofs/ is a link in the package's folder
    here = Path.cwd()
    return f"{file.relative_to(here) if file.is_relative_to(here) else file}:{code.co_firstlineno}"
