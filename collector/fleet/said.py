"""What kiosks last said of themselves, kept for many at once: after a broker's restart all of a country speak within a minute."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection

from collector import statements
from collector.fleet import present
from collector.fleet.models import KioskState

_UPDATE = """
UPDATE fleet_kioskstate SET
    changed_at = CASE WHEN online = %s THEN changed_at ELSE %s END, online = %s, heard_at = %s
WHERE kiosk_id = %s
"""
_KNOWN = "SELECT kiosk_id FROM fleet_kioskstate WHERE kiosk_id {among}"
_UPDATE_HEALTH = "UPDATE fleet_kioskstate SET health = %s WHERE kiosk_id = %s"


def keep(said: Sequence[tuple[int, bool, Mapping[str, object]]], now: datetime) -> None:
    """Keep `(kiosk's number, whether it is online, its report)`, and what the reports complain of, in the caller's transaction.

    A last will carries no report, and must not wipe what is known.
    """
    numbers = [kiosk for kiosk, _, _ in said]
    known = {kiosk for (kiosk,) in statements.rows(_KNOWN, statements.several(numbers))}
    KioskState.objects.bulk_create(
        KioskState(kiosk_id=kiosk, online=online, changed_at=now, heard_at=now, health=health)
        for kiosk, online, health in said
        if kiosk not in known
    )
    at = connection.ops.adapt_datetimefield_value(now)
    again = [one for one in said if one[0] in known]
    with connection.cursor() as cursor:
        cursor.executemany(_UPDATE, [(online, at, online, at, kiosk) for kiosk, online, _ in again])
        cursor.executemany(
            _UPDATE_HEALTH, [(json.dumps(health), kiosk) for kiosk, _, health in again if health]
        )
    present.keep_alarms({kiosk: health for kiosk, _, health in said if health})
