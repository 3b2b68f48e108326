"""The fleet as a workbook: all of it or nothing, every bad row named, twice changes nothing, and what is written out is read back the same."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collector.errors import CollectorError
from collector.fleet import services, tree
from collector.fleet.models import Agency, Kiosk, KioskSettings, Place, Service, Tenant, Unit, WantedKiosk
from collector.fleet.sheets import reading, taking, writing
from collector.fleet.sheets.columns import SHEETS
from collector.fleet.sheets.plan import plan
from collector.people.models import TrailEntry
from tests.collector.fake_kiosk import FakeKiosk

pytestmark = pytest.mark.django_db

Rows = Mapping[str, Sequence[Sequence[str]]]
GOOD: Rows = {
    "Instansi": [("dukcapil", "Dinas Dukcapil")],
    "Unit": [
        ("merak", "Balai Desa Merak", "18.01.05.2004", "dukcapil", "Asia/Makassar"),
        ("sukamaju", "Balai Desa Sukamaju", "18.01.05.2003", "", ""),
    ],
    "Tempat": [("mpp", "Mal Pelayanan Publik", "18.01", "Telkomsel")],
    "Layanan": [
        ("merak", "ktp", "KTP-el", ""),
        ("merak", "kk", "=Kartu Keluarga", "Tidak"),
        ("merak", "am", "'=Akta", ""),
    ],
    "Loket": [("mpp", "BPJS Kesehatan", "03", "Lantai 1", "=kiri", "9 0 3 4", "k-0008", "")],
    "Kios": [("k-0007", "merak", ""), ("k-0008", "merak", "mpp")],
    "Gerai": [("mpp", "merak", "2026-11-24", "2026-11-26")],
}


def book(rows: Rows) -> bytes:
    """A workbook as somebody fills the template in, in the program that openpyxl stands for."""
    made = openpyxl.load_workbook(io.BytesIO(writing.as_xlsx({})))
    for name, of in rows.items():
        for number, row in enumerate(of, start=2):
            for column, text in enumerate(row, start=1):
                made[name].cell(number, column).value = text
                made[name].cell(number, column).data_type = "s"
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


@pytest.fixture
def regions(unit: Unit) -> None:
    tree.add_region("18.01.05.2004", name="Merak")


def take(data: bytes) -> None:
    taking.take(reading.read(data), who="rina", source="test")


def why(data: bytes) -> list[tuple[str, int, str, str]]:
    return [(one.sheet, one.row, one.column, one.why) for one in plan(reading.read(data)).bad]


def fleet() -> list[object]:
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (Agency, Unit, Place, Service, WantedKiosk, Kiosk, Tenant)
    ]


@pytest.mark.usefixtures("regions")
def test_a_workbook_is_tried_taken_and_taken_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "armada.xlsx"
    path.write_bytes(book(GOOD))
    before = fleet()
    call_command("fleet", "import", str(path), "--dry-run")
    said = capsys.readouterr().out
    assert "Unit: 1 new, 0 changed, 1 as before" in said
    assert "nothing was changed: a dry run" in said
    assert (fleet(), TrailEntry.objects.count()) == (before, 0)
    call_command("fleet", "import", str(path))
    assert "Layanan: 3 new" in capsys.readouterr().out
    merak = Unit.objects.get(code="merak")
    assert (merak.region_id, merak.agency and merak.agency.code, merak.time_zone) == (
        "18.01.05.2004",
        "dukcapil",
        "Asia/Makassar",
    )
    assert dict(merak.services.values_list("name", "offered")) == {
        "KTP-el": True,
        "=Kartu Keluarga": False,
        "'=Akta": True,
    }
    assert dict(WantedKiosk.objects.values_list("name", "place__code")) == {
        "k-0007": "merak",
        "k-0008": "mpp",
    }
    entry = TrailEntry.objects.get()
    assert (entry.action, entry.facts["Unit"], entry.facts["Kios"]) == ("fleet imported", [1, 0], [2, 0])
    after = fleet()
    call_command("fleet", "import", str(path))
    assert "0 new, 0 changed" in capsys.readouterr().out
    assert (fleet(), TrailEntry.objects.count()) == (after, 1)


@pytest.mark.usefixtures("regions")
def test_what_is_written_out_is_read_back_the_same(tmp_path: Path) -> None:
    take(book(GOOD))
    before, path = fleet(), tmp_path / "armada.xlsx"
    call_command("fleet", "export", str(path))
    again = plan(reading.read(path.read_bytes()))
    assert (again.bad, again.changes) == ([], [])
    assert sum(again.same.values()) == 11, "the unit's own place follows from its unit and is no row"
    for sheet in SHEETS:
        one = tmp_path / "armada.csv"
        call_command("fleet", "export", str(one), "--sheet", sheet.name)
        part = plan(reading.read(one.read_bytes()))
        assert (part.bad, part.changes, list(part.same)) == ([], [], [sheet.name])
        take(one.read_bytes())
    take(path.read_bytes())
    assert fleet() == before
    assert writing.as_xlsx(writing.everything()) == path.read_bytes()


@pytest.mark.usefixtures("regions")
def test_every_bad_cell_is_named_and_nothing_is_taken(
    tmp_path: Path, kiosk: FakeKiosk, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = tree.add_unit(
        code="lama", name="Lama", region=tree.add_region("18.01"), agency=None, time_zone="Asia/Jakarta"
    )
    Unit.objects.filter(pk=ended.pk).update(hidden_on="2026-01-01")
    rows: Rows = {
        "Instansi": [("a b", "Satu"), ("b", "")],
        "Unit": [
            ("merak", "Merak", "18.1", "tiada", "Asia/Tokyo"),
            ("merak", "M" * 121, "", "", ""),
            ("lama", "Lama", "18.01", "", ""),
            ("dua", "Dua", "18.01", "", ""),
            ("dua", "Dua lagi", "18.01", "", ""),
        ],
        "Layanan": [("tiada", "x", "X", ""), ("sukamaju", "y", "Y", "mungkin"), ("lama", "z", "Z", "")],
        "Kios": [
            ("K_1", "dua", ""), ("collector", "dua", ""), (kiosk.name, "dua", ""), ("k-0100", "dua", "tiada"),
        ],
    }  # fmt: skip
    found = why(book(rows))
    assert found == [
        ("Instansi", 2, "kode instansi", "code"),
        ("Instansi", 3, "nama instansi", "empty"),
        ("Unit", 2, "kode wilayah", "region"),
        ("Unit", 2, "kode instansi", "agency"),
        ("Unit", 2, "zona waktu", "zone"),
        ("Unit", 3, "nama unit", "long"),
        ("Unit", 3, "kode wilayah", "empty"),
        ("Unit", 4, "kode unit", "ended"),
        ("Unit", 6, "kode unit", "twice"),
        ("Layanan", 2, "kode unit", "unit"),
        ("Layanan", 3, "ditawarkan", "yes"),
        ("Layanan", 4, "kode unit", "ended"),
        ("Kios", 2, "nama kios", "kiosk"),
        ("Kios", 3, "nama kios", "reserved"),
        ("Kios", 4, "kode unit", "stands"),
        ("Kios", 5, "kode tempat", "place"),
    ]
    path = tmp_path / "salah.xlsx"
    path.write_bytes(book(rows))
    before = fleet()
    with pytest.raises(CommandError, match="16 things are wrong in the file; nothing was taken"):
        call_command("fleet", "import", str(path))
    said = capsys.readouterr().err
    assert "sheet Unit, row 2, column zona waktu: 'Asia/Tokyo' is none of Indonesia's time zones" in said
    with pytest.raises(CollectorError):
        take(path.read_bytes())
    assert fleet() == before


@pytest.mark.usefixtures("regions")
def test_sheets_and_columns_that_nobody_knows_are_named() -> None:
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    page.title = "Units"
    page.append(["kode unit"])
    unit = made.create_sheet("Unit")
    unit.append(["Kode Unit", "nama unit ", "wilayah", "kode instansi", "zona waktu"])
    places = made.create_sheet("tempat")
    places.append(["kode tempat", "nama tempat", "kode wilayah", "operator", ""])
    places.append(["satu", "=1+1", "18.01", "", ""])
    places.append(["dua", "Dua", "18.01", "", "catatan"])
    kept = io.BytesIO()
    made.save(kept)
    assert why(kept.getvalue()) == [
        ("Units", 1, "", "sheet"),
        ("Unit", 1, "kode wilayah", "heading"),
        ("Unit", 1, "wilayah", "column"),
        ("Tempat", 2, "nama tempat", "formula"),
        ("Tempat", 3, "", "beside"),
    ]


def rewritten(**parts: bytes) -> bytes:
    """The template with parts of it replaced, as somebody who means harm does."""
    kept = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(writing.as_xlsx({}))) as good,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for name in good.namelist():
            stem = name.rpartition("/")[2].removesuffix(".xml")
            bad.writestr(name, parts.get(stem) or good.read(name))
    return kept.getvalue()


_HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_TAIL = b"</sheetData></worksheet>"
_ENTITIES = b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]>'


@pytest.mark.parametrize(
    "data, word",
    [
        (lambda: rewritten(sheet1=_HEAD + b"<row/>" * 1_000_000 + _TAIL), "sheet_large"),
        (lambda: rewritten(sheet1=_HEAD + b"<row>" + b"<c/>" * 1_000_000 + b"</row>" + _TAIL), "sheet_large"),
        (lambda: rewritten(sheet1=_HEAD + b" " * 31_000_000 + _TAIL), "sheet_large"),
        (lambda: rewritten(sheet1=_ENTITIES + _HEAD + _TAIL), "sheet_unreadable"),
        (lambda: rewritten(sharedStrings=_ENTITIES + b"<sst/>"), "sheet_unreadable"),
        (lambda: writing.as_xlsx({})[:-40], "sheet_unreadable"),
        (lambda: writing.as_xlsx({}), "fleet_file_empty"),
        (lambda: b"kode unit,nama unit\xe9\n", "fleet_file_kind"),
        (lambda: b"a,b\n1,2\n", "fleet_file_kind"),
        (lambda: b"", "fleet_file_kind"),
        (lambda: b"x" * 4_000_001, "sheet_large"),
        (lambda: b"kode tempat,nama tempat,kode wilayah\n" + b"a,b,c\n" * 20_001, "sheet_large"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_or_means_harm_is_refused_in_a_sentence(data, word: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(CollectorError) as caught:
        reading.read(data())
    assert caught.value.word == word


@pytest.mark.usefixtures("regions")
def test_the_questions_do_not_grow_with_the_rows() -> None:
    def asked(number: int, prefix: str) -> int:
        rows: Rows = {
            "Unit": [(f"{prefix}-{one}", f"Unit {one}", "18.01.05.2004", "", "") for one in range(number)],
            "Layanan": [(f"{prefix}-{one}", "ktp", "KTP", "") for one in range(number)],
            "Kios": [(f"{prefix}-{one}", f"{prefix}-{one}", "") for one in range(number)],
        }
        table = reading.read(writing.as_xlsx({name: [tuple(row) for row in of] for name, of in rows.items()}))
        with CaptureQueriesContext(connection) as queries:
            taking.take(table, who="test", source="x")
        return len(queries)

    few = asked(2, "a")
    assert asked(400, "b") <= few + 8, "SQLite takes at most 999 values at once in older versions"


@pytest.mark.usefixtures("regions")
def test_a_changed_name_follows_to_the_units_own_place_and_to_the_kiosks(kiosk: FakeKiosk) -> None:
    unit = Unit.objects.get(code="sukamaju")
    services.put(unit, code="ktp", name="KTP", who="test")
    told = KioskSettings.objects.filter(kiosk__name=kiosk.name).count()
    take(
        book(
            {
                "Unit": [("sukamaju", "Balai Pekon Sukamaju", "18.01.05.2003", "", "")],
                "Layanan": [("sukamaju", "ktp", "KTP-el", "ya")],
            }
        )
    )
    assert Place.objects.get(code="sukamaju").name == "Balai Pekon Sukamaju"
    latest = KioskSettings.objects.filter(kiosk__name=kiosk.name).order_by("version").last()
    assert latest is not None
    assert KioskSettings.objects.filter(kiosk__name=kiosk.name).count() == told + 1
    assert latest.content["services"] == [{"code": "ktp", "name": "KTP-el"}]
    take(book({"Kios": [(kiosk.name, "sukamaju", "sukamaju")]}))
    assert not WantedKiosk.objects.exists(), "it stands there already"


@pytest.mark.usefixtures("regions")
def test_a_wanted_kiosk_ends_when_it_enrols_and_its_name_is_kept_for_it(unit: Unit) -> None:
    take(book({"Kios": [("k-0007", "sukamaju", "")]}))
    other = FakeKiosk.enrolled(unit)
    assert other.name == "k-0008", "the next free name is none that somebody waits for"
    assert WantedKiosk.objects.count() == 1
    FakeKiosk.enrolled(unit, name="k-0007")
    assert not WantedKiosk.objects.exists()
    assert [row[0] for row in writing.everything()["Kios"]] == ["k-0007", "k-0008"]


def test_the_template_says_what_to_do_and_its_csv_has_the_headings(tmp_path: Path) -> None:
    call_command("fleet", "template", str(tmp_path / "templat.xlsx"))
    made = openpyxl.load_workbook(tmp_path / "templat.xlsx")
    assert made.sheetnames == [*(one.name for one in SHEETS), "Petunjuk"]
    assert made["Unit"]["A2"].number_format == "General" or made["Unit"].column_dimensions["A"].width > 20
    call_command("fleet", "template", str(tmp_path / "unit.csv"), "--sheet", "Kios")
    with (tmp_path / "unit.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["nama kios", "kode unit", "kode tempat"]]
    with pytest.raises(CommandError, match="must end in"):
        call_command("fleet", "template", str(tmp_path / "unit.ods"))
    with pytest.raises(CommandError, match="nowhere"):
        call_command("fleet", "import", str(tmp_path / "nowhere.csv"))
