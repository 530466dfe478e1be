r"""Formulas in LaTeX as MathML, and Markdown with such formulas as HTML.

>>> print(inline("The mean of `x` is **not** < 0."))
The mean of <code>x</code> is <strong>not</strong> &lt; 0.
>>> "<mfrac>" in mathml(r"\frac{a}{b}")
True
"""

import html
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from xml.etree import ElementTree

from markupsafe import Markup, escape

from ..language.document import formula as unicode

_KNOWN = {r"\arg": r"\operatorname{arg}"}
"""Commands that the converter lacks, and what says the same."""
_SPAN = re.compile(
    r"\$\$(?P<display>.+?)\$\$|\$(?P<math>.+?)\$|`(?P<code>[^`]+)`|<(?P<link>https?://[^>\s]+)>"
    r"|\[(?P<text>[^\]]+)\]\((?P<to>[^)\s]+)\)|\*\*(?P<strong>.+?)\*\*|(?<!\*)\*(?P<em>[^* ][^*]*)\*",
    re.DOTALL,
)
_COMMAND = re.compile(r"\\[A-Za-z]+")


@lru_cache(maxsize=4096)
def mathml(latex: str, *, display: bool = False) -> Markup:
    """A formula as MathML; as a line of Unicode if the converter cannot read it: no report fails for one."""
    from latex2mathml.converter import convert_to_element  # noqa: PLC0415  (an extra)

    source = _COMMAND.sub(lambda found: _KNOWN.get(found[0], found[0]), " ".join(latex.split()))
    try:
        made = convert_to_element(source, display="block" if display else "inline")
    except Exception:  # it raises what its reader happens to
        made = None
    if made is None or any("\\" in (part.text or "") for part in made.iter()):  # a command that it has not
        return Markup('<span class="formula">{}</span>').format(unicode(latex))
    for part in made.iter():
        part.text = part.text and html.unescape(part.text)  # the converter writes references
    for part in list(made.iter()):
        _space(list(part))
        _part(part)
    return Markup(ElementTree.tostring(made, encoding="unicode"))  # which escapes its text


_BARS, _SIGNS, _OPENS = "|‖/", "+−±∓", "([{⟨⌊⌈,;=<>≤≥≈∼∈"


def _part(row: ElementTree.Element) -> None:
    """A thin space between the name of a function and what stands beside it, unless that is an operator."""
    parts, wanted = list(row), []
    for place, (left, right) in enumerate(pairwise(parts)):
        names = [_base(it).tag in ("mi", "mo") and len(_base(it).text or "") > 1 for it in (left, right)]
        beside = right if names[0] else left
        if any(names) and (all(names) or _base(beside).tag not in ("mo", "mspace")):
            wanted.append(place + 1)
    for place in reversed(wanted if row.tag in ("math", "mrow") else []):
        row.insert(place, ElementTree.Element("mspace", width="0.17em"))


def _base(part: ElementTree.Element) -> ElementTree.Element:
    """What indices and exponents stand at."""
    return part[0] if part.tag in ("msub", "msup", "msubsup", "munder") and len(part) else part


def _space(parts: list[ElementTree.Element]) -> None:
    """Spaces where the converter leaves a browser to guess: none about bars and slashes, and none behind a
    sign that adds nothing up."""
    before = ""
    for part in parts:
        text = part.text or ""
        if part.tag == "mo" and text and text in _BARS:
            part.attrib |= {"stretchy": "false", "lspace": "0", "rspace": "0"}
        elif part.tag == "mo" and text and text in _SIGNS and (not before or before in _OPENS):
            part.set("form", "prefix")
        before = text if part.tag == "mo" else "x"


def inline(markdown: str) -> Markup:
    """Running text in Markdown with formulas: code, links, emphasis; everything else is escaped."""
    out, place = Markup(), 0
    for found in _SPAN.finditer(markdown):
        out += escape(markdown[place : found.start()]) + _span(found)
        place = found.end()
    return out + escape(markdown[place:])


def _span(found: re.Match[str]) -> Markup:
    if found["display"] or found["math"]:
        return mathml(found["display"] or found["math"], display=bool(found["display"]))
    if found["code"]:
        return Markup("<code>{}</code>").format(found["code"])
    if found["link"]:
        return Markup('<a href="{0}">{0}</a>').format(found["link"])
    if found["text"]:
        if not re.match(r"https?://|[\w./#-]+$", found["to"]):  # no address that runs anything
            return escape(found[0])
        return Markup('<a href="{}">{}</a>').format(found["to"], inline(found["text"]))
    kind = "strong" if found["strong"] else "em"
    return Markup(f"<{kind}>{{}}</{kind}>").format(inline(found["strong"] or found["em"]))


def paragraphs(markdown: str) -> Markup:
    """Markdown in blocks: paragraphs, lists, and formulas between lines of `$$`."""
    return Markup("\n").join(
        part for block in re.split(r"\n\s*\n", markdown.strip()) if block for part in _block(block)
    )


def displays(markdown: str) -> Markup:
    """Only the formulas between lines of `$$`."""
    blocks = re.findall(r"^\$\$.+?\$\$", markdown, re.DOTALL | re.MULTILINE)
    return Markup("\n").join(part for block in blocks for part in _block(block))


def _block(block: str) -> Iterator[Markup]:
    if block.startswith("$$"):
        yield from map(_displayed, parts(block.strip("$")))
        return
    text, *items = re.split(r"^- ", block, flags=re.MULTILINE)
    if text.strip():
        yield Markup("<p>{}</p>").format(inline(text.strip()))
    if items:
        listed = Markup("").join(Markup("<li>{}</li>").format(inline(item.strip())) for item in items)
        yield Markup("<ul>{}</ul>").format(listed)


def parts(latex: str) -> list[str]:
    r"""The formulas that wide spaces set apart on one line, so that narrow pages break it there.

    >>> parts(r"a = b, \qquad \text{if } \{c \qquad d\}")
    ['a = b,', '\\text{if } \\{c', 'd\\}']
    >>> parts(r"\begin{cases} a \qquad b \end{cases}")
    ['\\begin{cases} a \\qquad b \\end{cases}']
    """
    found = [""]
    for part in re.split(r"\\qquad(?![A-Za-z])", latex):
        found[-1] = f"{found[-1]}\\qquad{part}" if found[-1] else part
        if _is_closed(found[-1]):
            found.append("")
    return [part.strip() for part in found if part.strip()]


def _is_closed(latex: str) -> bool:
    plain = latex.replace(r"\{", "").replace(r"\}", "")
    pairs = (("{", "}"), (r"\begin", r"\end"), (r"\left", r"\right"))
    return all(plain.count(one) == plain.count(other) for one, other in pairs)


def _displayed(latex: str) -> Markup:
    """A formula that stands alone; where it is wider than the page it is scrolled by itself."""
    return Markup('<div class="math">{}</div>').format(mathml(latex.rstrip(","), display=True))
