"""When a kiosk is late or silent, which of many belong together, and when a message may disturb. Pure: values in, values out."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from collector.local import local_date
from survey.settings.hours import DAYS, Hours

LATE = timedelta(minutes=90)
"""Opening time without a word: a report comes each hour."""
SILENT = timedelta(minutes=180)
SUSPECT = timedelta(minutes=75)
"""Longer than a kiosk is ever without a word (it reports each hour). Who is this long without one counts towards a common cause, as soon as one of the group is late."""
HOLD = timedelta(minutes=5)
FLAPPING_HOLD = timedelta(minutes=30)
FLAPPING = 3
"""An alert that came back so often within a day ends only after a longer calm."""
FEWEST = 5
RENEW = timedelta(days=60)
"""So long before its certificate's end somebody has to enrol a kiosk anew: villages are far."""
PERCENT = 20
"""Reports of a whole broker that is gone stop within an hour, not at once: when the first kiosk is late, a quarter is suspect."""
MORNING_AT = time(7)
"""From when on the day's round is done, where the collector stands."""
SOON_DAYS = 3
"""So many working days before its date a complaint's office is told."""
DUE_DAYS = 7
"""So many days before it is due units that have not handed in are counted."""
ALL = "all"
CENTRE = "centre"
"""What an alert is about that is of the collector itself."""
COSIGNED = timedelta(hours=2)
"""So long after its making a checkpoint has been cosigned."""
STEADY = timedelta(minutes=70)
"""Whoever has been connected for so long has reported twice: what still waits then does not come through."""
_MOST_DAYS = 21
"""Whoever was shut longer than that is not measured by opening time any more."""
OFFICE: Mapping[str, Hours] = {day: ((time(8), time(15)),) for day in DAYS[:5]}
"""The hours of a kiosk for which the collector has set none."""


class Kind(StrEnum):
    """What an alert is of; the values stand in rows and messages."""

    SILENT = "diam"
    UNDELIVERED = "tertahan"
    """Records that the kiosk proved to have written did not come for an hour."""
    CONFLICT = "cerita"
    FOREIGN = "keputusan"
    CLOSED = "tertutup"
    REFUSED = "setelan"
    TROUBLE = "gangguan"
    LOST = "hilang"
    DISK = "penuh"
    POWER = "listrik"
    CLOCK = "jam"
    CERTIFICATE = "sertifikat"
    """The certificate by which the broker lets it in is near its end."""
    BACKLOG = "antre"
    """It is connected, and its records do not come through."""
    DAMAGED = "rusak"
    """Pieces of its journal were damaged."""
    COSIGN = "saksi"
    """The newest checkpoint of the log was not cosigned by as many as its policy demands."""
    RELEASES = "rilis"
    """Units of a regency have not handed a period in that is due."""
    NEW = "aduan"
    """A complaint came in and waits to be verified."""
    SOON = "aduan_dekat"
    """A complaint's date is near."""
    TODAY = "aduan_hari_ini"
    OVER = "aduan_lewat"
    """A complaint's date has passed."""
    WORST = "jawaban"
    """The share of worst answers at a unit is above the line."""
    BURST = "semburan"
    """Presses came as no queue of people makes them."""


COMPLAINTS = (Kind.NEW, Kind.SOON, Kind.TODAY, Kind.OVER)
ANSWERS = (Kind.WORST, Kind.BURST)
PRIVATE = (*COMPLAINTS, *ANSWERS)
"""What only a receiver is told behind which an account with an evaluator's office stands."""
MORNING = (Kind.RELEASES, *PRIVATE)
"""What is looked for once a day, in the morning."""
LIVE = tuple(one for one in Kind if one not in MORNING)
"""What is looked for at each turn."""


class Level(IntEnum):
    """How bad it is."""

    FINE = 0
    LATE = 1
    DOWN = 2


def opening_time_ago(
    now: datetime, span: timedelta, *, hours: Mapping[str, Hours], zone: str, free: frozenset[date]
) -> datetime:
    """Give the moment since which so much opening time has passed: breaks, shut days and days without work do not count."""
    place = ZoneInfo(zone)
    today = local_date(now, zone)
    left = span
    for back in range(_MOST_DAYS):
        day = today - timedelta(days=back)
        if day in free:
            continue
        for start, end in reversed(hours.get(DAYS[day.weekday()], ())):
            opens = datetime.combine(day, start, place)
            shuts = min(datetime.combine(day, end, place).astimezone(now.tzinfo), now)
            passed = shuts - opens.astimezone(now.tzinfo)
            if passed >= left:
                return shuts - left
            left -= max(passed, timedelta(0))
    return now - timedelta(days=_MOST_DAYS)


class Marks(NamedTuple):
    """Before when somebody must have been heard last to be suspect, late or silent."""

    suspect: datetime
    late: datetime
    silent: datetime


def marks(now: datetime, *, hours: Mapping[str, Hours], zone: str, free: frozenset[date]) -> Marks:
    """Give the moments against which all kiosks of the same hours are held."""
    one, two, three = (
        opening_time_ago(now, span, hours=hours, zone=zone, free=free) for span in (SUSPECT, LATE, SILENT)
    )
    return Marks(one, two, three)


def level_of(heard: datetime, held: Marks) -> Level:
    """Give how bad it is that a kiosk was heard last at a moment."""
    if heard > held.late:
        return Level.FINE
    return Level.DOWN if heard <= held.silent else Level.LATE


def regency(region: str) -> str:
    """Give the regency of a region's code."""
    return region[:5]


class Where(NamedTuple):
    """What a kiosk may have in common with others that are silent."""

    regency: str
    provider: str = ""
    """Whose SIM card it has; empty where nobody has said."""

    @property
    def province(self) -> str:
        """Give the province's code."""
        return self.regency[:2]

    @property
    def provider_key(self) -> str:
        """Give the cause that all of this operator in a province have in common; empty where there is none."""
        return f"provider:{self.province}:{self.provider}" if self.provider else ""


def causes(
    quiet: Mapping[Where, int], every: Mapping[Where, int], *, standing: frozenset[str]
) -> frozenset[str]:
    """Give by what kiosks are silent together: how many of each place's are quiet, and how many there are.

    A cause that stands goes on until fewer than half as many are quiet as it takes to begin. What an operator's kiosks have in common is told
    as that only where the others of the province are not half as quiet; and those who are told by it make no regency's cause.
    """

    def holds(key: str, number: int, out_of: int) -> bool:
        share = PERCENT / 2 if key in standing else PERCENT
        return number >= FEWEST and number * 100 >= share * out_of

    if holds(ALL, sum(quiet.values()), sum(every.values())) and (
        len({one.regency for one in every}) > 1 or ALL in standing
    ):
        return frozenset({ALL})
    found = set()
    of, out_of = _by_provider(quiet), _by_provider(every)
    in_province, all_there = _by_province(quiet), _by_province(every)
    for key in of.keys() - {""}:
        province = key.split(":")[1]
        others, all_others = in_province[province] - of[key], all_there[province] - out_of[key]
        # With hardly anybody else there, nothing tells an operator's failing from a region's.
        is_alone = all_others >= FEWEST and 2 * others * out_of[key] < of[key] * all_others
        if is_alone and holds(key, of[key], out_of[key]):
            found.add(key)
    left: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for one, number in quiet.items():
        left[one.regency] += 0 if one.provider_key in found else number
    for one, number in every.items():
        total[one.regency] += number
    return frozenset(
        found | {f"regency:{one}" for one in left if holds(f"regency:{one}", left[one], total[one])}
    )


def _by_provider(kiosks: Mapping[Where, int]) -> Counter[str]:
    found: Counter[str] = Counter()
    for one, number in kiosks.items():
        found[one.provider_key] += number
    return found


def _by_province(kiosks: Mapping[Where, int]) -> Counter[str]:
    found: Counter[str] = Counter()
    for one, number in kiosks.items():
        found[one.province] += number
    return found


def cause_of(where: Where, found: frozenset[str]) -> str | None:
    """Give the cause with which a kiosk is told; None where alone."""
    keys = (ALL, where.provider_key, f"regency:{where.regency}")
    return next((key for key in keys if key in found), None)


def told_to(cause: str) -> str:
    """Give the region whose receivers are told of a cause; empty where it is of all."""
    return "" if cause == ALL else cause.split(":")[1]


def hold(flaps: int) -> timedelta:
    """Give how long it must be well before an alert ends."""
    return FLAPPING_HOLD if flaps >= FLAPPING else HOLD


def is_quiet(clock: time, quiet_from: time, quiet_until: time) -> bool:
    """Tell whether a time of the day lies in quiet hours, which may reach over midnight."""
    if quiet_from > quiet_until:
        return clock >= quiet_from or clock < quiet_until
    return quiet_from <= clock < quiet_until


def undisturbed(now: datetime, quiet_from: time | None, quiet_until: time | None, *, zone: str) -> datetime:
    """Give when a message may go: now, or when the receiver's quiet hours are over."""
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return now
    place = now.astimezone(ZoneInfo(zone))
    clock = place.time().replace(tzinfo=None)
    if not is_quiet(clock, quiet_from, quiet_until):
        return now
    over_night = quiet_from > quiet_until
    day = local_date(now, zone) + timedelta(days=1 if over_night and clock >= quiet_from else 0)
    return datetime.combine(day, quiet_until, place.tzinfo).astimezone(now.tzinfo)
