"""The page of a report, from its JSON: one file that needs no network and no script."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..._errors import RefimplError
from ..engine import foreign
from ..engine.report import VERSION
from . import extra

if TYPE_CHECKING:
    from jinja2 import Environment

    from .parts import Page, Part

COMMANDS = ("audit", "prove", "campaign", "selftest", "certify", "accuracy", "sensitivity", "swap", "survey")
"""Whose reports have a page."""


class ReportError(RefimplError, ValueError):
    """What is no report, or is one of another version."""


def read(file: Path, *, call: str = "", wanted: str = "what a command writes with --json") -> Any:
    """A report as JSON, as a command has written it.

    Raises
    ------
    ReportError
        if it is no JSON.
    """
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:  # also what is no UTF-8
        raise ReportError(f"{call}{file}: got no JSON ({error}); expected {wanted}") from error


def html(data: Mapping[str, Any], *, fragment: bool = False) -> str:
    """The page of a report as JSON holds it; with `fragment` what goes into another page.

    Raises
    ------
    ReportError
        if it is no report that has a page.
    MissingExtraError
        if what pages are made with is not installed.
    """
    extra.PAGES.need("a page")
    _check(data)
    try:
        page = _page(data)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise ReportError(
            f"got a report that does not follow docs/reports.schema.json ({foreign.raised(error)}); expected "
            f"what `refimpl {data['command']} --json` writes"
        ) from error
    style = (_HERE / "style.css").read_text(encoding="utf-8")
    return (
        _environment().get_template("page.html.j2").render(page=page, style=_plain(style), fragment=fragment)
    )


_HERE = Path(__file__).parent


def _check(data: Any) -> None:
    name = data.get("schema") if isinstance(data, Mapping) else None
    if not isinstance(name, str) or not name.startswith("refimpl."):
        raise ReportError("got JSON that is no report; expected what a command writes with --json")
    command, _, version = name.removeprefix("refimpl.").partition("/")
    if command not in COMMANDS or data.get("command") != command:
        raise ReportError(f"got a report of {command!r}; expected one of {', '.join(COMMANDS)}")
    if version != str(VERSION):
        raise ReportError(f"got a report of version {version}; expected {VERSION}: run the command again")


def _page(data: Mapping[str, Any]) -> "Page":
    from .parts import Page  # noqa: PLC0415  (the extra)

    parts = list(_parts(data["command"])(data))
    name = next((part.name for part in parts if part.name), "")
    summary = data["summary"] if isinstance(data["summary"], Mapping) else {}
    total = summary.get("total") or f"{len(data['results'])} results in {data['seconds']:.1f} s"
    if data["interrupted"] and "interrupted" not in total:
        total += "; interrupted"
    given = [*data["settings"].items(), *data["versions"].items()]
    return Page(
        " – ".join(text for text in ("refimpl", data["command"], name) if text),
        f"refimpl {data['command']}", parts, total, data["command_line"],
        [(name, _told(value)) for name, value in given if value not in ({}, [], None, "")],
    )  # fmt: skip


def _parts(command: str) -> Callable[[Mapping[str, Any]], "Iterator[Part]"]:
    from . import audits, laws, measured, surveys, swaps  # noqa: PLC0415

    return {
        "audit": audits.parts, "swap": swaps.parts, "survey": surveys.parts, "accuracy": measured.accuracy,
        "sensitivity": measured.sensitivity, "certify": laws.certified,
    }.get(command, laws.parts)  # fmt: skip


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_told(part)}" for name, part in value.items())
    return ", ".join(map(_told, value)) if isinstance(value, list) else str(value)


def _plain(style: str) -> Any:
    from markupsafe import Markup  # noqa: PLC0415

    return Markup(style)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415
    from markupsafe import Markup  # noqa: PLC0415

    def finalize(value: Any) -> Any:
        return foreign.printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    return Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=finalize,
    )  # fmt: skip
