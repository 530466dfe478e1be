"""The one look-up of names: the exact one, else the only one that ends so, else near ones are offered."""

from collections.abc import Iterable, Sequence

from ._errors import UnknownNameError, either

_LISTS = {"erratum": "list errata", "name": "list functions", "library": "survey --list"}
"""The commands that list them; for others, `list` with an s."""
FEW = 12
"""Up to so many known names are told where none is near."""


def ending(name: str, known: Iterable[str]) -> list[str]:
    """The known names of which this is the last part: rotate of rope.rotate, half-split of
    rope.rotate/half-split."""
    return [full for full in known if full.endswith((f".{name}", f"/{name}"))] if name else []


def find(name: str, known: Iterable[str], what: str, *, call: str = "", of: str = "") -> str:
    """The known name that is meant.

    Raises
    ------
    UnknownNameError
        if there is none, or several end so; it offers near names, or tells where all of them are.

    Examples
    --------
    >>> find("rotate", ["rope.rotate", "rope.rotation_matrix"], "function")
    'rope.rotate'
    >>> find("rotat", ["rope.rotate", "rope.yarn"], "function", call="audit")
    Traceback (most recent call last):
    refimpl._errors.UnknownNameError: audit: no function is called 'rotat'; did you mean rope.rotate?
    """
    names = list(known)
    if name in names:
        return name
    meant = ending(name, names)
    if len(meant) == 1:
        return meant[0]
    begin = f"{call}: " if call else ""
    if meant:
        raise UnknownNameError(f"{begin}several {what}s are called {name!r}; {offered(meant)}")
    where = f" of {of}" if of else ""
    raise UnknownNameError(f"{begin}no {what}{where} is called {name!r}; {_advice(name, names, what)}")


def _advice(name: str, names: Sequence[str], what: str) -> str:
    if close := near(name, names):
        return offered(close)
    if len(names) > FEW:
        return f"see `refimpl {_LISTS.get(what, f'list {what}s')}`"
    return f"there are: {', '.join(names) or 'none'}"


def offered(close: Sequence[str]) -> str:
    """The question whether one of some names is meant."""
    return f"did you mean {either(close)}?"


def near(name: str, known: Sequence[str]) -> list[str]:
    """At most four known names that are like one, which may lack the first part, as in full."""
    from difflib import get_close_matches  # noqa: PLC0415  (of use only when something went wrong)

    whole = "." in name or "/" in name
    plain: dict[str, list[str]] = {}
    for full in known:
        form = full if whole else full.replace("/", ".").rpartition(".")[2]
        plain.setdefault(_plain(form), []).append(full)
    return [full for form in get_close_matches(_plain(name), plain, n=4) for full in plain[form]][:4]


def _plain(name: str) -> str:
    return name.replace("_", "-").lower()
