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


def code(context: click.Context, wanted: int) -> int:
    """The exit code of a command, once it is said which documents were left out, and why."""
    left_out = installed.left_out() if installed.looked() else {}
    for why in left_out.values():
        output.complain(f"note: left out: {why}")
    lacking = left_out and context.meta.get(_ALL) and wanted in (exits.HELD, exits.IMPRECISE)
    return exits.INCOMPLETE if lacking else wanted
