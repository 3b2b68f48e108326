"""The fleet by one workbook: all of it or nothing, every bad cell named, twice is once, and the same workbook comes back."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collector.errors import CollectorError
from collector.fleet import tables, tree
from collector.fleet.assignments import assign
from collector.fleet.models import Agency, Kiosk, KioskSettings, Place, Region, Service, Unit
from collector.fleet.publication import publish
from collector.people.models import TrailEntry
from survey.settings.keys import MAX_SERVICES

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 2, 3, tzinfo=UTC)
Sheets = dict[str, Sequence[Sequence[object]]]
VILLAGE = "18.01.05.2003"
GOOD: Sheets = {
    "wilayah": [("kode", "nama"), ("18", "Lampung"), ("18.01", "Lampung Selatan"), (VILLAGE, "Sukamaju")],
    "instansi": [("kode", "nama"), ("dpmptsp", "Dinas Penanaman Modal")],
    "unit": [
        ("kode", "nama", "wilayah", "instansi", "zona waktu"),
        ("satu", "Desa Satu", VILLAGE, "dpmptsp", "Asia/Makassar"),
        ("dua", "Desa Dua", VILLAGE, None, None),
    ],
    "tempat": [("kode", "nama", "wilayah"), ("mal", "Mal Pelayanan Publik", "18.01")],
    "layanan": [
        ("unit", "kode", "nama", "ditawarkan"),
        ("satu", "ktp", "KTP", "ya"),
        ("satu", "kk", "Kartu Keluarga", "tidak"),
    ],
}


def book(sheets: Sheets) -> bytes:
    """A workbook as openpyxl writes it."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append(list(row))
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def take(folder: Path, sheets: Sheets, *words: str) -> None:
    path = folder / "desa.xlsx"
    path.write_bytes(book(sheets))
    call_command("fleet", "import", str(path), *words)


def units(*rows: Sequence[object]) -> Sheets:
    return {"unit": [GOOD["unit"][0], *rows]}


def test_a_workbook_is_taken_whole_a_second_time_changes_nothing_and_it_comes_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take(tmp_path, GOOD, "--dry-run")
    assert "unit: 2 added, 0 changed, 0 as before" in capsys.readouterr().out
    assert not Region.objects.exists()
    assert not TrailEntry.objects.exists()
    take(tmp_path, GOOD)
    one = Unit.objects.get(code="satu")
    assert (one.name, one.region_id, one.agency, one.time_zone) == (
        "Desa Satu", VILLAGE, Agency.objects.get(), "Asia/Makassar",
    )  # fmt: skip
    assert Unit.objects.get(code="dua").agency is None
    assert set(Region.objects.values_list("code", flat=True)) == {"18", "18.01", "18.01.05", VILLAGE}
    assert set(Service.objects.values_list("code", "offered")) == {("ktp", True), ("kk", False)}
    assert Place.objects.get().region_id == "18.01"
    capsys.readouterr()
    take(tmp_path, GOOD)
    assert "unit: 0 added, 0 changed, 2 as before" in capsys.readouterr().out
    assert [entry.action for entry in TrailEntry.objects.all()] == ["fleet imported"]

    call_command("fleet", "export", str(tmp_path / "first.xlsx"))
    for model in (Service, Place, Unit, Agency):
        model.objects.all().delete()
    Region.objects.all().delete()
    call_command("fleet", "import", str(tmp_path / "first.xlsx"))
    call_command("fleet", "export", str(tmp_path / "second.xlsx"))
    assert (tmp_path / "first.xlsx").read_bytes() == (tmp_path / "second.xlsx").read_bytes()
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("fleet", "export", str(tmp_path / "second.xlsx"))


def test_what_is_otherwise_is_changed_and_an_empty_cell_leaves_what_is_here(tmp_path: Path) -> None:
    take(tmp_path, GOOD)
    key = Unit.objects.get(code="satu").pk
    changed: Sheets = {
        **units(("satu", "Pekon Satu", VILLAGE, "", "")),
        "layanan": [GOOD["layanan"][0], ("satu", "kk", "KK", ""), ("satu", "ktp", "KTP", "Tidak")],
        "wilayah": [("nama", "kode"), ("", "18.01"), ("Provinsi Lampung", "18")],
    }
    take(tmp_path, changed)
    one = Unit.objects.get(code="satu")
    assert (one.pk, one.name, one.agency, one.time_zone) == (
        key, "Pekon Satu", Agency.objects.get(), "Asia/Makassar",
    )  # fmt: skip
    assert set(Service.objects.values_list("code", "name", "offered")) == {
        ("kk", "KK", False), ("ktp", "KTP", False),
    }  # fmt: skip
    assert dict(Region.objects.filter(code__in=("18", "18.01")).values_list("code", "name")) == {
        "18": "Provinsi Lampung", "18.01": "Lampung Selatan",
    }  # fmt: skip


BAD: dict[str, tuple[Sheets, str]] = {
    "heading": ({"unit": [("kode", "nama")]}, "unit, row 1, column kode, nama, wilayah, instansi, zona waktu"),
    "beyond": (units(("x", "X", VILLAGE, "", "", "?")), "unit, row 2, column , '?'"),
    "code": (units(("a b", "X", VILLAGE)), "unit, row 2, column kode, 'a b': a code has"),
    "empty": (units(("x", "", VILLAGE)), "unit, row 2, column nama, '': is empty"),
    "formula": (units(("x", "+HYPERLINK", VILLAGE)), "column nama, '+HYPERLINK': begins like a formula"),
    "long": (units(("x", "X" * 121, VILLAGE)), "is too long"),
    "no_agency": (units(("x", "X", VILLAGE, "nihil")), "column instansi, 'nihil': there is no such agency"),
    "no_region": (units(("x", "X", "18.99")), "column wilayah, '18.99': there is no such region"),
    "no_unit": ({"layanan": [GOOD["layanan"][0], ("nihil", "a", "A", "")]}, "column unit, 'nihil': there is no"),
    "offered": ({"layanan": [GOOD["layanan"][0], ("satu", "a", "A", "x")]}, "'x': write ya or tidak"),
    "region": ({"wilayah": [("kode", "nama"), (18.1, "X")]}, "column kode, '18.1': is no Kemendagri code"),
    "signs": (units(("x", "X\u202e", VILLAGE)), "signs that nobody can read"),
    "twice": (units(("x", "X", VILLAGE), ("x", "X", VILLAGE)), "row 3, column kode, 'x': stands in the sheet twice"),
    "zone": (units(("x", "X", VILLAGE, "", "WIB")), "column zona waktu, 'WIB': write Asia/Jakarta"),
    "many": (
        {"layanan": [GOOD["layanan"][0], *(("satu", f"s{number}", "S", "") for number in range(MAX_SERVICES + 1))]},
        "column unit, 'satu': the unit would offer more services",
    ),
}  # fmt: skip


def test_every_bad_cell_is_named_and_nothing_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take(tmp_path, GOOD)
    for why, (sheets, said) in BAD.items():
        capsys.readouterr()
        with pytest.raises(CommandError, match=r"1 cells are bad, named above"):
            take(tmp_path, {"instansi": [("kode", "nama"), ("baru", "Baru")], **sheets})
        assert said in capsys.readouterr().err, why
        assert not Agency.objects.filter(code="baru").exists(), why
    both = units(("a b", "", VILLAGE), ("x", "X", "18.99"))
    with pytest.raises(CommandError, match="3 cells are bad"):
        take(tmp_path, both)


def test_a_sheet_comes_as_csv_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "Instansi.CSV"
    path.write_text("\ufeffkode;nama\r\n\r\ndinas;Dinas, dan lain-lain\r\n")
    call_command("fleet", "import", str(path))
    assert Agency.objects.get(code="dinas").name == "Dinas, dan lain-lain"
    (tmp_path / "kios.csv").write_text("kode,nama\n")
    with pytest.raises(CommandError, match="'kios' is none of the sheets: wilayah, instansi"):
        call_command("fleet", "import", str(tmp_path / "kios.csv"))
    path.write_bytes("kode,nama\nx,Lumière\n".encode("latin-1"))
    with pytest.raises(CommandError, match="no CSV in UTF-8"):
        call_command("fleet", "import", str(path))
    path.write_text("kode,nama\n" + "x,X\n" * 20_001)
    with pytest.raises(CommandError, match="at most 20000 rows"):
        call_command("fleet", "import", str(path))


def test_the_template_is_a_workbook_that_holds_nothing_yet(tmp_path: Path) -> None:
    path = tmp_path / "templat.xlsx"
    call_command("fleet", "template", str(path))
    with pytest.raises(CommandError, match="no row below its headings"):
        call_command("fleet", "import", str(path))
    filled = openpyxl.load_workbook(path)
    assert filled.sheetnames[0] == "petunjuk"
    filled["instansi"].append(["dinas", "Dinas"])
    filled.save(path)
    call_command("fleet", "import", str(path))
    assert Agency.objects.filter(code="dinas").exists()


def spoiled(part: str, content: bytes) -> bytes:
    """A good workbook with one part replaced."""
    kept = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book(GOOD))) as good,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for name in good.namelist():
            bad.writestr(name, content if name == part else good.read(name))
    return kept.getvalue()


ENTITIES = b"""<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>"""
ROWS = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    + b'<row><c t="inlineStr"><is><t>x</t></is></c></row>' * 20_002
    + b"</sheetData></worksheet>"
)


def test_a_hostile_workbook_is_refused_in_a_sentence() -> None:
    hostile = {
        "sheet_formula": book({"instansi": [("kode", "nama"), ("x", '=WEBSERVICE("http://x")')]}),
        "sheet_unreadable": spoiled("xl/worksheets/sheet1.xml", ENTITIES),
        "sheet_large": spoiled("xl/worksheets/sheet1.xml", b" " * 60_000_001),
        "fleet_sheet": book({"kios": [("kode", "nama")]}),
    }
    for word, data in hostile.items():
        with pytest.raises(CollectorError) as caught:
            tables.read_book(data)
        assert caught.value.word == word
    with pytest.raises(CollectorError) as caught:
        tables.read_book(spoiled("xl/worksheets/sheet1.xml", ROWS))
    assert caught.value.word == "sheet_large"
    with pytest.raises(CollectorError) as caught:
        tables.read_book(hostile["sheet_formula"][:2_000])
    assert caught.value.word == "sheet_unreadable"


def test_kiosks_are_told_of_a_changed_service_and_of_nothing_else(tmp_path: Path) -> None:
    take(tmp_path, GOOD)
    for name, code in (("k-1", "satu"), ("k-2", "dua")):
        kiosk = Kiosk.objects.create(name=name)
        unit = Unit.objects.get(code=code)
        assign(kiosk, unit=unit, place=tree.place_of(unit), since=NOW)
        publish(kiosk, changes={})
    take(tmp_path, {"layanan": [GOOD["layanan"][0], ("satu", "ktp", "KTP elektronik", "")]})
    told = {one.kiosk.name: one.content["services"] for one in KioskSettings.objects.order_by("version")}
    assert told == {"k-1": [{"code": "ktp", "name": "KTP elektronik"}], "k-2": []}
    assert KioskSettings.objects.filter(kiosk__name="k-2").count() == 1


def test_many_rows_take_as_many_questions_as_few(tmp_path: Path) -> None:
    take(tmp_path, GOOD)

    def queries(first: int, number: int) -> int:
        rows = [(f"d{place}", f"Desa {place}", VILLAGE) for place in range(first, first + number)]
        with CaptureQueriesContext(connection) as seen:
            take(tmp_path, units(*rows))
        return sum(one["sql"].startswith("SELECT") for one in seen.captured_queries)

    assert queries(0, 3) == queries(100, 300)
