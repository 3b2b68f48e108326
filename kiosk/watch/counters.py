"""What the kiosk counts between two `alive` records, so that nothing is thrown away silently."""

from collections import Counter
from dataclasses import dataclass, field

from survey.record.bodies import Alive


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

    def take(self, *, screen: str, open_now: bool, stuck: tuple[int, ...]) -> Alive:
        """Give the body of an `alive` record with the counts, and begin anew."""
        alive = Alive(
            screen=screen,
            open=open_now,
            presses=self.presses,
            visits=self.visits,
            asked=self.asked,
            answered=self.answered,
            rejected=dict(self.rejected),
            stuck=stuck,
        )
        self.presses = self.visits = self.asked = self.answered = 0
        self.rejected.clear()
        return alive
