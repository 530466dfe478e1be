"""An erratum: a statement that fails as printed, its counterexample, and what holds instead."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ...backends import Setting
from .judge import Finding, judge
from .law import Record, Tolerance


@dataclass(frozen=True, slots=True)
class Erratum:
    """Both checks run on the same counterexample: the printed statement must be refuted there
    and the corrected one must hold. `laws` check the correction on all inputs."""

    id: str
    source: str
    printed: str
    corrected: str
    counterexample: str
    """The counterexample in words and numbers."""
    check_printed: Callable[[Setting], Iterable[Record]]
    check_corrected: Callable[[Setting], Iterable[Record]]
    tolerance: Tolerance
    laws: tuple[str, ...]

    def judge(self, on: Setting) -> tuple[list[Finding], list[Finding]]:
        """What the printed and the corrected statement give at the counterexample."""
        return (
            [judge(record, self.tolerance, on) for record in self.check_printed(on)],
            [judge(record, self.tolerance, on) for record in self.check_corrected(on)],
        )
