"""The hour in which something came in last from a kiosk, in its own row: what a list finds the silent ones by.

An hour, and no moment: so the row is written once an hour and not with each batch. Days begin on a whole hour in every zone of the country,
so who has been silent since a midnight is told as exactly as by the moment.
"""

from django.db import connection

_LAST = "(SELECT max(received_ms) - max(received_ms) %% 3600000 FROM evidence_stream WHERE kiosk_id = fleet_kiosk.id)"
_KEEP = (
    f"UPDATE fleet_kiosk SET last_hour_ms = {_LAST} WHERE coalesce(last_hour_ms, -1) <> coalesce({_LAST}, -1)"  # noqa: S608 - this module's own
)


def keep(kiosk: int) -> None:
    """Work out the hour of a kiosk's last arrival, by the kiosk's number; call it behind the change of a stream, in its transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_KEEP} AND id = %s", (kiosk,))


def keep_every() -> None:
    """Work it out for every kiosk."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [])
