"""The list of kiosks as data: the rows of its pages, written while they are sent."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from collector.evidence.kiosks import KnownKiosk
from collector.evidence.needs import Need
from collector.evidence.standing import COUNTING, StreamStanding
from collector.local import stamp_text
from collector.scores.show.as_csv import BYTE_ORDER_MARK, lines
from survey.wire.health import KioskHealth, UplinkHealth


class Row(NamedTuple):
    """A kiosk of the list, with why somebody has to look at it."""

    known: KnownKiosk
    needs: tuple[Need, ...]


def _streams(*standings: StreamStanding) -> Callable[[Row], object]:
    return lambda row: sum(one.standing in standings for one in row.known.streams)


def _uplink(read: Callable[[UplinkHealth], object]) -> Callable[[Row], object]:
    return lambda row: read(row.known.health) if row.known.health is not None else None


def _panel(read: Callable[[KioskHealth], object]) -> Callable[[Row], object]:
    return _uplink(lambda health: read(health.kiosk) if health.kiosk is not None else None)


def _settings(row: Row) -> str:
    state = row.known.settings
    if state.version == 0:
        return "none"
    return "applied" if state.applied else "refused" if state.refused else "sent"


def _refused_why(row: Row) -> str | None:
    told = row.known.settings.reported
    return told.refused_why if told is not None and row.known.settings.refused else None


COLUMNS: Sequence[tuple[str, Callable[[Row], object]]] = (
    ("kiosk", lambda row: row.known.kiosk.name),
    ("unit", lambda row: row.known.stand.unit.code if row.known.stand else None),
    ("place", lambda row: row.known.stand.place.code if row.known.stand else None),
    ("needs", lambda row: " ".join(row.needs)),
    ("online", lambda row: row.known.state.online if row.known.state else None),
    ("heard_at", lambda row: row.known.state.heard_at.isoformat() if row.known.state else None),
    ("received_at", lambda row: stamp_text(row.known.received_ms) if row.known.received_ms else None),
    ("backlog", _uplink(lambda health: health.backlog)),
    ("oldest_s", _uplink(lambda health: health.oldest_s)),
    ("awaited", lambda row: row.known.awaited),
    ("lost_here", lambda row: row.known.lost),
    ("clock_trusted", _uplink(lambda health: health.sync)),
    ("disk_used_percent", _panel(lambda health: health.disk_used_percent)),
    ("disk_free_mb", _uplink(lambda health: health.disk_free_mb)),
    ("temperature_c", _panel(lambda health: health.temperature_c)),
    ("was_under_voltage", _panel(lambda health: health.was_under_voltage)),
    ("battery_percent", _panel(lambda health: health.battery_percent)),
    ("battery_used", _panel(lambda health: health.battery_used)),
    ("accepting", _panel(lambda health: health.accepting)),
    ("stuck", _panel(lambda health: " ".join(map(str, health.stuck)))),
    ("troubles", _panel(lambda health: " ".join(one.code for one in health.troubles))),
    ("program", _panel(lambda health: health.version)),
    ("settings_version", lambda row: row.known.settings.version),
    ("settings", _settings),
    ("settings_refused_why", _refused_why),
    ("streams_counted", _streams(*COUNTING)),
    ("streams_waiting", _streams(StreamStanding.FOREIGN)),
    ("streams_refused", _streams(StreamStanding.REFUSED)),
    ("revoked", lambda row: row.known.revoked),
)


def as_csv(rows: Iterable[Row], *, excel: bool) -> Iterator[str]:
    """Give the table in parts, for programs or for an Indonesian Excel."""
    yield (BYTE_ORDER_MARK if excel else "") + lines([[name for name, _ in COLUMNS]], excel=excel)
    for row in rows:
        yield lines([[read(row) for _, read in COLUMNS]], excel=excel)


def as_json(rows: Iterable[Row], total: int) -> Iterator[str]:
    """Give the table as JSON in parts, a line a kiosk; `total`: how many there are."""
    yield f'{{"total": {total}, "kiosks": ['
    between = "\n"
    for row in rows:
        yield between + json.dumps({name: read(row) for name, read in COLUMNS}, ensure_ascii=False)
        between = ",\n"
    yield "\n]}\n"
