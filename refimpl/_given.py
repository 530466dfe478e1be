"""Checks of what is neither array nor number: records, functions among the arguments, their results."""

from collections.abc import Callable
from typing import Any

from . import _libraries, _xp
from ._errors import DTypeError, ShapeError, kind, message, shown
from ._typing import Array


def check_record(name: str, value: Any, wanted: type, advice: str = "") -> None:
    """Require a record of one kind, such as a schedule."""
    if not isinstance(value, wanted):
        raise DTypeError(message(name, kind(value), f"a {wanted.__name__}", advice))


def check_function(name: str, value: Any) -> None:
    """Require something that can be called."""
    if not callable(value):
        raise DTypeError(message(name, shown(value), "a function"))


def checked(name: str, function: Any) -> Callable[..., Array]:
    """A caller's function of arrays, whose results are held to be real floating, of the library of its last
    argument and of that one's shape, to which numbers and arrays that broadcast are brought."""
    check_function(name, function)

    def held(*args: Array) -> Array:
        return as_given(name, called(name, function, *args), args[-1])

    return held


def as_given(name: str, value: Any, like: Array) -> Array:
    """What a caller's function gave, in the shape of `like`."""
    name = f"the result of {name}"
    if not _libraries.is_array(value) and _xp.is_number(value, "__float__"):
        value = _xp.namespace(**{"its argument": like}).zeros_like(like) + value
    xp = _xp.namespace(**{name: value, "its argument": like})
    _xp.floating(xp, **{name: value})
    shape = tuple(like.shape)
    if tuple(value.shape) == shape:
        return value
    pairs = zip(value.shape[::-1], shape[::-1], strict=False)
    if value.ndim > len(shape) or any(n not in (1, m) for n, m in pairs):
        raise ShapeError(message(name, f"shape {tuple(value.shape)}", f"{shape}, that of its argument"))
    return xp.broadcast_to(value, shape)


def raised(error: BaseException) -> bool:
    """Whether an error comes out of a caller's function: it is that function's own then."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        inside = at.tb_next.tb_frame.f_code
        if at.tb_frame.f_code is called.__code__ and inside is not check_function.__code__:
            return True
        at = at.tb_next
    return False


def called(name: str, function: Any, *args: Any) -> Any:
    """What a caller's function gives; one that cannot take the arguments is refused."""
    check_function(name, function)
    try:
        return function(*args)
    except Exception as error:
        if error.__traceback__ is not None and error.__traceback__.tb_next is not None:
            raise  # in its own code
        got, expected = f"a function that does not take them: {error}", f"a function of {len(args)} arrays"
        raise DTypeError(message(name, got, expected)) from error
