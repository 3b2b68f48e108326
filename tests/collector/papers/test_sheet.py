"""The tabulation sheet: LibreOffice works it out and comes to what was published, in every mode and both orders."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import transaction

from collector.errors import CollectorError
from collector.papers import making
from collector.papers.press import Warm
from collector.papers.registry import Audience, find, formats
from collector.papers.said import said_of
from collector.papers.sheet.arithmetic import sums_of
from collector.releases import publishing
from collector.releases.models import Release, SheetRows
from collector.scores.models import Response
from collector.scores.tallies.projection import project
from survey.instrument.instrument import LabelOrder
from tests.collector.conftest import OwnClock
from tests.collector.papers import town
from tests.collector.papers.reading_back import (
    recalculated,
    row_named,
    sheet,
    with_cell,
    with_wrong_value,
)
from tests.collector.scores.village import MONDAY, SKM, Post, add_unit, answers, at

pytestmark = pytest.mark.django_db
ROWS, ELEMENTS, RESPONDENTS, CHECK = "Olah data", "Nilai per unsur", "Responden", "Cara memeriksa"
NUMBERS = ("tabulation", "tabulation-questionnaire")
WEIGHT_CELL = "P2"


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


def made(release: Release, folder: Path, *names: str) -> list[Path]:
    return making.make(said_of(release), [find(name) for name in names], Warm(), folder=folder)


def index_of(release: Release) -> dict[str, object]:
    return dict(json.loads(bytes(release.content))["index"])


def columns(page: object, row: int) -> list[object]:
    return [page.cell(row, column).value for column in range(3, 12)]  # type: ignore[attr-defined]


def tied(folder: Path) -> Path:
    """The sheet of eight people whose answers come to 78.125, half a hundredth."""
    post = Post(add_unit("delapan", region="18.01.05.2004"), name="k2", stream=2)
    sums = (28, 22, 25, 27, 23, 26, 24, 25, 25)
    records = []
    for place in range(8):
        given = [3 + (place < total - 24) - (place < 24 - total) for total in sums]
        records.append(post.response(answers(*given), at(MONDAY, "09:00", seconds=60 * place)))
    with transaction.atomic():
        assert project(records) == []
    release = town.publish(post)
    assert str(release.value) == "78.13"
    return made(release, folder, "tabulation")[0]


@pytest.mark.heavy
def test_libreoffice_comes_to_the_published_numbers_in_every_mode_and_both_orders(tmp_path: Path) -> None:
    post = town.post()
    town.visit(post, 47)
    release = town.publish(post)
    books = made(release, tmp_path, *NUMBERS)
    wanted, frozen = [], index_of(release)
    for place, book in enumerate(books):
        for mode in ("=1/9", 0.111, 0.11):
            to = tmp_path / f"{place}-{str(mode).replace('/', '-')}.xlsx"
            wanted.append((with_cell(book, ROWS, WEIGHT_CELL, mode, to=to), mode, place))
    wrong = with_wrong_value(books[0], f"{release.value:f}".rstrip("0"), "11.5", to=tmp_path / "wrong.xlsx")
    assert sheet(wrong, ROWS).cell(row_named(sheet(wrong, ROWS), "IKM Unit pelayanan"), 12).value == 11.5
    tie = tied(tmp_path)
    *pages, control, eight = recalculated([*(one for one, _, _ in wanted), wrong, tie], tmp_path)
    assert sheet(eight, ROWS).cell(row_named(sheet(eight, ROWS), "IKM Unit pelayanan"), 12).value == 78.13, (
        "78.125 exactly, of ninths that binary numbers cannot hold"
    )
    for path, (_, mode, place) in zip(pages, wanted, strict=True):
        page = sheet(path, ROWS)
        result = page.cell(row_named(page, "IKM Unit pelayanan"), 12).value
        modes = frozen["weight_modes"]
        assert result == modes["1/9" if mode == "=1/9" else str(mode)]["value"]  # type: ignore[index]
        keys = SKM.element_keys if place == 0 else SKM.question_order
        sums = {one["key"]: one["sum"] for one in frozen["elements"]}  # type: ignore[attr-defined]
        assert columns(page, row_named(page, "Σ Nilai /Unsur")) == [sums[key] for key in keys]
        each = sheet(path, ELEMENTS)
        values = {one["key"]: (one["value"], one["category"]) for one in frozen["elements"]}  # type: ignore[attr-defined]
        assert [(each.cell(row, 4).value, str(each.cell(row, 5).value)[0]) for row in range(5, 14)] == [
            values[key] for key in keys
        ]
    page = sheet(control, ROWS)
    assert page.cell(row_named(page, "IKM Unit pelayanan"), 12).value == float(release.value or 0), (
        "recalculated"
    )


def test_every_formula_says_what_it_comes_to_for_programs_that_do_not_calculate(tmp_path: Path) -> None:
    post = town.post()
    town.visit(post, 33)
    (book,) = made(town.publish(post), tmp_path, "tabulation")
    (again,) = recalculated([book], tmp_path)
    for name in (ROWS, ELEMENTS, RESPONDENTS):
        formulas, said, worked_out = sheet(book, name, values=False), sheet(book, name), sheet(again, name)
        compared = 0
        for line in formulas.iter_rows():
            for cell in line:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    one, other = said[cell.coordinate].value, worked_out[cell.coordinate].value
                    assert one == pytest.approx(other) if isinstance(one, float) else one == other, (
                        cell.coordinate
                    )
                    compared += 1
        assert compared > 10, name


def test_the_sheet_is_laid_out_as_the_annex_has_it(tmp_path: Path) -> None:
    post = town.post()
    town.visit(post, 40)
    release = town.publish(post)
    page = sheet(made(release, tmp_path, "tabulation")[0], ROWS)
    assert (
        page["A1"].value == "PENGOLAHAN DATA SURVEI KEPUASAN MASYARAKAT PER RESPONDEN DAN PER UNSUR PELAYANAN"
    )
    assert (page["A2"].value, page["C2"].value) == ("Unit Pelayanan", ": Balai Desa Sukamaju")
    assert [page.cell(9, column).value for column in range(1, 13)] == [
        "NO. RESP", "KODE", *(f"U{number}" for number in range(1, 10)), "JUMLAH",
    ]  # fmt: skip
    names = [page.cell(row, 1).value for row in range(50, 54)]
    assert names == ["Σ Nilai /Unsur", "NRR / Unsur", "NRR tertbg/unsur", "IKM Unit pelayanan"]
    assert [page.cell(row, 13).value for row in (52, 53)] == ["*)", "**)"]
    written = {str(cell.value) for line in page.iter_rows() for cell in line if cell.value}
    assert {
        "A (Sangat baik) : 88,31 – 100,00",
        "D (Tidak baik) : 25,00 – 64,99",
        "- NRR = Nilai rata-rata",
    } <= written


def test_the_last_sheet_says_period_number_rule_mode_interval_verdict_and_code(tmp_path: Path) -> None:
    post = town.post()
    town.visit(post, 40)
    release = town.publish(post)
    page = sheet(made(release, tmp_path, "tabulation")[0], CHECK)
    said = {page.cell(row, 1).value: page.cell(row, 2).value for row in range(3, 20)}
    assert said["Periode"] == "Triwulan IV Tahun 2026 (1 Oktober 2026 s.d. 31 Desember 2026)"
    assert said["Responden"].startswith("40 orang; Kecukupan belum dapat dinilai")
    assert said["Aturan"] == "PermenPAN-RB 14/2017, tabel mutu 2017"
    assert said["Bobot"] == "1/9 per unsur"
    assert said["Selang 95 %"] == f"{release.low} – {release.high}".replace(".", ",")
    assert said["IKM"].startswith(f"{release.value}, mutu {release.category}".replace(".", ",", 1))
    assert said["Kode rilis"].startswith(f"{release.address[:4]}-{release.address[4:]}, edisi 1")
    assert said["Alamat tetap"].endswith(f"/r/{release.address}/")
    assert said["Nomor unsur"].endswith("U8 Penanganan Pengaduan dan U9 Sarana dan Prasarana")
    assert said["Bukti"]
    other = sheet(made(release, tmp_path, "tabulation-questionnaire")[0], CHECK)
    assert other.cell(13, 2).value.endswith("U8 Sarana dan Prasarana dan U9 Penanganan Pengaduan")


def test_rows_say_what_people_answered_and_neither_when_nor_who(tmp_path: Path) -> None:
    post = town.post()
    town.visit(post, 40)
    page = sheet(made(town.publish(post), tmp_path, "tabulation")[0], ROWS)
    rows = [[page.cell(row, column).value for column in range(1, 13)] for row in range(10, 50)]
    assert [row[0] for row in rows] == list(range(1, 41))
    codes = [str(row[1]) for row in rows]
    assert len(set(codes)) == 40
    assert all(len(code) == 24 for code in codes)
    answers = sorted("".join(map(str, row[2:11])) for row in rows)
    assert answers == sorted(Response.objects.values_list("answers", flat=True))
    arrival = list(Response.objects.order_by("pk").values_list("answers", flat=True))
    assert ["".join(map(str, row[2:11])) for row in rows] != arrival
    assert page.max_column <= 16


def test_whoever_came_first_the_sheet_is_the_same(tmp_path: Path) -> None:
    post = town.post()
    town.visit(post, 40)
    release = town.publish(post)
    (first,) = made(release, tmp_path / "a", *NUMBERS[:1])
    before = first.read_bytes()
    (again,) = made(release, tmp_path / "b", *NUMBERS[:1])
    assert again.read_bytes() == before
    rows = list(Response.objects.all())
    Response.objects.all().delete()
    Response.objects.bulk_create(reversed(rows))
    (shuffled,) = made(release, tmp_path / "c", *NUMBERS[:1])
    assert shuffled.read_bytes() == before
    SheetRows.objects.all().delete()
    (other_key,) = made(release, tmp_path / "d", *NUMBERS[:1])
    assert other_key.read_bytes() != before, "the order hangs on the secret"


def test_texts_stay_texts(tmp_path: Path) -> None:
    post = town.post(name='=1+1&HYPERLINK("http://x")')
    town.visit(post, 33)
    page = sheet(made(town.publish(post), tmp_path, "tabulation")[0], ROWS, values=False)
    assert page["C2"].value == ': =1+1&HYPERLINK("http://x")'
    assert page["C2"].data_type == "s"
    assert page["C2"].hyperlink is None
    formulas = {
        cell.value for line in page.iter_rows() for cell in line if str(cell.value).startswith("=") and cell.data_type == "f"
    }  # fmt: skip
    assert not any("HYPERLINK" in str(one) for one in formulas)


def test_a_sheet_that_would_come_to_another_number_is_not_made(tmp_path: Path) -> None:
    post = town.post()
    town.visit(post, 33)
    release = town.publish(post)
    content = json.loads(bytes(release.content))
    content["index"]["elements"][0]["sum"] += 1
    release.content = json.dumps(content).encode()
    with pytest.raises(CollectorError, match="it is not made"):
        made(release, tmp_path, "tabulation")


def test_a_withdrawn_release_says_so_on_its_sheet_and_gives_no_new_rows(tmp_path: Path) -> None:
    post = town.post()
    town.visit(post, 33)
    release = town.publish(post)
    publishing.withdraw(release, who=town.WHO, why="salah")
    page = sheet(made(release, tmp_path, "tabulation")[0], ROWS)
    written = {str(cell.value) for line in page.iter_rows() for cell in line if cell.value}
    assert "DITARIK" in written
    assert "Tanpa baris responden: rilis ini ditarik." in written


def test_both_orders_have_the_same_sums_and_the_sheet_is_for_the_office_only() -> None:
    post = town.post()
    town.visit(post, 33)
    said = said_of(town.publish(post))
    one, other = (sums_of(said, order) for order in LabelOrder)
    assert one.value == other.value == said.release.value
    assert [column.key for column in one.columns][-2:] == ["pengaduan", "sarpras"]
    assert [column.key for column in other.columns][-2:] == ["sarpras", "pengaduan"]
    assert {formats()[name].audience for name in NUMBERS} == {Audience.OFFICE}


@pytest.mark.long
def test_a_hundred_thousand_rows_come_to_the_published_number(tmp_path: Path) -> None:
    post = town.post()
    for part in range(20):
        town.visit(post, 5_000, seed=part)
    release = town.publish(post)
    (book,) = made(release, tmp_path, "tabulation")
    (again,) = recalculated([book], tmp_path)
    page = sheet(again, ROWS)
    last = row_named(page, "IKM Unit pelayanan")
    assert last == 100_013
    assert page.cell(last, 12).value == float(release.value or 0)
    assert page.cell(100_009, 1).value == 100_000
