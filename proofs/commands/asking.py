"""What `refimpl audit` asks of somebody who has not said which function of refimpl his is."""

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from ..auditing import session
from ..auditing.objects import TargetError
from ..engine import catalogue
from . import display

TOLD = 20
"""So many functions of a module are told, at most."""


def name_of(target: str | None, seconds: float) -> dict[str, str]:
    """What is audited as what, when it was not said: asked on a terminal, else refused with candidates."""
    if target is None:
        raise TargetError(
            "which function is it? Give TARGET, such as port.py:rotate; see `refimpl audit --help`"
        )
    try:
        likely = session.guess(target, seconds)
    except TargetError as error:
        if target in catalogue.functions():  # and no module of theirs
            raise TargetError(of_ours(target)) from error
        raise
    if ":" not in target:
        raise TargetError(_of_module(target, likely))
    offered = next(iter(likely.values()))
    if not offered:
        raise TargetError(_UNKNOWN)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise TargetError(
            f"{_QUESTION} By its name and parameters perhaps {', '.join(offered)}: "
            f"give --as {offered[0]}, or another; see `refimpl list functions`"
        )
    return {_chosen(target, offered): target}


def of_ours(name: str, target: str = "FILE.py:FUNCTION") -> str:
    """What to write where a name of refimpl's is given for what should be audited as it."""
    return f"{name} is refimpl's own; write: refimpl audit {target} --as {name}"


_QUESTION = "which function of refimpl is it?"
_UNKNOWN = f"{_QUESTION} Give --as NAME; see `refimpl list functions`"


def _chosen(target: str, offered: tuple[str, ...]) -> str:
    """The one that is chosen on a terminal."""
    width = max(map(len, offered))
    display.say(f"{target} may be, by its name and parameters,")
    for number, name in enumerate(offered, 1):
        display.say(f"  {number}  {name:<{width}}  {catalogue.functions()[name].summary}")
    number = click.prompt(
        "Which one (0: none of these)", type=click.IntRange(0, len(offered)), default=1, err=True
    )
    if not number:
        raise TargetError(_UNKNOWN)
    return offered[number - 1]


def _of_module(target: str, likely: Mapping[str, tuple[str, ...]]) -> str:
    """What the functions of a module may be, in lines that can be copied."""
    if not likely:
        return f"{target}: no function in it has a name like one of refimpl; give --as NAME={target}:FUNCTION"
    module = Path(target).name
    lines = [
        f"  --as {names[0]}={target}:{function}" + (f"   or {', '.join(names[1:3])}" if names[1:] else "")
        for function, names in list(likely.items())[:TOLD]
    ]
    more = [f"  and {len(likely) - TOLD} more"] if len(likely) > TOLD else []
    return "\n".join(
        [f"which functions of {module} are meant? By names and parameters perhaps", *lines, *more]
    )
