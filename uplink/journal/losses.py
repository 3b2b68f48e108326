"""The losses a kiosk has declared: signed placeholders for records that its medium has damaged, and for attachments of whole ones.

Only the process with the signing key writes this file. The uplink, which has none, sends nothing past a damaged record until
its loss is declared here; otherwise a break-in there could pass any rating off as lost.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from survey.record.attachment import lost_message
from survey.record.chain import Sign
from uplink.errors import JournalBroken
from uplink.journal.segments.disk import REAL_DISK, Disk
from uplink.journal.segments.files import replace_file
from uplink.journal.segments.folder import JournalFolder
from uplink.journal.segments.frame import Entry


class Losses(NamedTuple):
    """What is declared lost."""

    records: Mapping[int, bytes] = MappingProxyType({})
    """Placeholders by number."""
    attachments: Mapping[tuple[int, str], bytes] = MappingProxyType({})
    """Signatures by number and name."""


def declared(folder: Path) -> Losses:
    """Give what was declared; a damaged file declares nothing.

    Raises:
        JournalBroken: the file cannot be read.
    """
    path = JournalFolder(folder).losses
    try:
        fields = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError, RecursionError):
        return Losses()
    except OSError as error:
        raise JournalBroken(f"{path} cannot be read: {error}") from error
    records: dict[int, bytes] = {}
    attachments: dict[tuple[int, str], bytes] = {}
    for key, text in fields.items() if isinstance(fields, dict) else ():
        seq, _, name = key.partition("/")
        if not isinstance(text, str) or not seq.isascii() or not seq.isdigit():
            continue
        if name:
            attachments[int(seq), name] = _signature(text)
        else:
            records[int(seq)] = text.encode()
    return Losses(records, attachments)


def declare(folder: Path, losses: Losses, *, disk: Disk = REAL_DISK) -> None:
    """Keep the declarations that are still needed, replacing what was there.

    Raises:
        JournalBroken: the disk failed.
    """
    fields = {str(seq): line.decode() for seq, line in sorted(losses.records.items())}
    fields |= {f"{seq}/{name}": one.hex() for (seq, name), one in sorted(losses.attachments.items())}
    content = json.dumps(fields).encode() + b"\n"
    try:
        replace_file(JournalFolder(folder).losses, content, disk=disk)
    except OSError as error:
        raise JournalBroken(f"a loss could not be declared in {folder}: {error}") from error


def lost_attachments(
    bare: Iterable[Entry], *, stream: str, sign: Sign, known: Losses
) -> dict[tuple[int, str], bytes]:
    """Declare the attachments that whole records name and that are not as they name them; what was declared stays as it was."""
    return {
        (entry.seq, name): known.attachments.get((entry.seq, name))
        or sign(lost_message(stream=stream, seq=entry.seq, name=name, digest=digest))
        for entry in bare
        for name, digest in entry.damaged_attachments().items()
    }


def _signature(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
