"""What moved, as one picture (SVG) and as one page (HTML): whole in themselves, without network or program,
readable in light and dark."""

import html
import math
from collections.abc import Iterator, Sequence

from ..engine import foreign
from ..engine.accuracy.shown import number
from .experiment import Swapped
from .meeting import Figures, Meeting
from .report import WORDS, facts, furthest, names, notes, ratio, reason, script, status

WIDTH, ROW, HEAD, CELL = 1090, 24, 64, 46
LABELS, AXIS = 230, (240, 520)
"""Where labels end, and where the axis of ulps begins and ends."""
MATRIX = 590
"""Where the pairs begin."""

_STYLE = """
:root, svg { color-scheme: light dark;
  --back: #ffffff; --ink: #1b1f24; --faint: #8a929c; --line: #d5dae0;
  --same: #dbe7f3; --within: #cfead6; --beyond: #f4b6ae; --open: #eef0f2; --dot: #0b63a5; --over: #b3261e; }
@media (prefers-color-scheme: dark) { :root, svg {
  --back: #14181d; --ink: #e6e9ec; --faint: #8b949e; --line: #343c45;
  --same: #22384d; --within: #1f4630; --beyond: #7a2a24; --open: #262c33; --dot: #6cb6ff; --over: #ff8b80; } }
svg { background: var(--back); font: 12px system-ui, sans-serif; }
svg text { fill: var(--ink); } svg .faint { fill: var(--faint); }
svg .title { font-size: 15px; font-weight: 600; }
svg line { stroke: var(--line); } svg .span { stroke: var(--dot); stroke-width: 3; }
svg .dot { fill: var(--dot); } svg .median { fill: var(--back); stroke: var(--dot); stroke-width: 2; }
svg .over .span { stroke: var(--over); } svg .over .dot { fill: var(--over); }
svg .over .median { stroke: var(--over); }
svg rect { stroke: var(--line); fill: var(--open); } svg .same { fill: var(--same); }
svg .within { fill: var(--within); } svg .beyond, svg .other { fill: var(--beyond); }
"""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>refimpl swap</title>
<style>{style}
body {{ background: var(--back); color: var(--ink); font: 15px/1.5 system-ui, sans-serif;
  max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }}
svg {{ max-width: 100%; height: auto; }}
table {{ border-collapse: collapse; margin: 1rem 0; font-size: 13px; }}
th, td {{ border-bottom: 1px solid var(--line); padding: .25rem .6rem; text-align: left;
  vertical-align: top; }}
td.number {{ text-align: right; font-variant-numeric: tabular-nums; }}
tr.beyond td:first-child, tr.other td:first-child {{ color: var(--over); font-weight: 600; }}
pre {{ overflow-x: auto; border: 1px solid var(--line); padding: .6rem; font-size: 12px; }}
</style>
</head>
<body>
<h1>What moved</h1>
<p>The same inputs in every way to run. Errors are in units in the last place (ulp): of each way against the
proven value, and between two ways in those of the coarser format. Times are of small
inputs: a hint, no verdict.
</p>
{svg}
{sections}
</body>
</html>
"""


def text(value: object) -> str:
    """Anything as text of SVG or HTML."""
    return html.escape(foreign.line(value, 4000))


def svg(results: Sequence[Swapped]) -> str:
    """The picture of all functions, one below the other."""
    parts, top = [], 0
    for it in results:
        parts.append(f'<g transform="translate(0 {top})">{"".join(_function(it))}</g>')
        top += _height(it)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_width(results)} {max(top, ROW)}" role="img" '
        f'width="{_width(results)}" height="{max(top, ROW)}"><title>refimpl swap: what moved</title>'
        f"<style>{_STYLE}</style>{''.join(parts)}</svg>\n"
    )


def _width(results: Sequence[Swapped]) -> int:
    most = max((len(it.ways) for it in results), default=0)
    return max(WIDTH, MATRIX + CELL * most + 20)


def _height(it: Swapped) -> int:
    return HEAD + max(ROW, CELL) * len(it.ways) + 36


def _function(it: Swapped) -> Iterator[str]:
    yield f'<text class="title" x="10" y="24">{text(it.label)}</text>'
    yield '<text class="faint" x="10" y="44">ulps to the proven value: ○ median, ● worst</text>'
    legend = "worst ulps between two ways; = same bits, ! beyond the bounds, ? not judged"
    yield f'<text class="faint" x="{MATRIX}" y="44">{legend}</text>'
    low, high = _range(it)
    yield from _axis(it, low, high)
    for place, found in enumerate(it.figures):
        row = "".join(_row(it, place, found, low, high))
        yield f'<g transform="translate(0 {HEAD + place * CELL})">{row}</g>'
    for pair in it.pairs:
        yield from _cell(it, pair)
    for place in range(len(it.ways)):
        x, y = MATRIX + place * CELL, HEAD + place * CELL
        yield f'<text x="{x + CELL / 2}" y="{y + CELL / 2 + 4}" text-anchor="middle">{place + 1}</text>'


def _range(it: Swapped) -> tuple[int, int]:
    """Powers of two between which all errors are."""
    sizes = [
        size for found in it.ran for size in (found.worst, found.median) if size > 0 and math.isfinite(size)
    ]
    top = math.ceil(math.log2(max([2.0, *sizes])))
    return max(math.floor(math.log2(min([0.5, *sizes]))), -6), top


def _x(size: float, low: int, high: int) -> float:
    share = (math.log2(size) - low) / (high - low) if size > 0 else 0.0
    return AXIS[0] + min(max(share, 0.0), 1.0) * (AXIS[1] - AXIS[0])


def _axis(it: Swapped, low: int, high: int) -> Iterator[str]:
    bottom = HEAD + CELL * len(it.ways)
    step = max(1, math.ceil((high - low) / 6))
    for power in range(low, high + 1, step):
        x = _x(2.0**power, low, high)
        yield f'<line x1="{x:.1f}" y1="{HEAD}" x2="{x:.1f}" y2="{bottom}"/>'
        label = number(2.0**power)
        yield f'<text class="faint" x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{label}</text>'


def _row(it: Swapped, place: int, found: Figures | str, low: int, high: int) -> Iterator[str]:
    y = CELL / 2
    yield f'<text x="10" y="{y + 4}">{place + 1}  {text(it.ways[place])}</text>'
    if isinstance(found, str) or not found.calls:
        why = text(_short(f"{status(found)}: {reason(found)}"))
        yield f'<text class="faint" x="{AXIS[0]}" y="{y + 4}">{why}</text>'
        return
    if math.isnan(found.worst):
        yield f'<text class="faint" x="{AXIS[0]}" y="{y + 4}">no proven value to compare with</text>'
        return
    left, right = _x(found.median, low, high), _x(found.worst, low, high)
    about = f"worst {number(found.worst)} ulp, median {number(found.median)}; {'; '.join(notes(found))}"
    yield f'<g class="{"over" if found.beyond else "good"}"><title>{text(about)}</title>'
    yield f'<line class="span" x1="{left:.1f}" y1="{y}" x2="{right:.1f}" y2="{y}"/>'
    yield f'<circle class="dot" cx="{right:.1f}" cy="{y}" r="5"/>'
    yield f'<circle class="median" cx="{left:.1f}" cy="{y}" r="4"/></g>'
    yield f'<text class="faint" x="{AXIS[1] + 12}" y="{y + 4}">{number(found.worst)}</text>'


def _short(why: str) -> str:
    return why if len(why) <= 44 else f"{why[:43]}…"


def _cell(it: Swapped, pair: Meeting) -> Iterator[str]:
    """A pair on both sides of the diagonal."""
    about = f"{names(it, pair)}: {WORDS[pair.verdict].lower()}; {'; '.join(facts(pair))}"
    kind = pair.verdict.split()[0]
    told = {"same": "=", "not judged": "?", "not compared": "–", "other shape": "≠"}.get(pair.verdict)
    if told is None or (pair.verdict == "not judged" and pair.ulps):
        told = number(pair.worst) + ("!" if pair.verdict == "beyond" else "?" if told else "")
    for column, row in ((pair.first, pair.second), (pair.second, pair.first)):
        x, y = MATRIX + column * CELL, HEAD + row * CELL
        square = f'<rect class="{kind}" x="{x}" y="{y}" width="{CELL}" height="{CELL}"/>'
        yield f"<g><title>{text(about)}</title>{square}"
        yield f'<text x="{x + CELL / 2}" y="{y + CELL / 2 + 4}" text-anchor="middle">{told}</text></g>'


def page(results: Sequence[Swapped]) -> str:
    """The page: the picture, the tables, and programs that show where ways differ most."""
    sections = "\n".join("".join(_section(it)) for it in results)
    return _PAGE.format(style=_STYLE, svg=svg(results), sections=sections)


def _section(it: Swapped) -> Iterator[str]:
    yield f"<h2>{text(it.label)}</h2>\n<p>{it.calls} calls{', interrupted' * it.interrupted}.</p>\n"
    for kind, counted in (("left out", it.left_out), ("without a proven value", it.unproven)):
        yield from (f"<p>{kind} {count}: {text(why)}</p>\n" for why, count in counted.items())
    heads = ("way", "worst ulp", "median ulp", "of bound", "repeats", "seconds", "ratio", "notes")
    yield _table(heads, (_way(it, place) for place in range(len(it.ways))))
    yield _table(("pair", "verdict", "facts"), (_meeting(it, pair) for pair in it.pairs))
    pair = furthest(it)
    if pair is not None:
        yield f"<h3>Where they differ most: {text(names(it, pair))}</h3>\n"
        yield f"<pre>{html.escape(foreign.printable(script(it, pair)))}</pre>\n"


def _table(heads: Sequence[str], rows: Iterator[str]) -> str:
    head = "".join(f"<th>{name}</th>" for name in heads)
    return f"<table>\n<tr>{head}</tr>\n{''.join(rows)}</table>\n"


def _way(it: Swapped, place: int) -> str:
    found = it.figures[place]
    head = f"<td>{place + 1} {text(it.ways[place])}</td>"
    if isinstance(found, str) or not found.calls:
        return f'<tr>{head}<td colspan="7">{status(found)}: {text(reason(found))}</td></tr>\n'
    share = f"{found.share:.2g}" if found.judged else "–"
    repeats, times = f"{found.repeated}/{found.calls}", (f"{found.seconds:.2g}", f"{ratio(it, found):.2g}")
    numbers = (number(found.worst), number(found.median), share, repeats, *times)
    cells = "".join(f'<td class="number">{value}</td>' for value in numbers)
    return f"<tr>{head}{cells}<td>{text('; '.join(notes(found)))}</td></tr>\n"


def _meeting(it: Swapped, pair: Meeting) -> str:
    kind = pair.verdict.split()[0]
    return (
        f'<tr class="{kind}"><td>{text(names(it, pair))}</td><td>{WORDS[pair.verdict].lower()}</td>'
        f"<td>{text('; '.join(facts(pair)))}</td></tr>\n"
    )
