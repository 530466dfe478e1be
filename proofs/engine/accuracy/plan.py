"""Which functions are measured in which settings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .... import backends
from ...._errors import DTypeError, UnknownNameError, told
from ....backends import BackendUnavailableError, Setting
from ....backends._backend import FORMATS
from .. import catalogue
from .measure import Accuracy, Effort, measure

PROVER = "ball"
"""The backend that has the exact values; it is not measured."""


@dataclass(frozen=True, slots=True)
class Task:
    """One function in one setting; small and picklable."""

    function: str
    backend: str
    dtype: str
    device: str | None
    effort: Effort

    def run(self) -> Accuracy:
        """Measure it; a backend or dtype that cannot be used gives the reason."""
        blank = Accuracy(
            self.function, self.backend, self.dtype, "not measured",
            device=self.device or "", seed=self.effort.seed,
        )  # fmt: skip
        try:
            on = Setting.of(backends.get(self.backend), self.dtype, self.device)
        except (BackendUnavailableError, DTypeError, UnknownNameError) as error:
            return replace(blank, reason=str(error))
        try:
            with on.current():
                return measure(self.function, on, self.effort)
        except Exception as error:  # a fault of one measurement must not lose the others
            return replace(blank, status="failed", reason=f"{type(error).__name__}: {error}")

    def lost(self, why: str) -> Accuracy:
        """The result if the process that measured it died."""
        reason = f"{why}; run it alone with --jobs 1"
        return Accuracy(self.function, self.backend, self.dtype, "failed", reason, self.device or "")


def plan(
    patterns: Sequence[str],
    *,
    backend: Sequence[str],
    dtype: Sequence[str],
    device: str | None,
    effort: Effort,
) -> list[Task]:
    """The tasks for all functions that match the patterns, in all settings."""
    chosen = catalogue.select(patterns, catalogue.functions(), "function")
    for name in backend:
        backends.check_name(name)
        if name == PROVER:
            others = ", ".join(backends.libraries())
            raise UnknownNameError(told("accuracy", "backend", name, f"one of {others}", "It has the truth"))
    for it in dtype:
        if it not in FORMATS:
            raise DTypeError(told("accuracy", "dtype", it, f"one of {', '.join(FORMATS)}"))
    return [
        Task(function, name, it, device, effort) for function in chosen for name in backend for it in dtype
    ]
