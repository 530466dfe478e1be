"""The command `refimpl doctor`."""

from collections.abc import Sequence

import click

from ... import backends
from ...backends import Diagnosis
from .display import say


@click.command()
def doctor() -> None:
    """Print versions, devices and dtypes of every backend, and how to get what is missing."""
    described(backends.diagnose())


def described(found: Sequence[Diagnosis]) -> None:
    """Every backend: what it is here, or why it is not and how to get it."""
    for it in found:
        if not it.usable:
            say(f"{it.name}: unavailable: {it.reason}", style="yellow")
            say(f"  to get it: {it.install}")
            continue
        say(f"{it.name} {it.version}", style="green")
        say(f"  devices: {', '.join(it.devices)}")
        say(f"  dtypes: {', '.join(it.dtypes)}; a Python float becomes {it.default_dtype}")
        say(f"  flushes subnormals: {', '.join(it.flushes) or 'nowhere'}")
        for failure_text in it.failures:
            say(f"  fails: {failure_text}", style="red")
        for capability, reason in it.lacks.items():
            say(f"  lacks {capability}: {reason}")
        for note in it.notes:
            say(f"  note: {note}")
