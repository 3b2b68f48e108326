"""Who serves in a mall, and courses with their days, by spreadsheet."""

from datetime import date

import pytest

from collector.fleet import tree
from collector.fleet.models import Place, Tenant, Unit
from collector.fleet.sheets import reading, taking, writing
from collector.fleet.sheets.columns import TENANTS
from collector.fleet.sheets.plan import plan
from tests.collector.fleet.test_fleet_sheets import book, why

pytestmark = pytest.mark.django_db

BASE = {
    "Instansi": [("dukcapil", "Dinas Dukcapil"), ("pemdes", "Balai Pemdes")],
    "Unit": [
        ("gerai-d", "Gerai Dukcapil", "18.01", "dukcapil", ""),
        ("pelatihan-3", "Pelatihan Kades 3", "18.01", "pemdes", ""),
        ("lepas", "Unit lepas", "18.01", "", ""),
    ],
    "Tempat": [("mpp", "Mal", "18.01")],
}
ROWS = [("mpp", "gerai-d", "2026-01-05", ""), ("mpp", "pelatihan-3", "2026-11-24", "2026-11-26")]


@pytest.fixture(autouse=True)
def _region() -> None:
    tree.add_region("18.01", name="Lampung Selatan")


def test_it_is_taken_written_out_and_changes_nothing_a_second_time() -> None:
    taking.take(reading.read(book(BASE | {"Gerai": ROWS})), who="rina", source="test")
    found = Tenant.objects.order_by("since").values_list("unit__code", "since", "until")
    assert list(found) == [
        ("gerai-d", date(2026, 1, 5), None), ("pelatihan-3", date(2026, 11, 24), date(2026, 11, 27)),
    ]  # fmt: skip
    again = plan(reading.read(writing.as_csv(TENANTS, writing.everything()["Gerai"])))
    assert (again.bad, again.changes, again.same["Gerai"]) == ([], [], 2)
    longer = [ROWS[0], ("mpp", "pelatihan-3", "2026-11-24", "2026-11-28")]
    taking.take(reading.read(book({"Gerai": longer})), who="rina", source="test")
    assert Tenant.objects.get(unit__code="pelatihan-3").until == date(2026, 11, 29)
    assert Tenant.objects.count() == 2


def test_the_provider_of_a_place_is_a_column_and_outlives_its_units_new_name() -> None:
    base = {
        "Unit": [("merak", "Balai Merak", "18.01", "", "")],
        "Tempat": [("merak", "Balai Merak", "18.01", "Telkomsel")],
    }
    taking.take(reading.read(book(base)), who="rina", source="test")
    assert Place.objects.get(code="merak").provider == "Telkomsel"
    again = plan(reading.read(writing.as_xlsx(writing.everything())))
    assert (again.bad, again.changes, again.same["Tempat"]) == ([], [], 1), (
        "it is written out though it is the unit's own"
    )
    taking.take(
        reading.read(book({"Unit": [("merak", "Balai Desa Merak", "18.01", "", "")]})),
        who="rina",
        source="test",
    )
    assert Place.objects.get(code="merak").name == "Balai Desa Merak"
    assert Place.objects.get(code="merak").provider == "Telkomsel"
    bad = {"Tempat": [("merak", "Balai", "18.01", "a:b"), ("mpp", "Mal", "18.01", "x" * 41)]}
    assert why(book(bad)) == [
        ("Tempat", 2, "operator", "provider"),
        ("Tempat", 3, "operator", "provider"),
    ]


def test_each_bad_row_is_named_and_nothing_is_taken() -> None:
    bad = [
        *ROWS,
        ("mpp", "gerai-d", "2026-03-01", ""),
        ("mpp", "lepas", "2026-03-01", ""),
        ("mpp", "pelatihan-3", "2026-12-05", "2026-12-04"),
        ("entah", "gerai-d", "2026-03-01", ""),
        ("mpp", "gerai-d", "24/11/2026", ""),
        ("mpp", "gerai-d", "", "9999-01-01"),
        ("mpp", "gerai-d", "2026-01-05", "2026-02-01"),
    ]
    assert why(book(BASE | {"Gerai": bad})) == [
        ("Gerai", 2, "hari pertama", "meets"),
        ("Gerai", 4, "hari pertama", "meets"),
        ("Gerai", 5, "kode unit", "owner"),
        ("Gerai", 6, "hari terakhir", "last"),
        ("Gerai", 7, "kode tempat", "place"),
        ("Gerai", 8, "hari pertama", "day"),
        ("Gerai", 9, "hari pertama", "empty"),
        ("Gerai", 9, "hari terakhir", "day"),
        ("Gerai", 10, "kode tempat", "twice"),
    ]
    assert not Unit.objects.filter(code="gerai-d").exists()
