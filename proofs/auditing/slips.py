"""The reference with one slip of the pen: a lost root, sign, term or factor, a sum for a mean, another axis.

The slips are made in the reference's own formula, one at a time, and in the functions of refimpl that it
calls. Each is a candidate like any other; the sentence quotes what was changed.
"""

import ast
import inspect
import itertools
import re
import textwrap
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from ..engine import catalogue
from ..engine.loading import loaded
from ..language.law import Implementation
from . import printed

_MOST = 600
"""Slips of one function at most."""
_PRINTED = 400
"""Slips of one printed formula at most."""
_HELPERS = 4
"""Functions that a function calls are looked into, so many at most."""
_DEPTH = 2
"""Functions that those call are looked into as well."""
_WITHOUT = {
    "sqrt": "the square root", "exp": "the exponential", "log": "the logarithm",
    "abs": "the absolute value",
    "square": "the square", "flip": "the reversal", "matrix_transpose": "the transposition",
    "cumulative_sum": "the running sum (the product over steps)",
    "clip": "the cut",
    "log1p": "log(1 + ·)",
    "expm1": "exp(·) − 1", "maximum": "the maximum", "minimum": "the minimum",
    "floor": "floor (rounding down)",
    "round": "rounding", "ceil": "ceiling",
}  # fmt: skip
_INSTEAD = {
    "mean": ("sum", "max"), "sum": ("mean", "prod", "max"), "prod": ("sum", "mean"), "max": ("min", "sum"),
    "min": ("max",), "maximum": ("minimum", "add"), "minimum": ("maximum",),
    "sin": ("cos", "tan"), "cos": ("sin",), "tan": ("tanh", "sin"), "log1p": ("log",), "expm1": ("exp",),
    "log": ("log2", "log10", "log1p"), "exp": ("expm1",),
    "cumulative_sum": ("cumulative_prod",), "cumulative_prod": ("cumulative_sum",),
    "floor": ("ceil", "round"), "ceil": ("floor", "round"), "round": ("floor", "ceil"),
    "argmax": ("argmin",), "argmin": ("argmax",), "any": ("all",), "all": ("any",),
    "logaddexp": ("add", "maximum"), "less": ("less_equal",), "greater": ("greater_equal",),
    "var": ("std",), "std": ("var",), "sqrt": ("square",), "square": ("sqrt", "abs"), "hypot": ("add",),
}  # fmt: skip
"""Functions that are taken for each other."""
_LISTS = ("concat", "stack", "sum", "max", "min", "fsum", "prod")
"""Functions of a list, of which one may be missing."""
_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], str]] = {
    ast.Add: (ast.Sub, "the sign reversed"),
    ast.Sub: (ast.Add, "the sign reversed"),
    ast.Mult: (ast.Div, "a division in place of the multiplication"),
    ast.Div: (ast.Mult, "a multiplication in place of the division"),
    ast.Pow: (ast.Mult, "a multiplication in place of the power"),
}
_PLUMBING = re.compile(r"^(xp|call|arrays?|at|schedule|like|device|dtype|name|on)$|shape|dtype|ndim|^xp\b")
"""Expressions that are no quantities."""
_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slip:
    """The reference with a slip."""

    sentence: str
    function: Implementation
    form: Implementation | None = None
    """The printed formula without the slip, if it is made in one."""


@cache
def slips(name: str) -> tuple[Slip, ...]:
    """All slips of a function; none where its source is not to be had, or loops that may not end."""
    whole = inspect.unwrap(catalogue.functions()[name].implementation)
    made: list[Slip] = []
    for known in catalogue.textbooks().values():
        if known.id.rpartition("/")[0] == name:
            found = itertools.islice(_of(known.form), _PRINTED)
            made += [Slip(text, slipped, known.form) for text, slipped in found]
    for path in _paths(whole):
        for text, slipped in _of(path[-1]):
            made.append(Slip(text, _within(path, slipped)))
            if sum(slip.form is None for slip in made[-_MOST:]) >= _MOST:
                return tuple(made)
    return tuple(made)


def _within(path: Sequence[Implementation], slipped: Implementation) -> Implementation:
    """The first function, of which the last that it calls, through those between, is another."""
    for outer, inner in reversed(list(itertools.pairwise(path))):
        slipped = _with(outer, inner, slipped)
    return slipped


def _paths(whole: Implementation) -> Iterator[tuple[Implementation, ...]]:
    """The function, those that it calls, and those that these call: each with its callers before it."""
    seen = {whole}
    paths: list[tuple[Implementation, ...]] = [(whole,)]
    while paths and len(seen) <= 2 * _HELPERS:
        path = paths.pop(0)
        yield path
        for called in _called(path[-1]) if len(path) <= _DEPTH else ():
            if called not in seen:
                seen.add(called)
                paths.append((*path, called))


def _called(function: Implementation) -> list[Implementation]:
    """The functions of refimpl, or of a document, that it calls by name, but those that check arguments."""
    names = [n for n in function.__code__.co_names if not n.startswith(("check", "_check", "require"))]
    found = [inspect.unwrap(f) for n in names if inspect.isfunction(f := function.__globals__.get(n))]
    called: list[Implementation] = [f for f in found if _is_formula(f.__module__)]
    return called[:_HELPERS]


def _is_formula(module: str) -> bool:
    """Whether functions of a module are mathematics: those of documents, and what their proofs share."""
    if module.startswith("refimpl."):
        return "._" not in module[:10]
    return any(it.defines(module) or it.proves(module) for it in loaded().values())


def _with(whole: Implementation, helper: Implementation, slipped: Implementation) -> Implementation:
    """A function that calls another helper."""
    changed = {
        k: slipped if inspect.isfunction(v) and inspect.unwrap(v) is helper else v
        for k, v in whole.__globals__.items()
    }
    made = types.FunctionType(whole.__code__, changed, whole.__name__, whole.__defaults__, whole.__closure__)
    made.__kwdefaults__ = whole.__kwdefaults__
    return made


def _of(function: Implementation) -> Iterator[tuple[str, Implementation]]:
    """(what is said, the function) for each slip in one function."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return
    [definition] = tree.body
    if not isinstance(definition, ast.FunctionDef) or function.__closure__:
        return
    if any(isinstance(node, ast.While | ast.Yield) for node in ast.walk(definition)):
        return
    definition.decorator_list = []
    definition.returns = None
    for argument in ast.walk(definition.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    is_printed = function.__module__.endswith(".textbook")
    package, _, rest = f"{function.__module__}.{function.__name__}".partition(".")
    where = f"{package}'s {rest}"
    where = "the printed formula" if is_printed else where
    for text, restore in _changes(definition, is_printed):
        try:
            code = compile(ast.fix_missing_locations(tree), f"<{where}>", "exec")
            scope = dict(function.__globals__)
            exec(code, scope)
            made = scope[function.__name__]
            made.__defaults__, made.__kwdefaults__ = function.__defaults__, function.__kwdefaults__
        except Exception:  # what is no program is no slip
            continue
        finally:
            restore()
        yield f"{text} (in {where})", made


def _changes(definition: ast.FunctionDef, is_printed: bool) -> Iterator[tuple[str, Callable[[], None]]]:
    """Change the tree in place, one slip at a time; each is taken back by what comes with it."""
    places = list(_places(definition))
    quoted = printed.lines(definition) if is_printed else {}
    for parent, field, place, node in places:
        # A number says little without what it stands in.
        around = parent if isinstance(node, ast.Constant) and isinstance(parent, ast.expr) else None
        old = ast.unparse(around or node)
        for hint, new in _instead(node):
            _put(parent, field, place, new)
            instead = _short(ast.unparse(around or new))
            said = f"{hint}: `{instead}` in place of `{_short(old)}`{_in(node, quoted)}"

            def restore(
                p: ast.AST = parent, f: str = field, i: int | None = place, n: ast.AST = node
            ) -> None:
                _put(p, f, i, n)

            yield said, restore
    for text, (parent, field, place, node), new in printed.changes(definition, places) if is_printed else ():
        _put(parent, field, place, new)
        yield f"{text}{_in(node, quoted)}", partial(_put, parent, field, place, node)


def _in(node: ast.AST, quoted: Mapping[int, str]) -> str:
    return f" in `{quoted[id(node)]}`" if id(node) in quoted else ""


def _short(text: str) -> str:
    text = " ".join(text.split()).replace("xp.", "")
    return text if len(text) <= 70 else f"{text[:67]}…"


def _places(definition: ast.FunctionDef) -> Iterator[tuple[ast.AST, str, int | None, ast.expr]]:
    """Every expression of the body with the place that holds it; not those that only refuse arguments."""
    waiting: list[ast.AST] = list(definition.body)
    while waiting:
        parent = waiting.pop(0)
        if isinstance(parent, ast.Raise | ast.Assert | ast.JoinedStr):
            continue
        if isinstance(parent, ast.If) and all(isinstance(s, ast.Raise) for s in parent.body):
            continue
        for field, value in ast.iter_fields(parent):
            if field in ("annotation", "returns", "func", "targets", "target", "decorator_list"):
                continue
            for place, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if isinstance(child, ast.expr) and not isinstance(child, ast.JoinedStr):
                    yield parent, field, place, child
                if isinstance(child, ast.AST):
                    waiting.append(child)


def _put(parent: ast.AST, field: str, place: int | None, node: ast.AST) -> None:
    if place is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[place] = node


def _instead(node: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """(hint, other expression) for each slip at one place."""
    if isinstance(node, ast.BinOp):
        yield from _operation(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "without the minus sign", node.operand
    elif isinstance(node, ast.Call):
        yield from _call(node)
    elif isinstance(node, ast.Constant):
        yield from _constant(node)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS:
        other = _COMPARISONS[type(node.ops[0])]()
        yield "the boundary on the other side", ast.Compare(node.left, [other], node.comparators)
    elif isinstance(node, ast.List | ast.Tuple):
        yield from _list(node)
    elif isinstance(node, ast.Slice):
        yield from _slice(node)
    elif isinstance(node, ast.IfExp):
        yield f"always, not only if {_short(ast.unparse(node.test))}", node.body
        yield f"even if {_short(ast.unparse(node.test))}", node.orelse
    text = _short(ast.unparse(node))
    quantity = isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and not _PLUMBING.search(text)
    if quantity and text not in ("inf", "pi", "nan") and isinstance(getattr(node, "ctx", None), ast.Load):
        yield f"the square of {text}", ast.BinOp(node, ast.Pow(), ast.Constant(2))
        yield f"the square root of {text}", ast.BinOp(node, ast.Pow(), ast.Constant(0.5))
        yield f"the sign of {text} reversed", ast.UnaryOp(ast.USub(), node)


def _operation(node: ast.BinOp) -> Iterator[tuple[str, ast.expr]]:
    left, right = node.left, node.right
    yield from _regrouped(node)
    if type(node.op) in _OPERATORS:
        other, hint = _OPERATORS[type(node.op)]
        yield hint, ast.BinOp(left, other(), right)
    said_left, said_right = _short(ast.unparse(left)), _short(ast.unparse(right))
    if isinstance(node.op, ast.Add):
        yield f"without the term {said_right}", left
        yield f"without the term {said_left}", right
        yield "a product in place of the sum", ast.BinOp(left, ast.Mult(), right)
    elif isinstance(node.op, ast.Sub):
        yield f"without the term {said_right}", left
        yield f"without the term {said_left}", ast.UnaryOp(ast.USub(), right)
        yield "the two exchanged", ast.BinOp(right, ast.Sub(), left)
        yield "the absolute difference", _absolute(node)
    elif isinstance(node.op, ast.Mult):
        yield f"without the factor {said_right}", left
        yield f"without the factor {said_left}", right
        yield "a sum in place of the product", ast.BinOp(left, ast.Add(), right)
        yield f"with the factor {said_right} twice", ast.BinOp(node, ast.Mult(), right)
        yield f"with the factor {said_left} twice", ast.BinOp(node, ast.Mult(), left)
    elif isinstance(node.op, ast.Div):
        yield f"without dividing by {said_right}", left
        yield "the two exchanged (the reciprocal)", ast.BinOp(right, ast.Div(), left)
        yield f"divided by {said_right} twice", ast.BinOp(node, ast.Div(), right)
        yield f"without {said_left}", ast.BinOp(ast.Constant(1.0), ast.Div(), right)
        yield "a division that rounds down (whole numbers)", ast.BinOp(left, ast.FloorDiv(), right)
        if not isinstance(right, ast.Constant):
            less = ast.BinOp(right, ast.Sub(), ast.Constant(1))
            yield f"divided by one less than {said_right}", ast.BinOp(left, ast.Div(), less)
            more = ast.BinOp(right, ast.Add(), ast.Constant(1))
            yield f"divided by one more than {said_right} (smoothed)", ast.BinOp(left, ast.Div(), more)
    elif isinstance(node.op, ast.Pow):
        yield f"without the power (exponent) {said_right}", left
        yield "the exponent negated", ast.BinOp(left, ast.Pow(), ast.UnaryOp(ast.USub(), right))


def _call(node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in _WITHOUT and node.args:
        yield f"without {_WITHOUT[name]}", node.args[0]
        if len(node.args) == 2 and name in ("maximum", "minimum"):
            yield f"without {_WITHOUT[name]}", node.args[1]
    if isinstance(node.func, ast.Attribute):
        for other in _INSTEAD.get(name, ()):
            taken = ast.Attribute(node.func.value, other, ast.Load())
            yield f"{other} in place of {name}", ast.Call(taken, node.args, node.keywords)
    if node.args:
        yield from _of_many(name, node)
    yield from _other_arguments(name, node)


def _of_many(name: str, node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """Slips in what is summed or counted."""
    if name in ("arange", "linspace", "range"):
        yield from _counted(name, node)
    if name in ("sum", "mean"):
        inner = node.args[0]
        yield f"the absolute values in the {name}", _with_argument(node, _absolute(inner))
        yield f"the squares in the {name}", _with_argument(node, ast.BinOp(inner, ast.Pow(), ast.Constant(2)))


def _other_arguments(name: str, node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """Arguments exchanged, another case of two, another axis."""
    if name == "where" and len(node.args) == 3:
        yield "always the first case", node.args[1]
        yield "always the second case", node.args[2]
        swapped = [node.args[0], node.args[2], node.args[1]]
        yield "the two cases exchanged", ast.Call(node.func, swapped, node.keywords)
    elif name not in _LISTS:
        for place in range(len(node.args) - 1):
            turned = [*node.args]
            turned[place : place + 2] = turned[place : place + 2][::-1]
            yield "two arguments exchanged", ast.Call(node.func, turned, node.keywords)
    for place, keyword in enumerate(node.keywords):
        if keyword.arg == "axis":
            for axis in (-1, -2, 0):
                others = [*node.keywords]
                others[place] = ast.keyword("axis", ast.Constant(axis))
                if ast.unparse(keyword.value) != str(axis):
                    yield f"over another axis ({axis})", ast.Call(node.func, node.args, others)


def _with_argument(node: ast.Call, first: ast.expr) -> ast.Call:
    return ast.Call(node.func, [first, *node.args[1:]], node.keywords)


def _absolute(node: ast.expr) -> ast.expr:
    return ast.Call(ast.Name("abs", ast.Load()), [node], [])


def _counted(name: str, node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """Another start, end or number of what is counted."""
    if name in ("arange", "linspace"):
        yield "counted from 1 in place of 0 (off by one)", ast.BinOp(node, ast.Add(), ast.Constant(1))
        yield "counted from −1 in place of 0 (off by one)", ast.BinOp(node, ast.Sub(), ast.Constant(1))
    for place, argument in enumerate(node.args[:3]):
        for operator, text in ((ast.Sub(), "fewer"), (ast.Add(), "more")):
            args = [*node.args]
            args[place] = ast.BinOp(argument, operator, ast.Constant(1))
            yield f"one {text} (off by one)", ast.Call(node.func, args, node.keywords)


def _list(node: ast.List | ast.Tuple) -> Iterator[tuple[str, ast.expr]]:
    """A list of which one is missing, or two are exchanged."""
    if not isinstance(node.ctx, ast.Load) or not 2 <= len(node.elts) <= 4:
        return
    for place, element in enumerate(node.elts):
        if not _PLUMBING.search(ast.unparse(element)):
            rest = [*node.elts[:place], *node.elts[place + 1 :]]
            yield f"without {_short(ast.unparse(element))}", type(node)(rest, ast.Load())
    for place in range(len(node.elts) - 1):
        turned = [*node.elts]
        turned[place : place + 2] = turned[place : place + 2][::-1]
        yield "two exchanged", type(node)(turned, ast.Load())


def _slice(node: ast.Slice) -> Iterator[tuple[str, ast.expr]]:
    """A slice that takes one more or one less at an end, or all."""
    if node.lower is not None:
        yield "from the start", ast.Slice(None, node.upper, node.step)
    if node.upper is not None:
        yield "to the end", ast.Slice(node.lower, None, node.step)
    if node.lower is not None and node.upper is None:
        yield "the other end", ast.Slice(None, ast.UnaryOp(ast.USub(), node.lower), node.step)
    if node.upper is not None and node.lower is None and isinstance(node.upper, ast.UnaryOp):
        yield "the other end", ast.Slice(node.upper.operand, None, node.step)


def _regrouped(node: ast.BinOp) -> Iterator[tuple[str, ast.expr]]:
    """The same without parentheses: operators bind as they do."""
    said, (op, left, right) = "without the parentheses", (node.op, node.left, node.right)
    tight = isinstance(op, ast.Mult | ast.Div | ast.Pow)
    if tight and isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add | ast.Sub):
        yield said, ast.BinOp(left.left, left.op, ast.BinOp(left.right, op, right))
    if tight and isinstance(right, ast.BinOp) and isinstance(right.op, ast.Add | ast.Sub):
        yield said, ast.BinOp(ast.BinOp(left, op, right.left), right.op, right.right)
    if isinstance(op, ast.Div) and isinstance(right, ast.BinOp) and isinstance(right.op, ast.Mult | ast.Div):
        yield said, ast.BinOp(ast.BinOp(left, op, right.left), right.op, right.right)
    if isinstance(op, ast.Sub) and isinstance(right, ast.BinOp) and isinstance(right.op, ast.Add | ast.Sub):
        yield said, ast.BinOp(ast.BinOp(left, op, right.left), right.op, right.right)
    if isinstance(op, ast.Pow):
        if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mult | ast.Div):
            yield said, ast.BinOp(left.left, left.op, ast.BinOp(left.right, op, right))
        if isinstance(right, ast.BinOp):
            yield said, ast.BinOp(ast.BinOp(left, op, right.left), right.op, right.right)


def _constant(node: ast.Constant) -> Iterator[tuple[str, ast.expr]]:
    value: Any = node.value
    if isinstance(value, bool):
        yield f"{not value} in place of {value}", ast.Constant(not value)
    elif isinstance(value, int | float):
        others = [value + 1, value - 1, value / 2, value * 2] if value else [1]
        for other in dict.fromkeys(others):
            text = "off by one" if isinstance(value, int) and abs(other - value) == 1 else "another number"
            number = int(other) if isinstance(value, int) and other == int(other) else other
            yield text, ast.Constant(number)
