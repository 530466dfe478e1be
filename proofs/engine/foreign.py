"""What foreign code says: messages, names, texts of objects. It comes to terminals, HTML and JSON through
here: on one line, with everything escaped that is not printed as itself, and cut.

>>> line("held\\x1b[2J\\nall laws held")
'held\\\\x1b[2J\\\\nall laws held'
>>> line("x" * 1000, 10)
'xxxxxxxxxx… (1000 characters)'
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

Answer = TypeVar("Answer")

MOST = 400
"""Characters of one message."""
_MOST_IN_ALL = 4000
"""Characters of one text of a report, which may be made of several."""
_PROGRAMS = ("script",)
"""Fields that have lines, whatever length they are."""
_OURS = ("case",)
"""Fields that laws fill."""


def line(value: Any, most: int = MOST) -> str:
    """The text of anything, also of what has none."""
    try:
        text = str.__str__(str(value))  # a text of a class of its own becomes an ordinary one
    except BaseException as error:  # foreign code may raise anything
        if isinstance(error, KeyboardInterrupt):
            raise
        return f"<{kind(value)} without a text>"
    told = _escaped(text[:most])
    return told if len(text) <= most else f"{told}… ({len(text)} characters)"


def printable(text: str) -> str:
    """Lines of which each character is printed as itself."""
    return _escaped(text, "\n")


def shown(value: Any) -> str:
    """The representation of anything, also of what has none."""
    try:
        return line(repr(value))
    except Exception:  # foreign code may raise anything
        return f"<{kind(value)} without a representation>"


def _escaped(text: str, kept: str = "") -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in kept else ascii(c)[1:-1] for c in text)


def kind(value: Any) -> str:
    """The name of a value's class, whatever that says of itself."""
    found = type.__dict__["__name__"].__get__(type(value))
    return line(found, 80)


def raised(error: BaseException) -> str:
    """An exception in words."""
    text = line(error)
    return f"{kind(error)}: {text}" if text else kind(error)


def name(function: Any) -> str:
    """What a function calls itself; its class, if that is no text."""
    for attribute in ("__qualname__", "__name__"):
        try:
            found = getattr(function, attribute, None)
        except Exception:  # foreign code may raise anything
            continue
        if isinstance(found, str) and found:
            return line(found, 120)
    return kind(function)


def cleaned(answer: Answer) -> Answer:
    """An answer of the audited process with all its texts so that they can be printed."""
    return _cleaned(answer)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return line(value, _MOST_IN_ALL)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            field.name: _program(part) if field.name in _PROGRAMS else _cleaned(part)
            for field in fields(value)
            if field.name not in _OURS and (part := getattr(value, field.name)) is not None
        }
        return replace(value, **changed)
    if isinstance(value, Mapping):
        return {_cleaned(key): _cleaned(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_cleaned(part) for part in value)
    return value


def _program(text: Any) -> Any:
    return printable(text) if isinstance(text, str) else text
