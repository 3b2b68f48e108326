"""What a question about indices is answered with: plain values, for the command, the API and the pages alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from collector.errors import CollectorError
from collector.scores.ask.scope import Dimension, Scope
from survey.index.indices import Index
from survey.index.periods import Period
from survey.index.pulse import PulseShare
from survey.index.sampling import Sufficiency
from survey.index.shares import QuestionShares
from survey.instrument.instrument import Instrument


class QuestionError(CollectorError):
    """A question about indices that cannot be asked; `code` is stable, and goes to programs."""

    def __init__(self, code: str, /, *, sentence: str = "", **values: object) -> None:
        """Take the code, and which sentence says it where the code has several."""
        super().__init__(sentence or code, **values)
        self.code = code


@dataclass(frozen=True, slots=True)
class GroupPart:
    """One dimension of a group: `service`, its code, and the name it was given."""

    dimension: Dimension
    code: str
    name: str
    """Empty where it has none: `show.labels` then says what people call it."""


@dataclass(frozen=True, slots=True)
class StatedUsers:
    """How many users somebody says there were: a statement, which nobody here can check."""

    users: int
    by: str
    """Empty where it came with the question."""
    at: datetime | None
    """None where it came with the question."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What is doubtful about the times of a group's responses."""

    late: int
    """Complete responses that came in more than 30 days after they were given."""
    redated: int
    """Complete responses whose own clock was not trusted: a later anchor, or bounds, date them."""
    outside: int
    """Complete responses counted here that may have been given outside the period."""
    inside: int
    """Complete responses counted elsewhere that may have been given inside it."""
    narrow: Index | None = None
    """The index of what certainly lies in the period; None where it is the same, or so few differ that they could be told apart."""
    wide: Index | None = None
    """The index of all that may lie in the period; None for the same reasons."""


@dataclass(frozen=True, slots=True)
class Result:
    """The index of one group of responses, with everything that must stand beside it."""

    group: tuple[GroupPart, ...]
    """What makes the group; empty for the whole."""
    n: int | None
    """Complete responses; None where the group is too small to be shown."""
    incomplete: int
    flagged: int
    index: Index | None
    """None where there is nothing, or not enough to be shown."""
    without_flagged: Index | None
    """The same index when the flagged responses are left out."""
    other_policy: Index | None
    """The index under the other policy, where more than a tenth broke off and nobody is told apart by the difference."""
    sufficiency: Sufficiency | None
    """None where nobody stated how many users there were."""
    stated: StatedUsers | None
    """Whose statement the sample is measured against."""
    pulse: PulseShare | None
    timing: Timing | None = None
    """None where nothing is doubtful, and for groups of periods, hours and profiles."""
    archived: int | None = 0
    """Complete responses among `n` that are history, played in under an archive key; None where `n` is."""
    shares: tuple[QuestionShares, ...] | None = None
    """The shares of the answers, where the instrument leads to them and to no index; None where there are none to be shown."""
    withheld: bool = False
    """Whether the group is too small to be shown, or would let a smaller one be worked out."""

    @property
    def asked(self) -> int | None:
        """Who began a visit: pressed a smiley, and was asked for more; None where nobody did, or too few to be told."""
        return self.pulse.n if self.pulse is not None else None

    @property
    def served(self) -> int | None:
        """Who was served, as far as somebody states it; None where nobody does."""
        return self.sufficiency.population if self.sufficiency is not None else None


@dataclass(frozen=True, slots=True)
class IndexAnswer:
    """The answer to a question about indices."""

    scope: Scope
    names: Mapping[str, str]
    """What people call what the scope names, under `unit`, `region` …"""
    period: Period
    instrument: Instrument
    whole: Result
    groups: tuple[Result, ...]
    by: tuple[Dimension, ...]
    flag_rules: str
    flags_waiting: int
    """Kiosk-days whose flags are not up to date yet; the index with all responses does not depend on them."""
