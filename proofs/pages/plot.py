"""Errors against inputs as a picture: SVG for a page, in its colours and letters, light and dark.

Axes are logarithmic. What a logarithm cannot show has a place of its own: no error below the axis, NaN and
infinity above it.
"""

import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 5.0, 2.9
"""In inches of 72 units; letters are of 8 to 9 units, so that a phone shows them in their size."""
LEAST = 0.01
"""Ulps below which errors are not told apart."""
COLOURS = {
    "back": ("#010101", "#ffffff"), "ink": ("#020202", "#1b1f24"), "faint": ("#030303", "#5f6a76"),
    "line": ("#040404", "#e3e7ec"), "first": ("#050505", "#0b63a5"), "over": ("#060606", "#b3261e"),
}  # fmt: skip
"""The custom properties of a page that colours are taken from: what stands for each while it is drawn, and
the colour where a page does not say."""


@dataclass(frozen=True, slots=True)
class Points:
    """Errors at inputs of one kind."""

    label: str
    x: Sequence[float]
    """The sizes of the inputs, or the steps of a schedule."""
    y: Sequence[float]
    """The errors; NaN and infinity are shown above all numbers."""
    bounds: Sequence[float] = ()
    """What is allowed at each; nothing where nothing is."""


def errors(
    series: Sequence[Points], *, x_label: str, y_label: str = "error in ulps", bound: float | None = None,
    bound_label: str = "allowed", title: str = "errors", digits: float | None = None,
) -> Markup:  # fmt: skip
    """Errors in ulps against the size of inputs as SVG, with what is allowed at each, or at all.

    Every series has a panel of its own, since sizes of one kind may lie a hundred decades beside those of
    another. With `digits`, the decimal digits of the format, the right axis tells how many are left.
    """
    series = [it for it in series if len(it.x)] or [Points("", (), ())]
    heights = [y for it in series for y in (*it.y, *it.bounds)] + ([] if bound is None else [bound])
    axis_y = _Axis(heights, least=LEAST)

    def draw(figure: "Figure") -> None:
        panels = figure.subplots(1, len(series), sharey=True, squeeze=False)[0]
        figure.supxlabel(x_label, size=8.5)
        panels[0].set_ylabel(y_label)
        for axes, it in zip(panels, series, strict=True):
            _panel(axes, it, bound, bound_label, axis_y, 3 if len(series) < 4 else 2)
            axes.set_title(it.label, size=8, loc="left", color=_colour("faint"))
        if digits is not None:
            _digits(panels[-1], axis_y, digits)
        _legend(figure, panels[0])

    return picture(draw, title)


def picture(
    draw: Callable[["Figure"], object], title: str, *, size: tuple[float, float] = (WIDTH, HEIGHT)
) -> Markup:
    """What a function draws on a figure of matplotlib, as SVG in the colours of the page."""
    import matplotlib as library  # noqa: PLC0415  (an extra)
    from matplotlib.figure import Figure  # noqa: PLC0415

    style: Any = {**library.rcParamsDefault, **_STYLE}
    style.pop("backend", None)  # it is the process's
    with library.rc_context(style):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    return Markup(_cleaned(out.getvalue(), title))


def _colour(name: str) -> str:
    return COLOURS[name][0]


_STYLE: Mapping[str, Any] = {
    "svg.fonttype": "none", "svg.hashsalt": "refimpl", "font.family": "sans-serif", "font.size": 8,
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": _colour("faint"),
    "axes.linewidth": 0.6, "axes.labelcolor": _colour("ink"), "axes.labelsize": 8.5,
    "text.color": _colour("ink"), "axes.facecolor": "none", "figure.facecolor": "none",
    "savefig.facecolor": "none", "xtick.color": _colour("faint"), "ytick.color": _colour("faint"),
    "xtick.labelcolor": _colour("ink"), "ytick.labelcolor": _colour("ink"), "axes.grid": True,
    "grid.color": _colour("line"), "grid.linewidth": 0.6, "axes.axisbelow": True,
}  # fmt: skip


class _Axis:
    """A logarithmic axis: the decade of a number, with a place for 0, also for what is below the least that
    is told apart, and one for what is not finite."""

    def __init__(self, values: Sequence[float], *, most: int = 7, least: float = 0.0) -> None:
        self.least = least
        sizes = [abs(it) for it in values if math.isfinite(it) and abs(it) > least]
        self.low = math.floor(math.log10(min(sizes, default=1.0)) + 1e-9)
        self.high = max(math.ceil(math.log10(max(sizes, default=1.0)) - 1e-9), self.low + 1)
        self.step = max(1, math.ceil((self.high - self.low) / most))
        small = [it for it in values if abs(it) <= least]
        self.zero = ["0" if not any(small) else f"<{least:g}"] * bool(small)
        self.beyond = ["∞"] * any(not math.isfinite(it) for it in values)

    def __call__(self, value: float) -> float:
        if not math.isfinite(value):
            return self.high + self.step
        return math.log10(abs(value)) if abs(value) > self.least else self.low - self.step

    @property
    def limits(self) -> tuple[float, float]:
        """From where to where it goes."""
        return self.low - self.step * (len(self.zero) + 0.35), self.high + self.step * (
            len(self.beyond) + 0.35
        )

    def ticks(self) -> tuple[list[float], list[str]]:
        """Where it says what."""
        decades = list(range(self.low, self.high + 1, self.step))
        places = (
            [self(0.0) for _ in self.zero] + [*map(float, decades)] + [self(math.inf) for _ in self.beyond]
        )
        return places, self.zero + [_power(it) for it in decades] + self.beyond


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_PLAIN = {-2: "0.01", -1: "0.1", 0: "1", 1: "10", 2: "100"}


def _power(exponent: int) -> str:
    return _PLAIN.get(exponent) or "10" + str(exponent).translate(_RAISED)


def _ticks(axis: Any, scale: _Axis, limit: Any) -> None:
    places, texts = scale.ticks()
    axis.set_ticks(places, texts)
    axis.set_tick_params(length=0)
    limit(*scale.limits)


def _panel(axes: "Axes", it: Points, bound: float | None, label: str, y: _Axis, most: int) -> None:
    x = _Axis(it.x, most=most)
    _ticks(axes.xaxis, x, axes.set_xlim)
    _ticks(axes.yaxis, y, axes.set_ylim)
    bounds = it.bounds if bound is None else [bound] * len(it.x)
    allowed = [(x(a), y(b)) for a, b in zip(it.x, bounds, strict=bool(bounds)) if math.isfinite(b)]
    _bounds(axes, allowed, label, y)
    beyond = [not (error <= b) for error, b in zip(it.y, bounds or [math.inf] * len(it.x), strict=True)]
    for colour, chosen in (("first", False), ("over", True)):
        places = [place for place, it in enumerate(beyond) if it is chosen]
        axes.plot(
            [x(it.x[place]) for place in places], [y(it.y[place]) for place in places], "o", markersize=4.4,
            markerfacecolor=_colour(colour), markeredgecolor=_colour("back"), markeredgewidth=0.5,
        )  # fmt: skip


def _bounds(axes: "Axes", allowed: Sequence[tuple[float, float]], label: str, y: _Axis) -> None:
    """The bound as a line where it is one, and else a dash at each input; what is above it is not allowed."""
    heights = [height for _, height in allowed]
    if heights and max(heights) - min(heights) < 0.01:
        axes.axhline(heights[0], color=_colour("over"), linewidth=1, linestyle=(0, (4, 2)), label=label)
        axes.axhspan(heights[0], y.limits[1], color=_colour("over"), alpha=0.07, linewidth=0)
    elif allowed:
        across, up = zip(*allowed, strict=True)
        axes.plot(across, up, "_", color=_colour("over"), markersize=6, markeredgewidth=1.1, label=label)


def _digits(axes: "Axes", y: _Axis, digits: float) -> None:
    """How many decimal digits errors leave, on the right."""
    places, _ = y.ticks()
    right = axes.secondary_yaxis("right")
    left = {place: round(digits - place) for place in places if 0 <= place <= min(y.high, digits)}
    right.set_yticks(list(left), [str(it) for it in left.values()])
    right.set_ylabel("digits left")
    right.tick_params(length=0)
    right.spines["right"].set_visible(False)


def _legend(figure: "Figure", axes: "Axes") -> None:
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        figure.legend(
            handles, labels, loc="outside upper left", ncols=4, frameon=False, handletextpad=0.3,
            columnspacing=1.2, borderpad=0.1,
        )  # fmt: skip


def _cleaned(svg: str, title: str) -> str:
    """The picture without what a page has itself: head, metadata, size, fonts and names."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<style type=\"text/css\">.*?</style>", "", svg, flags=re.DOTALL)
    used = set(re.findall(r"#([\w.-]+)[\")]", svg))
    svg = re.sub(r' id="([\w.-]+)"', lambda it: it[0] if it[1] in used else "", svg)
    svg = re.sub(r"font: ([\d.]+)px [^;\"]+|font-family: [^;\"]+;? ?", _size, svg)
    for name, (drawn, fallback) in COLOURS.items():
        svg = svg.replace(drawn, f"var(--{name}, {fallback})")
    head = f'<svg class="plot" role="img" aria-label="{escape(title)}" '
    svg = re.sub(r'<svg ([^>]*?) ?width="[^"]+" height="[^"]+"', lambda it: head + it[1], svg, count=1)
    return re.sub(r"\s*\n\s*", "\n", svg).strip()


def _size(found: re.Match[str]) -> str:
    return f"font-size: {found[1]}px" if found[1] else ""
