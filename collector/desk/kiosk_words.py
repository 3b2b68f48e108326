"""A kiosk in words, as its page, the list of kiosks and the week say it."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from django.conf import settings

from collector import clock
from collector.evidence.kiosks import KnownKiosk
from collector.evidence.needs import Need
from collector.fleet.applied import SettingsState
from collector.language import spoken
from collector.local import BeyondDates, Moment, clock_text, day_text, local_date, minute_text, moment_of
from collector.words.catalogue import known as is_known
from collector.words.catalogue import say
from survey.wire.health import KioskHealth, UplinkHealth
from survey.wire.trouble import Trouble

_DAY = 86_400


class Fact(NamedTuple):
    """One thing about a kiosk."""

    label: str
    text: str
    is_bad: bool = False


class StreamLine(NamedTuple):
    """One life of its journal."""

    uid: str
    records: int
    words: str


class Kiosk(Protocol):
    """A kiosk, known by all of it or as a line of the list."""

    @property
    def zone(self) -> str:
        """The zone of its unit's days."""

    @property
    def received_ms(self) -> int | None:
        """When something came in last."""

    @property
    def health(self) -> UplinkHealth | None:
        """What it said of itself last."""


def need_words(need: Need) -> str:
    """Give a need in a word or two."""
    return _say(f"kiosk.need_{need.value}")


def need_sentence(need: Need) -> str:
    """Say what a need means, and what to do."""
    return _say(f"kiosk.do_{need.value}")


def silent_words(kiosk: str, last_ms: int | None) -> str:
    """Say since when nothing came in from a kiosk."""
    if last_ms is None:
        return _say("kiosk.silent_never", kiosk=kiosk)
    since = _day(local_date(moment_of(last_ms), settings.IKM_TIME_ZONE))
    return _say("kiosk.silent_since", kiosk=kiosk, when=since)


def heard(one: KnownKiosk) -> str:
    """Say whether a kiosk is connected."""
    if one.state is None:
        return _say("kiosk.heard_never")
    if one.state.online:
        return _say("kiosk.heard_on", when=_when(one.state.heard_at, one.zone))
    return _say("kiosk.heard_off", when=_when(one.state.changed_at, one.zone))


def received(one: Kiosk, needs: Sequence[Need]) -> str:
    """Say when something came in last, in days where that is too long ago."""
    if one.received_ms is None:
        return _say("kiosk.received_never")
    if Need.SILENT not in needs:
        return _say("kiosk.received", when=_when(moment_of(one.received_ms), one.zone))
    day = local_date(moment_of(one.received_ms), one.zone)
    days = (local_date(clock.now(), one.zone) - day).days
    return _say("kiosk.received_silent", when=_day(day), days=days)


def waits(one: Kiosk) -> str:
    """Say how many records wait on a kiosk, by its last report."""
    if one.health is None:
        return _say("kiosk.unknown")
    if not one.health.backlog:
        return _say("kiosk.waits_none")
    return _say("kiosk.waits", number=one.health.backlog, age=_age(one.health.oldest_s))


def settings_words(state: SettingsState, zone: str) -> str:
    """Say how far a kiosk's settings have come."""
    said = _version_words(state, zone)
    if state.due:
        return f"{said}; {_say('kiosk.settings_due')}"
    return (
        f"{said}; {_say('kiosk.settings_not_signed', why=state.unsigned_why)}" if state.unsigned_why else said
    )


def _version_words(state: SettingsState, zone: str) -> str:
    told = state.reported
    if state.version == 0:
        return _say("kiosk.settings_none")
    if state.applied:
        return _say("kiosk.settings_applied", version=state.version)
    if state.refused and told is not None:
        return _say(
            "kiosk.settings_refused",
            version=state.version,
            when=_when(told.at_ms, zone),
            key=told.refused_key or _say("kiosk.settings_unread"),
            why=told.refused_why,
        )
    sent = _say("kiosk.settings_sent" if state.on_broker else "kiosk.settings_unsent", version=state.version)
    if told is not None and told.applied:
        sent += "; " + _say("kiosk.settings_before", version=told.version)
    return sent


def facts(one: KnownKiosk, needs: Sequence[Need]) -> list[Fact]:
    """Give what is known of a kiosk's health, the page's rows in their order."""
    found = [
        Fact(_say("kiosk.fact_link"), heard(one)),
        Fact(_say("kiosk.fact_received"), received(one, needs), Need.SILENT in needs),
        Fact(_say("kiosk.fact_waits"), waits(one)),
    ]
    if one.awaited:
        found.append(Fact(_say("kiosk.fact_proven"), _say("kiosk.proven", number=one.awaited)))
    if one.lost:
        found.append(Fact(_say("kiosk.fact_lost"), _say("kiosk.lost", number=one.lost), is_bad=True))
    if one.health is not None:
        found += _uplink(one.health)
        found += _panel(one.health.kiosk) if one.health.kiosk is not None else ()
    told = one.settings.reported
    found.append(
        Fact(_say("kiosk.fact_settings"), settings_words(one.settings, one.zone), one.settings.refused)
    )
    if told is not None and told.unknown:
        found.append(
            Fact(
                _say("kiosk.fact_settings_unknown"),
                _say("kiosk.settings_unknown", keys=", ".join(map(str, told.unknown))),
            )
        )
    return found


def troubles(one: KnownKiosk) -> list[str]:
    """Give the troubles that a kiosk reports, in the words of its own screen."""
    if one.health is None or one.health.kiosk is None:
        return []
    return [_trouble(trouble) for trouble in one.health.kiosk.troubles]


def streams(one: KnownKiosk) -> list[StreamLine]:
    """Give the lives of its journal, and those of which only a signed head has come."""
    held = [
        StreamLine(
            stream.uid[:8],
            stream.through,
            _say(f"kiosk.standing_{stream.standing.value}", why=stream.decided_why),
        )
        for stream in one.streams
    ]
    said = {True: _say("kiosk.standing_other"), False: _say("kiosk.standing_awaited")}
    return held + [StreamLine(head.uid[:8], head.seq, said[head.another_history]) for head in one.heads]


def places(one: KnownKiosk) -> list[tuple[str, str, str]]:
    """Give since when it stood where, and for which unit, the newest first."""
    return [
        (_day(local_date(stand.since, stand.unit.time_zone)), stand.place.name, stand.unit.name)
        for stand in one.stands
    ]


def _age(seconds: int) -> str:
    if seconds < 0:
        return _say("kiosk.age_boot")
    if seconds >= _DAY:
        return _say("kiosk.age_days", days=seconds // _DAY, hours=seconds % _DAY // 3600)
    return _say("kiosk.age_hours", hours=seconds // 3600, minutes=seconds // 60 % 60)


def _uplink(health: UplinkHealth) -> Iterator[Fact]:
    yield Fact(
        _say("kiosk.fact_clock"),
        _say("kiosk.clock_good" if health.sync else "kiosk.clock_bad"),
        not health.sync,
    )
    if health.broker or health.collector:
        road = health.broker if health.transport == "mqtt" else health.collector
        said = [_say("kiosk.address", address=road)]
        if health.address_refused:
            said.append(_say("kiosk.address_refused", address=health.address_refused, why=health.address_why))
        yield Fact(_say("kiosk.fact_address"), "; ".join(said), bool(health.address_refused))
    if health.damaged:
        yield Fact(_say("kiosk.fact_damaged"), _say("kiosk.damaged", number=health.damaged), is_bad=True)
    used = health.kiosk.disk_used_percent if health.kiosk is not None else None
    said = [_say("kiosk.disk_used", percent=used)] if used is not None else []
    if health.disk_free_mb is not None:
        said.append(_say("kiosk.disk_free", megabytes=health.disk_free_mb))
    yield Fact(_say("kiosk.fact_disk"), ", ".join(said) or _say("kiosk.unknown"))


def _panel(health: KioskHealth) -> Iterator[Fact]:
    yield Fact(
        _say("kiosk.fact_answers"),
        _say("kiosk.journal_open" if health.accepting else "kiosk.journal_shut"),
        not health.accepting,
    )
    stuck = ", ".join(map(str, health.stuck))
    words = _say("kiosk.buttons_stuck", buttons=stuck) if stuck else _say("kiosk.buttons_good")
    yield Fact(_say("kiosk.fact_buttons"), words, bool(stuck))
    degrees = health.temperature_c
    yield Fact(
        _say("kiosk.fact_heat"),
        _say("kiosk.heat", degrees=degrees) if degrees is not None else _say("kiosk.unknown"),
    )
    weak = health.was_under_voltage
    known_power = _say("kiosk.power_weak" if weak else "kiosk.power_good")
    yield Fact(
        _say("kiosk.fact_power"), known_power if weak is not None else _say("kiosk.unknown"), bool(weak)
    )
    if health.battery_percent is not None:
        used = "battery_used" if health.battery_used else "battery_idle"
        words = _say(f"kiosk.{used}", percent=health.battery_percent)
        yield Fact(
            _say("kiosk.fact_battery"), words, any(one.code == "battery_low" for one in health.troubles)
        )
    yield Fact(_say("kiosk.fact_program"), _say("kiosk.program", version=health.version))


def _trouble(one: Trouble) -> str:
    key = f"trouble.{one.code}"
    if not is_known(key):
        return _say("trouble.unknown", code=one.code)
    try:
        return _say(key, **dict(one.values))
    except KeyError:  # another version of the program gives other values
        return _say("trouble.unknown", code=one.code)


def _day(day: date) -> str:
    return day_text(day, spoken())


def _when(moment: Moment, zone: str) -> str:
    """Write a moment as `9 November 2026 pukul 09.00 WIB`; beyond the years of dates, as programs do."""
    try:
        day = _day(local_date(moment, zone))
    except BeyondDates:
        return minute_text(moment, zone)
    return _say("kiosk.moment", day=day, time=clock_text(moment, zone))


def _say(key: str, /, **values: object) -> str:
    return say(key, spoken(), **values)
