"""What lists look for in a kiosk's own row: where it stands, whether it is in use, what its last report complains of.

All of it follows from other tables, and is worked out from them again wherever one of these changes: by `collector.fleet.assignments.assign`,
by whoever enrols or revokes a key, and by the door of the heartbeats. The hour of the last arrival is the intake's
(`collector.evidence.intake.last_hours`). `ikm-collector rebuild` works all of it out anew.
"""

from collections.abc import Mapping
from enum import IntFlag

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from collector import statements
from collector.fleet.models import Assignment, Kiosk, KioskKey, KioskState
from survey.wire.health import uplink_health_of

WAITING_S = 2 * 3600
"""So long no record waits on a kiosk that reaches the collector: nothing behind the oldest one has been confirmed since."""
FULL_PERCENT = 90
"""From where on a disk is said to fill up; the journal says itself when it takes no more."""


_ALARMS = "UPDATE fleet_kiosk SET alarms = %s WHERE id {among} AND alarms <> %s"


class Alarm(IntFlag):
    """What a report complains of; several may be so at once."""

    CLOSED = 1
    """It takes no records."""
    TROUBLE = 2
    DISK = 4
    """Its disk fills up."""
    POWER = 8
    """The supply was too weak since its start."""
    CLOCK = 16
    """The clock of its newest record was not trusted."""
    BACKLOG = 32
    """Its oldest record has waited for hours: what it holds can only have grown since."""
    DAMAGED = 64
    """Pieces of its journal were damaged and set aside."""


def alarms_of(report: object) -> Alarm:
    """Give what a report complains of, as it came from a kiosk; nothing of what makes no sense."""
    health = uplink_health_of(report)
    if health is None or not isinstance(report, dict):
        return Alarm(0)
    told = Alarm.CLOCK if report.get("sync") is False else Alarm(0)
    if health.backlog > 0 and (health.oldest_s >= WAITING_S or health.oldest_s < 0):
        told |= Alarm.BACKLOG
    if health.damaged > 0:
        told |= Alarm.DAMAGED
    panel = health.kiosk
    if panel is None:
        return told
    if not panel.accepting:
        told |= Alarm.CLOSED
    if panel.troubles:
        told |= Alarm.TROUBLE
    if panel.disk_used_percent is not None and panel.disk_used_percent >= FULL_PERCENT:
        told |= Alarm.DISK
    if panel.was_under_voltage:
        told |= Alarm.POWER
    return told


def keep(kiosks: QuerySet[Kiosk]) -> None:
    """Work out anew where kiosks stand and whether they are in use, in one statement; call it in the transaction of the change."""
    newest = Assignment.objects.filter(kiosk=OuterRef("pk")).order_by("-since").values("unit")[:1]
    good = KioskKey.objects.filter(kiosk=OuterRef("pk"), revoked_at=None, archive_from=None)
    kiosks.update(stands=Subquery(newest), in_use=Exists(good))


def keep_alarms(reports: Mapping[int, object]) -> None:
    """Note what kiosks' reports complain of, by the kiosks' numbers; call it behind the reports, in their transaction."""
    by_alarm: dict[int, list[int]] = {}
    for kiosk, report in reports.items():
        by_alarm.setdefault(alarms_of(report).value, []).append(kiosk)
    for told, kiosks in by_alarm.items():
        # The comparison is the database's: what was read before somebody else wrote says nothing.
        statements.run(_ALARMS, told, statements.several(kiosks), told)


def keep_every() -> None:
    """Work all of it out anew, for every kiosk."""
    keep(Kiosk.objects.all())
    Kiosk.objects.filter(state=None).update(alarms=0)
    for kiosk, report in KioskState.objects.values_list("kiosk", "health").iterator():
        keep_alarms({kiosk: report})
