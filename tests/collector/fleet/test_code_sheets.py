"""Codes for many kiosks at once: one sheet each, for its owner alone, the older ones void, and no code anywhere else."""

import re
import stat
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collector import clock
from collector.errors import CollectorError, EnrolmentRefused
from collector.fleet import enrolment, many_codes, tree
from collector.fleet.models import EnrolmentCode, Kiosk, Unit, WantedKiosk
from collector.people.models import TrailEntry
from tests.collector.fake_kiosk import FakeKiosk, csr

pytestmark = pytest.mark.django_db


def want(unit: Unit, *names: str) -> None:
    place = tree.place_of(unit)
    WantedKiosk.objects.bulk_create([WantedKiosk(name=one, unit=unit, place=place) for one in names])


@pytest.fixture
def elsewhere(unit: Unit) -> Unit:
    return tree.add_unit(
        code="medan",
        name="Kantor Medan",
        region=tree.add_region("12.71.01.1001"),
        agency=None,
        time_zone="Asia/Jakarta",
    )


def make(region: str = "", names: set[str] | None = None, days: int = 7) -> list[many_codes.Sheet]:
    drawn = many_codes.draw(region=region, names=names, days=days, now=clock.now())
    many_codes.keep(drawn, who="rina")
    return drawn.sheets


def enrol(code: str) -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    return str(enrolment.enrol(enrolment.Request(code=code, public_key=key, csr=csr()))["kiosk"])


def test_a_sheet_a_kiosk_for_its_owner_alone_and_no_code_elsewhere(
    unit: Unit, elsewhere: Unit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    want(unit, "k-0001", "k-0002")
    want(elsewhere, "k-0003")
    path = tmp_path / "kode.pdf"
    call_command("fleet", "codes", str(path), "--region", "18.01")
    said = capsys.readouterr()
    assert "2 codes, good until" in said.out
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pikepdf.open(path) as made:
        assert len(made.pages) == 2
    assert sorted(EnrolmentCode.objects.values_list("kiosk_name", flat=True)) == ["k-0001", "k-0002"]
    entry = TrailEntry.objects.get()
    assert (entry.action, entry.facts) == ("enrolment codes made", {"codes": 2, "days": 7, "region": "18.01"})
    assert not re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}-", said.out + said.err + str(entry.facts) + entry.subject)


def test_a_code_enrols_its_kiosk_where_it_is_wanted_until_it_ends(unit: Unit, elsewhere: Unit) -> None:
    want(elsewhere, "k-0009")
    (sheet,) = make()
    assert (sheet.kiosk, sheet.unit) == ("k-0009", "Kantor Medan")
    assert enrol(sheet.code) == "k-0009"
    assert Kiosk.objects.get(name="k-0009").stands == elsewhere
    with pytest.raises(CollectorError, match="no kiosk is wanted"):
        make()
    want(unit, "k-0010")
    (late,) = make(days=1)
    EnrolmentCode.objects.filter(used_at=None).update(expires_at=clock.now() - timedelta(seconds=1))
    with pytest.raises(EnrolmentRefused):
        enrol(late.code)


def test_a_new_sheet_voids_the_older_one_and_no_others(unit: Unit, elsewhere: Unit) -> None:
    want(unit, "k-0001")
    want(elsewhere, "k-0003")
    old = {one.kiosk: one.code for one in make()}
    (new,) = make(names={"k-0001", "k-0099"})
    with pytest.raises(EnrolmentRefused):
        enrol(old["k-0001"])
    assert (enrol(new.code), enrol(old["k-0003"])) == ("k-0001", "k-0003")


def test_those_of_a_file_and_none_for_units_that_have_ended(
    unit: Unit, elsewhere: Unit, tmp_path: Path
) -> None:
    want(unit, "k-0001", "k-0002")
    want(elsewhere, "k-0003")
    only = tmp_path / "kios.csv"
    only.write_text("nama kios,kode unit,kode tempat\nk-0002,sukamaju,\nk-0003,medan,\n")
    Unit.objects.filter(pk=elsewhere.pk).update(hidden_on="2026-01-01")
    call_command("fleet", "codes", str(tmp_path / "kode.pdf"), "--only", str(only))
    assert [one.kiosk_name for one in EnrolmentCode.objects.all()] == ["k-0002"]


def test_codes_whose_sheets_cannot_be_written_are_none(unit: Unit, tmp_path: Path) -> None:
    want(unit, "k-0001")
    (old,) = make()
    with pytest.raises(CommandError):
        call_command("fleet", "codes", str(tmp_path / "nowhere" / "kode.pdf"))
    with pytest.raises(CommandError, match="1 to 14 days"):
        call_command("fleet", "codes", str(tmp_path / "kode.pdf"), "--days", "15")
    assert enrol(old.code) == "k-0001", "the older sheet is still good"


def test_the_questions_do_not_grow_with_the_kiosks(unit: Unit) -> None:
    want(unit, "k-0001")
    with CaptureQueriesContext(connection) as few:
        make()
    want(unit, *(f"k-{one:04}" for one in range(2, 300)))
    with CaptureQueriesContext(connection) as many:
        made = make()
    assert len(made) == len({one.code for one in made}) == 299
    assert len(many) <= len(few) + 8


def test_a_kiosk_with_a_name_of_its_own_is_still_enrolled_by_hand(unit: Unit) -> None:
    assert FakeKiosk.enrolled(unit, name="loket-1").name == "loket-1"
