r"""Formulas in LaTeX as one line of Unicode, for terminals.

>>> text(r"\frac{\alpha_t \bar\beta_{t-1}^2}{\bar\beta_t^2} x_t")
'(α_t β̄_{t−1}²/β̄_t²) x_t'
>>> text(r"\lVert f - g \rVert \le \sqrt{1 + \epsilon}")
'‖f − g‖ ≤ √(1 + ε)'

The converters that are published set a fraction of sums without its parentheses, which is another formula.
Only what documents need is known here; a command that is not stays as it is written, and `unknown` names it.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["atom", "open", "close", "binary", "relation", "operator", "comma", "tight", "space"]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a formula that is set as a whole, and how it takes part in what stands beside it."""

    text: str
    kind: Kind = "atom"
    quotient: bool = False
    """Whether it is a quotient, which a factor beside it would change."""
    scripted: bool = False
    """Whether it ends with an index or an exponent, which a factor beside it would lengthen."""


_TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|[{}^_&]|\s+|\d+(?:\.\d+)?|.", re.DOTALL)
_LETTERS = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi"
    " varphi chi psi omega vartheta Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)
_GREEK = dict(zip(_LETTERS.split(), "αβγδεεζηθκλμνξπρστφφχψωϑΓΔΘΛΞΠΣΥΦΨΩ", strict=True))
_ATOMS = _GREEK | {
    "infty": "∞", "partial": "∂", "nabla": "∇", "ell": "ℓ", "ldots": "…", "cdots": "⋯", "dots": "…",
    "forall": "∀", "exists": "∃", "dagger": "†",
    "top": "⊤", "prime": "′", "emptyset": "∅", "%": "%", "#": "#", "_": "_", "&": "&", "$": "$",
}  # fmt: skip
_OPEN = {
    "(": "(", "[": "[", "lbrace": "{", "{": "{", "lfloor": "⌊", "lceil": "⌈", "langle": "⟨", "lVert": "‖",
    "lvert": "|",
}  # fmt: skip
_CLOSE = {
    ")": ")", "]": "]", "rbrace": "}", "}": "}", "rfloor": "⌋", "rceil": "⌉", "rangle": "⟩", "rVert": "‖",
    "rvert": "|",
}  # fmt: skip
_BINARY = {"+": "+", "-": "−", "pm": "±", "mp": "∓", "times": "×", "bmod": "mod", "cup": "∪", "cap": "∩",
    "odot": "⊙", "otimes": "⊗", "oplus": "⊕", "land": "∧", "lor": "∨"}  # fmt: skip
_RELATION = {
    "=": "=", "<": "<", ">": ">", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠",
    "approx": "≈", "sim": "~", "in": "∈", "notin": "∉", "to": "→", "rightarrow": "→", "mapsto": "↦",
    "iff": "⇔", "Rightarrow": "⇒", "implies": "⇒", "propto": "∝", "succeq": "⪰", "succ": "≻", "preceq": "⪯",
    "ll": "≪", "gg": "≫", "simeq": "≃", "cong": "≅", "perp": "⊥",
    "subseteq": "⊆", "leftarrow": "←", "subset": "⊂", "equiv": "≡", "mid": "|",
}  # fmt: skip
_TIGHT = {"cdot": "·", "circ": "∘", "ast": "∗", "*": "∗", "/": "/", "|": "|", ":": ":"}
_KINDS: tuple[tuple[dict[str, str], Kind], ...] = (
    (_ATOMS, "atom"), (_OPEN, "open"), (_CLOSE, "close"), (_BINARY, "binary"), (_RELATION, "relation"),
    (_TIGHT, "tight"),
)  # fmt: skip
_BIG = {"sum": "Σ", "prod": "Π", "int": "∫"}
_NAMES = {
    "exp", "log", "ln", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan", "min", "max", "inf", "sup",
    "lim", "arg", "det", "dim", "ker", "gcd", "deg", "Pr",
}  # fmt: skip
QUAD = "   "
"""What parts formulas on one line."""
_SPACES = {" ", ",", ";", "!", "quad", "qquad", "thinspace", "enspace", "\n", ":"}
_IGNORED = {"left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "displaystyle", "limits", "middle"}
_STYLES = {"mathrm", "mathbf", "mathcal", "mathbb", "boldsymbol", "mathit", "mathsf", "textstyle"}
_BOARD = {"R": "ℝ", "N": "ℕ", "Z": "ℤ"}
_ACCENTS = {
    "bar": "\u0304", "overline": "\u0304", "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303",
    "widetilde": "\u0303", "dot": "\u0307", "vec": "\u20d7",
}  # fmt: skip
_RAISED = str.maketrans("0123456789+−′∗⊤", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻′*ᵀ")
_QUARTERS = {("1", "2"): "½", ("1", "4"): "¼", ("3", "4"): "¾", ("1", "3"): "⅓", ("2", "3"): "⅔"}
_MATRICES = {"pmatrix", "bmatrix", "matrix"}


def text(formula: str) -> str:
    """A formula as a line of text."""
    return unicodedata.normalize("NFC", _set(_Reader(formula).pieces()))


def unknown(formula: str) -> list[str]:
    """Commands of a formula that are not known here."""
    reader = _Reader(formula)
    reader.pieces()
    return reader.unknown


class _Reader:
    """Reads pieces off the tokens of a formula."""

    def __init__(self, formula: str) -> None:
        self.tokens = _TOKEN.findall(formula.strip())
        self.place = 0
        self.unknown: list[str] = []
        self.norms = 0  # that are open

    def pieces(self, ends: Sequence[str] = ()) -> list[_Piece]:
        """The pieces up to one of the ends, or to the end of the formula."""
        found: list[_Piece] = []
        while self.place < len(self.tokens) and self.tokens[self.place] not in ends:
            found.extend(self._next(found))
        return found

    def _next(self, before: list[_Piece]) -> Iterator[_Piece]:
        token = self._take()
        if token in "^_" and token:
            base = before.pop() if before and before[-1].kind != "space" else _Piece("")
            script = self._argument()
            shown = _raised(script) if token == "^" else _lowered(script)
            yield _Piece(base.text + shown, base.kind, scripted=True)
        elif token in "'!":
            base = before.pop() if before else _Piece("")
            yield replace(base, text=base.text + ("′" if token == "'" else token))
        elif token.isspace() or (token[0] == "\\" and token[1:] in _SPACES):
            yield _Piece(QUAD if "quad" in token else " ", "space")
        elif token == "{":
            inner = self._until("}")
            yield _Piece(_set(inner), inner[0].kind if len(inner) == 1 else "atom")
        elif token[0] == "\\":
            yield from [self._bar(before)] if token == r"\|" else self._command(token[1:])
        else:
            yield _symbol(token)

    def _command(self, name: str) -> Iterator[_Piece]:
        if name in _IGNORED:
            if name in ("left", "right") and self._peek() == ".":
                self._take()
        elif name in ("frac", "tfrac", "dfrac"):
            yield _fraction(self._argument(), self._argument())
        elif name == "sqrt":
            root = _bracketed(self._argument())
            root = f"({root})" if re.match("[A-Za-z]{2}", root) else root
            yield _Piece(f"√{root}", scripted=True)
        elif name == "binom":
            yield _Piece(f"C({_set(self._argument())}, {_set(self._argument())})")
        elif name in _ACCENTS:
            yield _Piece(_set(self._argument()) + _ACCENTS[name])
        elif name in _STYLES:
            word = _set(self._argument())
            yield _Piece(_BOARD.get(word, word) if name == "mathbb" else word)
        elif name == "operatorname":
            yield _Piece(_set(self._argument()), "operator")
        elif name == "text":
            yield _Piece(self._raw().strip(), "relation")
        elif name == "begin":
            yield self._environment(self._raw())
        else:
            yield self._named(name)

    def _bar(self, before: list[_Piece]) -> _Piece:
        """A double bar: one end of a norm, or what parts two distributions."""
        last = next((piece for piece in reversed(before) if piece.kind != "space"), None)
        if self.norms:
            self.norms -= 1
            return _Piece("‖", "close")
        if last is None or last.kind not in ("atom", "close"):
            self.norms += 1
            return _Piece("‖", "open")
        return _Piece("‖", "relation")

    def _named(self, name: str) -> _Piece:
        if name in _BIG:
            return _Piece(_BIG[name], "operator")
        if name in _NAMES:
            return _Piece(name, "operator")
        if not any(name in table for table, _ in _KINDS):
            self.unknown.append(name)
            return _Piece(f"\\{name}")
        if name in _ATOMS and (self._peek() or "").isspace():
            self._take()  # it ends the name of the command
        return _symbol(name)

    def _environment(self, name: str) -> _Piece:
        rows: list[list[str]] = [[]]
        while self._peek() != r"\end":
            rows[-1].append(_set(self.pieces(("&", r"\\", r"\end"))).strip())
            if self._peek() == r"\\":
                rows.append([])
            if self._peek() in ("&", r"\\"):
                self._take()
            elif self._peek() is None:
                raise ValueError(rf"\begin{{{name}}} has no end")
        self._take()
        self._raw()
        rows = [row for row in rows if any(row)]
        if name in _MATRICES:
            return _Piece("[" + ", ".join(f"[{', '.join(row)}]" for row in rows) + "]")
        if name == "cases":
            return _Piece("{ " + "; ".join("  ".join(row) for row in rows) + " }")
        return _Piece("\n".join(" ".join(row) for row in rows))

    def _argument(self) -> list[_Piece]:
        """A group in braces, or the next token."""
        while (ahead := self._peek()) is not None and ahead.isspace():
            self._take()
        if self._peek() == "{":
            self._take()
            return self._until("}")
        if self._peek() is not None and self.tokens[self.place].isdigit():  # TeX takes one digit
            digits = self.tokens[self.place]
            self.tokens[self.place : self.place + 1] = [digits[0], digits[1:]] if digits[1:] else [digits]
        return list(self._next([]))

    def _until(self, end: str) -> list[_Piece]:
        inner = self.pieces((end,))
        self._take()
        return inner

    def _raw(self) -> str:
        """The text of a group in braces, as it is."""
        self._take()
        start = self.place
        while self._peek() != "}":
            self._take()
        self._take()
        return "".join(self.tokens[start : self.place - 1])

    def _peek(self) -> str | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def _take(self) -> str:
        if self.place == len(self.tokens):
            raise ValueError(f"the formula ends too early: {''.join(self.tokens)}")
        self.place += 1
        return self.tokens[self.place - 1]


def _symbol(name: str) -> _Piece:
    for table, kind in _KINDS:
        if name in table:
            return _Piece(table[name], kind)
    return _Piece(name, "comma" if name in (",", ";") else "atom")


def _fraction(above: list[_Piece], below: list[_Piece]) -> _Piece:
    over, under = _set(above), _set(below)
    if (over, under) in _QUARTERS:
        return _Piece(_QUARTERS[over, under])
    if _sum(above):
        over = f"({over})"
    return _Piece(f"{over}/{_bracketed(below)}", quotient=True)


def _sum(pieces: list[_Piece]) -> bool:
    """Whether terms are added outside of all brackets."""
    depth = 0
    for piece in pieces:
        depth += (piece.kind == "open") - (piece.kind == "close")
        if depth == 0 and piece.kind in ("binary", "relation"):
            return True
    return False


def _bracketed(pieces: list[_Piece]) -> str:
    """Pieces as one factor: in parentheses unless they are one already."""
    solid = [piece for piece in pieces if piece.kind != "space"]
    whole = len(solid) == 1 and not solid[0].quotient and solid[0].kind != "operator"
    whole = whole or (len(solid) == 2 and solid[0].text in "d∂")  # dt
    return _set(pieces) if whole or _enclosed(solid) else f"({_set(pieces)})"


def _enclosed(pieces: list[_Piece]) -> bool:
    """Whether the first bracket closes with the last piece."""
    depth = 0
    for place, piece in enumerate(pieces):
        depth += (piece.kind == "open") - (piece.kind == "close")
        if depth == 0:
            return place == len(pieces) - 1 and pieces[0].kind == "open"
    return False


def _raised(pieces: list[_Piece]) -> str:
    inner = _set(pieces, tight=True)
    if set(inner) <= set("0123456789+−′∗⊤"):
        return inner.translate(_RAISED)
    return f"^{inner}" if len(inner) == 1 else f"^({inner})"


def _lowered(pieces: list[_Piece]) -> str:
    inner = _set(pieces, tight=True)
    return f"_{inner}" if len(pieces) == 1 and inner.isalnum() else f"_{{{inner}}}"


def _set(pieces: Sequence[_Piece], *, tight: bool = False) -> str:
    """Pieces on a line, with spaces as their kinds ask for them; few if tight, as in an index."""
    solid = [piece for piece in pieces if piece.kind != "space"]
    spaced = _spaces(pieces)
    out = ""
    for place, piece in enumerate(solid):
        last = solid[place - 1] if place else None
        after = solid[place + 1] if place + 1 < len(solid) else None
        shown = piece.text
        if piece.quotient and _multiplied(last, after):
            shown = f"({shown})"
        wide = spaced.get(place, "")
        if wide != QUAD and (last is None or not _may(last, piece)):
            wide = ""
        if last is not None and _gap(last, solid[place - 2] if place > 1 else None, piece, tight):
            wide = wide or " "
        out += wide + shown
    return out


def _multiplied(before: _Piece | None, after: _Piece | None) -> bool:
    """Whether a neighbour multiplies what stands between them."""
    left = before is not None and before.kind in ("atom", "operator", "close")
    return left or (after is not None and after.kind in ("atom", "operator", "open"))


def _spaces(pieces: Sequence[_Piece]) -> dict[int, str]:
    """The spaces of the source by the places, among what is no space, before which they stand."""
    found: dict[int, str] = {}
    place = 0
    for piece in pieces:
        if piece.kind == "space":
            found[place] = max(found.get(place, ""), piece.text, key=len)
        else:
            place += 1
    return found


def _may(last: _Piece, piece: _Piece) -> bool:
    """Whether a space of the source may stand there."""
    return last.kind not in ("open", "tight", "binary", "relation") and piece.kind not in (
        "close", "comma", "tight", "binary", "relation",
    )  # fmt: skip


def _gap(last: _Piece, earlier: _Piece | None, piece: _Piece, tight: bool) -> bool:
    """Whether a space is due between two pieces, whatever the source has."""
    if last.kind == "open" or piece.kind == "close":
        return False
    if "relation" in (last.kind, piece.kind) or last.kind == "comma":
        return not tight
    if "binary" in (last.kind, piece.kind):
        sign = piece if piece.kind == "binary" else last
        before = last if piece.kind == "binary" else earlier
        unary = before is None or before.kind not in ("atom", "close")
        return sign.text.isalpha() or not (unary or tight)
    if piece.kind == "operator":
        return last.kind in ("atom", "close", "operator")
    if piece.kind == "open":
        return last.kind == "operator" and (last.scripted or last.text[0] in "ΣΠ∫")
    return piece.kind == "atom" and (last.scripted or last.kind == "operator")
