"""A unit's thread through the log: no leaf of it is missing, and what it says of kiosks in a period."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from survey.log import facts
from survey.log.facts import Leaf
from witness.verify.findings import Report
from witness.verify.values import day, text, whole, wrong

ZONES = {"Asia/Jakarta": 7, "Asia/Pontianak": 7, "Asia/Makassar": 8, "Asia/Jayapura": 9}
"""Hours before UTC; no zone of Indonesia changes its clocks, so that the page from a stick needs no table of zones."""
_LATEST_MS = 4_102_444_800_000
"""The year 2100: what comes later is no date of ours."""
BACKDATED_MS = 48 * 3_600_000
"""What happened more than this before it was logged was told late: a log is built each night."""


@dataclass(slots=True)
class Stand:
    """Where a kiosk stood from a moment on, as the log says it last."""

    since_ms: int
    unit: str
    logged_ms: int
    came_from: str = ""
    """The unit where it stood before; empty where it was new."""


@dataclass(slots=True)
class KnownKiosk:
    """What a thread says of a kiosk."""

    keys: dict[str, int] = field(default_factory=dict)
    """Public keys, in hexadecimal, and when each was enrolled."""
    logged: dict[str, int] = field(default_factory=dict)
    """When each key's enrolment was logged."""
    archives: set[str] = field(default_factory=set)
    revoked: dict[str, int] = field(default_factory=dict)
    begun: dict[str, int] = field(default_factory=dict)
    """Streams of which something came, and when that was logged."""
    stands: dict[int, Stand] = field(default_factory=dict)
    """By the moment; a leaf that corrects one takes its place."""

    def is_alive(self, begin_ms: int, end_ms: int) -> bool:
        """Tell whether one of its keys, other than an archive's, could write between two moments."""
        return any(
            key not in self.archives and enrolled_ms < end_ms and self.revoked.get(key, end_ms) > begin_ms
            for key, enrolled_ms in self.keys.items()
        )

    def stood_at(self, unit: str, begin_ms: int, end_ms: int) -> tuple[bool, bool]:
        """Tell whether it stood at a unit at some time between two moments, and whether all that time."""
        ordered = [self.stands[since] for since in sorted(self.stands)]
        if not ordered:
            return False, False
        before = [one for one in ordered if one.since_ms <= begin_ms]
        inside = [one for one in ordered if begin_ms < one.since_ms < end_ms]
        spans = [*before[-1:], *inside]
        here = [one.unit == unit for one in spans]
        return any(here), bool(before) and all(here)


def check(leaves: Mapping[int, Leaf], unit: str, report: Report) -> dict[str, KnownKiosk]:
    """Check that a unit's thread has no gap, and give what it says of kiosks."""
    kiosks: dict[str, KnownKiosk] = {}
    nth, before = 0, -1
    for number, leaf in leaves.items():
        place = leaf.of.get(unit)
        if place is None:
            continue
        if nth == 0 and place.nth != 1:
            report.fault("thread_begins_late", unit=unit, nth=place.nth)
        elif nth and (place.nth != nth + 1 or place.before != before):
            report.fault("thread_gap", unit=unit, nth=nth + 1)
        elif nth == 0 and place.before != -1:
            report.fault("thread_gap", unit=unit, nth=1)
        nth, before = place.nth, number
        _take(kiosks, leaf)
    return kiosks


def backdated(
    kiosks: Mapping[str, KnownKiosk],
    begin_ms: int,
    end_ms: int,
    report: Report,
    *,
    hours: int,
    log_began_ms: int,
) -> None:
    """Name what was said of kiosks in a period, where they stood and whose key it was, long after it is said to have been so."""
    for name, kiosk in sorted(kiosks.items()):
        ordered = sorted(kiosk.stands.values(), key=lambda one: one.since_ms)
        # Of a kiosk that came from another unit this thread says who it is when it comes: its move is held against the log below.
        came_ms = ordered[0].since_ms if ordered and ordered[0].came_from else 0
        for key, enrolled_ms in kiosk.keys.items():
            late = kiosk.logged[key] - max(enrolled_ms, came_ms) > BACKDATED_MS and enrolled_ms < end_ms
            if late and kiosk.logged[key] - log_began_ms > BACKDATED_MS:
                report.fault(
                    "enrolled_afterwards",
                    kiosk=name,
                    since=day_of(enrolled_ms, hours),
                    logged=day_of(kiosk.logged[key], hours),
                )
        for at, stand in enumerate(ordered):
            until = ordered[at + 1].since_ms if at + 1 < len(ordered) else None
            concerns = stand.since_ms < end_ms and (until is None or until > begin_ms)
            if (
                not concerns
                or (at == 0 and not stand.came_from)
                or stand.logged_ms - stand.since_ms <= BACKDATED_MS
            ):
                continue
            say = report.note if stand.logged_ms - log_began_ms <= BACKDATED_MS else report.fault
            code = "moved_before_log" if say == report.note else "moved_afterwards"
            say(code, kiosk=name, since=day_of(stand.since_ms, hours), logged=day_of(stand.logged_ms, hours))


def bounds_ms(first: str, last: str, hours: int) -> tuple[int, int]:
    """Give when a period of local days begins and ends, in milliseconds since 1970."""
    begin = datetime.combine(day(first), datetime.min.time(), UTC)
    end = datetime.combine(day(last), datetime.min.time(), UTC) + timedelta(days=1)
    return round(begin.timestamp() * 1000) - hours * 3_600_000, round(
        end.timestamp() * 1000
    ) - hours * 3_600_000


def day_after(last: str) -> str:
    """Give the day behind a day."""
    return (day(last) + timedelta(days=1)).isoformat()


def day_of(at_ms: int, hours: int) -> str:
    """Give the local date of a moment."""
    return datetime.fromtimestamp(min(at_ms, _LATEST_MS) // 1000 + hours * 3_600, UTC).date().isoformat()


def _take(kiosks: dict[str, KnownKiosk], leaf: Leaf) -> None:
    body = leaf.body
    if leaf.kind not in (facts.ENROL, facts.REVOKE, facts.ASSIGN, facts.BEGUN):
        return
    kiosk = kiosks.setdefault(text(body, "kiosk"), KnownKiosk())
    if leaf.kind == facts.ENROL:
        key = text(body, "key")
        kiosk.keys[key] = whole(body, "enrolled_ms")
        kiosk.logged[key] = leaf.logged_ms
        if body.get("archive_ms") is not None:
            kiosk.archives.add(key)
    elif leaf.kind == facts.BEGUN:
        kiosk.begun.setdefault(text(body, "stream"), leaf.logged_ms)
    elif leaf.kind == facts.REVOKE:
        kiosk.revoked[text(body, "key")] = whole(body, "revoked_ms")
    else:
        since_ms = whole(body, "since_ms")
        if since_ms > _LATEST_MS:
            raise wrong("since_ms")
        kiosk.stands[since_ms] = Stand(since_ms, text(body, "unit"), leaf.logged_ms, text(body, "from"))
