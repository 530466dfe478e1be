"""The figures of the last `prove`, which `show` prints."""

import json
from pathlib import Path
from typing import Any

import click

from . import output

LAST = Path(click.get_app_dir("refimpl")) / "last-prove.json"
"""Where `prove` leaves its figures for `show`."""


def remember(text: str) -> None:
    """Keep the figures for `refimpl show`; a home that cannot be written is no reason to fail."""
    try:
        LAST.parent.mkdir(parents=True, exist_ok=True)
        output.write(LAST, text)
    except OSError as error:
        output.complain(f"note: figures not kept for `refimpl show`: {error}")


def last() -> list[dict[str, Any]]:
    """The results; none if there are none yet, or the file was cut off while it was written."""
    try:
        results: list[dict[str, Any]] = json.loads(LAST.read_text(encoding="utf-8"))["results"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return results
