"""The losses a kiosk has declared: signed placeholders for records that its medium has damaged.

Only the process with the signing key writes this file. The uplink, which has none, sends nothing past a damaged record until
its loss is declared here; otherwise a break-in there could pass any rating off as lost.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from uplink.errors import JournalBroken
from uplink.journal.segments.disk import REAL_DISK, Disk
from uplink.journal.segments.files import replace_file
from uplink.journal.segments.folder import JournalFolder


def declared(folder: Path) -> dict[int, bytes]:
    """Give the placeholders that were declared, by number; a damaged file declares nothing.

    Raises:
        JournalBroken: the file cannot be read.
    """
    path = JournalFolder(folder).losses
    try:
        fields = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    except OSError as error:
        raise JournalBroken(f"{path} cannot be read: {error}") from error
    if not isinstance(fields, dict):
        return {}
    return {
        int(seq): line.encode()
        for seq, line in fields.items()
        if isinstance(line, str) and seq.isascii() and seq.isdigit()
    }


def declare(folder: Path, losses: Mapping[int, bytes], *, disk: Disk = REAL_DISK) -> None:
    """Keep the placeholders that are still needed, replacing what was there.

    Raises:
        JournalBroken: the disk failed.
    """
    content = json.dumps({str(seq): line.decode() for seq, line in sorted(losses.items())}).encode() + b"\n"
    try:
        replace_file(JournalFolder(folder).losses, content, disk=disk)
    except OSError as error:
        raise JournalBroken(f"a loss could not be declared in {folder}: {error}") from error
