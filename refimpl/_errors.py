"""The exceptions of refimpl: what was wrong, what was got, what was expected, in which call."""

from collections.abc import Sequence

__all__ = [
    "DTypeError",
    "DomainError",
    "NamespaceError",
    "RefimplError",
    "ShapeError",
    "UndecidedError",
    "UnknownNameError",
]


class RefimplError(Exception):
    """Any error that refimpl raises on purpose."""


class ShapeError(RefimplError, ValueError):
    """An array has the wrong number or length of axes."""


class DTypeError(RefimplError, TypeError):
    """An array has the wrong kind of dtype, or a dtype that the backend lacks."""


class NamespaceError(RefimplError, TypeError):
    """An argument is no array, or the arrays come from more than one library."""


class DomainError(RefimplError, ValueError):
    """A value lies outside the domain of the definition."""


class UndecidedError(RefimplError, ArithmeticError):
    """Numbers are known too coarsely for an answer that would be proven; more precision may give one."""


class UnknownNameError(RefimplError, LookupError):
    """A law, function, mistake or backend of that name does not exist."""


class Named(str):
    """An error text that begins with the name of the call, which nobody puts before it again."""

    __slots__ = ()


def message(argument: str, got: object, expected: str, advice: str = "") -> str:
    """The one form of refimpl's error texts; `@public` puts the function's name before it."""
    text = f"{argument}: got {got}; expected {expected}"
    return f"{text}. {advice}" if advice else text


def told(call: str, argument: str, got: object, expected: str, advice: str = "") -> Named:
    """The same of what is no public function of a document, with its name."""
    return Named(f"{call}: {message(argument, got, expected, advice)}")


def put_name(call: str, error: RefimplError) -> None:
    """Put the name of the call before an error's text, unless there is one."""
    if not isinstance(error.args[0], Named):
        error.args = (Named(f"{call}: {error.args[0]}"), *error.args[1:])


def either(words: Sequence[str]) -> str:
    """Several words as "a, b or c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def kind(value: object) -> str:
    """What a value is, with its article: a list, an ndarray."""
    name = type(value).__name__
    return f"{'an' if name[:1] in 'aeioAEIO' or name.startswith('nd') else 'a'} {name}"


def shown(value: object) -> str:
    """A value in an error text: short, and whatever it is."""
    try:
        text = repr(value)
    except Exception:  # a very large integer, or a class with a fault of its own
        text = kind(value)
    return text if len(text) <= 100 else f"{text[:60]} … {text[-20:]}"
