"""Files that commands write, as a type of their options."""

import os
from pathlib import Path
from typing import Any

import click


class OutputFile(click.Path):
    """A file to write; one that cannot be is refused before the work is done, not after."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            self.fail(f"cannot write {path}: no such folder, or no permission", param, ctx)
        return path
