"""How a backend is found by name: refimpl's own, and those of installed entry points."""

import importlib
from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points

from .._libraries import tell
from ._backend import Backend, BackendUnavailableError, Setting

_OWN = ("numpy", "torch", "jax", "cupy", "dask", "dpnp", "strict", "ball")
_GROUP = "refimpl.backends"


def names() -> tuple[str, ...]:
    """Every known backend, refimpl's own first, then those of installed entry points."""
    others = sorted({point.name for point in entry_points(group=_GROUP)} - set(_OWN))
    return (*_OWN, *others)


def libraries() -> tuple[str, ...]:
    """The known backends that are array libraries: all but `ball`, whose numbers are intervals."""
    return tuple(name for name in names() if name != "ball")


def chosen(wanted: Iterable[str]) -> list[str]:
    """The backends that are asked for, each once: "all" stands for every array library."""
    given = list(wanted)
    return [it for it in dict.fromkeys([*(libraries() if "all" in given else ()), *given]) if it != "all"]


def check_name(name: str) -> None:
    """Require the name of a backend that is known, installed or not, or of an Array API module.

    Raises
    ------
    UnknownNameError, BackendUnavailableError
        if it is none.
    """
    if name not in _OWN and name not in names():
        get(name)


def _find(name: str) -> tuple[str | EntryPoint, str]:
    """Where the backend of that name is made, and the command that installs it."""
    if name in _OWN:
        return f".{name}", "pip install --upgrade refimpl"  # each says how its library is installed
    for point in entry_points(group=_GROUP, name=name):
        return point, f"pip install --upgrade {point.dist.name if point.dist else point.module}"
    from .._names import find  # noqa: PLC0415  (an error)

    return _find(find(name, names(), "backend"))


def _make(place: str | EntryPoint) -> Backend:
    if isinstance(place, str):
        own: Backend = importlib.import_module(place, __package__).make()
        return own
    backend = place.load()()
    if not isinstance(backend, Backend):
        raise TypeError(f"made a {type(backend).__name__}, not a refimpl.backends.Backend")
    if backend.name != place.name:
        raise ValueError(
            f"the entry point is {place.name}, but the backend {backend.name}: give both one name"
        )
    _join(backend)
    return backend


def _join(backend: Backend) -> None:
    """Let a backend of somebody's own bring its namespace and its way to NumPy; numbers must come back."""
    for dtype in backend.dtypes:
        on = Setting.of(backend, dtype)
        with on.current():
            array = on.array([0.5, 1.5])
            tell(array, backend.xp, backend.to_numpy)
            if (back := on.host(array).tolist()) != [0.5, 1.5]:
                raise ValueError(f"its {dtype} array of 0.5 and 1.5 comes to NumPy as {back}")


def _any_module(name: str) -> Backend:
    from . import _any  # noqa: PLC0415

    backend = _any.make(name)
    try:
        _join(backend)
    except Exception as error:
        raise _any.unusable(name, f"{type(error).__name__}: {error}") from error
    return backend


def get(name: str) -> Backend:
    """The backend of that name, as its library is configured now; or any Array API module, by the name
    "package.module" or "package.module:attribute", with what can be found out about it (see `_any`).

    Raises
    ------
    UnknownNameError
        if no backend has that name.
    BackendUnavailableError
        if its library is not installed, fails to load, or has no device; or if what an entry point gives is
        no `Backend`, is called otherwise, or does not bring numbers back as they were.

    Examples
    --------
    >>> get("numpy").dtypes
    ('float64', 'float32', 'float16')
    """
    if name not in _OWN and name not in names() and ("." in name or ":" in name):
        return _any_module(name)
    place, install = _find(name)
    try:
        return _make(place)
    except BackendUnavailableError:
        raise
    except Exception as error:  # a broken installation is a reason, not a crash
        raise BackendUnavailableError(name, f"{type(error).__name__}: {error}", install) from error


def status(wanted: Iterable[str] | None = None) -> dict[str, Backend | BackendUnavailableError]:
    """The backends of these names, or the reasons why they cannot be used; every known one by default."""
    found: dict[str, Backend | BackendUnavailableError] = {}
    for name in names() if wanted is None else wanted:
        try:
            found[name] = get(name)
        except BackendUnavailableError as reason:
            found[name] = reason
    return found


def available() -> tuple[str, ...]:
    """Names of the backends that can be used here.

    Examples
    --------
    >>> "numpy" in available()
    True
    """
    return tuple(name for name, backend in status().items() if isinstance(backend, Backend))
