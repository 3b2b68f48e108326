"""What may be kept as evidence: pictures, drawn anew, and PDFs as they are. Nothing else comes in."""

import hashlib
import re
from typing import NamedTuple

from collector.errors import CollectorError
from collector.pictures import drawn_anew

MOST_PDF_BYTES = 3_000_000
MOST_FILES = 8
"""Of one plan."""
CONTENT_TYPES = {"jpg": "image/jpeg", "pdf": "application/pdf"}
_SIDE = 1_600
_PDF = b"%PDF-"
_ODD = re.compile(r"[^A-Za-z0-9._-]+")


class Kept(NamedTuple):
    """A file as it is kept."""

    name: str
    kind: str
    data: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of what is kept."""
        return hashlib.sha256(self.data).hexdigest()


def keep(name: str, data: bytes) -> Kept:
    """Give a file as it may be kept; what it is follows from its bytes and never from its name.

    Raises:
        CollectorError: it is too large (`evidence_large`), or neither a picture that can be read nor a PDF (`picture`).
    """
    stem = _ODD.sub("-", name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or name).strip("-.")
    stem = stem[:80] or "bukti"
    if data.startswith(_PDF):
        if len(data) > MOST_PDF_BYTES:
            raise CollectorError("evidence_large", name=stem, most=MOST_PDF_BYTES // 1_000_000)
        return Kept(f"{stem}.pdf", "pdf", data)
    return Kept(f"{stem}.jpg", "jpg", drawn_anew(data, name=stem, side=_SIDE, form="JPEG"))
