"""The argument PATTERNS, and what is said of documents that were left out."""

from typing import Any

import click

from ..engine import exits, installed
from . import output

_ALL = "refimpl.all"
"""Where a command's context keeps whether everything was asked for."""


def _kept(context: click.Context, _parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    remember(context, value)
    return value


def remember(context: click.Context, wanted: tuple[str, ...]) -> None:
    """Remember whether everything was asked for: a campaign that is resumed was told so before."""
    context.meta[_ALL] = not wanted


def argument(command: Any) -> Any:
    """The argument: shell wildcards of names, or names of documents; none for everything."""
    return click.argument("patterns", nargs=-1, callback=_kept)(command)


def notes() -> list[str]:
    """Which documents were left out, and why, if anybody looked."""
    return [f"note: left out: {why}" for why in installed.left_out().values()] if installed.looked() else []


def code(context: click.Context, wanted: int) -> int:
    """The exit code of a command, once it is said which documents were left out, and why."""
    for note in (left_out := notes()):
        output.complain(note)
    lacking = left_out and context.meta.get(_ALL) and wanted in (exits.HELD, exits.IMPRECISE)
    return exits.INCOMPLETE if lacking else wanted
