"""The functions under test by name, with every result checked for library, dtype and device."""

import traceback
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import array_api_compat

from ..backends import Setting
from .law import Implementation


class ImplementationCrashedError(Exception):
    """An implementation raised; the text has its exception and the last frame."""


class WrongResultError(Exception):
    """An implementation returned another library, dtype or device than it was given."""


class Implementations(Mapping[str, Implementation]):
    """Functions by name: the reference, with some replaced by the ones under test."""

    def __init__(
        self, reference: Mapping[str, Implementation], replaced: Mapping[str, Implementation], on: Setting
    ) -> None:
        self._functions = {**reference, **replaced}
        self._on = on
        self.called: set[str] = set()

    def __getitem__(self, name: str) -> Implementation:
        function = self._functions[name]

        def checked(*args: Any, **kwargs: Any) -> Any:
            self.called.add(name)
            try:
                result = function(*args, **kwargs)
            except Exception as error:
                last = traceback.extract_tb(error.__traceback__)[-1]
                raise ImplementationCrashedError(
                    f"{name} raised {type(error).__name__}: {error} (line {last.lineno}: {last.line})"
                ) from error
            self._admit(name, result)
            return result

        return checked

    def __iter__(self) -> Iterator[str]:
        return iter(self._functions)

    def __len__(self) -> int:
        return len(self._functions)

    def _admit(self, name: str, result: Any) -> None:
        """Require every array in the result to be of the setting's library, dtype and device."""
        on = self._on
        for array in _arrays(result):
            if array_api_compat.array_namespace(array) is not on.xp:
                raise WrongResultError(
                    f"{name} returned a {type(array).__name__} for {on.backend.name} input"
                )
            if on.xp.isdtype(array.dtype, "real floating") and array.dtype != on.dtype:
                raise WrongResultError(f"{name} returned {array.dtype} for {on.dtype} input")
            device = array_api_compat.device(array)
            if device != on.device and str(device) != str(on.device):
                raise WrongResultError(f"{name} returned an array on {device} for input on {on.device}")


def _arrays(result: Any) -> Iterator[Any]:
    """Every array in a result, however it is packed."""
    if isinstance(result, tuple | list):
        for part in result:
            yield from _arrays(part)
    elif isinstance(result, Mapping):
        yield from _arrays(list(result.values()))
    elif is_dataclass(result) and not isinstance(result, type):
        yield from _arrays([getattr(result, field.name) for field in fields(result)])
    elif array_api_compat.is_array_api_obj(result):
        yield result
