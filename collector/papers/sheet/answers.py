"""The first sheet: a row a respondent, and below it the sums that come to the index, as the annex of the rule has them."""

from dataclasses import dataclass

from collector.papers.rows import WithoutRows
from collector.papers.said import Said, printed
from collector.papers.sheet.arithmetic import CONVERSION, Sums, category_formula, category_of
from collector.papers.sheet.book import Book, Page, ref
from collector.releases.sheet_rows import Row
from collector.words.catalogue import say
from survey.instrument.weights import WeightMode

NAME = "Olah data"
TITLE = "PENGOLAHAN DATA SURVEI KEPUASAN MASYARAKAT PER RESPONDEN DAN PER UNSUR PELAYANAN"
_HEAD = 8
"""The row of the columns' names."""
_FIRST = 2
"""The column of U1."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the results lie, for formulas of other sheets."""

    mean_row: int
    first_column: int
    result: str
    """The index, with its sheet's name."""


def write(book: Book, sums: Sums, rows: list[Row] | WithoutRows, answer_places: list[int]) -> Places:
    """Write the sheet; `answer_places` says for each column which character of a row's answers it shows."""
    said, width = book.said, len(sums.columns)
    total = _FIRST + width
    side = total + 2
    page = book.sheet(NAME, widths=_widths(width))
    _heading(page, said)
    weight = ref(1, side + 2, fixed=True)
    for column, words in enumerate(["NO. RESP", "KODE", *(one.label for one in sums.columns), "JUMLAH"]):
        page.text((_HEAD, column), words, "head")
    page.sheet.set_row(_HEAD, 30)
    page.sheet.repeat_rows(_HEAD)
    page.sheet.freeze_panes(_HEAD + 1, _FIRST)
    below = _rows(page, rows, answer_places, total) if isinstance(rows, list) else _no_rows(page, rows)
    below = _sums(page, sums, below, filled=len(rows) if isinstance(rows, list) else 0, weight=weight)
    _legend(page, below + 1, sums, said.link)
    _beside(page, said, sums, side, mean_row=below - 3, result=ref(below - 1, total))
    page.sheet.protect("", {"format_columns": True, "format_rows": True, "format_cells": True})
    return Places(below - 3, _FIRST, f"'{NAME}'!{ref(below - 1, total, fixed=True)}")


def _widths(elements: int) -> dict[str, float]:
    columns = [9, 25, *[6.5] * elements, 11, 3, 5, 30, 16]
    return {f"{_letter(place)}:{_letter(place)}": width for place, width in enumerate(columns)}


def _letter(column: int) -> str:
    return ref(0, column)[:-1]


def _heading(page: Page, said: Said) -> None:
    page.text((0, 0), TITLE, "title")
    where = ", ".join(part for part in (said.name, said.region) if part)
    lines = (
        ("Unit Pelayanan", where),
        ("Nama Pelayanan", said.services),
        ("Periode", f"{said.period}, {said.first} s.d. {said.last}"),
        ("Alamat, Tlp./Fax.", " · ".join(said.worn.contacts) or "–"),
        ("Rilis", f"{said.address} · {said.link} · {said.edition}, terbit {said.published}"),
    )
    for row, (name, value) in enumerate(lines, start=1):
        page.text((row, 0), name, "soft")
        page.text((row, _FIRST), f": {value}")
    if said.withdrawn:
        page.text((len(lines) + 1, 0), said.withdrawn, "warn")


def _rows(page: Page, rows: list[Row], answer_places: list[int], total: int) -> int:
    first = _HEAD + 1
    for place, row in enumerate(rows):
        at = first + place
        page.number((at, 0), place + 1)
        page.text((at, 1), row.code, "code")
        values = [int(row.answers[one], 16) for one in answer_places]
        for column, value in enumerate(values, start=_FIRST):
            page.number((at, column), value)
        page.formula((at, total), f"=SUM({ref(at, _FIRST)}:{ref(at, total - 1)})", sum(values), "cell")
    return first + len(rows)


def _no_rows(page: Page, why: WithoutRows) -> int:
    page.text((_HEAD + 1, 0), say(f"paper.rows_{why.value}", "id"), "soft")
    return _HEAD + 2


def _sums(page: Page, sums: Sums, row: int, *, filled: int, weight: str) -> int:
    """Write the four lines of sums, and what they need besides; gives the row below them."""
    total, first = _FIRST + len(sums.columns), _HEAD + 1
    names = ["Σ Nilai /Unsur"]
    names += [] if filled else ["Jawaban terisi /Unsur"]
    names += [] if sums.equal else ["Bobot /Unsur"]
    names += ["NRR / Unsur", "NRR tertbg/unsur"]
    lines = {name: row + place for place, name in enumerate(names)}
    for name, at in lines.items():
        page.text((at, 0), name, "row")
        page.text((at, 1), "", "row")
    for place, one in enumerate(sums.columns):
        column = _FIRST + place
        here = {name: ref(at, column) for name, at in lines.items()}
        answers = f"{ref(first, column)}:{ref(first + filled - 1, column)}"
        if filled:
            page.formula((row, column), f"=SUM({answers})", one.total, "sum")
            mean = f"={here[names[0]]}/COUNT({answers})"
        else:
            page.number((row, column), one.total, "sum")
            page.number((lines["Jawaban terisi /Unsur"], column), one.answered, "sum")
            mean = f"={here[names[0]]}/{here['Jawaban terisi /Unsur']}"
        if not sums.equal:
            page.formula((lines["Bobot /Unsur"], column), f"={one.weight}", one.weight, "four")
        page.formula((lines["NRR / Unsur"], column), mean, one.mean, "three")
        factor = weight if sums.equal else here["Bobot /Unsur"]
        page.formula(
            (lines["NRR tertbg/unsur"], column),
            f"={here['NRR / Unsur']}*{factor}",
            one.mean * one.weight,
            "four",
        )
    last = lines["NRR tertbg/unsur"]
    across = f"{ref(row, _FIRST)}:{ref(row, total - 1)}"
    page.formula((row, total), f"=SUM({across})", sum(one.total for one in sums.columns), "sum")
    page.text((lines["NRR / Unsur"], total), "", "row")
    across = f"{ref(last, _FIRST)}:{ref(last, total - 1)}"
    page.formula((last, total), f"=SUM({across})", sums.weighted, "four")
    page.text((last, total + 1), "*)")
    page.text((last + 1, 0), "IKM Unit pelayanan", "row")
    for column in range(1, total):
        page.text((last + 1, column), "", "row")
    page.formula((last + 1, total), f"=ROUND({ref(last, total)}*{CONVERSION},2)", sums.value, "result")
    page.text((last + 1, total + 1), "**)")
    return last + 2


def _legend(page: Page, row: int, sums: Sums, link: str) -> None:
    weight = "bobot" if not sums.equal else sums.mode.value.replace(".", ",") + " per unsur"
    lines = (
        "Keterangan :",
        f"- {sums.columns[0].label} s.d. {sums.columns[-1].label} = Unsur-Unsur pelayanan",
        "- NRR = Nilai rata-rata",
        "- IKM = Indeks Kepuasan Masyarakat",
        "- *) = Jumlah NRR IKM tertimbang",
        "- **) = Jumlah NRR Tertimbang x 25",
        "NRR Per Unsur = Jumlah nilai per unsur dibagi Jumlah kuesioner yang terisi",
        f"NRR tertimbang = NRR per unsur x {weight}",
        "Baris tidak berurutan menurut kedatangan, dan tidak memuat waktu maupun profil. Kode tidak dapat ditelusuri tanpa kunci pusat.",
        f"Setiap kode membuka satu butir daftar yang tercatat bersama rilis ({link}): baris yang diubah tidak lagi cocok.",
    )
    for place, words in enumerate(lines):
        page.text((row + place, 0), words, "strong" if not place else "soft")


def _beside(page: Page, said: Said, sums: Sums, side: int, *, mean_row: int, result: str) -> None:
    """Write the block on the right: the weight that may be changed, the elements, the result and the categories."""
    modes = (said.reading.index or {})["weight_modes"]
    others = "; ".join(
        f"{mode.value.replace('.', ',')} → {printed(modes[mode.value]['value'])}"
        for mode in WeightMode
        if mode.value in modes
    )
    page.text((1, side), "Bobot per unsur", "strong")
    if sums.equal:
        page.formula((1, side + 2), sums.weight_formula, sums.columns[0].weight, "weight")
        page.text((2, side), "Boleh diganti; hasil menurut rilis:", "soft")
        page.text((3, side), others, "soft")
    else:
        page.text((2, side), "lihat baris Bobot /Unsur", "soft")
    page.text((4, side), "Responden (n)", "strong")
    page.number((4, side + 2), said.n, "count")
    page.text((5, side), f"Selang 95 %: {said.low} – {said.high}" if said.low else "Selang: –", "soft")
    page.text((6, side), said.certainty, "soft")
    for column, words in enumerate(("No", "UNSUR PELAYANAN", "NILAI RATA-RATA")):
        page.text((_HEAD, side + column), words, "head")
    row = _HEAD
    for place, one in enumerate(sums.columns, start=1):
        row = _HEAD + place
        page.number((row, side), place)
        page.text((row, side + 1), one.short, "name")
        page.formula((row, side + 2), f"={ref(mean_row, _FIRST + place - 1)}", one.mean, "three")
    page.text((row + 2, side + 1), "IKM UNIT PELAYANAN", "strong")
    page.formula((row + 2, side + 2), f"={result}", sums.value, "result")
    page.text((row + 3, side + 1), "Mutu Pelayanan", "strong")
    page.formula(
        (row + 3, side + 2),
        category_formula(ref(row + 2, side + 2), sums.bands),
        category_of(sums.value, sums.bands),
        "strong",
    )
    for place, band in enumerate(said.bands, start=row + 4):
        page.text((place, side + 1), f"{band.letter} ({band.name}) : {band.lowest} – {band.highest}", "soft")
