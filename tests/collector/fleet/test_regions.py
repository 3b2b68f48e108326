"""The table of regions: all of it or nothing, every bad row named, and a newer edition over an older one."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collector.accounts import roles
from collector.fleet import regions, setting
from collector.fleet.layers import Layer
from collector.fleet.models import KioskSettings, Region, RegionEdition, Unit
from collector.people.models import TrailEntry
from collector.releases import publishing
from survey.index.periods import parse
from tests.collector.accounts_of import person
from tests.collector.fake_kiosk import FakeKiosk

pytestmark = pytest.mark.django_db


def table(folder: Path, text: str, *, encoding: str = "utf-8") -> Path:
    path = folder / "wilayah.csv"
    path.write_bytes(text.encode(encoding))
    return path


def many(number: int) -> str:
    """A province with regencies, districts and villages, `number` of these."""
    rows = ["kode,nama", "18,Lampung"]
    for village in range(number):
        district, place = divmod(village, 900)
        regency, district = divmod(district, 90)
        above = f"18.{regency + 1:02}"
        if not place:
            if not district:
                rows.append(f"{above},Kabupaten {regency}")
            rows.append(f"{above}.{district + 1:02},Kecamatan {district}")
        rows.append(f"{above}.{district + 1:02}.2{place + 1:03},Ma'rang {village}")
    return "\n".join(rows) + "\n"


def test_a_table_is_taken_whole_and_a_second_time_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = table(tmp_path, many(4_000))
    call_command("region", "import", str(path))
    printed = capsys.readouterr()
    assert "4007 regions in " in printed.out
    assert ": 4007 added, 0 renamed, 0 as before" in printed.out
    assert "4000 of 4007 written" in printed.err
    assert Region.objects.count() == 4_007
    assert Region.objects.get(pk="18.01.05.2400").name == "Ma'rang 3999"
    call_command("region", "import", str(path))
    assert ": 0 added, 0 renamed, 4007 as before" in capsys.readouterr().out
    entry = TrailEntry.objects.order_by("pk").first()
    assert entry is not None
    assert (entry.action, entry.facts) == ("regions imported", {"rows": 4007, "added": 4007, "renamed": 0})


def test_a_newer_edition_renames_adds_and_leaves_what_it_does_not_have(
    tmp_path: Path, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("region", "import", str(table(tmp_path, "18,Lampung\n18.01,Lampung Selatan\n")))
    capsys.readouterr()
    newer = "\ufeffKode;Nama\r\n18;Lampung\r\n18.01;Lampung \x41'Selatan\r\n18.02.01;Anak Ratu\r\n18.01;Lampung A'Selatan\r\n"
    call_command("region", "import", str(table(tmp_path, newer)))
    printed = capsys.readouterr().out
    assert "18.01: Lampung Selatan is now Lampung A'Selatan" in printed
    assert ": 1 added, 1 renamed, 1 as before, 1 above them have no name" in printed
    assert Region.objects.filter(pk="18.02", name="").exists()
    unit.refresh_from_db()
    assert unit.region_id == "18.01.05.2003", "the file does not have it, and the unit lies there"


def test_every_bad_row_is_named_with_its_line_and_nothing_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        "kode,nama\n18,Lampung\n18.1,Satu\n18.02,\n\n18.03,A\n18.03,B\n18.04,C,D\n1801052003,Bps\n18.05\n"
        f"18.06,{'x' * 65}\n18.07,a\u202eb\n18.08,{'x' * 64}\n18.09,nul\x00\n"
    )
    with pytest.raises(CommandError, match="9 rows are bad, named above; nothing was imported"):
        call_command("region", "import", str(table(tmp_path, text)))
    said = capsys.readouterr().err.splitlines()
    assert [one.split(":")[0] for one in said] == [f"line {line}" for line in (3, 4, 7, 8, 9, 10, 11, 12, 14)]
    assert "A (6), B" in said[2]
    assert "\u202e" not in "".join(said)
    assert not Region.objects.exists()
    assert not TrailEntry.objects.exists()


@pytest.mark.parametrize(
    "text, encoding, reason",
    [
        ("18,Lampung \xe9\n", "latin-1", "is not UTF-8"),
        ("", "utf-8", "names no region"),
        ("kode,nama\n", "utf-8", "names no region"),
    ],
)
def test_a_file_that_is_no_table_is_said_to_be_none(
    tmp_path: Path, text: str, encoding: str, reason: str
) -> None:
    with pytest.raises(CommandError, match=reason):
        call_command("region", "import", str(table(tmp_path, text, encoding=encoding)))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("region", "import", str(tmp_path / "nowhere.csv"))


def test_the_statements_grow_with_blocks_of_rows_and_not_with_rows() -> None:
    def asked(rows: list[regions.RegionRow]) -> int:
        with CaptureQueriesContext(connection) as queries:
            regions.take(rows, who="test", source="x", tell=lambda _done, _every: None)
        return len(queries)

    few = asked(regions.read(many(2)).rows)
    Region.objects.all().delete()
    assert asked(regions.read(many(1_500)).rows) <= few + 4, "SQLite takes 333 rows at once"


OLDER = """18,Lampung
18.01,Lampung Selatan
18.01.05,Sidomulyo
18.01.05.2003,Sukamaju
18.01.05.2004,Sidorejo
18.01.06,Candipuro
18.01.06.2001,Titiwangi
12,Sumatera Utara
12.71,Kota Medan
"""
NEWER = """18,Lampung
18.01,Lampung Selatan
18.01.05,Sidomulyo
18.01.05.2004,Sidoharjo
18.16,Bandar Negara
18.16.01,Candipuro
18.16.01.2001,Titiwangi
18.16.02,Sukamaju Raya
18.16.02.2001,Sukamaju
"""
"""A regency was split: a district and a village of another went to the new one, and a village was renamed."""


def taken(folder: Path, text: str, *words: str) -> None:
    call_command("region", "import", str(table(folder, text)), *words)


def test_an_edition_is_tried_first_and_says_what_is_renamed_gone_and_perhaps_where(
    tmp_path: Path, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    taken(tmp_path, OLDER, "--edition", "2025")
    capsys.readouterr()
    before = list(Region.objects.order_by("pk").values())
    taken(tmp_path, NEWER, "--edition", "2026", "--dry-run")
    printed = capsys.readouterr().out
    assert "18.01.05.2004: Sidorejo is now Sidoharjo" in printed
    assert "18.01.05.2003 Sukamaju: gone, 1 units hang on it; perhaps 18.16.02.2001" in printed
    assert "18.16 Bandar Negara: split off 18.01 Lampung Selatan, 1 came from there" in printed
    assert "18.01.06 Candipuro: gone; perhaps 18.16.01" in printed
    assert "18.01.06.2001 Titiwangi: gone; perhaps 18.16.01.2001" in printed
    assert "12.71" not in printed, "the file says nothing of that province"
    assert "3 gone; nothing was changed: a dry run" in printed
    assert list(Region.objects.order_by("pk").values()) == before
    assert RegionEdition.objects.count() == 1


def test_editions_are_kept_with_what_they_changed_and_what_is_gone_may_come_back(
    tmp_path: Path, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    for edition, text in (("2025", OLDER), ("2026", NEWER)):
        taken(tmp_path, text, "--edition", edition, "--stay", "all")
    assert set(Region.objects.exclude(gone_in=None).values_list("pk", flat=True)) == {
        "18.01.05.2003",
        "18.01.06",
        "18.01.06.2001",
    }
    with pytest.raises(CommandError, match="was taken in before"):
        taken(tmp_path, OLDER, "--edition", "2026")
    capsys.readouterr()
    taken(tmp_path, OLDER, "--edition", "2027", "--stay", "all")
    assert "3 back" in capsys.readouterr().out
    assert not Region.objects.filter(gone_in__name="2026").exists()
    assert Region.objects.filter(gone_in__name="2027", pk="18.16").exists()
    call_command("region", "editions")
    printed = capsys.readouterr().out
    assert "2026  9 regions, 5 added" in printed
    assert "    18.01.05.2004  Sidorejo is now Sidoharjo" in printed
    assert "    18.01.06  gone" in printed
    assert "    18.01.06  back" in printed


def test_a_region_that_got_another_code_takes_its_units_settings_and_people_along_and_releases_stay(
    tmp_path: Path, unit: Unit, kiosk: FakeKiosk, capsys: pytest.CaptureFixture[str]
) -> None:
    taken(tmp_path, OLDER, "--edition", "2025")
    unit.refresh_from_db()
    release = publishing.publish(unit, parse("2026-TW3"), who="rina")
    setting.change(Layer("region", "18.01.05.2003"), {"volume_percent": 44}, who="rina")
    person("wati", roles.EVALUATOR, region=Region.objects.get(pk="18.01.05.2003"))
    taken(tmp_path, NEWER, "--edition", "2026", "--stay", "all")
    setting.change(Layer("region", "18.16"), {"sunlight": True}, who="rina")
    with pytest.raises(CommandError):
        call_command("region", "move", "18.01.05.2003", "18.99", "--why", "pemekaran")
    call_command("region", "move", "18.01.05.2003", "18.16.02.2001", "--why", "pemekaran")
    said = capsys.readouterr().out
    assert "18.01.05.2003: 1 settings, 1 places, 1 units, 1 offices hang on 18.16.02.2001 now" in said
    unit.refresh_from_db()
    assert unit.region_id == "18.16.02.2001"
    content = KioskSettings.objects.filter(kiosk__name=kiosk.name).order_by("-version")[0].content
    assert (content["volume_percent"], content["sunlight"]) == (44, True)
    release.refresh_from_db()
    assert json.loads(bytes(release.content))["subject"]["region"] == {
        "code": "18.01.05.2003",
        "name": "Sukamaju",
    }
