"""A unit's services and whom it served, at the desk: who may change what, what kiosks are told, and sheets of others."""

import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pytest
import xlsxwriter
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collector.accounts import roles
from collector.errors import CollectorError
from collector.fleet import service_sheet, services, workbook
from collector.fleet.models import KioskSettings, Service, Unit
from collector.headers import PAGE
from collector.people.models import TrailEntry
from collector.scores import users as users_of
from collector.scores.models import Population
from survey.index.periods import between, parse
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.desk.test_desk import browser, seen
from tests.collector.desk.visitors import EVERYBODY, visitor
from tests.collector.fake_kiosk import FakeKiosk

pytestmark = pytest.mark.django_db
ROOT = "/meja/unit/sukamaju/layanan/"
HEAD = ("No", "Nama Layanan", "Persyaratan", "Waktu Penyelesaian")
ROWS = [
    ("1", "Kartu Keluarga", "KTP", "3 hari"),
    ("2", "Surat  Pengantar\nRT", "", ""),
    ("3", "KARTU KELUARGA", "", ""),
]


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    cache.clear()


@pytest.fixture
def officer(unit: Unit) -> Client:
    return browser(person("budi", roles.UNIT_OFFICER, unit))


def sheet(*rows: tuple[object, ...], title: str = "Daftar layanan") -> bytes:
    """A workbook as openpyxl writes it, with a title above the headings."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in ((title,), (), *rows):
        page.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def written(*rows: tuple[str, ...]) -> bytes:
    """The same as XlsxWriter writes it, its texts in the cells and a formula among them."""
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for place, row in enumerate(rows):
            for column, text in enumerate(row):
                page.write_string(place, column, text)
        page.write_rich_string(len(rows), 1, "Akta ", book.add_format({"bold": True}), "Kelahiran")
        page.write_formula(len(rows) + 1, 1, '="Akta"&" Kematian"', None, "Akta Kematian")
    return kept.getvalue()


def upload(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("layanan.xlsx", data)


def writes() -> list[tuple[str, dict[str, object]]]:
    return [
        (f"{ROOT}baru/", {"name": "Akta Kelahiran"}),
        (f"{ROOT}ubah/ktp/", {"name": "e-KTP", "offered": "on", "why": "nama baru"}),
        (f"{ROOT}impor/", {"file": upload(sheet(HEAD, *ROWS))}),
        (f"{ROOT}pengguna/", {"period": "2026-TW4", "users": "640"}),
    ]


def kept() -> tuple[object, ...]:
    return (
        sorted(Service.objects.values_list("code", "name", "offered")),
        Population.objects.count(),
        TrailEntry.objects.count(),
    )


@pytest.mark.parametrize("role, read, write", EVERYBODY)
def test_each_role_reads_and_writes_through_its_doors_and_no_other(
    unit: Unit, role: str | None, read: int, write: int
) -> None:
    services.put(unit, code="ktp", name="KTP", who="test")
    client = visitor(role, unit)
    answer = client.get(ROOT)
    assert (answer.status_code, answer["Content-Security-Policy"]) == (read, PAGE)
    before = kept()
    for path, fields in writes():
        assert client.post(path, fields).status_code == write, path
        assert client.get(path).status_code in (302, 405), path
    if role in (roles.UNIT_OFFICER, roles.ADMINISTRATOR):
        assert sorted(Service.objects.values_list("name", flat=True)) == [
            "Akta Kelahiran", "Kartu Keluarga", "Surat Pengantar RT", "e-KTP",
        ]  # fmt: skip
        assert Population.objects.get().users == 640
    else:
        assert kept() == before
        if read == 200:
            page = client.get(ROOT).content.decode()
            assert "KTP" in page
            assert "<form" not in page


def offered(kiosk: FakeKiosk) -> list[str]:
    latest = KioskSettings.objects.filter(kiosk__name=kiosk.name).order_by("-version").first()
    assert latest is not None
    return [one["name"] for one in latest.content["services"]]


def test_a_service_is_added_renamed_withdrawn_and_put_back_and_the_kiosk_is_told(
    unit: Unit, kiosk: FakeKiosk, officer: Client
) -> None:
    officer.post(f"{ROOT}baru/", {"name": "Kartu  Keluarga"})
    assert offered(kiosk) == ["Kartu Keluarga"]
    service = Service.objects.get()
    assert (service.code, "Kartu Keluarga: ditambahkan" in seen(officer, ROOT)) == ("kartu-keluarga", True)
    one = f"{ROOT}ubah/kartu-keluarga/"
    officer.post(one, {"name": "KK", "offered": "on", "why": "lebih dikenal"})
    assert offered(kiosk) == ["KK"]
    officer.post(one, {"name": "KK", "why": "pindah ke kecamatan"})
    assert offered(kiosk) == []
    page = seen(officer, ROOT)
    assert "Ditarik dari kios KK" in page
    officer.post(one, {"offered": "on", "why": "kembali"})
    assert offered(kiosk) == ["KK"]
    told = TrailEntry.objects.filter(action__startswith="service").order_by("pk")
    assert [(entry.who, entry.action, entry.why) for entry in told] == [
        ("budi", "service added", ""),
        ("budi", "service changed", "lebih dikenal"),
        ("budi", "service changed", "pindah ke kecamatan"),
        ("budi", "service changed", "kembali"),
    ]
    assert Service.objects.get().pk == service.pk


def test_what_cannot_be_is_said_and_changes_nothing(unit: Unit, officer: Client) -> None:
    services.put(unit, code="ktp", name="KTP", who="test")
    before = kept()
    for name in ("", " ", "x" * 121, "\u202e\u202e"):
        answer = officer.post(f"{ROOT}baru/", {"name": name})
        assert answer.status_code == 400, name
    officer.post(f"{ROOT}ubah/ktp/", {"name": "e-KTP", "offered": "on", "why": " "})
    assert "Sebutkan alasannya" in seen(officer, ROOT)
    assert officer.post(f"{ROOT}ubah/sim/", {"name": "SIM", "why": "x"}).status_code == 404
    officer.post(f"{ROOT}ubah/ktp/", {"name": "KTP", "offered": "on", "why": "sama saja"})
    for fields in (
        {"period": "2026-TW9", "users": "5"},
        {"period": "2026-TW4", "users": "-1"},
        {"period": "2026-TW4"},
    ):
        assert officer.post(f"{ROOT}pengguna/", fields).status_code == 400, fields
    assert kept() == before


def test_hostile_names_stay_text_and_codes_are_plain_and_unique(unit: Unit, officer: Client) -> None:
    for _ in range(2):
        officer.post(f"{ROOT}baru/", {"name": "<b>Aktä</b> & Ko"})
    page = officer.get(ROOT).content.decode()
    assert page.count('<strong lang="id">&lt;b&gt;Aktä&lt;/b&gt; &amp; Ko</strong>') == 2
    assert sorted(Service.objects.values_list("code", flat=True)) == ["b-akta-b-ko", "b-akta-b-ko-2"]
    officer.post(f"{ROOT}baru/", {"name": "服务"})
    assert Service.objects.filter(code="layanan", name="服务").exists()


def test_more_services_than_a_kiosk_takes_are_refused_whole(
    unit: Unit, kiosk: FakeKiosk, officer: Client
) -> None:
    rows = [("1", f"Layanan {number}") for number in range(201)]
    officer.post(f"{ROOT}impor/", {"file": upload(sheet(HEAD, *rows))})
    assert "paling banyak 200 layanan" in seen(officer, ROOT)
    assert not Service.objects.exists()


@pytest.mark.parametrize("make", [sheet, written])
def test_a_sheet_adds_what_the_unit_does_not_have_and_changes_nothing_else(
    unit: Unit, kiosk: FakeKiosk, officer: Client, make: type
) -> None:
    services.put(unit, code="kk", name="Kartu Keluarga", offered=False, who="test")
    officer.post(f"{ROOT}impor/", {"file": upload(make(HEAD, *ROWS))})
    added = ["Surat Pengantar RT"] + (["Akta Kelahiran", "Akta Kematian"] if make is written else [])
    assert f"{len(added) + 2} layanan dibaca, {len(added)} ditambahkan" in seen(officer, ROOT)
    assert offered(kiosk) == added
    assert Service.objects.get(code="kk").offered is False
    officer.post(f"{ROOT}impor/", {"file": upload(make(HEAD, *ROWS))})
    assert f"{len(added) + 2} layanan dibaca, 0 ditambahkan" in seen(officer, ROOT)
    entries = TrailEntry.objects.filter(action="services imported")
    assert [entry.why[:5] for entry in entries] == ["XLSX "]


def test_where_the_words_do_not_decide_the_headings_are_named_and_one_may_be_chosen(
    unit: Unit, officer: Client
) -> None:
    data = sheet(("Kode", "Produk", "Biaya"), ("1", "Surat Nikah", "0"))
    officer.post(f"{ROOT}impor/", {"file": upload(data)})
    assert "salah satu dari: Kode, Produk, Biaya" in seen(officer, ROOT)
    officer.post(f"{ROOT}impor/", {"file": upload(data), "heading": " produk "})
    assert list(Service.objects.values_list("name", flat=True)) == ["Surat Nikah"]
    two = workbook.read(sheet(("Nama Layanan", "Jenis Layanan"), ("A", "B")))
    with pytest.raises(CollectorError) as caught:
        service_sheet.names(two)
    assert (caught.value.word, caught.value.values["known"]) == (
        "sheet_heading",
        "Nama Layanan, Jenis Layanan",
    )
    with pytest.raises(CollectorError) as caught:
        service_sheet.names(workbook.read(sheet(("Nama Layanan", "Biaya"))))
    assert caught.value.word == "sheet_empty"


def spoiled(part: str, content: bytes) -> bytes:
    """A good workbook with one part replaced."""
    kept = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(sheet(HEAD, *ROWS))) as good,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for name in good.namelist():
            bad.writestr(name, content if name == part else good.read(name))
    return kept.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = (
    b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><worksheet xmlns='
    b'"http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row><c t="inlineStr"><is><t>&y;</t></is></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize(
    "data, word",
    [
        (b"", "sheet_unreadable"),
        (b"No;Nama Layanan\n1;KTP\n", "sheet_unreadable"),
        (sheet(HEAD, *ROWS)[:-400], "sheet_unreadable"),
        (spoiled(SHEET, b"<worksheet"), "sheet_unreadable"),
        (spoiled(SHEET, LAUGHS), "sheet_unreadable"),
        (spoiled("xl/workbook.xml", b"<workbook/>"), "sheet_unreadable"),
        (spoiled(SHEET, b" " * 30_000_001), "sheet_large"),
        (b"P" * 4_000_001, "sheet_large"),
        (sheet(HEAD, *[("1", "x")] * 5_000), "sheet_large"),
    ],
)
def test_what_is_no_sheet_or_too_large_is_refused(
    unit: Unit, officer: Client, data: bytes, word: str
) -> None:
    with pytest.raises(CollectorError) as caught:
        workbook.read(data)
    assert caught.value.word == word
    assert officer.post(f"{ROOT}impor/", {"file": upload(data)}).status_code == 302
    assert officer.post(f"{ROOT}impor/").status_code == 302
    assert not Service.objects.exists()


def test_users_served_are_stated_corrected_with_a_reason_and_taken_back(unit: Unit, officer: Client) -> None:
    path = f"{ROOT}pengguna/"
    assert officer.post(path, {"period": "2026-TW4", "users": "640"})["Location"] == ROOT
    page = seen(officer, ROOT)
    assert "Triwulan IV Tahun 2026 640 240 5 Januari 2027, budi" in page
    answer = officer.post(path, {"period": "2026-TW4", "users": "700"})
    assert (answer.status_code, "Sebutkan alasannya" in answer.content.decode()) == (400, True)
    officer.post(path, {"period": "2026-TW4", "users": "700", "why": "buku tamu kedua"})
    stated = Population.objects.get()
    assert (stated.users, stated.first_day, stated.last_day, stated.stated_by) == (
        700, date(2026, 10, 1), date(2026, 12, 31), "budi",
    )  # fmt: skip
    officer.post(path, {"period": "2026-TW4", "users": "0", "why": "keliru"})
    assert not Population.objects.exists()
    told = TrailEntry.objects.filter(action="users stated").order_by("pk")
    assert [(entry.facts["users"], entry.why) for entry in told] == [
        (640, ""),
        (700, "buku tamu kedua"),
        (0, "keliru"),
    ]
    call_command(
        "population", "--unit", "sukamaju", "--from", "2026-03-01", "--to", "2026-03-20", "--users", "9"
    )
    assert "2026-03-01 – 2026-03-20 9" in seen(officer, ROOT)


def test_the_page_asks_as_little_for_many_services_as_for_one(unit: Unit, officer: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert officer.get(ROOT).status_code == 200
        return len(queries)

    services.put(unit, code="a", name="A", who="test")
    asked()
    before = asked()
    services.add_all(unit, [f"Layanan {number}" for number in range(12)], who="test", source="x")
    assert asked() == before


def test_both_tables_are_data_too_and_nothing_in_them_is_a_formula(unit: Unit, officer: Client) -> None:
    services.put(unit, code="kk", name="=HYPERLINK(1)", who="test")
    services.put(unit, code="ktp", name="KTP; kartu", offered=False, who="test")
    users_of.state(unit, parse("2026-TW4"), 640, who="@budi")
    users_of.state(unit, between(date(2026, 3, 2), date(2026, 3, 9)), 70, who="budi")
    read = csv.DictReader(io.StringIO(officer.get(f"{ROOT}?format=csv").content.decode()))
    assert [list(row.values()) for row in read] == [
        ["sukamaju", "kk", "'=HYPERLINK(1)", "True"], ["sukamaju", "ktp", "KTP; kartu", "False"],
    ]  # fmt: skip
    answer = officer.get(f"{ROOT}?format=csv&tabel=pengguna&for=excel")
    assert answer["Content-Disposition"] == 'attachment; filename="pengguna-sukamaju.csv"'
    excel = answer.content.decode("utf-8-sig").splitlines()
    assert excel[0] == "unit;period;first_day;last_day;users;required;stated_at;stated_by"
    assert excel[1].startswith("sukamaju;2026-TW4;2026-10-01;2026-12-31;640;240;")
    assert excel[1].endswith(";'@budi")
    told = officer.get(f"{ROOT}?format=json").json()
    assert (told["unit"], len(told["services"])) == ("sukamaju", 2)
    assert [one["period"] for one in told["users"]] == ["2026-TW4", "2026-03-02..2026-03-09"]
    page = officer.get(ROOT).content.decode()
    for link in re.findall(r'href="(\?format=[^"]*)"', page):
        assert officer.get(ROOT + link.replace("&amp;", "&")).status_code == 200


@pytest.mark.parametrize("role, read, _", EVERYBODY)
def test_the_data_have_the_pages_doors(unit: Unit, role: str | None, read: int, _: int) -> None:
    client = visitor(role, unit)
    for asked in ("format=csv", "format=csv&tabel=pengguna", "format=json"):
        assert client.get(f"{ROOT}?{asked}").status_code == read
