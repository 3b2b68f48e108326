"""Where which counter is: out of the sheet *Loket* onto the kiosks of a place, drawn where it says where they lie."""

import pytest
from django.core.management import CommandError, call_command

from collector.fleet.models import Kiosk, KioskSettings, Place, Unit
from collector.fleet.publication import publish
from collector.fleet.sheets import reading, taking, writing
from collector.fleet.sheets.columns import COUNTERS
from collector.fleet.sheets.plan import plan
from survey.settings.keys import check
from survey.visit.plan import Counter
from tests.collector.fake_kiosk import FakeKiosk
from tests.collector.scores.village import add_unit

pytestmark = pytest.mark.django_db

HEAD = ",".join(COUNTERS.headings)


def sheet(*rows: str) -> bytes:
    return "\n".join((HEAD, *rows)).encode()


def take(*rows: str) -> None:
    taking.take(reading.read(sheet(*rows)), who="rina", source="test")


def why(*rows: str) -> list[tuple[int, str, str, str]]:
    return [(one.row, one.column, one.why, one.text) for one in plan(reading.read(sheet(*rows))).bad]


def told(kiosk: FakeKiosk) -> tuple[Counter, ...]:
    newest = KioskSettings.objects.filter(kiosk__name=kiosk.name).order_by("-version")[0]
    return check(newest.content).counters


def test_the_sheet_comes_to_the_kiosks_of_the_place_and_each_knows_where_it_stands(
    kiosk: FakeKiosk, unit: Unit
) -> None:
    take(
        f"{unit.code},Dukcapil,1,Lantai 1,kiri,0 0 5 4,,",
        f"{unit.code},BPJS,2,Lantai 1,,5;0;3;4,{kiosk.name},ya",
        f"{unit.code},Musala,,Lantai 2,,,,",
        f"{unit.code},Gudang,,Lantai 2,,,,tidak",
    )
    assert told(kiosk) == (
        Counter("Dukcapil", "Lantai 1", "kiri", "1", box=(0, 0, 5, 4)),
        Counter("BPJS", "Lantai 1", "", "2", here=True, box=(5, 0, 3, 4)),
        Counter("Musala", "Lantai 2"),
    )
    version = KioskSettings.objects.filter(kiosk__name=kiosk.name).count()
    take(f"{unit.code},BPJS,2,Lantai 1,,5 0 3 4,{kiosk.name},ya")
    assert KioskSettings.objects.filter(kiosk__name=kiosk.name).count() == version
    take(*(f"{unit.code},{name},,Lantai 2,,,,tidak" for name in ("Dukcapil", "BPJS", "Musala")))
    assert told(kiosk) == ()


def test_a_counter_says_whose_it_is_where_that_is_another_unit_than_the_kiosks_own(
    kiosk: FakeKiosk, unit: Unit
) -> None:
    other = add_unit("imigrasi", region=unit.region_id)
    take(
        f"{unit.code},Desa,1,Lantai 1,,,,ya,{unit.code}",
        f"{unit.code},Paspor,2,Lantai 1,,,,ya,{other.code}",
    )
    assert [(one.name, one.unit) for one in told(kiosk)] == [("Desa", ""), ("Paspor", other.code)]
    assert why(f"{unit.code},Lain,3,Lantai 1,,,,ya,nirgends") == [(2, "kode unit", "unit", "nirgends")]
    take(f"{unit.code},Paspor,2,Lantai 1,,,,ya,")
    assert told(kiosk)[1].unit == ""


def test_what_a_kiosk_would_refuse_is_a_bad_row_with_its_remedy(kiosk: FakeKiosk, unit: Unit) -> None:
    take(f"{unit.code},Lama,9,Lantai 1,,0 0 2 2,{kiosk.name},")
    assert why(
        "nirgends,A,1,Lantai 1,,,,",
        f"{unit.code},,1,Lantai 1,,,,",
        f"{unit.code},{'x' * 61},1,Lantai 1,,,,",
        f"{unit.code},B,1234567,,,,,",
        f"{unit.code},C,1,Lantai 1,,0 0 5,,",
        f"{unit.code},D,1,Lantai 1,,99 0 5 5,,",
        f"{unit.code},E,1,Lantai 1,,1 1 2 2,,",
        f"{unit.code},F,1,Lantai 2,,1 1 2 2,{kiosk.name},",
        f"{unit.code},G,1,Lantai 1,,,K 1,",
    ) == [
        (2, "kode tempat", "no_place", "nirgends"),
        (3, "nama loket", "empty", ""),
        (4, "nama loket", "counter", "x" * 60),
        (5, "nomor loket", "number", "1234567"),
        (5, "lantai", "empty", ""),
        (6, "denah", "box", "0 0 5"),
        (7, "denah", "box", "99 0 5 5"),
        (8, "denah", "overlap", "Lama"),
        (9, "kios di sampingnya", "beside_twice", "Lama"),
        (10, "kios di sampingnya", "kiosk", "K 1"),
    ]
    assert [one[2] for one in why(*(f"{unit.code},Loket {n},,Lantai 1,,,," for n in range(40)))] == [
        "counters_many"
    ]
    assert [one[2] for one in why(*(f"{unit.code},Loket {n},,Lantai {n},,,," for n in range(2, 10)))] == [
        "floors_many"
    ]


def test_what_is_written_out_is_read_back_the_same(unit: Unit) -> None:
    take(f"{unit.code},BPJS,03,Lantai 1,,5 0 3 4,k-0001,", f"{unit.code},=Tangga,,Lantai 1,,,,tidak")
    again = plan(reading.read(writing.as_csv(COUNTERS, writing.everything()["Loket"])))
    assert (again.bad, again.changes, again.same["Loket"]) == ([], [], 2)
    assert Place.objects.get(code=unit.code).counters.count() == 2


def test_nobody_sets_them_by_hand(kiosk: FakeKiosk) -> None:
    with pytest.raises(CommandError, match="counters"):
        call_command("kiosk", "settings", kiosk.name, "--set", "counters=[]")
    publish(Kiosk.objects.get(name=kiosk.name), changes={})
    assert told(kiosk) == ()
