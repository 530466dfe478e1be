"""The command line as a function: `refimpl.proofs.cli` is the name for use from outside."""

from .commands.main import main

__all__ = ["main"]
