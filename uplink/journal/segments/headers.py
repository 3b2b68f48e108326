"""Who a journal is, where damage may have hit some of the places that say so."""

import json
from collections.abc import Iterator
from pathlib import Path

from survey.record.errors import Malformed
from survey.record.fields import Fields
from survey.record.predecessors import chain_from_fields
from uplink.errors import JournalBroken
from uplink.journal.segments.folder import JournalFolder
from uplink.journal.segments.segment import HEADER_LINE_BYTES, Header, header_of, segment_paths


def second_copy(folder: Path) -> Header | None:
    """Give what `stream.json` says, as a header that knows no number and no link; None where it says nothing."""
    try:
        fields = json.loads(JournalFolder(folder).stream.read_bytes())
        return Header(
            stream=str(fields["stream"]),
            public_key=bytes.fromhex(fields["key"]),
            first=1,
            link=b"",
            boot=0,
            predecessors=chain_from_fields(Fields("header", fields), "predecessors"),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, Malformed):
        return None


def known_header(folder: Path, *, newest: bool = True) -> Header | None:
    """Give the newest (or oldest) header that can be read; where a file's own is damaged, the others' or the second copy's word.

    `first` is the number the file is named after; `link` is empty where it is not known.

    Raises:
        JournalBroken: a file cannot be read.
    """
    found: Header | None = None
    wanted: int | None = None
    for first, path in _ordered(segment_paths(folder), newest=newest):
        wanted = first if wanted is None else wanted
        if (found := scan_header(path, first)) is not None:
            break
    if wanted is None:
        return None
    found = found or second_copy(folder)
    return found if found is None or found.first == wanted else found._replace(first=wanted, link=b"")


def _ordered(paths: list[tuple[int, Path]], *, newest: bool) -> Iterator[tuple[int, Path]]:
    return reversed(paths) if newest else iter(paths)


def scan_header(path: Path, first: int) -> Header | None:
    """Give a segment's header, or None where it is damaged or the file is gone.

    Raises:
        JournalBroken: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return header_of(file.read(HEADER_LINE_BYTES), first)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise JournalBroken(f"{path} cannot be read: {error}") from error
