"""The doctor: everything that can be wrong with a kiosk, each with its remedy. Changes nothing."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from hardware.board import Facts, look, screen_connected, sound_cards, unreadable_inputs
from hardware.panel import Panel
from kiosk.config import Config
from kiosk.errors import KioskError
from kiosk.show.texts import Texts
from kiosk.show.troubles import trouble_words
from kiosk.watch import folders
from kiosk.watch.health import (
    CERTIFICATE_DAYS,
    FULL_PERCENT,
    VERY_FULL_PERCENT,
    VERY_HOT_C,
    certificate_days,
    heard_at,
)
from survey.health import kiosk_health_of
from survey.record.errors import Malformed
from survey.settings import SettingsRefused
from survey.wire.messages import unpack_settings
from survey.wire.trouble import trouble_of
from uplink.errors import UplinkError
from uplink.journal.enrolment import Enrolment, load_enrolment, verifier
from uplink.journal.home import KioskHome, read_status
from uplink.journal.identity import Identity

_ENGLISH = Texts("en")
"""The console's language."""
OK, WARN, BAD = "ok", "warn", "bad"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What one check found; `remedy` says what to do where it is not `ok`."""

    check: str
    state: str
    fact: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined, and the world it is examined in."""

    home: Path
    config: Config
    simulate: bool
    has_pin: Callable[[Path], bool]
    """Whether the staff's PIN was set in a kiosk's folder."""
    open_panel: Callable[[Config], Panel]
    """Opens the buttons; raises `KioskError` where there are none."""
    root: Path = Path("/")


Check = Callable[[Patient], Iterator[Diagnosis]]


def examine(patient: Patient) -> list[Diagnosis]:
    """Make every check; a check that fails itself is a finding too."""
    findings: list[Diagnosis] = []
    for check in CHECKS:
        try:
            findings += check(patient)
        except (KioskError, UplinkError, OSError) as error:
            findings.append(
                Diagnosis(check.__name__.strip("_"), BAD, str(error), "mend what the sentence names")
            )
    return findings


def _folder(patient: Patient) -> Iterator[Diagnosis]:
    home = patient.home
    if fault := folders.unmounted(home, root=patient.root):
        yield Diagnosis("folder", BAD, fault, "mend the partition, or take its line out of /etc/fstab")
        return
    if not home.is_dir():
        yield Diagnosis(
            "folder",
            BAD,
            f"{home} does not exist",
            "ikm-kiosk enrol makes it; or name another with --home",
        )
        return
    wanted = [
        folder for folder in (KioskHome(home).kiosk_part, KioskHome(home).journal) if folder.exists()
    ] or [home]
    shut = [str(folder) for folder in wanted if not os.access(folder, os.W_OK)]
    if shut:
        yield Diagnosis(
            "folder",
            BAD,
            f"{', '.join(shut)} cannot be written by this user",
            "run as the kiosk's user, or chown it",
        )
    else:
        yield Diagnosis("folder", OK, f"{home} can be written")
    for folder, user in folders.misplaced(home, folders.users()):
        depth = "-R " if user == folders.UPLINK_USER else ""
        yield Diagnosis(
            "owner",
            BAD,
            f"{folder} does not belong to {user}, which has to write there",
            f"sudo chown {depth}{user}:ikm {folder}",
        )


def _enrolment(patient: Patient) -> Iterator[Diagnosis]:
    if not KioskHome(patient.home).enrolment.exists():
        yield Diagnosis("enrolment", BAD, "not enrolled", "sudo ikm-kiosk enrol CODE --collector URL")
        return
    identity, enrolment = Identity.load(patient.home), load_enrolment(patient.home)
    if identity.public_key != enrolment.public_key:
        yield Diagnosis(
            "enrolment",
            BAD,
            "the signing key is not the enrolled one",
            "restore the key, or enrol anew in a fresh folder",
        )
        return
    yield Diagnosis("enrolment", OK, f"{enrolment.kiosk} of {enrolment.unit.name}")
    key = KioskHome(patient.home).signing_key
    if key.stat().st_mode & 0o077:
        yield Diagnosis("signing key", BAD, "other users can read it", f"chmod 600 {key}")
    if patient.has_pin(patient.home):
        yield Diagnosis("pin", OK, "set")
    else:
        yield Diagnosis("pin", WARN, "no PIN: the staff screen stays shut", "ikm-kiosk pin")


def _journal(patient: Patient) -> Iterator[Diagnosis]:
    enrolment = _enrolled(patient)
    if enrolment is None:
        return
    from kiosk.watch.status import journal_status  # noqa: PLC0415 - reads nothing before it is known whose it is

    status = journal_status(patient.home, enrolment)
    fact = f"{status.head} records, {status.waiting} waiting"
    if status.set_aside:
        yield Diagnosis(
            "journal",
            WARN,
            f"{fact}; {status.set_aside} damaged pieces were set aside",
            "check the card; replace it soon",
        )
    else:
        yield Diagnosis("journal", OK, fact)
    if status.head and not status.clock_trusted:
        yield Diagnosis(
            "clock",
            WARN,
            "the kiosk does not trust its clock, and shows no time",
            "connect it to the network, from where the time comes; answers are kept meanwhile",
        )
    yield from _network(patient, waiting=status.waiting)


def _network(patient: Patient, *, waiting: int) -> Iterator[Diagnosis]:
    words = read_status(KioskHome(patient.home).uplink_status)
    days = certificate_days(words, now_ms=time.time_ns() // 1_000_000)
    if days is not None and days < CERTIFICATE_DAYS:
        yield Diagnosis(
            "certificate",
            WARN if days >= 0 else BAD,
            f"good for {days} more days" if days >= 0 else "it has ended",
            "ask the centre for a code, then: ikm-kiosk enrol",
        )
    if not words:
        yield Diagnosis(
            "road",
            WARN,
            "the uplink has not run: nothing goes out, nothing is lost",
            "sudo systemctl start ikm-uplink",
        )
        return
    stopped = trouble_of(words.get("trouble"))
    if stopped is not None:
        yield Diagnosis(
            "road",
            WARN,
            f"{trouble_words(stopped, _ENGLISH)} {waiting} records wait, none is lost",
            "mend what the sentence names, or carry the records out: ikm-kiosk export",
        )
    if words.get("connected"):
        if stopped is None:
            yield Diagnosis("road", OK, f"connected by {words.get('transport')}")
        return
    heard, seconds = heard_at(patient.home, words, now_ms=time.time_ns() // 1_000_000, zone=UTC)
    if waiting and seconds > patient.config.staff.offline_hours * 3600:
        yield Diagnosis(
            "network",
            WARN,
            f"nothing was heard of the collector since {heard:%Y-%m-%d %H:%M} UTC; {waiting} records wait, none is lost",
            "mend the network, or carry the records out: ikm-kiosk export",
        )


def _settings(patient: Patient) -> Iterator[Diagnosis]:
    enrolment = _enrolled(patient)
    path = KioskHome(patient.home).settings
    if enrolment is None or not path.exists():
        return
    from kiosk.remote.settings import check  # noqa: PLC0415 - reads instruments and catalogues

    try:
        settings = unpack_settings(path.read_bytes(), verifier(enrolment.collector_key))
        check(settings.content)
    except Malformed as error:
        yield Diagnosis(
            "settings", BAD, f"not the collector's: {error}", "publish them again from the collector"
        )
    except SettingsRefused as error:
        yield Diagnosis(
            "settings",
            WARN,
            f"version {settings.version} is refused: {error}",
            "correct them in the collector",
        )
    else:
        yield Diagnosis("settings", OK, f"version {settings.version}")


def _board(patient: Patient) -> Iterator[Diagnosis]:
    facts: Facts = look(patient.home if patient.home.is_dir() else Path("/"), root=patient.root)
    used = facts.disk_used_percent
    if used >= FULL_PERCENT:
        state = BAD if used >= VERY_FULL_PERCENT else WARN
        yield Diagnosis(
            "disk", state, f"{used} % used", "connect the kiosk, or carry records out; then make room"
        )
    else:
        yield Diagnosis("disk", OK, f"{used} % used, {facts.disk_free_mb} MB free")
    if facts.temperature_c is not None:
        hot = facts.temperature_c >= VERY_HOT_C
        yield Diagnosis(
            "heat",
            WARN if hot else OK,
            f"{facts.temperature_c:.0f} °C",
            "give it air, take it out of the sun" if hot else "",
        )
    if facts.was_under_voltage:
        yield Diagnosis(
            "power",
            WARN,
            "the supply was too weak since the start",
            "use a supply made for this board and a short cable",
        )


def _panel(patient: Patient) -> Iterator[Diagnosis]:
    if patient.simulate:
        yield Diagnosis("buttons", OK, "simulated")
        return
    panel = patient.open_panel(patient.config)
    try:
        down = [button for button, is_down in panel.levels().items() if is_down]
    finally:
        panel.close()
    if down:
        yield Diagnosis(
            "buttons", WARN, f"{down} are down now", "free the button, or check its wire for a short"
        )
    else:
        yield Diagnosis("buttons", OK, "four buttons, none is down")


def _screen(patient: Patient) -> Iterator[Diagnosis]:
    connected = screen_connected(patient.root)
    if connected is False:
        yield Diagnosis(
            "picture",
            BAD,
            "no screen is connected: citizens see nothing",
            "check the screen's cable and power",
        )
    elif connected:
        yield Diagnosis("picture", OK, "a screen is connected")
    inputs = unreadable_inputs(patient.root)
    if inputs is None:
        state = OK if patient.simulate else WARN
        yield Diagnosis("touch", state, "no input device is connected", "check the panel's touch cable")
    elif inputs:
        yield Diagnosis(
            "touch",
            BAD,
            f"{', '.join(inputs)} cannot be read by this user",
            "add the user to the group input",
        )
    else:
        yield Diagnosis("touch", OK, "input devices can be read")


def _speech(patient: Patient) -> Iterator[Diagnosis]:
    if (
        patient.config.sound.speech
        and shutil.which("espeak-ng") is None
        and not patient.config.sound.recordings
    ):
        yield Diagnosis("speech", WARN, "espeak-ng is missing", "sudo apt install espeak-ng")
    cards = sound_cards(patient.root)
    if patient.config.sound.speech and not cards:
        yield Diagnosis(
            "sound", WARN, "no sound output was found", "connect a speaker or headphones, then restart"
        )
    elif patient.config.sound.speech:
        yield Diagnosis("sound", OK, ", ".join(cards))


def _told(patient: Patient) -> Iterator[Diagnosis]:
    """What the running kiosk says of itself: it sees what a look from outside does not."""
    told = kiosk_health_of(read_status(KioskHome(patient.home).kiosk_status) or None)
    for one in told.troubles if told is not None else ():
        yield Diagnosis(
            "kiosk",
            WARN,
            trouble_words(one, _ENGLISH),
            "do what the sentence says; this is as the kiosk told it last",
        )


def _enrolled(patient: Patient) -> Enrolment | None:
    exists = KioskHome(patient.home).enrolment.exists()
    return load_enrolment(patient.home) if exists else None


CHECKS: tuple[Check, ...] = (
    _folder,
    _enrolment,
    _journal,
    _settings,
    _board,
    _panel,
    _screen,
    _speech,
    _told,
)
