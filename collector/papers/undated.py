"""Zip files in which nothing tells when they were made: the same parts give the same bytes."""

import io
import zipfile

_BEGAN = (1980, 1, 1, 0, 0, 0)
"""The first moment that the format can write."""
_CONTENTS = "[Content_Types].xml"


def entry(name: str, *, packed: bool = True) -> zipfile.ZipInfo:
    """Give the head of a part, to be written with its content; `packed` is false for what is packed already."""
    part = zipfile.ZipInfo(name, _BEGAN)
    part.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    part.external_attr = 0o644 << 16
    return part


def repacked(data: bytes) -> bytes:
    """Pack an office document again, its parts by name; its list of contents comes first, for some readers know a DOCX by it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in sorted(old.namelist(), key=lambda one: (one != _CONTENTS, one)):
            new.writestr(entry(name), old.read(name))
    return out.getvalue()
