"""What a kiosk tells of its health: its own part through the folder, the uplink's part around it in the state message.

Health is no evidence: nothing is signed, and nothing is counted by it. So reading it is lenient: a part that makes no sense is
left out, and never a reason to refuse the rest. `docs/wire-format.md` describes every field; a test holds it to these classes.
"""

from collections.abc import Mapping
from typing import NamedTuple

from survey.wire.crowd import BANDS
from survey.wire.trouble import Trouble, trouble_of

MAX_TROUBLES = 16
MAX_WAITING = 40
MAX_COUNTER = 60


class KioskHealth(NamedTuple):
    """How the process with the screen is, as it writes it into its status file."""

    version: str = ""
    """Version of the program."""
    screen: str = ""
    """The step of the visit that is shown."""
    open: bool = True
    """Whether the unit is open by the hours the kiosk knows."""
    accepting: bool = True
    """Whether the journal takes records."""
    write_ms_p99: float = 0.0
    """How long the slowest hundredth of records took to reach the disk."""
    stuck: tuple[int, ...] = ()
    """Buttons that do not come up."""
    troubles: tuple[Trouble, ...] = ()
    """What is wrong, most serious first."""
    settings: int = 0
    """Version of the collector's settings that was judged last."""
    disk_used_percent: int | None = None
    temperature_c: int | None = None
    was_under_voltage: bool | None = None
    """Whether the power supply was too weak since the start."""
    battery_percent: int | None = None
    """How full the battery is that the machine runs on when the mains fail, where the kernel measures one."""
    battery_used: bool | None = None
    """Whether it runs on it now."""
    waiting: tuple[tuple[str, int], ...] = ()
    """How many wait at which counter, as a band, where a queue system says so; never a number, and nothing of who answered."""

    def to_fields(self) -> dict[str, object]:
        """Give it as JSON; what is not known is left out."""
        fields: dict[str, object] = {
            "version": self.version,
            "screen": self.screen,
            "open": self.open,
            "accepting": self.accepting,
            "write_ms_p99": round(self.write_ms_p99, 1),
            "stuck": list(self.stuck),
            "troubles": [one.to_fields() for one in self.troubles[:MAX_TROUBLES]],
            "settings": self.settings,
        }
        known: dict[str, object] = {
            "disk_used_percent": self.disk_used_percent,
            "temperature_c": self.temperature_c,
            "was_under_voltage": self.was_under_voltage,
            "battery_percent": self.battery_percent,
            "battery_used": self.battery_used,
        }
        if self.waiting:
            known["waiting"] = dict(self.waiting[:MAX_WAITING])
        return fields | {name: value for name, value in known.items() if value is not None}


class UplinkHealth(NamedTuple):
    """How the process with the network is, with the kiosk's own part; it travels in the state message."""

    version: str = ""
    transport: str = ""
    """`mqtt` or `https`."""
    backlog: int = 0
    """Records that the collector has not confirmed."""
    oldest_s: int = 0
    """How long the oldest of them has been waiting; -1 where it is older than this boot."""
    sync: bool = False
    """Whether the newest record's clock was trusted."""
    damaged: int = 0
    """Damaged pieces in the journal's quarantine."""
    disk_free_mb: int | None = None
    memory_kb: int | None = None
    """Resident memory of the uplink."""
    log_size: int = 0
    """How many leaves the collector's log had when the kiosk saw it last; 0 where it never did."""
    log_root: str = ""
    """The root it had then, in hexadecimal."""
    log_fork: bool = False
    """Whether the kiosk was ever shown another history of that log."""
    log_origin: str = ""
    """Which log that is."""
    log_refused: str = ""
    """Why the news of the log that came last are not followed: `uncosigned` or `other_log`; empty where they are."""
    log_policy: int = -1
    """The leaf that says whom the kiosk demands cosignatures of; -1: its enrolment did."""
    settings_held: int = -1
    """Version of the collector's settings that has arrived; -1 where it is not told."""
    tickets_held: int = -1
    """Version of what the collector told of tickets that has arrived; -1 where it is not told."""
    broker: str = ""
    """The broker in use, as settings write it."""
    collector: str = ""
    """The collector's address in use."""
    address_refused: str = ""
    """A new address of either, by signed settings, that is not used; empty where there is none."""
    address_why: str = ""
    """The code of the trouble that it met."""
    kiosk: KioskHealth | None = None
    """None where the process with the screen has not written its status."""

    def to_fields(self) -> dict[str, object]:
        """Give it as JSON; what is not known is left out."""
        fields: dict[str, object] = {
            "version": self.version,
            "transport": self.transport,
            "backlog": self.backlog,
            "oldest_s": self.oldest_s,
            "sync": self.sync,
            "damaged": self.damaged,
        }
        if self.disk_free_mb is not None:
            fields["disk_free_mb"] = self.disk_free_mb
        if self.memory_kb is not None:
            fields["memory_kb"] = self.memory_kb
        if self.log_size:
            fields |= {"log_size": self.log_size, "log_root": self.log_root, "log_origin": self.log_origin}
        if self.log_policy >= 0:
            fields["log_policy"] = self.log_policy
        if self.log_fork:
            fields["log_fork"] = True
        if self.settings_held >= 0:
            fields["settings_held"] = self.settings_held
        if self.tickets_held >= 0:
            fields["tickets_held"] = self.tickets_held
        said = {
            "log_refused": self.log_refused,
            "broker": self.broker,
            "collector": self.collector,
            "address_refused": self.address_refused,
            "address_why": self.address_why,
        }
        fields |= {name: text for name, text in said.items() if text}
        return fields if self.kiosk is None else fields | {"kiosk": self.kiosk.to_fields()}


def kiosk_health_of(fields: object) -> KioskHealth | None:
    """Read what `KioskHealth.to_fields` gave; None where it is nothing of the kind."""
    if not isinstance(fields, dict):
        return None
    read = _Lenient(fields)
    stuck, troubles = fields.get("stuck"), fields.get("troubles")
    return KioskHealth(
        version=read.text("version"),
        screen=read.text("screen"),
        open=read.flag("open", default=True),
        accepting=read.flag("accepting", default=True),
        write_ms_p99=round(read.number("write_ms_p99"), 1),
        stuck=tuple(one for one in stuck if isinstance(one, int))[:16] if isinstance(stuck, list) else (),
        troubles=tuple(found for one in troubles[:MAX_TROUBLES] if (found := trouble_of(one)) is not None)
        if isinstance(troubles, list)
        else (),
        settings=read.whole("settings") or 0,
        disk_used_percent=read.whole("disk_used_percent"),
        temperature_c=read.whole("temperature_c"),
        was_under_voltage=read.optional_flag("was_under_voltage"),
        battery_percent=read.whole("battery_percent"),
        battery_used=read.optional_flag("battery_used"),
        waiting=_waiting(fields.get("waiting")),
    )


def uplink_health_of(fields: object) -> UplinkHealth | None:
    """Read what `UplinkHealth.to_fields` gave; None where it is nothing of the kind."""
    if not isinstance(fields, dict) or not fields:
        return None
    read = _Lenient(fields)
    size = max(0, read.whole("log_size") or 0)
    return UplinkHealth(
        version=read.text("version"),
        transport=read.text("transport"),
        backlog=read.whole("backlog") or 0,
        oldest_s=read.whole("oldest_s") or 0,
        sync=read.flag("sync", default=False),
        damaged=read.whole("damaged") or 0,
        disk_free_mb=read.whole("disk_free_mb"),
        memory_kb=read.whole("memory_kb"),
        log_size=size,
        log_root=read.text("log_root") if size else "",
        log_fork=read.flag("log_fork", default=False),
        log_origin=read.long_text("log_origin") if size else "",
        log_refused=read.text("log_refused"),
        log_policy=read.version("log_policy"),
        settings_held=read.version("settings_held"),
        tickets_held=read.version("tickets_held"),
        broker=read.long_text("broker"),
        collector=read.long_text("collector"),
        address_refused=read.long_text("address_refused"),
        address_why=read.text("address_why"),
        kiosk=kiosk_health_of(fields.get("kiosk")),
    )


def _waiting(told: object) -> tuple[tuple[str, int], ...]:
    if not isinstance(told, dict):
        return ()
    return tuple(
        (key, band)
        for key, band in told.items()
        if isinstance(key, str) and type(band) is int and 0 < len(key) <= MAX_COUNTER and 0 <= band < BANDS
    )[:MAX_WAITING]


class _Lenient:
    """Reads fields of another program's report; what makes no sense is not known."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields = fields

    def text(self, key: str) -> str:
        value = self._fields.get(key)
        return value[:64] if isinstance(value, str) else ""

    def long_text(self, key: str) -> str:
        value = self._fields.get(key)
        return value[:200] if isinstance(value, str) else ""

    def flag(self, key: str, *, default: bool) -> bool:
        value = self._fields.get(key)
        return value if isinstance(value, bool) else default

    def optional_flag(self, key: str) -> bool | None:
        value = self._fields.get(key)
        return value if isinstance(value, bool) else None

    def whole(self, key: str) -> int | None:
        value = self._fields.get(key)
        sound = isinstance(value, int) and not isinstance(value, bool) and -(2**53) < value < 2**53
        return value if sound and isinstance(value, int) else None

    def version(self, key: str) -> int:
        value = self.whole(key)
        return -1 if value is None else max(-1, value)

    def number(self, key: str) -> float:
        value = self._fields.get(key)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
