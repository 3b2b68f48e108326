"""What a page of the list of kiosks says of each, in one statement: of what `collector.evidence.kiosks` gathers no more than stands there."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from collector import statements
from collector.evidence.kiosk_list import COUNTING_SQL, few_bits, needs_of, silence
from collector.evidence.needs import Need, Needs
from collector.evidence.standing import StreamStanding
from collector.fleet.applied import SettingsState, Told
from survey.wire.health import UplinkHealth, uplink_health_of

_LINES = (
    "SELECT fleet_kiosk.id, fleet_kiosk.name, fleet_kiosk.in_use, fleet_kiosk.alarms, fleet_kiosk.due, fleet_kiosk.unsigned_why, u.name, p.name,"  # noqa: S608 - this module's own words
    " u.time_zone, CAST(h.health AS text), v.version, v.published_at IS NOT NULL,"
    " r.version, r.at_ms, r.applied, r.refused_key, r.refused_why,"
    " (SELECT max(s.received_ms) FROM evidence_stream s WHERE s.kiosk_id = fleet_kiosk.id),"
    " NOT EXISTS (SELECT 1 FROM fleet_kioskkey k WHERE k.kiosk_id = fleet_kiosk.id AND k.revoked_at IS NULL),"
    " EXISTS (SELECT 1 FROM evidence_stream s JOIN evidence_conflict c ON c.stream_id = s.id"
    f" WHERE s.kiosk_id = fleet_kiosk.id AND s.standing IN ({COUNTING_SQL})),"
    f" EXISTS (SELECT 1 FROM evidence_stream s WHERE s.kiosk_id = fleet_kiosk.id AND s.standing = '{StreamStanding.FOREIGN}'),"
    " EXISTS (SELECT 1 FROM evidence_stream s JOIN evidence_losthere l ON l.stream_id = s.id WHERE s.kiosk_id = fleet_kiosk.id),"
    " {silent} FROM fleet_kiosk"
    " LEFT JOIN fleet_assignment a ON a.id ="
    " (SELECT n.id FROM fleet_assignment n WHERE n.kiosk_id = fleet_kiosk.id ORDER BY n.since DESC LIMIT 1)"
    " LEFT JOIN fleet_unit u ON u.id = a.unit_id LEFT JOIN fleet_place p ON p.id = a.place_id"
    " LEFT JOIN fleet_kioskstate h ON h.kiosk_id = fleet_kiosk.id"
    " LEFT JOIN fleet_kiosksettings v ON v.kiosk_id = fleet_kiosk.id"
    " AND v.version = (SELECT max(n.version) FROM fleet_kiosksettings n WHERE n.kiosk_id = fleet_kiosk.id)"
    " LEFT JOIN fleet_settingsreport r ON r.id = (SELECT n.id FROM fleet_settingsreport n"
    " WHERE n.kiosk_id = fleet_kiosk.id ORDER BY n.at_ms DESC, n.stream_id DESC, n.seq DESC LIMIT 1)"
    " WHERE fleet_kiosk.id {{among}}"
)


@dataclass(frozen=True, slots=True)
class KioskLine:
    """A kiosk as a list tells of it."""

    name: str
    unit: str
    """The unit's name, and the place's; empty where it never stood anywhere."""
    place: str
    zone: str
    """The zone of its unit's days."""
    needs: Needs
    revoked: bool
    """Whether none of its keys is good any more."""
    received_ms: int | None
    """When something came in last; None where nothing ever did."""
    health: UplinkHealth | None
    settings: SettingsState


def lines(kiosks: Sequence[int], midnight: datetime) -> list[KioskLine]:
    """Look kiosks up by their numbers, in their order, in one statement; what they need is as it stands at the midnight that began today."""
    silent = silence(midnight)
    rows = statements.rows(_LINES.format(silent=silent.text), *silent.values, statements.several(kiosks))
    found = {kiosk: _line(*told) for kiosk, *told in rows}
    return [found[kiosk] for kiosk in kiosks if kiosk in found]


def _line(  # noqa: PLR0917 - the columns of the statement, in its order
    name: str, in_use: bool, alarms: int, due: bool, unsigned_why: str, unit: str | None, place: str | None, zone: str | None,
    health: str | None, version: int | None, on_broker: bool, told_version: int | None, told_at_ms: int, told_applied: bool,
    refused_key: str, refused_why: str, received_ms: int | None, revoked: bool, conflict: bool, foreign: bool, lost: bool, silent: bool,
) -> KioskLine:  # fmt: skip
    told = None
    if told_version is not None:
        told = Told(told_version, told_at_ms, bool(told_applied), refused_key, refused_why)
    state = SettingsState(version or 0, bool(on_broker), told, due=bool(due), unsigned_why=unsigned_why)
    has = {
        Need.CONFLICT: conflict,
        Need.FOREIGN: foreign,
        Need.REFUSED: in_use and version is not None and state.refused,
        Need.LOST: lost,
    }
    return KioskLine(
        name=name,
        unit=unit or "",
        place=place or "",
        zone=zone if zone is not None else settings.IKM_TIME_ZONE,
        needs=needs_of(
            in_use=bool(in_use),
            alarms=alarms,
            is_silent=bool(silent),
            bits=few_bits(*(need for need, is_so in has.items() if is_so)),
        ),
        revoked=bool(revoked),
        received_ms=received_ms,
        health=uplink_health_of(json.loads(health)) if health is not None else None,
        settings=state,
    )
