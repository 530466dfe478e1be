"""The command `refimpl doctor`."""

import click

from ... import backends
from . import display


@click.command()
def doctor() -> None:
    """Print versions, devices and dtypes of every backend, and how to get what is missing."""
    display.doctor(backends.diagnose())
