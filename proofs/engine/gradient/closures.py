"""Functions among the arguments of a call, on other arrays: what they close over is replaced."""

from collections.abc import Callable
from functools import partial
from types import CellType, FunctionType
from typing import Any

from ...language.packing import mapped


def rebound(function: Any, change: Callable[[Any], Any], known: dict[int, Any]) -> Any:
    """A function in which arrays that it closes over, or has bound, are changed; any other as it is.
    `known` keeps what was made, for functions that close over themselves."""
    if isinstance(function, partial):
        bound = {name: mapped(part, change) for name, part in function.keywords.items()}
        return partial(change(function.func), *(mapped(part, change) for part in function.args), **bound)
    if not isinstance(function, FunctionType) or _is_kernel(function):
        return function
    if id(function) not in known:
        cells = tuple(CellType() for _ in function.__closure__ or ())
        code, scope = function.__code__, function.__globals__
        made = known[id(function)] = FunctionType(code, scope, function.__name__, None, cells)
        for cell, old in zip(cells, function.__closure__ or (), strict=True):
            cell.cell_contents = mapped(old.cell_contents, change)
        made.__defaults__ = mapped(function.__defaults__, change)
        made.__kwdefaults__ = mapped(function.__kwdefaults__, change)
    return known[id(function)]


def _is_kernel(function: FunctionType) -> bool:
    """Whether it is one of refimpl's own, which close over no arrays."""
    name = function.__module__ or ""
    return name.startswith("refimpl.") and not name.startswith("refimpl.proofs.documents.")
