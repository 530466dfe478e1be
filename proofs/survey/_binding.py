"""A public function and the one of ours that it should be."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType
from typing import Any, TypeVar

Wrapper = TypeVar("Wrapper", bound=Callable[..., Any])
EXAMPLES = 18
"""Inputs per law, where a binding says nothing else."""


class _Lazy(ModuleType):
    """A module that is imported when something in it is first asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked by those who look at all modules
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


def lazy(module: str) -> Any:
    """A module that need not be there before something in it is asked for.

    Examples
    --------
    >>> lazy("math").floor(2.5)
    2
    """
    return _Lazy(module)


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A public function, the function of ours that it is audited as, and how it is called."""

    library: str
    """The distribution's name."""
    public: str
    """The public function, as its library's users write it."""
    function: str
    """Ours."""
    target: str
    """What is audited, as "module:name": the public function itself, or one here that calls it."""
    adapter: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What options of ours that it lacks stand for in it."""
    backend: str = "numpy"
    dtypes: tuple[str, ...] = ("float64",)
    laws: tuple[str, ...] = ()
    """Only these laws; all about the function by default."""
    examples: int = EXAMPLES
    diagnosed: bool = True
    """Whether it is asked why it is wrong; not where the 60 calls of a diagnosis take a minute."""

    @property
    def name(self) -> str:
        """By which it is asked for."""
        return f"{self.library}/{self.public}"


class Library:
    """A distribution, and the functions of it that are bound."""

    def __init__(self, distribution: str, *, backend: str, dtypes: tuple[str, ...] = ("float64",)) -> None:
        self.distribution, self.bindings = distribution, list[Binding]()
        self._common = {"backend": backend, "dtypes": dtypes}

    @property
    def version(self) -> str | None:
        """The one that is installed; None if none is."""
        try:
            return version(self.distribution)
        except PackageNotFoundError:
            return None

    def function(self, public: str, function: str, target: str, **how: Any) -> None:
        """Bind a public function itself; `how` are fields of Binding."""
        made = {**self._common, **how}
        self.bindings.append(
            Binding(library=self.distribution, public=public, function=function, target=target, **made)
        )

    def bound(self, public: str, function: str, **how: Any) -> Callable[[Wrapper], Wrapper]:
        """Bind a public function by the one below, which calls it."""

        def bind(wrapper: Wrapper) -> Wrapper:
            self.function(public, function, f"{wrapper.__module__}:{wrapper.__name__}", **how)
            return wrapper

        return bind
