"""What records name beside them, and whether a kiosk has declared such a thing lost; the intake and an auditor ask alike."""

from collections.abc import Iterator, Mapping, Sequence

from collector.evidence.intake.lines import read_body, read_line
from survey.record.attachment import MARK, lost_message, named
from survey.record.chain import Verify


def named_in(lines: Sequence[bytes], *, first: int) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Give the number and the digests by name of each record among `lines` that names attachments."""
    for seq, line in enumerate(lines, start=first):
        if MARK not in line:
            continue
        read = read_line(line)
        body = read_body(read) if read is not None else None
        digests = named(body[1]) if body is not None else {}
        if digests:
            yield seq, digests


def is_declared_lost(
    signature: bytes, *, stream: str, seq: int, name: str, digest: str, verify: Verify
) -> bool:
    """Tell whether a kiosk declared an attachment lost."""
    return verify(signature, lost_message(stream=stream, seq=seq, name=name, digest=digest))
