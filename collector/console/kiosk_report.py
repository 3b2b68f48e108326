"""What is known of kiosks, as the console says it: one line each, or all of one."""

from collections.abc import Iterator

from collector.evidence.kiosks import KnownKiosk
from collector.evidence.standing import StreamStanding
from collector.fleet.applied import SettingsState
from collector.local import date_text, minute_text
from survey.wire.health import KioskHealth, UplinkHealth
from survey.wire.trouble import Trouble

_STANDINGS = {
    StreamStanding.COUNTED: "",
    StreamStanding.FOREIGN: " FOREIGN, not counted",
    StreamStanding.ACCEPTED: " foreign, accepted",
    StreamStanding.REFUSED: " foreign, refused",
}


def line(known: KnownKiosk) -> str:
    """Give a kiosk in one line."""
    stand = known.stand
    parts = [
        known.kiosk.name,
        f"{stand.unit.code} at {stand.place.code}" if stand is not None else "nowhere",
        _heard(known),
    ]
    parts += _streams(known)
    parts.append(settings_word(known.settings))
    health = known.health
    if health is not None and health.kiosk is not None and health.kiosk.troubles:
        parts.append("TROUBLE " + ", ".join(one.code for one in health.kiosk.troubles))
    if known.revoked:
        parts.append("REVOKED")
    return "  ".join(parts)


def report(known: KnownKiosk) -> Iterator[str]:
    """Give all that is known of a kiosk, one fact a line."""
    zone = known.zone
    yield _fact("kiosk", known.kiosk.name)
    for one in known.stands:
        yield _fact("stands", f"at {one.place.code} for {one.unit.code} since {date_text(one.since, zone)}")
    for key in known.keys:
        ended = f", revoked {date_text(key.revoked_at, zone)}: {key.revoked_why}" if key.revoked_at else ""
        yield _fact(
            "key", f"{bytes(key.public_key).hex()[:16]} enrolled {date_text(key.enrolled_at, zone)}{ended}"
        )
    yield _fact("heard", _heard(known))
    for stream in _streams(known):
        yield _fact("stream", stream)
    yield from _settings(known.settings, zone)
    if known.health is None:
        yield _fact("health", "it has told nothing of itself yet; kiosks tell it over MQTT")
        return
    yield from _uplink(known.health)
    if known.health.kiosk is not None:
        yield from _panel(known.health.kiosk)


def _heard(known: KnownKiosk) -> str:
    if known.state is None:
        return "never heard"
    word = "online" if known.state.online else "offline"
    return f"{word}, heard {minute_text(known.state.heard_at, known.zone)}"


def _streams(known: KnownKiosk) -> Iterator[str]:
    for stream in known.streams:
        told = f"{stream.uid[:8]}: {stream.through} records"
        told += f", {stream.awaited} to come" if stream.awaited else ""
        told += f", {stream.lost} LOST HERE" if stream.lost else ""
        yield told + _STANDINGS[stream.standing]
    for head in known.heads:
        said = "ANOTHER HISTORY" if head.another_history else "NONE RECEIVED"
        yield f"{head.uid[:8]}: {head.seq} records heard of, {said}"


def settings_word(state: SettingsState) -> str:
    """Say how far a kiosk's settings have come."""
    said = _version_word(state)
    if state.due:
        return f"{said}, other ones to be signed"
    return f"{said}, other ones NOT SIGNED ({state.unsigned_why})" if state.unsigned_why else said


def _version_word(state: SettingsState) -> str:
    if state.version == 0:
        return "no settings"
    if state.applied:
        return f"settings {state.version} applied"
    if state.refused and state.reported is not None:
        return f"settings {state.version} REFUSED ({state.reported.refused_key or 'unreadable'})"
    before = state.reported.version if state.reported is not None and state.reported.applied else 0
    return f"settings {state.version} sent" + (f", {before} applied" if before else "")


def _settings(state: SettingsState, zone: str) -> Iterator[str]:
    yield _fact("settings", settings_word(state) + ("" if state.on_broker else ", not on the broker yet"))
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
    if health.broker:
        yield _fact("address", health.broker if health.transport == "mqtt" else health.collector)
    if health.address_refused:
        yield _fact("", f"{health.address_refused} is NOT USED: {health.address_why}")
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
    if health.battery_percent is not None:
        used = "in use" if health.battery_used else "on the mains"
        yield _fact("battery", f"{health.battery_percent} %, {used}")
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
