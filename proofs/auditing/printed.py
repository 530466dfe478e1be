"""Slips of printed formulas alone: one quantity for another, half of it, a parenthesis closed too early."""

import ast
import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

Place: TypeAlias = tuple[ast.AST, str, int | None, ast.expr]
"""What holds an expression, in which field and where in it, and the expression."""
Change: TypeAlias = tuple[str, Place, ast.expr]
"""What is said, where it is, and what stands there instead."""

_NO_QUANTITY = re.compile(
    r"^(xp|sqrt|states|betas|integral|n|i|k|d|dims|mixture|schedule|velocity|drift|divergence|sigma2|\w*model"
    r"|times|noises|lipschitz|axis|levels|method|given|\w*_weights|covariances?|c1|c2|C|L\w*)$"
)
"""Names of tools, counts and tables, which nobody takes for a quantity."""

_LINE = 90
"""So many letters of a line are quoted."""


def changes(definition: ast.FunctionDef, places: Sequence[Place]) -> Iterator[Change]:
    """All slips of this kind in a formula."""
    stored = [n.id for n in ast.walk(definition) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    given = [argument.arg for argument in definition.args.posonlyargs]
    known = [name for name in dict.fromkeys((*given, *stored)) if not _NO_QUANTITY.match(name)]
    for place in places:
        node = place[-1]
        if isinstance(node, ast.Call):
            for text, other in _closed_early(node):
                yield text, place, other
        elif isinstance(node, ast.Name) and node.id in known and _reckons(place[0]):
            for name in known:
                if name != node.id:
                    yield f"{name} in place of {node.id}", place, ast.Name(name, ast.Load())
            for text, number in (("half of", 0.5), ("twice", 2.0)):
                yield f"{text} {node.id}", place, ast.BinOp(ast.Constant(number), ast.Mult(), node)


def _reckons(parent: ast.AST) -> bool:
    """Whether an expression is one of arithmetic, or the call of a function, but not of a helper."""
    if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name):
        return not parent.func.id.startswith(("_", "space", "at"))
    return isinstance(parent, ast.BinOp | ast.UnaryOp | ast.Call | ast.Tuple)


def lines(definition: ast.FunctionDef) -> dict[int, str]:
    """The line of the formula in which each expression stands, by the expression's id."""
    found = {}
    for statement in ast.walk(definition):
        if isinstance(statement, ast.Assign | ast.AugAssign | ast.Return | ast.Expr):
            text = " ".join(ast.unparse(statement).split()).replace("xp.", "").removeprefix("return ")
            for node in ast.walk(statement):
                found[id(node)] = text if len(text) <= _LINE else f"{text[:_LINE]}…"
    return found


def _closed_early(node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """√(a) − b for √(a − b), and √a − √b."""
    if len(node.args) != 1 or node.keywords or not isinstance(node.args[0], ast.BinOp):
        return
    inside = node.args[0]
    if not isinstance(inside.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
        return
    first, second = (ast.Call(node.func, [part], []) for part in (inside.left, inside.right))
    yield "the parenthesis closed too early", ast.BinOp(first, inside.op, inside.right)
    yield "the parenthesis opened too late", ast.BinOp(inside.left, inside.op, second)
    yield "each part by itself", ast.BinOp(first, inside.op, second)
