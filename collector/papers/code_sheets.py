"""The sheets that go out with kiosks: one page each, with the code that makes a machine this kiosk."""

import io
from collections.abc import Sequence
from datetime import datetime

import pikepdf

from collector.fleet.many_codes import Sheet
from collector.local import local_date, minute_text
from collector.papers.cleaning import clean
from collector.papers.press import PDF, Press
from collector.papers.said import qr_of
from survey.wire.enrolment_code import SheetLine

_AT_ONCE = 250
"""Sheets that are pressed together: a PDF/A holds no list of more than 8,191 entries, and a press of a few hundred pages takes little memory."""
_GROUPS = 2
"""Groups of letters in a line, as they are read out."""


def sheets(
    made: Sequence[Sheet], *, until: datetime, now: datetime, collector: str, zone: str, press: Press
) -> bytes:
    """Give all sheets as one PDF."""
    day = local_date(now, zone)
    out = io.BytesIO()
    with pikepdf.new() as whole:
        for first in range(0, len(made), _AT_ONCE):
            some = made[first : first + _AT_ONCE]
            data = {
                "day": [day.year, day.month, day.day],
                "collector": collector,
                "sheets": [_said(one, until, collector) for one in some],
            }
            with pikepdf.open(io.BytesIO(press("codes.typ", data, form=PDF))) as part:
                whole.pages.extend(part.pages)
        whole.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _said(one: Sheet, until: datetime, collector: str) -> dict[str, object]:
    return {
        "kiosk": one.kiosk,
        "unit": clean(one.unit),
        "place": clean(one.place),
        "lines": _lines(one.code),
        "qr": qr_of(str(SheetLine(collector, one.code))),  # a reader at the kiosk types both
        "until": minute_text(until, one.zone),
    }


def _lines(code: str) -> list[str]:
    groups = code.split("-")
    return ["-".join(groups[first : first + _GROUPS]) for first in range(0, len(groups), _GROUPS)]
