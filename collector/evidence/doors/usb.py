"""The USB door: batch files from a stick, and receipts for the way back.

`survey.wire.carriage` says what a carry-out looks like. A folder whose manifest is damaged or whose files are not those it names is
refused as a whole, because it was copied in part; loose batch files are taken each for itself. Whoever brings a stick may be an
enemy: it is read and written as `survey.wire.stick` does, and what is passed over is named and keeps nothing else from coming in.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from collector import clock
from collector.errors import CollectorError
from collector.evidence.intake.accept import accept
from collector.evidence.intake.arrivals import Accepted, Arrival, RefusedMessage
from collector.evidence.models import Door
from collector.people import trail
from collector.trust import keyholder, keys, public
from collector.trust.kinds import Errand, Sealed
from collector.words.catalogue import CONSOLE, say
from collector.words.foreign import shown
from survey.record.errors import Malformed
from survey.wire.carriage import (
    BATCH_SUFFIX,
    LOG_SUFFIX,
    MANIFEST,
    MAX_MANIFEST_BYTES,
    RECEIPT_FOLDER,
    SEALED,
    CarriedFile,
    check_file,
    log_name,
    receipt_name,
    tickets_name,
    unpack_manifest,
)
from survey.wire.log_news import MAX_LOG_NEWS_BYTES
from survey.wire.messages import unpack_receipt
from survey.wire.stick import TOO_MANY, Skipped, Stick, StickFolder, opened_stick

_MAX_FILE_BYTES = 8 * 1024 * 1024
_MAX_FILES = 20_000
"""So many batch files are taken from one stick; a carry-out that was written whole comes before loose files."""
_GROUP = 16
_GROUP_BYTES = 16 * 1024 * 1024
_WHY = "records carried in"
SHUT = "carried_shut"
"""It is not sealed to this collector's key."""


@dataclass(slots=True)
class CarriedIn:
    """What came of an import."""

    files: int = 0
    records: int = 0
    refused: list[tuple[str, RefusedMessage]] = field(default_factory=list)
    """What was not taken, by its name, which may hold anything."""
    receipts: list[Path] = field(default_factory=list)
    unwritten: CollectorError | None = None
    """Why a receipt could not be written."""


ToldFor = Callable[[str], bytes | None]
"""Give what a kiosk is told, or None."""


def _nothing(_kiosk: str) -> bytes | None:
    return None


def _unheard(_payload: bytes) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Beside:
    """What travels beside batches and receipts; rooms above this one know what it is."""

    tickets_for: ToldFor = _nothing
    """How the tickets at a kiosk's unit stand."""
    log_for: ToldFor = _nothing
    """What a kiosk is told of the log of facts."""
    saw_log: Callable[[bytes], object] = _unheard
    """Take in what a kiosk saw of that log."""


_ALONE = Beside()


@dataclass(frozen=True, slots=True)
class _Batch:
    """A batch file that is to be taken."""

    folder: tuple[str, ...]
    name: str
    described: CarriedFile | None = None
    """What the manifest says of it."""


def carry_in(source: Path, *, who: str, beside: Beside = _ALONE) -> CarriedIn:
    """Take in a batch file, a carry-out's folder, or everything below a stick's root, and write the receipts there.

    Beside them lies what `beside` has for the kiosks they are for. That `who` had it opened stands in the trail before anything is.

    Raises:
        CollectorError: there is nothing to take in, or the source cannot be read.
    """
    if source.is_symlink():
        raise CollectorError("folder_link", path=source)
    if not source.exists():
        raise CollectorError("folder_missing", path=source)
    root = source if source.is_dir() else source.parent
    trail.note(who=who, action="stick opened", subject=shown(source), why=_WHY)
    errand = Errand(who, f"{_WHY}: {shown(source)}")
    try:
        with opened_stick(root) as stick:
            batches = None if source.is_dir() else iter([_Batch((), source.name)])
            return _carry_in(source, stick, batches, errand, beside)
    except OSError as error:
        raise CollectorError("file_unreadable", path=source, reason=error.strerror) from error


def _carry_in(
    source: Path,
    stick: Stick,
    batches: Iterator[_Batch] | None,
    errand: Errand,
    beside: Beside,
) -> CarriedIn:
    taken = CarriedIn()
    receipts: dict[tuple[str, str], bytes] = {}
    verify = keys.verifier(public.read(settings.IKM_KEYS).signing)
    for read in _groups(stick, _batches(stick, taken) if batches is None else batches, taken):
        group = _opened(read, taken, errand)
        outcomes = accept([arrival for _, arrival in group])
        for (name, _), outcome in zip(group, outcomes, strict=True):
            taken.files += 1
            if isinstance(outcome, Accepted):
                taken.records += outcome.new
                receipt = unpack_receipt(outcome.receipt, verify)
                receipts[receipt.kiosk, receipt.stream] = outcome.receipt
            else:
                taken.refused.append((name, outcome))
    if not taken.files and not taken.refused:
        raise CollectorError("folder_without_batches", suffix=BATCH_SUFFIX, path=source)
    for content in _seen_logs(stick) if source.is_dir() else ():
        beside.saw_log(content)
    if receipts:
        _write_receipts(stick, source, receipts, taken)
        _write_beside(stick, {kiosk for kiosk, _ in receipts}, beside)
    return taken


def _seen_logs(stick: Stick) -> Iterator[bytes]:
    """Give what kiosks wrote of the log they saw; not what we wrote for them among the receipts."""
    for folder in stick.folders(LOG_SUFFIX):
        if RECEIPT_FOLDER not in folder.path:
            for name in folder.files:
                with suppress(Skipped):
                    yield stick.read(folder.path, name, limit=MAX_LOG_NEWS_BYTES)


def _opened(read: list[tuple[str, bytes]], taken: CarriedIn, errand: Errand) -> list[tuple[str, Arrival]]:
    """Open batch files, asking once for all of them."""
    contents = [content for _, content in read]
    group: list[tuple[str, Arrival]] = []
    for (name, _), batch in zip(
        read, keyholder.opened(contents, kind=Sealed.CARRIED, errand=errand), strict=True
    ):
        if batch is None:
            taken.refused.append((name, RefusedMessage(SHUT, say(f"carried.{SHUT}", CONSOLE))))
        else:
            group.append((name, Arrival(payload=batch, door=Door.USB, received_ms=clock.now_ms())))
    return group


def _groups(stick: Stick, batches: Iterator[_Batch], taken: CarriedIn) -> Iterator[list[tuple[str, bytes]]]:
    """Give the batch files that can be read, sealed as they are, some at a time."""
    group: list[tuple[str, bytes]] = []
    for one in batches:
        try:
            content = stick.read(one.folder, one.name, limit=_MAX_FILE_BYTES)
            if one.described is not None:
                check_file(one.described, content)
        except (Skipped, Malformed) as error:
            taken.refused.append((one.name, _why(error)))
            continue
        # What is no sealed batch at all is opened as one, in vain: it has one way to be refused.
        group.append((one.name, content[len(SEALED) :] if content.startswith(SEALED) else b""))
        if len(group) == _GROUP or sum(len(content) for _, content in group) > _GROUP_BYTES:
            yield group
            group = []
    if group:
        yield group


def _batches(stick: Stick, taken: CarriedIn) -> Iterator[_Batch]:
    """Give the batch files of whole carry-outs, then the loose ones, each in the order of their names: that of their numbers."""
    folders = stick.folders(BATCH_SUFFIX, MANIFEST)
    taken.refused += [(skipped.name, _why(skipped)) for skipped in stick.skipped]
    left = _MAX_FILES
    for folder in sorted(folders, key=lambda one: MANIFEST not in one.files):
        try:
            batches = _of_folder(stick, folder)
        except (Skipped, Malformed) as error:
            taken.refused.append(("/".join(folder.path) or MANIFEST, _why(error)))
            continue
        yield from batches[:left]
        if len(batches) > left:
            taken.refused.append(("/".join(folder.path), _why(Skipped(TOO_MANY, ""))))
            return
        left -= len(batches)


def _of_folder(stick: Stick, folder: StickFolder) -> list[_Batch]:
    if MANIFEST not in folder.files:
        return [_Batch(folder.path, name) for name in folder.files if name.endswith(BATCH_SUFFIX)]
    manifest = unpack_manifest(stick.read(folder.path, MANIFEST, limit=MAX_MANIFEST_BYTES))
    for one in manifest.files:
        try:
            content = stick.read(folder.path, one.name, limit=_MAX_FILE_BYTES)
        except Skipped:
            content = b""  # no batch is empty: the folder is not whole
        check_file(one, content)
    return [_Batch(folder.path, one.name, one) for one in manifest.files]


def _why(error: Skipped | Malformed) -> RefusedMessage:
    if isinstance(error, Malformed):
        return RefusedMessage(error.code, str(error))
    return RefusedMessage(error.code, say(f"carried.{error.code}", CONSOLE))


def _write_receipts(
    stick: Stick, source: Path, receipts: dict[tuple[str, str], bytes], taken: CarriedIn
) -> None:
    """Write every receipt that can be written; one that cannot, for what lies in its way, keeps no other from it."""
    root = source if source.is_dir() else source.parent
    for (kiosk, stream), content in sorted(receipts.items()):
        name = receipt_name(kiosk=kiosk, stream=stream)
        try:
            stick.write(RECEIPT_FOLDER, name, content)
            taken.receipts.append(root / RECEIPT_FOLDER / name)
        except OSError as error:
            taken.unwritten = CollectorError(
                "receipts_unwritten", path=root / RECEIPT_FOLDER, reason=error.strerror
            )


def _write_beside(stick: Stick, kiosks: set[str], beside: Beside) -> None:
    """Lay beside the receipts what else kiosks are told; a stick that takes no more loses nobody anything."""
    for kiosk in sorted(kiosks):
        told = {
            tickets_name(kiosk): beside.tickets_for(kiosk),
            log_name(kiosk): beside.log_for(kiosk),
        }
        for name, content in told.items():
            if content is not None:
                with suppress(OSError):
                    stick.write(RECEIPT_FOLDER, name, content)
