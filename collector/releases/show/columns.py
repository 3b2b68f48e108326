"""A release as CSV: a row an element; an evaluation's result a row an indicator.

A column is its name, what it means and how its cell is made, side by side. Every table that tells of releases in rows, and every dictionary
of such a table (`collector.opendata.metadata`), is made from here, so that no dictionary speaks of a column that is not there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from collector.releases.show.reading import Reading
from collector.scores.show.as_csv import table

Said = Mapping[str, Any]
TEXT: Final = "teks"
WHOLE: Final = "bilangan bulat"
DECIMAL: Final = "bilangan desimal"
DAY: Final = "tanggal"
MOMENT: Final = "tanggal dan waktu"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what BPS's form for variables asks of it, and its cell."""

    name: str
    alias: str
    """What people call it, in Indonesian."""
    definition: str
    type: str
    cell: Callable[[Said, Said], object]
    """Given what a release says and one of its elements."""
    classes: str = "-"
    """What may stand in it, where that is a list."""
    rule: str = "-"
    """What a cell must be like."""
    asked: bool = False
    """Whether it comes from what people answered to a question."""


def _index(name: str) -> Callable[[Said, Said], object]:
    return lambda said, _: said["index"][name] if said["index"] else None


def _element(name: str) -> Callable[[Said, Said], object]:
    return lambda _, element: element[name]


def _bound(index: Said | None, which: str) -> object:
    return index["interval"][which] if index and index["interval"] else None


def _beside(said: Said, part: str, which: str) -> object:
    """Give what stands of a unit's region or agency; a region's and an agency's own release has none."""
    return (said["subject"].get(part) or {}).get(which)


_POINTS = "pada skala indeksnya (IKM 25 sampai 100), dua desimal"

OF_RELEASES: Sequence[Column] = (
    Column("address", "Kode rilis", "Alamat tetap rilis: delapan huruf atau angka.", TEXT, lambda said, _: said["address"]),
    Column(
        "subject", "Jenis subjek", "Milik siapa nilainya.", TEXT, lambda said, _: said["subject"]["kind"],
        classes="unit; region (wilayah); agency (instansi); place (mal pelayanan)",
    ),
    Column("code", "Kode subjek", "Kode unit, wilayah, instansi atau mal di sistem ini.", TEXT, lambda said, _: said["subject"]["code"]),
    Column("name", "Nama subjek", "Nama pada hari terbit.", TEXT, lambda said, _: said["subject"]["name"]),
    Column(
        "region", "Kode wilayah", "Kode referensi Kemendagri dari wilayah unit.", TEXT,
        lambda said, _: _beside(said, "region", "code"), rule="PP.KK.CC.DDDD, dua sampai tiga belas karakter dengan titik",
    ),
    Column("region_name", "Nama wilayah", "Nama wilayah pada hari terbit.", TEXT, lambda said, _: _beside(said, "region", "name")),
    Column("agency", "Kode instansi", "Instansi penyelenggara.", TEXT, lambda said, _: _beside(said, "agency", "code")),
    Column(
        "period", "Periode", "Periode kalender yang dinilai.", TEXT, lambda said, _: said["period"]["id"],
        rule="2026-TW3, 2026-S1, 2026 atau 2026-07",
    ),
    Column("from", "Hari pertama", "Hari pertama periode, waktu setempat.", DAY, lambda said, _: said["period"]["from"]),
    Column("to", "Hari terakhir", "Hari terakhir periode, waktu setempat.", DAY, lambda said, _: said["period"]["to"]),
    Column("published", "Saat terbit", "Saat rilis dibekukan, UTC.", MOMENT, lambda said, _: said["published"]),
    Column("instrument", "Kuesioner", "Kuesioner dengan versinya.", TEXT, lambda said, _: said["instrument"]),
    Column(
        "index_name", "Nama indeks", "Nama nilai menurut aturannya.", TEXT, lambda said, _: said["index_name"],
        classes="IKM; IPKP; IPAK; F-03",
    ),
    Column(
        "edition", "Edisi", "1, dan satu lebih untuk tiap koreksi.", WHOLE, lambda said, _: said["number"], rule="1 atau lebih"
    ),
    Column(
        "n", "Jumlah responden", "Kuesioner lengkap yang dihitung; kosong bila kurang dari lima.", WHOLE, lambda said, _: said["n"],
        rule="5 atau lebih, atau kosong", asked=True,
    ),
    Column(
        "asked", "Kunjungan di kios", "Kunjungan yang dimulai dengan menekan wajah.", WHOLE, lambda said, _: said.get("visits"),
        rule="0 atau lebih, atau kosong",
    ),
    Column(
        "served", "Pengguna dilayani", "Pengguna dalam periode, menurut pernyataan unit; tidak diperiksa.", WHOLE,
        lambda said, _: ((said["index"] or {}).get("sample") or {}).get("population"), rule="0 atau lebih, atau kosong",
    ),
    Column(
        "archived", "Dari arsip", "Di antara responden: dari arsip, bukan ditekan di kios saat itu.", WHOLE, _index("archived"),
        rule="0 sampai n",
    ),
    Column("value", "Nilai indeks", f"Indeks {_POINTS}.", DECIMAL, _index("value"), asked=True),
    Column(
        "category", "Mutu pelayanan", "Huruf menurut tabel mutu aturannya; kosong bila aturannya tidak mempunyai tabel.", TEXT,
        _index("category"), classes="A; B; C; D",
    ),
    Column(
        "interval_low", "Batas bawah selang", f"Ujung bawah selang kepercayaan 95 % {_POINTS}.", DECIMAL,
        lambda said, _: _bound(said["index"], "low"), rule="tidak lebih dari value",
    ),
    Column(
        "interval_high", "Batas atas selang", f"Ujung atas selang kepercayaan 95 % {_POINTS}.", DECIMAL,
        lambda said, _: _bound(said["index"], "high"), rule="tidak kurang dari value",
    ),
)  # fmt: skip
"""What a row says of the release itself."""
OF_ELEMENTS: Sequence[Column] = (
    Column("element", "Kunci unsur", "Unsur yang dinilai, di bawah kunci tetapnya.", TEXT, _element("key")),
    Column("label", "Nomor unsur", "U1, U2, … menurut urutan kuesionernya; F-03 memakai kode formulir.", TEXT, _element("label")),
    Column("element_n", "Responden unsur", "Jawaban yang dihitung untuk unsur ini.", WHOLE, _element("n"), rule="5 atau lebih"),
    Column("nrr", "NRR unsur", "Nilai rata-rata jawaban.", DECIMAL, _element("nrr"), rule="dalam skala jawaban", asked=True),
    Column(
        "nrr_weighted", "NRR tertimbang", "NRR dikalikan bobot unsur.", DECIMAL, _element("weighted"), rule="dalam skala jawaban"
    ),
    Column("element_value", "Nilai unsur", f"Nilai unsur {_POINTS}.", DECIMAL, _element("value"), asked=True),
    Column(
        "element_category", "Mutu unsur", "Huruf dari nilai unsur; kosong bila tidak ada tabel mutu.", TEXT, _element("category"),
        classes="A; B; C; D",
    ),
    Column(
        "element_low", "Batas bawah selang unsur", f"Ujung bawah selang 95 % {_POINTS}.", DECIMAL,
        lambda _, element: _bound(element, "low"),
    ),
    Column(
        "element_high", "Batas atas selang unsur", f"Ujung atas selang 95 % {_POINTS}.", DECIMAL,
        lambda _, element: _bound(element, "high"),
    ),
)  # fmt: skip
"""What a row says of one element."""
OF_RULES: Sequence[Column] = (
    Column(
        "policy", "Kuesioner yang dihitung", "Kuesioner lengkap saja, atau semua jawaban.", TEXT, _index("policy"),
        classes="complete; all",
    ),
    Column(
        "weight_mode", "Bobot", "Cara bobot dihitung.", TEXT, _index("weight_mode"), classes="1/9 (tepat); 0.1111; 0.111; 0.11"
    ),
    Column("mapping", "Pemetaan skala", "Cara skala survei persepsi menjadi empat poin.", TEXT, _index("mapping")),
    Column("rule", "Aturan", "Aturan yang diikuti, atau bahwa kata-katanya sendiri.", TEXT, _index("rule")),
)  # fmt: skip
"""By which rule the numbers were made."""
RELEASE_COLUMNS = (*OF_RELEASES, *OF_RULES)
"""Of a table with a row a release."""
ELEMENT_COLUMNS = (*OF_RELEASES, *OF_ELEMENTS, *OF_RULES)
"""Of a table with a row an element of a release."""


def release_row(said: Said) -> list[object]:
    """Give the row of a release."""
    return [column.cell(said, {}) for column in RELEASE_COLUMNS]


def element_rows(said: Said) -> Iterator[list[object]]:
    """Give the rows of a release's elements; none where it has no number."""
    for element in said["index"]["elements"] if said["index"] else ():
        yield [column.cell(said, element) for column in ELEMENT_COLUMNS]


def as_csv(reading: Reading, *, excel: bool) -> str:
    """Give a release's elements with their number and doubt; only the heads where it has no number."""
    if reading.ipp is not None:
        return table(_ipp_rows(reading.said, reading.ipp), excel=excel)
    if reading.said.get("shares"):
        return table(_share_rows(reading.said), excel=excel)
    return table([[one.name for one in ELEMENT_COLUMNS], *element_rows(reading.said)], excel=excel)


def _share_rows(said: Said) -> list[list[object]]:
    """Give what leads to shares: a row an answer to a question, the number of people empty where it is not told."""
    head = [
        "address", "code", "name", "period", "edition", "index_name", "element", "element_name", "question", "n", "answer",
        "label", "told", "count", "percent", "interval_low", "interval_high", "rule",
    ]  # fmt: skip
    whole = [
        said["address"], said["subject"]["code"], said["subject"]["name"], said["period"]["id"], said["number"],
        said["index_name"],
    ]  # fmt: skip
    rows = [
        [
            *whole, one["key"], one["name"], one["question"], one["n"], answer["value"], answer["label"], answer["told"],
            answer["count"], answer["percent"], _bound(answer, "low"), _bound(answer, "high"), said["shares"]["rule"],
        ]
        for one in said["shares"]["questions"]
        for answer in one["answers"]
    ]  # fmt: skip
    return [head, *rows]


def _ipp_rows(said: Mapping[str, Any], ipp: Mapping[str, Any]) -> list[list[object]]:
    """Give an evaluation's result: a row an indicator, the whole beside each."""
    f02, f03 = ipp["f02"], ipp["f03"]
    head = [
        "address", "code", "name", "period", "round", "edition", "value", "category", "f02", "f03", "f03_counted",
        "f03_n", "quota", "zeroed", "aspect", "indicator", "weight_percent", "mark", "rule",
    ]  # fmt: skip
    whole = [
        said["address"], said["subject"]["code"], said["subject"]["name"], said["period"]["id"], ipp["round"],
        said["number"], ipp["value"], ipp["category"], f02["value"], f03["value"], f03["counted"], f03["n"],
        f03["quota"], "yes" if f03["zeroed"] else "no",
    ]  # fmt: skip
    rows = [
        [*whole, one["aspect"], one["number"], one["weight_percent"], one["mark"], ipp["rule"]]
        for one in f02["indicators"]
    ]
    return [head, *rows]
