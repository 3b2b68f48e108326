"""Standards, maklumat and visits as evidence: the level of each indicator and why, and their files in the folder."""

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from collector.fleet import tree
from collector.fleet.models import Service, Unit
from collector.followup import forum
from collector.papers.press import Warm
from collector.pekppp import folder
from collector.pekppp.facts import facts_of
from collector.pekppp.finding import Finding
from collector.pekppp.findings import findings
from collector.standards import promise, visits
from tests.collector.conftest import OwnClock
from tests.collector.followup import desa
from tests.collector.papers.reading_back import invalid_pdf_a, text_of
from tests.collector.standards import office

pytestmark = pytest.mark.django_db
YEAR = 2026


@pytest.fixture(autouse=True)
def _autumn(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2026, 10, 5, 3, tzinfo=UTC)


@pytest.fixture
def unit() -> Unit:
    return office.unit()


@pytest.fixture
def service(unit: Unit) -> Service:
    return office.service(unit)


def found(unit: Unit, year: int = YEAR) -> dict[int, Finding]:
    return {one.number: one for one in findings(facts_of(unit, year, whole=True))}


def step(finding: Finding) -> tuple[str, int, int]:
    assert finding.step is not None
    return finding.step.words, finding.step.needed, finding.step.level


def test_a_standard_climbs_with_its_components_decree_citizens_and_a_visit(
    unit: Unit, service: Service
) -> None:
    assert (found(unit)[1].level, step(found(unit)[1])) == (0, ("tulis standar satu layanan", 1, 1))
    draft = {"decided_by": "", "decree_number": "", "decree_date": None}
    office.write(service, texts=office.TEXTS, **draft)
    told = found(unit)[1]
    assert (told.level, step(told)) == (1, ("lengkapi standar 1 layanan", 1, 2))
    office.write(service, seen=1, why="x", **draft)
    assert (found(unit)[1].level, step(found(unit)[1])) == (2, ("tetapkan standar 1 layanan", 1, 3))
    office.write(service, seen=2, why="x")
    assert found(unit)[1].level == 3
    office.write(service, seen=3, why="x", groups=("pengguna", "ahli", "media"))
    told = found(unit)
    assert (told[1].level, step(told[1])) == (4, ("minta kunjungan pemantauan", 1, 5))
    assert (told[2].level, told[2].why) == (
        3,
        "Penyusunan standar melibatkan 3 dari 5 kelompok: Pengguna layanan, Ahli, praktisi, akademisi, Media massa.",
    )
    office.visit(unit)
    told = found(unit)
    assert (told[1].level, told[1].step) == (5, None)
    assert (
        told[1].why
        == "1 dari 1 layanan mempunyai standar, 1 lengkap 14 komponen; kunjungan 11 Mei 2026 dihitung sebagai monev."
    )
    assert dict(told[1].fields)["Dilakukan monev"] == "Ya"


def test_one_service_without_a_standard_holds_the_unit_back(unit: Unit, service: Service) -> None:
    office.write(service, groups=("pengguna",), reviewed_on=date(2026, 2, 1))
    office.service(unit, "kk", "Kartu keluarga")
    told = found(unit)
    assert (told[1].level, told[3].level, told[4].level) == (1, 1, 4)
    assert "1 dari 2 layanan mempunyai standar" in told[1].why
    assert step(told[4]) == ("tinjau ulang standar 1 layanan lagi", 1, 5)
    tree.add_service(unit=unit, code="kk", name="Kartu keluarga", offered=False)
    told = found(unit)
    assert (told[1].level, told[3].level, told[4].level) == (4, None, 5)
    assert "media lain dan SIPP Nasional dilihat penilai" in told[3].why


def test_what_came_after_the_year_does_not_count_for_it(unit: Unit, service: Service) -> None:
    office.write(service, groups=("pengguna",))
    office.issue(unit)
    office.visit(unit)
    told = found(unit, YEAR - 1)
    assert (told[1].level, told[2].level, told[3].level, told[5].level) == (0, 0, 0, 0)


def test_more_groups_at_the_forum_count_more_than_those_of_the_standard(unit: Unit, service: Service) -> None:
    office.write(service, groups=("pengguna",))
    forum.hold(unit, desa.minutes(held_on=date(2026, 9, 7)), who="budi")
    told = found(unit)[2]
    assert (told.level, told.why.startswith("Forum 7 September 2026 dihadiri 3 dari 5")) == (3, True)


def test_a_maklumat_without_a_photo_lacks_what_shows_that_it_hangs(unit: Unit) -> None:
    assert step(found(unit)[5]) == ("catat maklumat dengan fotonya", 1, 5)
    kept = office.issue(unit)
    told = found(unit)[5]
    assert (told.level, told.step, "Kesesuaian isinya dengan peraturan dinilai penilai" in told.why) == (
        5,
        None,
        True,
    )
    promise.take_photo_back(kept, who="budi", why="wajah")
    told = found(unit)[5]
    assert (told.level, step(told)) == (3, ("catat foto maklumat yang terpasang", 1, 5))


def test_the_folder_holds_them_as_files_that_open(unit: Unit, service: Service, tmp_path: Path) -> None:
    office.write(service, groups=("pengguna",), decided_by="=Kepala Desa")
    kept = office.issue(unit)
    visits.reply(office.visit(unit), accepts=False, note="Maklumat ada di pintu", who="budi")
    office.visit(unit, visited_on=date(2025, 5, 5), name="Tahun lalu")
    facts = facts_of(unit, YEAR, whole=True)
    parts = dict(folder.files(facts, Warm()))
    assert dict(folder.files(facts, Warm())) == parts, "the same register gives the same bytes"
    photo = next(path for path in parts if "kunjungan/foto" in path)
    assert {path for path in parts if path[:2] in ("01", "04", "05")} == {
        "01-standar-pelayanan/sku_versi-1.pdf",
        "01-standar-pelayanan/kunjungan.csv",
        photo,
        "04-peninjauan/standar.csv",
        "05-maklumat/maklumat_versi-1.pdf",
        "05-maklumat/maklumat_versi-1.jpg",
    }
    assert parts["05-maklumat/maklumat_versi-1.jpg"] == bytes(kept.photo)
    rows = list(
        csv.DictReader(
            io.StringIO(parts["01-standar-pelayanan/kunjungan.csv"].decode("utf-8-sig")), delimiter=";"
        )
    )
    assert [(row["Butir"], row["Ditemukan"]) for row in rows] == [
        ("Persyaratan", "ada"),
        ("Biaya/tarif", "sebagian"),
        ("Maklumat pelayanan", "tidak"),
    ]
    assert {row["Nama"] for row in rows} == {"Wati Rahayu"}
    assert rows[0]["Tanggapan unit"] == "keberatan: Maklumat ada di pintu"
    assert photo.endswith(rows[0]["Foto"])
    (standard,) = csv.DictReader(
        io.StringIO(parts["04-peninjauan/standar.csv"].decode("utf-8-sig")), delimiter=";"
    )
    assert (standard["Ditetapkan oleh"], standard["Kelengkapan"]) == ("'=Kepala Desa", "14 dari 14: lengkap")
    paths = []
    for name, data in parts.items():
        if name.endswith(".pdf"):
            paths.append(tmp_path / name.replace("/", "_"))
            paths[-1].write_bytes(data)
    assert invalid_pdf_a(paths, tmp_path) == []
    whole = text_of(tmp_path / "01-standar-pelayanan_sku_versi-1.pdf")
    assert whole.count(office.INNER_TEXT) == 8
    index = text_of(tmp_path / "00-ringkasan.pdf")
    for words in ("05-maklumat", "monev", "SIPP"):
        assert words in index
