"""What the laws say of a function of a public library, as data that needs none of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Seen:
    """The version of a library that was audited."""

    version: str
    date: str = ""
    """The day, of those that are audited by hand; empty of those that every run of CI audits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What came out of the audit of a binding."""

    binding: str
    """Its name in refimpl.proofs.survey, such as "torch/softmax"."""
    fails: Mapping[str, str] = field(default_factory=dict)
    """Laws that it violates, and the first kind of inputs that shows it."""
    lost: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Where the formula is right and digits are lost: by kind of input, about how many are left in the median
    and at a tenth of the calls. All laws that fail are then imprecise ones."""
    too_few: bool = False
    """Whether so few are left at ordinary inputs that the answer is "wrong"."""
    edges: tuple[str, ...] = ()
    """Where practice differs, and so does it, as "name=value"."""
    short: str = ""
    """The finding in two or three words."""
    finding: str = ""
    """What was found, or what limits the verdict; test_findings.py shows each of them by plain code."""

    @property
    def package(self) -> str:
        """The distribution's name."""
        return self.binding.partition("/")[0]

    @property
    def public(self) -> str:
        """The public function."""
        return self.binding.partition("/")[2]

    @property
    def verdict(self) -> str:
        """What `report.verdict` is."""
        if self.fails and (self.too_few or not self.lost):
            return "refuted"
        return "imprecise" if self.lost else "edge" if self.edges else "held"

    @property
    def answer(self) -> str:
        """In words for the tables."""
        words = {"held": "right", "edge": "right", "imprecise": "**imprecise**", "refuted": "**wrong**"}
        return words[self.verdict] + (f", except at {', '.join(self.edges)}" if self.edges else "")

    @property
    def digits(self) -> str:
        """What is left, for the tables."""
        return ", ".join(
            f"{_NAMES.get(kind, kind)} {most}" + (f" ({few})" if few < most else "")
            for kind, (most, few) in self.lost.items()
        )


_NAMES = {"cancellation": "cancelling"}
