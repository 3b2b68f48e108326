"""What the kiosk counts between two `alive` records, so that nothing is thrown away silently."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counters:
    """Counts since the last `alive` record."""

    presses: int = 0
    """Presses and touches that were taken."""
    visits: int = 0
    asked: int = 0
    """Invitations to the questionnaire shown."""
    answered: int = 0
    """Complete questionnaires."""
    rejected: Counter[str] = field(default_factory=Counter)

    def take(self) -> dict[str, object]:
        """Give the counts as they stand in an `alive` record, and begin anew."""
        body: dict[str, object] = {
            "presses": self.presses,
            "visits": self.visits,
            "asked": self.asked,
            "answered": self.answered,
            "rejected": dict(sorted(self.rejected.items())),
        }
        self.presses = self.visits = self.asked = self.answered = 0
        self.rejected.clear()
        return body
