"""The sheets behind the first one: each element's own index, who answered, and how everything can be checked."""

import io
from fractions import Fraction

import segno

from collector.papers.rows import WithoutRows
from collector.papers.sentences import statement
from collector.papers.sheet.answers import NAME as ANSWERS
from collector.papers.sheet.answers import Places
from collector.papers.sheet.arithmetic import CONVERSION, Sums, category_formula, category_of
from collector.papers.sheet.book import Book, ref
from collector.words.catalogue import say
from survey.index.sampling import SMALLEST_GROUP
from survey.instrument.instrument import LabelOrder
from survey.instrument.weights import two_decimals

ELEMENTS, RESPONDENTS, CHECK = "Nilai per unsur", "Responden", "Cara memeriksa"


def write_elements(book: Book, sums: Sums, places: Places) -> None:
    """Write each element's index and category, worked out from the first sheet."""
    page = book.sheet(
        ELEMENTS, widths={"A:A": 6, "B:B": 44, "C:E": 14, "F:F": 18, "G:G": 16}, landscape=False
    )
    page.text((0, 0), "NILAI INDEKS KEPUASAN MASYARAKAT PER UNSUR", "title")
    page.text((1, 0), f"{book.said.name} · {book.said.period} · rilis {book.said.address}", "soft")
    for column, words in enumerate(("No", "Unsur", "NRR", "IKM per unsur", "Mutu", "Selang 95 %", "Ket")):
        page.text((3, column), words, "head")
    lowest = {one.key for one in book.said.elements if one.is_low}
    for place, one in enumerate(sums.columns):
        row = 4 + place
        value = two_decimals(one.mean * CONVERSION)
        page.text((row, 0), one.label, "cell")
        page.text((row, 1), one.name, "name")
        mean = f"'{ANSWERS}'!{ref(places.mean_row, places.first_column + place, fixed=True)}"
        page.formula((row, 2), f"={mean}", one.mean, "three")
        page.formula((row, 3), f"=ROUND({ref(row, 2)}*{CONVERSION},2)", value, "two")
        page.formula(
            (row, 4), category_formula(ref(row, 3), sums.bands), category_of(value, sums.bands), "cell"
        )
        page.text((row, 5), one.interval, "cell")
        page.text((row, 6), "tiga terendah" if one.key in lowest else "", "cell")
    row = 4 + len(sums.columns)
    page.text((row, 1), "IKM Unit pelayanan", "row")
    page.formula((row, 3), f"={places.result}", sums.value, "result")
    page.formula(
        (row, 4), category_formula(ref(row, 3), sums.bands), category_of(sums.value, sums.bands), "strong"
    )
    page.text((row + 2, 0), "Unsur biaya menanyakan tarif, bukan kepuasan: “Gratis” bernilai 4.", "soft")


def write_respondents(book: Book) -> None:
    """Write who answered, in groups of five and more."""
    page = book.sheet(RESPONDENTS, widths={"A:A": 6, "B:B": 24, "C:C": 48, "D:E": 14}, landscape=False)
    page.text((0, 0), "KARAKTERISTIK RESPONDEN", "title")
    page.text((1, 0), f"{book.said.name} · {book.said.period} · {book.said.respondents}", "soft")
    for column, words in enumerate(("No", "Karakteristik", "Indikator", "Jumlah", "Persentase")):
        page.text((3, column), words, "head")
    row = 4
    for place, one in enumerate(book.said.characteristics, start=1):
        page.number((row, 0), place)
        page.text((row, 1), one.title, "name")
        if not one.groups:
            page.text((row, 2), say("paper.not_shown", "id", smallest=SMALLEST_GROUP), "name")
            row += 1
        for name, count in one.groups:
            page.text((row, 2), name, "name")
            page.number((row, 3), count, "count")
            page.formula((row, 4), f"={ref(row, 3)}/{book.said.n}", Fraction(count, book.said.n), "percent")
            row += 1
    if not book.said.characteristics:
        page.text((row, 1), say("paper.no_characteristics", "id"), "soft")
    page.text((row + 1, 0), say("paper.put_together", "id", smallest=SMALLEST_GROUP), "soft")


def write_check(book: Book, sums: Sums, order: LabelOrder, rows: object) -> None:
    """Write what the number is, by which rule, and where anybody checks it."""
    said = book.said
    page = book.sheet(CHECK, widths={"A:A": 26, "B:B": 84}, landscape=False)
    page.text((0, 0), "CARA MEMERIKSA", "title")
    labels = " dan ".join(f"{one.label} {one.short}" for one in sums.columns[-2:])
    lines = (
        ("Unit", said.name),
        ("Periode", f"{said.period} ({said.first} s.d. {said.last})"),
        ("IKM", f"{said.value}, mutu {said.category} ({said.performance})"),
        ("Selang 95 %", f"{said.low} – {said.high}" if said.low else "–"),
        ("Seberapa pasti", said.certainty),
        ("Responden", f"{said.respondents}; {said.sample}"),
        ("Pengguna layanan", statement(said.reading.index or {}) or "–"),
        ("Cara memilih", said.sample_method),
        ("Aturan", f"{said.rule}, tabel mutu {(said.reading.index or {})['bands']}"),
        ("Bobot", f"{said.weight} per unsur" if sums.equal else "bobot sendiri per unsur"),
        (
            "Nomor unsur",
            f"menurut {'daftar unsur' if order is LabelOrder.LIST else 'urutan kuesioner'}: {labels}",
        ),
        ("Bukti", said.evidence),
        ("Perubahan", said.change or "–"),
        ("Kode rilis", f"{said.address}, {said.edition}, terbit {said.published}"),
        ("Alamat tetap", said.url),
        ("Status", said.withdrawn or "berlaku"),
        (
            "Baris",
            say(f"paper.rows_{rows.value}", "id")
            if isinstance(rows, WithoutRows)
            else say("paper.rows_given", "id"),
        ),
    )
    for row, (name, words) in enumerate(lines, start=2):
        page.text((row, 0), name, "strong")
        page.text((row, 1), words, "wrap")
    picture = io.BytesIO()
    segno.make(said.url, error="m", micro=False).save(picture, kind="png", scale=4, border=2)
    page.sheet.insert_image(len(lines) + 3, 1, "rilis.png", {"image_data": picture, "description": said.url})
