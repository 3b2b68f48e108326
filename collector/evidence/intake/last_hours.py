"""The hour in which something came in last from a kiosk, in its own row: what a list finds the silent ones by.

An hour, and no moment: so the row is written once an hour and not with each batch. Days begin on a whole hour in every zone of the country,
so who has been silent since a midnight is told as exactly as by the moment.
"""

from collections.abc import Collection

from collector import statements

HOUR_MS = 3_600_000
_LAST = "(SELECT max(received_ms) - max(received_ms) %% 3600000 FROM evidence_stream WHERE kiosk_id = fleet_kiosk.id)"
_KEEP = (
    f"UPDATE fleet_kiosk SET last_hour_ms = {_LAST} WHERE coalesce(last_hour_ms, -1) <> coalesce({_LAST}, -1)"  # noqa: S608 - this module's own
)


def keep(kiosks: Collection[int]) -> None:
    """Work out the hour of some kiosks' last arrivals, by the kiosks' numbers; call it behind the change of their streams, in its transaction."""
    if kiosks:
        statements.run(f"{_KEEP} AND id {{among}}", statements.several(sorted(kiosks)))


def keep_every() -> None:
    """Work it out for every kiosk."""
    statements.run(_KEEP)
