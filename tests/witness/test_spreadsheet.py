"""A file that is said to be a sheet is read, or refused with a sentence: whatever it is, no verifier falls over it."""

import io
import struct
import zipfile

import pytest

from survey.record.errors import Malformed
from witness.verify import spreadsheet

SHEET = "xl/worksheets/sheet1.xml"
ROWS = b"<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>" * 20


def packed() -> bytearray:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(SHEET, ROWS)
    return bytearray(out.getvalue())


def with_fields(content: bytearray, *, flags: int, method: int) -> bytes:
    """Change what both headers say of the only file in it."""
    central = content.index(b"PK\x01\x02")
    for place in (6, central + 8):
        struct.pack_into("<HH", content, place, flags, method)
    return bytes(content)


def broken() -> bytes:
    content = packed()
    begin = 30 + len(SHEET)
    content[begin] |= 0x06  # a kind of block that there is none of
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"no zip", id="no zip"),
        pytest.param(bytes(packed()[:-30]), id="cut off"),
        pytest.param(with_fields(packed(), flags=1, method=8), id="locked by a password"),
        pytest.param(with_fields(packed(), flags=0, method=97), id="packed in a way nobody knows"),
        pytest.param(broken(), id="damaged within"),
    ],
)
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(Malformed) as refused:
        spreadsheet.read(content)
    assert refused.value.code == "workbook"
