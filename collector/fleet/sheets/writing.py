"""Writing the fleet's sheets: as a template to fill in, or with all that is here; read back they change nothing."""

import csv
import io
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import xlsxwriter

from collector.fleet.sheets import state
from collector.fleet.sheets.columns import HELP, PLACES, SHEETS, Row, Sheet
from collector.fleet.sheets.fence import within

_GUARDED = ("=", "+", "-", "@", "'")
_LINES = (
    "Isi lembar-lembar ini, lalu: ikm-collector fleet import BERKAS --dry-run, atau di meja kerja: Kios, Isi dengan lembar.",
    "Bila satu baris salah, tidak ada yang dimasukkan; setiap baris yang salah disebut.",
    "Baris yang tidak ada di berkas tidak dihapus. Memasukkan berkas yang sama dua kali tidak mengubah apa pun.",
    "Kode tetap; nama boleh diganti. Kode wilayah menurut Kemendagri. Kode instansi dan kode tempat boleh kosong.",
    "Tempat kosong: kios berdiri di tempat unit itu sendiri. Zona waktu kosong: zona kolektor ini.",
    "Operator SIM: kartu SIM kios di tempat itu, misalnya Telkomsel; bila banyak kios diam serentak, peringatan menyebut operatornya.",
    "Kios di lembar Kios dimintakan; kios yang sudah terdaftar tidak dipindahkan lewat lembar.",
    "Loket (untuk mal pelayanan): denah = empat angka kotak, dari kiri, dari atas, lebar, panjang, misalnya 9 0 3 4; kosong: tidak digambar.",
    "Gerai: siapa melayani di tempat mana sejak hari apa; hari terakhir diisi untuk pelatihan atau layanan beberapa hari; kuesioner (id@versi) untuk pelatihan dengan pertanyaan sendiri.",
    "Tulis nilai, bukan rumus. Contoh satu baris tiap lembar:",
)

Rows = Mapping[str, Iterable[Row]]


def everything(*, reach: Collection[str] | None = None) -> dict[str, list[Row]]:
    """Give the rows of each sheet, of some regions or of everything; a place that follows from its unit is none of them."""
    here = state.now()
    rows = (
        {name: list(of.values()) for name, of in here.rows.items()} if reach is None else within(here, reach)
    )
    rows[PLACES.name] = [row for row in rows[PLACES.name] if not here.own(row[:1])]
    return rows


def as_xlsx(rows: Rows) -> bytes:
    """Write a workbook in which every cell is a text, so that no code becomes a number; the same rows give the same bytes."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": "Armada", "created": datetime(2026, 1, 1)})  # noqa: DTZ001 - the format knows no zone
    text = book.add_format({"num_format": "@"})
    head = book.add_format({"bold": True, "num_format": "@", "bg_color": "#F5F2E9", "bottom": 2})
    for sheet in SHEETS:
        page = book.add_worksheet(sheet.name)
        page.freeze_panes(1, sheet.keys)
        for place, column in enumerate(sheet.columns):
            page.set_column(place, place, column.width, text)
            page.write_string(0, place, column.heading, head)
        for number, row in enumerate(rows.get(sheet.name, ()), start=1):
            for place, cell in enumerate(row):
                if cell:
                    page.write_string(number, place, cell, text)
    _help(book.add_worksheet(HELP), head)
    book.close()
    return out.getvalue()


def as_csv(sheet: Sheet, rows: Iterable[Row]) -> bytes:
    """Write one sheet as CSV; what a spreadsheet would take for a formula has an apostrophe before it, which is read away again."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(sheet.headings)
    writer.writerows([f"'{cell}" if cell.startswith(_GUARDED) else cell for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _help(page: xlsxwriter.worksheet.Worksheet, head: xlsxwriter.format.Format) -> None:
    page.set_column(0, 5, 24)
    for number, line in enumerate(_LINES):
        page.write_string(number, 0, line)
    number = len(_LINES) + 1
    for sheet in SHEETS:
        page.write_row(number, 0, [sheet.name, *sheet.headings], head)
        page.write_row(number + 1, 1, [one.example for one in sheet.columns])
        number += 3
