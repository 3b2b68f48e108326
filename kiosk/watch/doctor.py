"""The doctor: everything that can be wrong with a kiosk, each with its remedy. Changes nothing."""

import os
import time
from collections.abc import Iterator
from datetime import UTC

from kiosk.errors import KioskError, Revoked
from kiosk.show.texts import Texts
from kiosk.show.troubles import trouble_words
from kiosk.watch import fitted, folders
from kiosk.watch.health import (
    CERTIFICATE_DAYS,
    address_trouble,
    certificate_days,
    heard_at,
    road_words,
)
from kiosk.watch.patient import BAD, OK, WARN, Check, Diagnosis, Patient
from survey.record.errors import Malformed
from survey.settings.shown import SettingsRefused
from survey.wire.health import kiosk_health_of
from survey.wire.messages import unpack_settings
from survey.wire.trouble import trouble_of
from uplink.errors import UplinkError
from uplink.journal.enrolment import Enrolment, load_enrolment, verifier
from uplink.journal.home import KioskHome, read_status
from uplink.journal.identity import Identity

_ENGLISH = Texts("en")
"""The console's language."""


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
    try:
        folders.require_good_key(patient.home)
    except Revoked as error:
        fact, _, remedy = str(error).partition(": ")
        yield Diagnosis("enrolment", BAD, fact, remedy)
    else:
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
    if (refused := address_trouble(words)) is not None:
        yield Diagnosis(
            "address",
            WARN,
            trouble_words(refused, _ENGLISH),
            "mend the new broker or collector, or the settings that name it; nothing is lost meanwhile",
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
            yield Diagnosis("road", OK, f"connected by {words.get('transport')}{road_words(words)}")
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
    _folder, _enrolment, _journal, _settings, fitted.board, fitted.system, fitted.panel, fitted.screen, fitted.speech, fitted.microphone, fitted.profiles, _told,
)  # fmt: skip
