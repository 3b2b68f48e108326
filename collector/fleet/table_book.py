"""The fleet as a workbook to fill in, empty or with all that is here; the same fleet gives the same bytes, and every cell is a text."""

import io
from collections.abc import Iterable, Mapping
from datetime import datetime

import xlsxwriter

from collector.fleet.lasting import REAL
from collector.fleet.models import Agency, Place, Region, Service, Unit
from collector.fleet.tables import AGENCIES, COLUMNS, GUIDE, NAME, NO, PLACES, REGIONS, SERVICES, UNITS, YES
from collector.words.catalogue import say

_NO_DAY = datetime(2000, 1, 1)  # noqa: DTZ001 - without a zone, as the format has it; the same in every file
_WIDE, _NARROW = 44, 20
_LINES = ("fill", "order", "empty", "code", "check")
"""What the guide says, line by line."""

Rows = Iterable[tuple[object, ...]]


def empty() -> bytes:
    """Give the workbook with its headings alone."""
    return _book({})


def filled() -> bytes:
    """Give the workbook with all that is here, but for units that never were any; in the order of the codes."""
    services = Service.objects.filter(unit__hidden_on=None).order_by("unit__code", "code")
    units = Unit.objects.filter(REAL).order_by("code")
    return _book(
        {
            REGIONS: Region.objects.order_by("code").values_list("code", "name"),
            AGENCIES: Agency.objects.order_by("code").values_list("code", "name"),
            UNITS: units.values_list("code", "name", "region_id", "agency__code", "time_zone"),
            PLACES: Place.objects.order_by("code").values_list("code", "name", "region_id"),
            SERVICES: (
                (unit, code, name, YES if offered else NO)
                for unit, code, name, offered in services.values_list("unit__code", "code", "name", "offered")
            ),
        }
    )


def _book(rows: Mapping[str, Rows]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"title": "IKM", "created": _NO_DAY})
    text = book.add_format({"num_format": "@"})  # a code such as 18.10 stays what was typed
    head = book.add_format({"bold": True, "num_format": "@", "bg_color": "#F5F2E9", "bottom": 2})
    guide = book.add_worksheet(GUIDE)
    guide.set_column("A:A", 110)
    for number, line in enumerate(_LINES):
        words = say(f"fleet.guide_{line}", "id", sheets=", ".join(COLUMNS))
        guide.write_string(number, 0, words, book.add_format({"text_wrap": True}))
    for sheet, columns in COLUMNS.items():
        page = book.add_worksheet(sheet)
        for place, column in enumerate(columns):
            page.set_column(place, place, _WIDE if column == NAME else _NARROW, text)
            page.write_string(0, place, column, head)
        page.freeze_panes(1, 0)
        for number, values in enumerate(rows.get(sheet, ()), start=1):
            for place, value in enumerate(values):
                page.write_string(number, place, str(value or ""), text)
    book.close()
    return out.getvalue()
