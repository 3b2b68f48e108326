"""The follow-up plan as a workbook: by quarters, by months, and what became of it; every cell a text or a number that was kept."""

from collections.abc import Sequence

from collector.papers.followed import Followed, followed
from collector.papers.said import Said
from collector.papers.sheet.book import Book, Page
from survey.index.periods import MONTHS, long_date

_TICK = "●"
_NAMES, _TEXTS = 24, 46
_DONE = (24, 40, 20, 46, 18, 26, 34)
"""Widths of the columns of what was done, in letters."""
_QUARTERS = ("TW I", "TW II", "TW III", "TW IV")
_SHORT = tuple(name[:3] for name in MONTHS)


def workbook(said: Said) -> bytes:
    """Give the workbook of a release's plans."""
    book, found = Book(said, title="Rencana tindak lanjut SKM"), followed(said)
    _planned(book, found, "RTL triwulan", _QUARTERS)
    _planned(book, found, "RTL bulan", _SHORT)
    _realised(book, found)
    return book.close()


def _planned(book: Book, found: Followed, name: str, columns: tuple[str, ...]) -> None:
    last = 3 + len(columns)
    columns_of = f"D:{chr(ord('C') + len(columns))}"
    office = chr(ord("D") + len(columns))
    widths = {"A:A": 5, "B:B": _NAMES, "C:C": _TEXTS, columns_of: 7, f"{office}:{office}": _NAMES}
    page = book.sheet(name, widths=widths)
    page.text((0, 0), "RENCANA TINDAK LANJUT PERBAIKAN SKM", "title")
    page.text((1, 0), f"{book.said.name}, {book.said.period}", "soft")
    row = 3
    if not found.years:
        page.text((row, 0), "Belum ada rencana tindak lanjut yang dicatat.")
    for year in found.years:
        page.text((row, 0), f"TAHUN {year.year}", "strong")
        _heads(page, row + 1, ("No.", "Prioritas Unsur", "Program/Kegiatan", *columns, "Penanggung Jawab"))
        row += 2
        for place, quarters, months in year.rows:
            plan = found.plans[place]
            page.number((row, 0), plan.number)
            page.text((row, 1), plan.element, "name")
            page.text((row, 2), plan.action, "name")
            for at, taken in enumerate(months if columns is _SHORT else quarters):
                page.text((row, 3 + at), _TICK if taken else "", "cell")
            page.text((row, last), plan.responsible, "name")
            page.tall(row, ((plan.element, _NAMES), (plan.action, _TEXTS), (plan.responsible, _NAMES)))
            row += 1
        row += 1


def _realised(book: Book, found: Followed) -> None:
    page = book.sheet(
        "Pelaksanaan",
        widths={"A:A": 5}
        | {f"{chr(ord('B') + at)}:{chr(ord('B') + at)}": width for at, width in enumerate(_DONE)},
    )
    standing = found.standing
    page.text((0, 0), "PELAKSANAAN RENCANA TINDAK LANJUT", "title")
    page.text((1, 0), f"{book.said.name}, {book.said.period}", "soft")
    heads = (
        "No.",
        "Prioritas Unsur",
        "Rencana",
        "Waktu",
        "Pelaksanaan",
        "Selesai",
        "Bukti",
        "Apakah terlihat",
    )
    _heads(page, 3, heads)
    row = 4
    for plan in found.plans:
        what = f"Tidak dilaksanakan: {plan.given_up}" if plan.given_up else plan.result or "Belum"
        page.number((row, 0), plan.number)
        texts = (
            plan.element, plan.action, plan.months, what, plan.done_on, "; ".join(plan.files), " ".join(plan.mend),
        )  # fmt: skip
        for at, words in enumerate(texts, start=1):
            page.text((row, at), words, "name")
        page.tall(row, zip(texts, _DONE, strict=True))
        row += 1
    facts = [
        ("Rencana", str(standing.planned)),
        ("Selesai", str(standing.done)),
        ("Terlaksana", f"{standing.percent} %, nilai {standing.share_level} dari 5"),
        ("Laporan hasil SKM", long_date(standing.days.survey)),
    ]
    if standing.days.followed is not None:
        followed_on = long_date(standing.days.followed)
        facts.append(
            ("Laporan tindak lanjut", f"{followed_on}, nilai kecepatan {standing.speed_level} dari 5")
        )
    for name, words in facts:
        row += 1
        page.text((row, 1), name, "soft")
        page.text((row, 2), words, "strong")


def _heads(page: Page, row: int, names: Sequence[str]) -> None:
    for at, name in enumerate(names):
        page.text((row, at), name, "head")
