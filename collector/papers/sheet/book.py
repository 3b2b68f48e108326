"""A workbook in which texts stay texts, every formula has its value, and the same release gives the same bytes."""

import io
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format as Style
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from collector.errors import CollectorError
from collector.papers.said import Said

A4 = 9
TWO, THREE, FOUR = "[$-421]0.00", "[$-421]0.000", "[$-421]0.0000"
"""Decimals with a comma, whatever the reader's system is set to."""
_STYLES: dict[str, dict[str, Any]] = {
    "plain": {},
    "soft": {"font_color": "#4A5262"},
    "title": {"bold": True, "font_size": 13},
    "strong": {"bold": True},
    "warn": {"bold": True, "font_color": "#A03419", "font_size": 12},
    "head": {"bold": True, "bg_color": "#F5F2E9", "bottom": 2, "bottom_color": "#14213D", "align": "center", "valign": "vcenter", "text_wrap": True},
    "cell": {"border": 1, "border_color": "#DDD9CD", "align": "center"},
    "code": {"border": 1, "border_color": "#DDD9CD", "font_color": "#4A5262", "font_size": 9},
    "name": {"border": 1, "border_color": "#DDD9CD", "text_wrap": True, "valign": "top"},
    "row": {"bold": True, "border": 1, "border_color": "#DDD9CD", "bg_color": "#FBFAF6"},
    "sum": {"bold": True, "border": 1, "border_color": "#DDD9CD", "bg_color": "#FBFAF6", "num_format": "#,##0"},
    "two": {"border": 1, "border_color": "#DDD9CD", "num_format": TWO},
    "three": {"bold": True, "border": 1, "border_color": "#DDD9CD", "bg_color": "#FBFAF6", "num_format": THREE},
    "four": {"bold": True, "border": 1, "border_color": "#DDD9CD", "bg_color": "#FBFAF6", "num_format": FOUR},
    "result": {"bold": True, "border": 1, "border_color": "#DDD9CD", "bg_color": "#DDEFEC", "num_format": TWO, "font_size": 12},
    "weight": {"bold": True, "border": 2, "border_color": "#0B6E69", "num_format": "[$-421]0.00000", "locked": False},
    "percent": {"border": 1, "border_color": "#DDD9CD", "num_format": "[$-421]0.0%"},
    "count": {"border": 1, "border_color": "#DDD9CD", "num_format": "#,##0"},
    "wrap": {"text_wrap": True, "valign": "top"},
}  # fmt: skip

Cell = tuple[int, int]
_LINE = 14.5
"""Points that a line of text takes."""


class Book:
    """One workbook being written; rows and columns are counted from 0."""

    def __init__(self, said: Said, *, title: str) -> None:
        self.said = said
        self._out = io.BytesIO()
        self._book = xlsxwriter.Workbook(
            self._out,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._book.set_properties(
            {
                "title": f"{title} {said.name}, {said.period}",
                "comments": f"Rilis {said.address}",
                "created": datetime.combine(said.day, time()),  # without a zone, as the format has it
            }
        )
        self.styles: dict[str, Style] = {
            name: self._book.add_format({"font_name": "Inter", "font_size": 10} | look)
            for name, look in _STYLES.items()
        }

    def sheet(self, name: str, *, widths: Mapping[str, float], landscape: bool = True) -> "Page":
        """Begin a sheet that prints on the width of A4."""
        sheet = self._book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_paper(A4)
        if landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.4, 0.4, 0.6, 0.6)
        sheet.set_footer(
            f"&L{_in_footer(self.said.name)}, {self.said.period}&Crilis {self.said.address}&R&P / &N"
        )
        if self.said.withdrawn:
            sheet.set_header("&C&14DITARIK")
        for columns, width in widths.items():
            sheet.set_column(columns, width)
        return Page(sheet, self.styles)

    def close(self) -> bytes:
        """Give the file."""
        self._book.close()
        return self._out.getvalue()


class Page:
    """One sheet: what is written is said to be a text, a number or a formula, and nothing gets lost."""

    def __init__(self, sheet: Worksheet, styles: dict[str, Style]) -> None:
        self.sheet = sheet
        self._styles = styles

    def tall(self, row: int, texts: Iterable[tuple[str, float]]) -> None:
        """Make a row as high as its longest text needs, each with its column's width in letters: not every program does it by itself."""
        lines = max(ceil(1.15 * len(words) / width) for words, width in texts)
        self._done(self.sheet.set_row(row, _LINE * max(1, lines)))

    def text(self, at: Cell, words: str, style: str = "plain") -> None:
        """Write a text, whatever it looks like."""
        self._done(self.sheet.write_string(*at, words, self._styles[style]))

    def number(self, at: Cell, value: int | Decimal | Fraction, style: str = "cell") -> None:
        """Write a number."""
        self._done(
            self.sheet.write_number(
                *at, value if isinstance(value, int) else float(value), self._styles[style]
            )
        )

    def formula(self, at: Cell, formula: str, value: Decimal | Fraction | int | str, style: str) -> None:
        """Write a formula of ours with the value it has: programs that do not calculate show that."""
        shown = value if isinstance(value, int | str) else float(value)
        self._done(self.sheet.write_formula(*at, formula, self._styles[style], shown))

    def _done(self, outcome: int) -> None:
        if outcome:
            raise CollectorError(
                "paper_press", template=self.sheet.name, reason=f"a cell was not written ({outcome})"
            )


def ref(row: int, column: int, *, fixed: bool = False) -> str:
    """Name a cell as formulas do: `C8`, `$P$2`."""
    return str(xl_rowcol_to_cell(row, column, row_abs=fixed, col_abs=fixed))


def _in_footer(name: str) -> str:
    return name.replace("&", "&&")[:60]  # `&` begins a code there
