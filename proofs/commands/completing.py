"""What a shell completes, beside commands and options: names of functions, laws, documents and backends."""

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _of(names: Callable[[], Iterable[str]]) -> Complete:
    """Completes what begins one of some names, with the document first and then what is in it."""

    def complete(_ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        found = [name for name in names() if name.startswith(begun)]
        if "." not in begun and "/" not in begun:
            found = list(dict.fromkeys(name.partition(".")[0] for name in found)) if len(found) > 1 else found
        return [CompletionItem(name) for name in found]

    return complete


def _functions() -> Iterable[str]:
    from ..engine import registry  # noqa: PLC0415  (all documents, of which commands load what they need)

    return registry.everywhere()


def _laws() -> Iterable[str]:
    from ..engine import catalogue  # noqa: PLC0415

    return catalogue.laws()


def _backends() -> Iterable[str]:
    from ... import backends  # noqa: PLC0415

    return backends.names()


functions, laws, backends_there = map(_of, (_functions, _laws, _backends))
