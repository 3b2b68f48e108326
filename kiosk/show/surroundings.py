"""What a screen shows besides the visit: the place, the time, the published index, why it is shut."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from survey.settings.hours import Hours
from survey.settings.shown import Mended, ShownIndex
from survey.wire.trouble import Trouble


class StaffMark(NamedTuple):
    """A word to staff on the idle screen that visitors need not mind."""

    offline: bool
    """The collector has not been heard of for long; else it is the clock that is not trusted."""
    since: datetime | None = None
    """When it was heard of last, in local time."""
    assisting: bool = False
    """Staff presses for a citizen; else, and not offline, it is the clock that is not trusted."""
    log: str = ""
    """What is wrong with the collector's log, as `kiosk.watch.log` names it; it goes before all others."""


class Surroundings(NamedTuple):
    """What a screen shows besides the visit."""

    unit: str
    place: str
    wall: datetime | None
    """Local time, to the minute; None while the clock is not trusted."""
    published: ShownIndex | None
    closed: bool
    opens: datetime | None
    """When it opens again, while closed and known."""
    answer_days: int | None
    """Within how many working days the unit's rule has a complaint answered, where the settings say so."""
    status_address: str
    """Where a ticket's status can be looked up; the code follows as the address's fragment, which no server is told."""
    code_address: str
    """Where a visit is looked up by its code, likewise."""
    out_of_service: Trouble | None
    """Why, for staff."""
    mark: StaffMark | None
    """A word to staff, while the kiosk serves."""
    log_words: str
    """Three words of the log's root, for people to compare."""
    mended: tuple[Mended, ...]
    """What the unit did about what citizens said."""
    hours: Mapping[str, Hours]
    """The unit's opening hours by day; empty where they are not set."""
