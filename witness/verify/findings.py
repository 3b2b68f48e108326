"""What checking a release finds, as codes with values; `words` has a sentence for each in two languages, and so has the page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

Value = str | int


class Weight(Enum):
    """What a finding means for the verdict."""

    FAULT = "fault"
    """The release is not proven."""
    NOTE = "note"
    """It is said, and the verdict stands."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is to be said."""

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)
    weight: Weight = Weight.FAULT


@dataclass(slots=True)
class Report:
    """What checking came to."""

    findings: list[Finding] = field(default_factory=list)
    facts: dict[str, Value] = field(default_factory=dict)
    """Whose number it is, of which period, and its size: for the heading."""
    answers: int = 0
    """Complete answers that the release counts."""
    opened: int = 0
    """Of them, those that follow from counters which kiosks signed."""

    def fault(self, code: str, **values: Value) -> None:
        """Say that something does not hold."""
        self.findings.append(Finding(code, values))

    def note(self, code: str, **values: Value) -> None:
        """Say something beside the verdict."""
        self.findings.append(Finding(code, values, Weight.NOTE))

    @property
    def faults(self) -> list[Finding]:
        """What does not hold."""
        return [one for one in self.findings if one.weight is Weight.FAULT]

    @property
    def is_sound(self) -> bool:
        """Whether nothing that was looked at fails."""
        return not self.faults
