"""What is known of kiosks, as the console says it: one line each, or all of one."""

from collections.abc import Iterator

from django.conf import settings

from collector.evidence.models import HeardHead
from collector.evidence.proof.checking import lost_here
from collector.evidence.standing import StreamStanding
from collector.fleet.applied import SettingsState, settings_state
from collector.fleet.models import Assignment, Kiosk
from collector.local import date_text, minute_text
from survey.health import KioskHealth, UplinkHealth, uplink_health_of
from survey.wire.trouble import Trouble

_STANDINGS = {
    StreamStanding.COUNTED: "",
    StreamStanding.FOREIGN: " FOREIGN, not counted",
    StreamStanding.ACCEPTED: " foreign, accepted",
    StreamStanding.REFUSED: " foreign, refused",
}


def line(kiosk: Kiosk) -> str:
    """Give a kiosk in one line."""
    stand = _stand(kiosk)
    parts = [kiosk.name, f"{stand.unit.code} at {stand.place.code}" if stand is not None else "nowhere"]
    parts.append(_heard(kiosk, _zone(stand)))
    parts += _streams(kiosk)
    parts.append(_settings_word(settings_state(kiosk)))
    health = _health(kiosk)
    if health is not None and health.kiosk is not None and health.kiosk.troubles:
        parts.append("TROUBLE " + ", ".join(one.code for one in health.kiosk.troubles))
    if not kiosk.keys.filter(revoked_at=None).exists():
        parts.append("REVOKED")
    return "  ".join(parts)


def report(kiosk: Kiosk) -> Iterator[str]:
    """Give all that is known of a kiosk, one fact a line."""
    stand = _stand(kiosk)
    zone = _zone(stand)
    yield _fact("kiosk", kiosk.name)
    for one in kiosk.assignments.order_by("-since").select_related("unit", "place"):
        yield _fact("stands", f"at {one.place.code} for {one.unit.code} since {date_text(one.since, zone)}")
    for key in kiosk.keys.order_by("-enrolled_at"):
        ended = f", revoked {date_text(key.revoked_at, zone)}: {key.revoked_why}" if key.revoked_at else ""
        yield _fact(
            "key", f"{bytes(key.public_key).hex()[:16]} enrolled {date_text(key.enrolled_at, zone)}{ended}"
        )
    yield _fact("heard", _heard(kiosk, zone))
    for stream in _streams(kiosk):
        yield _fact("stream", stream)
    yield from _settings(settings_state(kiosk), zone)
    health = _health(kiosk)
    if health is None:
        yield _fact("health", "it has told nothing of itself yet; kiosks tell it over MQTT")
        return
    yield from _uplink(health)
    if health.kiosk is not None:
        yield from _panel(health.kiosk)


def _stand(kiosk: Kiosk) -> Assignment | None:
    return kiosk.assignments.order_by("-since").select_related("unit", "place").first()


def _zone(stand: Assignment | None) -> str:
    return str(stand.unit.time_zone if stand is not None else settings.IKM_TIME_ZONE)


def _health(kiosk: Kiosk) -> UplinkHealth | None:
    state = getattr(kiosk, "state", None)
    return uplink_health_of(state.health) if state is not None else None


def _heard(kiosk: Kiosk, zone: str) -> str:
    state = getattr(kiosk, "state", None)
    if state is None:
        return "never heard"
    return f"{'online' if state.online else 'offline'}, heard {minute_text(state.heard_at, zone)}"


def _streams(kiosk: Kiosk) -> Iterator[str]:
    for stream in kiosk.streams.order_by("pk"):
        waiting = max(0, stream.heard_seq - stream.through)
        told = f"{stream.uid[:8]}: {stream.through} records" + (f", {waiting} to come" if waiting else "")
        lost = sum(last - first + 1 for first, last in lost_here(stream))
        told += f", {lost} LOST HERE" if lost else ""
        yield told + _STANDINGS[StreamStanding(stream.standing)]
    held = set(kiosk.streams.values_list("uid", flat=True))
    for head in HeardHead.objects.filter(key__kiosk=kiosk).order_by("pk"):
        said = "ANOTHER HISTORY" if head.uid in held else "NONE RECEIVED"
        yield f"{head.uid[:8]}: {head.seq} records heard of, {said}"


def _settings_word(state: SettingsState) -> str:
    if state.version == 0:
        return "no settings"
    if state.applied:
        return f"settings {state.version} applied"
    if state.refused and state.reported is not None:
        return f"settings {state.version} REFUSED ({state.reported.refused_key or 'unreadable'})"
    before = state.reported.version if state.reported is not None and state.reported.applied else 0
    return f"settings {state.version} sent" + (f", {before} applied" if before else "")


def _settings(state: SettingsState, zone: str) -> Iterator[str]:
    yield _fact("settings", _settings_word(state) + ("" if state.on_broker else ", not on the broker yet"))
    told = state.reported
    if told is None:
        return
    when = minute_text(told.at_ms, zone)
    if not told.applied:
        yield _fact("", f"version {told.version} refused {when}: {told.refused_why}")
    elif told.unknown:
        yield _fact("", f"version {told.version}: its program does not know {', '.join(told.unknown)}")


def _uplink(health: UplinkHealth) -> Iterator[str]:
    oldest = "" if health.backlog == 0 else f", the oldest for {_age(health.oldest_s)}"
    yield _fact(
        "uplink", f"version {health.version}, by {health.transport}, {health.backlog} records wait{oldest}"
    )
    yield _fact("clock", "trusted" if health.sync else "not trusted")
    if health.damaged:
        yield _fact("damage", f"{health.damaged} pieces in the journal's quarantine")
    if health.disk_free_mb is not None:
        yield _fact("disk", f"{health.disk_free_mb} MB free")


def _panel(health: KioskHealth) -> Iterator[str]:
    shown = f"version {health.version}, shows {health.screen or 'nothing'}"
    yield _fact("screen", f"{shown}, {'open' if health.open else 'closed'}")
    if not health.accepting:
        yield _fact("journal", "TAKES NO RECORDS: the kiosk is out of service")
    if health.stuck:
        yield _fact("buttons", f"{', '.join(map(str, health.stuck))} stuck")
    if health.temperature_c is not None:
        yield _fact("heat", f"{health.temperature_c} °C")
    if health.was_under_voltage:
        yield _fact("power", "the supply was too weak since its start")
    for one in health.troubles:
        yield _fact("trouble", _trouble(one))


def _trouble(one: Trouble) -> str:
    values = ", ".join(f"{name} {value}" for name, value in one.values)
    return f"{one.code} ({values})" if values else one.code


def _age(seconds: int) -> str:
    if seconds < 0:
        return "longer than it has been running"
    return f"{seconds // 3600} h {seconds // 60 % 60} min"


def _fact(name: str, text: str) -> str:
    return f"{name:<10} {text}"
