"""The option --dtype of commands that take one."""

import click

from ..engine import planning


class DType(click.Choice[str]):
    """A dtype in which laws are tried; of others it is said why they are not."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self.choices and (why := planning.no_dtype(value)):
            self.fail(f"{why}. Expected one of {', '.join(self.choices)}.", param, ctx)
        return str(super().convert(value, param, ctx))
