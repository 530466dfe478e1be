"""What can be used here, and how it behaves: observed, not assumed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ._backend import Backend, BackendUnavailableError, Setting
from ._registry import status


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One backend as found in this process; `reason` is empty if it can be used."""

    name: str
    reason: str = ""
    install: str = ""
    """The command that would make it available."""
    version: str = ""
    devices: tuple[str, ...] = ()
    default_dtype: str = ""
    """The dtype that the library gives to a Python float."""
    dtypes: tuple[str, ...] = ()
    flushes: tuple[str, ...] = ()
    """Where an operation with a subnormal result was seen to give zero: "float32 on cpu"."""
    failures: tuple[str, ...] = ()
    """What failed even at a single product, with the error."""
    lacks: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether the backend can be used here."""
        return not self.reason

    @property
    def x64(self) -> bool:
        """Whether 64-bit floats can be used; for JAX this is a setting of the process."""
        return "float64" in self.dtypes


def flushes(on: Setting) -> bool:
    """Whether half the smallest normal number comes out as zero."""
    with on.current():
        half = on.array(np.full(64, on.precision.smallest)) * on.array(np.full(64, 0.5))
    return not np.all(on.host(half))


def _examine(backend: Backend) -> Diagnosis:
    flushed, failures = [], []
    for device in backend.devices:
        for dtype in backend.dtypes:
            place = f"{dtype} on {device}"
            try:
                if flushes(Setting.of(backend, dtype, device)):
                    flushed.append(place)
            except Exception as error:  # a failing device is a finding
                failures.append(f"{place}: {type(error).__name__}: {error}")
    default = ""
    try:
        made = backend.xp.asarray(1.0).dtype
        default = next((d for d in backend.dtypes if getattr(backend.xp, d) == made), str(made))
    except Exception as error:
        failures.append(f"the default dtype: {type(error).__name__}: {error}")
    return Diagnosis(
        name=backend.name,
        version=backend.version,
        devices=tuple(backend.devices),
        default_dtype=default,
        dtypes=backend.dtypes,
        flushes=tuple(flushed),
        failures=tuple(failures),
        lacks=backend.lacks,
        notes=backend.notes,
    )


def diagnose(names: Iterable[str] | None = None) -> list[Diagnosis]:
    """The backends of these names as they are found here; every known one by default."""
    return [
        Diagnosis(name, found.reason, found.install)
        if isinstance(found, BackendUnavailableError)
        else _examine(found)
        for name, found in status(names).items()
    ]
