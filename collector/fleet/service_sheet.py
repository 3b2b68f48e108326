"""The names of services in a sheet as SIPPN exports and imports it.

How its columns are headed is fixed nowhere that we could find, so the column is looked for by its words, and asked for where
they do not decide.
"""

from collections.abc import Sequence

from collector.errors import CollectorError
from collector.fleet.workbook import SheetRow

_HEADS = 20
"""Among so many first rows stands the one with the headings."""


def names(rows: Sequence[SheetRow], *, heading: str = "") -> list[tuple[int, str]]:
    """Give the row and the name of each service; of the column `heading`, or of the only one that names services.

    Raises:
        CollectorError: no column is headed so, or the words do not decide (`sheet_heading`, with all headings), or the column is
            empty (`sheet_empty`).
    """
    for row in rows[:_HEADS]:
        fitting = [place for place, text in enumerate(row.cells) if _fits(text, heading)]
        if len(fitting) == 1:
            (column,) = fitting
            below = ((one.number, one.cells) for one in rows if one.number > row.number)
            found = [
                (number, cells[column]) for number, cells in below if len(cells) > column and cells[column]
            ]
            if not found:
                raise CollectorError("sheet_empty", heading=row.cells[column])
            return found
    raise CollectorError("sheet_heading", heading=heading, known=", ".join(headings(rows)) or "–")


def headings(rows: Sequence[SheetRow]) -> list[str]:
    """Give what most likely are the headings: the texts of the fullest of the first rows."""
    fullest = max(rows[:_HEADS], key=lambda row: sum(map(bool, row.cells)), default=SheetRow(0, []))
    return [text[:60] for text in fullest.cells if text]


def _fits(text: str, heading: str) -> bool:
    said = " ".join(text.casefold().split()).rstrip(" *:")
    if heading:
        return said == " ".join(heading.casefold().split()).rstrip(" *:")
    return "layanan" in said and ("nama" in said or "jenis" in said)
