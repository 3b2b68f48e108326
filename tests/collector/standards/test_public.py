"""What everybody reads of a unit's standards, in each format, and that nothing else is there."""

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path

import pikepdf
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collector.fleet import tree
from collector.headers import PAGE
from collector.papers.press import Warm
from collector.standards import promise, sheets
from collector.standards.models import LONGEST_TEXT
from tests.collector.conftest import OwnClock
from tests.collector.papers.reading_back import invalid_pdf_a, text_of
from tests.collector.standards import office

pytestmark = pytest.mark.django_db
PAGES = (
    "/unit/sukamaju/standar/",
    "/unit/sukamaju/standar/sku/",
    "/unit/sukamaju/standar/sku/1/",
    "/unit/sukamaju/maklumat/",
)
DATA = ("/api/v1/standards/sukamaju.json", "/api/v1/standards/sukamaju.csv")


@pytest.fixture(autouse=True)
def _spring(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2026, 5, 11, 3, tzinfo=UTC)


def seen(path: str) -> str:
    answer = Client().get(path)
    assert (answer.status_code, answer["Content-Security-Policy"]) == (200, PAGE), path
    return answer.content.decode()


def test_the_six_are_public_and_the_eight_are_not_in_any_format() -> None:
    unit = office.unit()
    office.write(office.service(unit))
    office.issue(unit)
    page = seen(PAGES[0])
    for words in (
        "KTP-el asli<br>Surat pengantar RT", "Satu hari kerja", "Kepala Desa Sukamaju, keputusan nomor 188/07/2026 tanggal 20 Februari 2026",
        "Kami sanggup", "Siti Aminah", "/unit/sukamaju/maklumat/1.jpg",
    ):  # fmt: skip
        assert words in page, words
    for path in (*PAGES, *DATA):
        told = seen(path)
        assert office.INNER_TEXT not in told, path
        assert "Dasar hukum" not in told, path
        assert office.WHO not in told, path
    assert "/unit/sukamaju/standar/" in seen("/unit/sukamaju/")


def test_a_unit_without_standards_says_so_and_strangers_addresses_lead_nowhere() -> None:
    unit = office.unit()
    assert "Unit ini belum mencatat layanannya" in seen(PAGES[0])
    office.service(unit)
    assert "Belum ada standar yang berlaku untuk layanan ini" in seen(PAGES[0])
    assert "belum mencatat maklumat" in seen("/unit/sukamaju/maklumat/")
    for path in (
        PAGES[1], PAGES[2], "/unit/sukamaju/standar/sku.pdf", "/unit/sukamaju/standar/ktp/", "/unit/sukamaju/maklumat.pdf",
        "/unit/sukamaju/maklumat/1.jpg", "/unit/nowhere/standar/", "/api/v1/standards/nowhere.json", "/api/v1/standards/nowhere.csv",
    ):  # fmt: skip
        assert Client().get(path).status_code == 404, path


def test_each_version_keeps_its_address_and_says_whether_it_holds() -> None:
    service = office.service(office.unit())
    office.write(service, texts=office.TEXTS | {"waktu": "Tiga hari"})
    office.write(service, seen=1, why="rahasia rapat", in_force_from=date(2026, 4, 1))
    office.write(service, seen=2, why="x", in_force_from=date(2026, 12, 1), texts={"waktu": "Satu jam"})
    assert "Satu hari kerja" in seen(PAGES[1])
    old, coming = seen("/unit/sukamaju/standar/sku/1/"), seen("/unit/sukamaju/standar/sku/3/")
    assert "Tiga hari" in old
    assert "Versi 1 tidak berlaku lagi." in old
    assert "Versi 3 tidak berlaku sekarang." in coming
    assert "tidak berlaku" not in seen("/unit/sukamaju/standar/sku/2/")
    assert "Belum diisi" in coming
    assert "rahasia rapat" not in old
    assert Client().get("/unit/sukamaju/standar/sku/9/").status_code == 404


def test_a_service_that_is_no_longer_offered_leaves_the_list_and_keeps_its_address() -> None:
    unit = office.unit()
    office.write(office.service(unit))
    tree.add_service(unit=unit, code="sku", name="Surat keterangan usaha", offered=False)
    assert "Satu hari kerja" not in seen(PAGES[0])
    assert "tidak lagi diberikan" in seen(PAGES[1])


def test_data_says_what_the_page_says_and_no_cell_becomes_a_formula() -> None:
    unit = office.unit()
    office.write(office.service(unit), texts=office.TEXTS | {"biaya": "=1+1"})
    office.service(unit, "ktp", "Pengantar KTP")
    office.issue(unit, photo=None)
    told = Client().get(DATA[0]).json()
    assert [one["name"] for one in told["services"]] == ["Pengantar KTP", "Surat keterangan usaha"]
    assert told["services"][0]["standard"] is None
    standard = told["services"][1]["standard"]
    assert (standard["version"], standard["decree_date"]) == (1, "2026-02-20")
    assert {one["key"]: one["text"] for one in standard["components"]} == office.TEXTS | {"biaya": "=1+1"}
    assert (told["maklumat"]["issued_on"], told["maklumat"]["photo"]) == ("2026-03-02", None)
    rows = list(csv.DictReader(io.StringIO(Client().get(DATA[1]).content.decode())))
    assert [row["component"] for row in rows] == [one["key"] for one in standard["components"]]
    assert rows[0]["text"] == office.TEXTS["persyaratan"]
    assert not rows[3]["text"].startswith("=")
    assert Client().get(f"{DATA[1]}?for=excel").content.startswith(b"\xef\xbb\xbfunit;")


def test_hostile_texts_stay_texts_on_the_page() -> None:
    unit = office.unit(name="Balai <i>Desa</i>")
    office.write(office.service(unit, name="Surat <b>x</b>"), texts={"waktu": "<script>alert(1)</script>"})
    page = seen(PAGES[0])
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Surat &lt;b&gt;x&lt;/b&gt;" in page


def test_a_photo_is_given_once_and_is_gone_for_everybody_when_it_is_taken_back() -> None:
    kept = office.issue(office.unit())
    path = "/unit/sukamaju/maklumat/1.jpg"
    answer = Client().get(path)
    assert (answer["Content-Type"], answer.content) == ("image/jpeg", bytes(kept.photo))
    assert Client().get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    promise.take_photo_back(kept, who="budi", why="wajah")
    assert Client().get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 404
    assert path not in seen("/unit/sukamaju/maklumat/")


def test_the_sheets_open_say_what_is_in_force_and_are_the_same_bytes_each_time(tmp_path: Path) -> None:
    unit = office.unit()
    standard = office.write(office.service(unit))
    office.issue(unit)
    for path, words in (
        ("/unit/sukamaju/standar/sku.pdf", ("KTP-el asli", "Satu hari kerja", "188/07/2026", "unit/sukamaju/standar/sku")),
        ("/unit/sukamaju/maklumat.pdf", ("MAKLUMAT PELAYANAN", "Kami sanggup", "Siti Aminah", "2 Maret 2026")),
    ):  # fmt: skip
        answer = Client().get(path)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert Client().get(path).content == answer.content
        file = tmp_path / path.rpartition("/")[2]
        file.write_bytes(answer.content)
        text = "".join(text_of(file).split())  # a long address is set letter by letter, so that it can break
        for word in words:
            assert "".join(word.split()) in text, word
        assert "".join(office.INNER_TEXT.split()) not in text
        assert pages(answer.content) == 1
    whole = tmp_path / "whole.pdf"
    whole.write_bytes(sheets.of_standard(standard, Warm(), whole=True))
    assert " ".join(text_of(whole).split()).count(office.INNER_TEXT) == 8
    assert invalid_pdf_a(sorted(tmp_path.glob("*.pdf")), tmp_path) == []


def test_a_sheet_follows_the_version_that_comes_after_it() -> None:
    service = office.service(office.unit())
    office.write(service)
    before = Client().get("/unit/sukamaju/standar/sku.pdf").content
    office.write(service, seen=1, why="x", texts=office.TEXTS | {"waktu": "Dua jam"})
    assert Client().get("/unit/sukamaju/standar/sku.pdf").content != before


def test_ten_thousand_letters_run_off_no_sheet() -> None:
    unit = office.unit(name="N" * 120)
    long = office.write(
        office.service(unit, name="L" * 120), texts=dict.fromkeys(office.TEXTS, "a" * 3900 + " b")
    )
    assert pages(sheets.of_standard(long, Warm())) > 1
    kept = office.issue(
        unit, text="\u202e" + "janji " * (LONGEST_TEXT // 6 - 1), signer="S" * 150, photo=None
    )
    assert pages(sheets.of_promise(kept, Warm())) == 1


def test_a_page_asks_as_little_for_many_services_as_for_one() -> None:
    unit = office.unit()

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            seen(PAGES[0])
        return len(queries)

    office.write(office.service(unit))
    before = asked()
    for place in range(5):
        office.write(office.service(unit, f"s{place}", f"Layanan {place}"))
    assert asked() == before


def pages(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as found:
        return len(found.pages)
