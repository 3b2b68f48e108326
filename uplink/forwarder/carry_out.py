"""The third way out: a stick carries what the collector has not confirmed, and brings its receipts back.

`export` writes a folder that is complete or refused: batch files, a summary for people, and the manifest last. It
may be done any number of times; the collector counts every record once. `take_back` finds receipts on a stick and
moves the acknowledged position by those that fit, exactly as if they had come over the network; so it does with what the collector tells of
tickets.
"""

import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from survey.record.errors import Malformed
from survey.wire.carriage import (
    LOG_SUFFIX,
    MANIFEST,
    RECEIPT_SUFFIX,
    SEALED,
    SUMMARY,
    TICKETS_SUFFIX,
    CarriedFile,
    StickManifest,
    batch_name,
    describe,
    folder_name,
    log_name,
    pack_manifest,
)
from survey.wire.log_news import MAX_LOG_NEWS_BYTES, unpack_log_news
from survey.wire.sealing import CARRIED
from survey.wire.stick import Skipped, opened_stick
from survey.wire.ticket_states import MAX_TICKETS_BYTES
from uplink.errors import CarryOutError
from uplink.forwarder.inbox import Inbox, tickets_inbox
from uplink.forwarder.outbox import Outbox, Parcel
from uplink.journal.acknowledged import MAX_RECEIPT_BYTES, Acknowledged
from uplink.journal.enrolment import Enrolment, load_enrolment, verifier
from uplink.journal.home import KioskHome
from uplink.journal.reader import JournalReader
from uplink.journal.sealing import current_key, seal
from uplink.journal.segments.disk import REAL_DISK, write_all
from uplink.journal.segments.files import replace_file

_FILE_BYTES = 1_000_000
_FILE_RECORDS = 5_000
_LOOK_AT_MOST = 1_000
_NAME_AT_MOST = 20

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written to a stick."""

    folder: Path | None
    """None where there was nothing to carry."""
    first: int
    last: int
    files: int

    @property
    def records(self) -> int:
        """How many records were carried."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was found on a stick."""

    receipts: int
    """How many receipts for this kiosk were found."""
    confirmed: int
    """Everything up to this record is confirmed now."""
    news: bool
    """Whether that is more than before."""


def export(home: Path, target: Path) -> Exported:
    """Write what is not confirmed yet into a new folder under `target`.

    Raises:
        CarryOutError: the stick is full, read-only or gone; nothing half-written looks whole.
        IdentityError: the kiosk is not enrolled, or what it knows as the collector's sealing key is none.
        JournalBroken: the journal cannot be read.
    """
    enrolment = load_enrolment(home)
    reader = JournalReader(KioskHome(home).journal)
    header = reader.header()
    if header is None:
        return Exported(folder=None, first=1, last=0, files=0)
    receipts = KioskHome(home).receipts(kiosk=enrolment.kiosk, verify=verifier(enrolment.collector_key))
    through = receipts.confirmed(header.stream)
    parcels = Outbox(
        reader, kiosk=enrolment.kiosk, stream=header.stream, max_records=_FILE_RECORDS, lazy_seconds=0.0
    ).everything_from(through + 1, max_bytes=_FILE_BYTES, proof=receipts.proof(header.stream))
    temporary = target / f".ikm-{enrolment.kiosk}-part"
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        key = current_key(home, enrolment)
        files = [_write_parcel(temporary, enrolment.kiosk, header.stream, parcel, key) for parcel in parcels]
        if not files:
            temporary.rmdir()
            return Exported(folder=None, first=through + 1, last=through, files=0)
        manifest = StickManifest(kiosk=enrolment.kiosk, stream=header.stream, files=tuple(files))
        log = KioskHome(home).log
        if log.exists():  # so that a collector that lost its end of the log can learn it from us
            _write(temporary / log_name(enrolment.kiosk), log.read_bytes())
        _write(
            temporary / SUMMARY,
            _summary(manifest, enrolment.unit.name, through, reader.link_after(manifest.last)).encode(),
        )
        _write(temporary / MANIFEST, pack_manifest(manifest))
        name = folder_name(
            kiosk=manifest.kiosk, stream=manifest.stream, first=manifest.first, last=manifest.last
        )
        shutil.rmtree(
            target / name, ignore_errors=True
        )  # the same records were carried before: write them anew
        temporary.rename(target / name)
        REAL_DISK.sync_folder(target)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        raise CarryOutError(
            f"the records cannot be written to {target}: {error}; use a stick with room that is not write-protected"
        ) from error
    return Exported(folder=target / name, first=manifest.first, last=manifest.last, files=len(files))


def take_back(home: Path, folder: Path) -> TakenBack:
    """Look for this kiosk's receipts in `folder` and below, and move the acknowledged position by the furthest that fits.

    Files of other kiosks, former streams or strangers are passed over.

    Raises:
        CarryOutError: the stick cannot be read.
        IdentityError: the kiosk is not enrolled.
        JournalBroken: the journal cannot be read, or the acknowledged position not written.
    """
    enrolment = load_enrolment(home)
    reader = JournalReader(KioskHome(home).journal)
    header = reader.header()
    receipts = KioskHome(home).receipts(kiosk=enrolment.kiosk, verify=verifier(enrolment.collector_key))
    stream = header.stream if header is not None else ""
    confirmed = receipts.confirmed(stream)
    found, best, payload = 0, confirmed, b""
    receipt_files, ticket_files, log_files = _files(folder)
    for content in ticket_files:
        _tickets_inbox(home, enrolment).take(content)
    for content in log_files:
        _keep_log_news(home, enrolment, content)
    for content in receipt_files:
        try:
            receipt = receipts.read(content)
        except Malformed as refusal:
            log.info("a file that is no receipt of ours was passed over: %s", refusal)
            continue
        if receipt.stream != stream:
            continue
        found += 1
        if receipt.through > best and reader.link_after(receipt.through) == receipt.link:
            best, payload = receipt.through, content
    if payload:
        Acknowledged(_own_acknowledged(KioskHome(home))).store(payload)
    return TakenBack(receipts=found, confirmed=best, news=best > confirmed)


def _own_acknowledged(home: KioskHome) -> Path:
    """Give the acknowledged position this user may write: the kiosk's staff screen must not touch the uplink's."""
    owned = home.acknowledged if home.acknowledged.exists() else home.acknowledged.parent
    return home.acknowledged if os.access(owned, os.W_OK) else home.carried_acknowledged


def _tickets_inbox(home: Path, enrolment: Enrolment) -> Inbox:
    """Give the inbox of tickets that this user may write, as with the acknowledged position."""
    paths = KioskHome(home)
    theirs = paths.tickets if paths.tickets.exists() else paths.tickets.parent
    path = paths.tickets if os.access(theirs, os.W_OK) else paths.carried_tickets
    return tickets_inbox(path, kiosk=enrolment.kiosk, verify=verifier(enrolment.collector_key))


def _keep_log_news(home: Path, enrolment: Enrolment, content: bytes) -> None:
    """Lay news of the log where the uplink finds them: it alone remembers what was seen, and judges."""
    try:
        if unpack_log_news(content, verifier(enrolment.collector_key)).kiosk != enrolment.kiosk:
            return
    except Malformed as refusal:
        log.info("a file that is no news of our collector's log was passed over: %s", refusal)
        return
    paths = KioskHome(home)
    path = paths.log_carried if os.access(paths.log_carried.parent, os.W_OK) else paths.carried_log
    try:
        replace_file(path, content)
    except OSError as error:
        log.warning("news of the log cannot be kept: %s", error)


def _files(folder: Path) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """Give what may be receipts, what may say how tickets stand, and what may be news of the log."""
    found: dict[str, list[bytes]] = {RECEIPT_SUFFIX: [], TICKETS_SUFFIX: [], LOG_SUFFIX: []}
    limits = {
        RECEIPT_SUFFIX: MAX_RECEIPT_BYTES, TICKETS_SUFFIX: MAX_TICKETS_BYTES, LOG_SUFFIX: MAX_LOG_NEWS_BYTES,
    }  # fmt: skip
    try:
        with opened_stick(folder.resolve()) as stick:
            names = [(one.path, name) for one in stick.folders(*found) for name in one.files]
            for path, name in names[:_LOOK_AT_MOST]:
                suffix = f".{name.rpartition('.')[2]}"
                try:
                    found[suffix].append(stick.read(path, name, limit=limits[suffix]))
                except Skipped as error:
                    log.warning("passed over on the stick: %s", error)
            for skipped in stick.skipped[:_NAME_AT_MOST]:
                log.warning("passed over on the stick: %s", skipped)
    except OSError as error:
        raise CarryOutError(f"{folder} is no folder that can be read: {error}") from error
    return found[RECEIPT_SUFFIX], found[TICKETS_SUFFIX], found[LOG_SUFFIX]


def _write_parcel(folder: Path, kiosk: str, stream: str, parcel: Parcel, key: bytes) -> CarriedFile:
    """Write a batch sealed to the collector: whoever carries the stick reads no answer and no text."""
    name = batch_name(kiosk=kiosk, stream=stream, first=parcel.first, last=parcel.last)
    content = SEALED + seal(parcel.payload, key, info=CARRIED)
    _write(folder / name, content)
    return describe(name, content, first=parcel.first, last=parcel.last)


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    try:
        write_all(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)


def _summary(manifest: StickManifest, unit: str, through: int, link: bytes | None) -> str:
    """Say what the folder is, with the head of its last record: whoever keeps a copy can hold the collector to all of them."""
    head = f"{manifest.stream} {manifest.last} {link.hex() if link is not None else '?'}"
    count = manifest.last - manifest.first + 1
    return (
        f"KIOS {manifest.kiosk} - {unit}\n\n"
        f"Folder ini berisi {count} catatan (nomor {manifest.first} sampai {manifest.last}) dalam "
        f"{len(manifest.files)} berkas.\n"
        "Serahkan seluruh folder kepada pengelola pusat. Jangan mengubah atau mengganti nama berkas.\n"
        "Isinya tersegel: hanya pusat yang dapat membukanya.\n"
        "Menyalin dua kali tidak apa-apa: setiap catatan dihitung satu kali.\n"
        f"Yang sudah diterima pusat sebelumnya: sampai nomor {through}.\n"
        f"Kepala rantai (simpan; dengannya siapa pun dapat memegang pusat pada catatan ini): {head}\n\n"
        f"KIOSK {manifest.kiosk} - {unit}\n\n"
        f"This folder holds {count} records (numbers {manifest.first} to {manifest.last}) in "
        f"{len(manifest.files)} files.\n"
        "Hand the whole folder to the centre: ikm-collector import FOLDER. Do not change or rename anything.\n"
        "The files are sealed: only the centre can open them.\n"
        "Copying it twice does no harm: every record is counted once.\n"
        f"Confirmed by the centre before: up to number {through}.\n"
        f"Head of the chain (keep it: it holds the centre to these records): {head}\n"
    )
