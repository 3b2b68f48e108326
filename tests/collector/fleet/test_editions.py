"""A newer edition of the regions' table: nothing that hangs on a region goes astray with it, and nobody is asked about what is clear."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from collector.accounts import roles
from collector.accounts.models import Office
from collector.alerts.models import Receiver, Way
from collector.complaints.models import Holiday
from collector.errors import CollectorError
from collector.fleet import editions, hanging, regions, setting, tree
from collector.fleet.layers import Layer
from collector.fleet.models import KioskSettings, Region, RegionChange, RegionEdition, SetValue, Unit
from collector.people.models import TrailEntry
from tests.collector.accounts_of import person
from tests.collector.fake_kiosk import FakeKiosk
from tests.collector.fleet.test_regions import NEWER, OLDER, table

pytestmark = pytest.mark.django_db

OLD, NEW = "18.01.05.2003", "18.16.02.2001"


def take(
    text: str,
    *,
    edition: str = "2026",
    moves: dict[str, str] | None = None,
    stay: frozenset[str] | None = None,
) -> editions.Review:
    return editions.take(
        regions.read(text).rows, edition=edition, who="rina", source="test", tell=lambda _done, _every: None,
        moves=moves or {}, stay=stay,
    )  # fmt: skip


@pytest.fixture
def older(unit: Unit) -> Unit:
    take(OLDER, edition="2025")
    return unit


def test_everything_that_points_at_a_region_is_known_to_hang_on_it() -> None:
    """Whoever adds a field that names a region says here what becomes of it."""
    fields = [field for model in apps.get_models() for field in model._meta.get_fields()]
    here = {field.model.__name__ for field in fields if field.many_to_one and field.related_model is Region}
    # What an edition said of a region stays said of it.
    assert here - {RegionChange.__name__} == {"Unit", "Place", "Office", "Invitation", "Ticket", "Holiday"}
    names = [one.name for one in hanging._kinds]
    assert set(names) == {
        "settings", "places", "units", "kiosks", "offices", "receivers", "complaints", "holidays", "invitations",
    }  # fmt: skip


def test_all_that_hangs_on_a_region_is_named_and_moves_with_one_decision(
    older: Unit, kiosk: FakeKiosk
) -> None:
    setting.change(Layer("region", OLD), {"volume_percent": 44}, who="rina")
    office = person("wati", roles.ADMINISTRATOR, region=Region.objects.get(pk=OLD))
    Receiver.objects.create(
        name="wati", way=Way.MAIL, address="wati@example.id", region=OLD, reminded_at="2026-01-01T00:00Z"
    )
    Holiday.objects.create(day="2026-12-01", name="Hari jadi", kind="libur_daerah", region_id=OLD, source="x")
    found = editions.review(regions.read(NEWER).rows, edition="2026")
    assert [one.code for one in found.to_decide] == [OLD]
    assert found.hangs[OLD] == {
        "settings": 1, "places": 1, "units": 1, "kiosks": 1, "offices": 1, "receivers": 1, "holidays": 1,
    }  # fmt: skip
    assert not Region.objects.filter(pk="18.16").exists(), "nothing is changed by looking"
    take(NEWER, moves={OLD: NEW}, stay=frozenset())
    assert hanging.on([OLD]) == {}
    assert hanging.on([NEW])[NEW] == found.hangs[OLD]
    assert Office.objects.get(user=office).region_id == NEW
    content = KioskSettings.objects.filter(kiosk__name=kiosk.name).order_by("-version")[0].content
    assert content["volume_percent"] == 44
    entry = TrailEntry.objects.get(action="region moved")
    assert (entry.subject, entry.why, entry.facts["to"], entry.facts["units"]) == (OLD, "2026", NEW, 1)


@pytest.mark.parametrize(
    "moves, stay, word",
    [
        ({}, frozenset(), "regions_undecided"),
        ({OLD: "18.99"}, frozenset(), "region_unknown"),
        ({OLD: "18.01.06.2001"}, frozenset(), "region_not_there"),
        ({OLD: OLD}, frozenset(), "region_not_there"),
        ({OLD: NEW, "18.01": NEW}, frozenset(), "region_stays"),
        ({}, frozenset({OLD, "12.71"}), "region_stays"),
    ],
)
def test_a_decision_that_is_missing_or_leads_nowhere_takes_nothing_in(
    older: Unit, moves: dict[str, str], stay: frozenset[str], word: str
) -> None:
    before = list(Region.objects.order_by("pk").values())
    with pytest.raises(CollectorError) as caught:
        take(NEWER, moves=moves, stay=stay)
    assert caught.value.word == word
    assert list(Region.objects.order_by("pk").values()) == before
    assert RegionEdition.objects.count() == 1
    assert Unit.objects.get(pk=older.pk).region_id == OLD


def test_what_stays_is_marked_and_may_be_moved_later_with_its_whole_district(older: Unit) -> None:
    other = tree.add_unit(
        code="titiwangi", name="Titiwangi", region=Region.objects.get(pk="18.01.06.2001"), agency=None,
        time_zone="Asia/Jakarta",
    )  # fmt: skip
    SetValue.objects.create(
        layer="region", of="18.01.06", key="volume_percent", value=5, set_at="2026-01-01T00:00Z"
    )
    take(NEWER, stay=frozenset({OLD, "18.01.06", "18.01.06.2001"}))
    assert Region.objects.get(pk="18.01.06").gone_in is not None
    call_command("region", "move", "18.01.06", "18.16.01", "--below", "--why", "pemekaran")
    other.refresh_from_db()
    assert other.region_id == "18.16.01.2001"
    assert SetValue.objects.get().of == "18.16.01"


def test_a_district_whose_villages_have_no_like_there_is_not_moved_by_halves(older: Unit) -> None:
    take(NEWER, stay=None)
    with pytest.raises(CommandError, match=OLD.replace(".", "[.]")):
        call_command("region", "move", "18.01.05", "18.16.01", "--below", "--why", "x")
    older.refresh_from_db()
    assert older.region_id == OLD


def test_villages_that_share_a_name_are_told_apart_by_where_they_lay() -> None:
    take(
        "18,L\n18.01,A\n18.01.03,Barat\n18.01.03.2001,Satu\n18.01.01,Utara\n18.01.01.2001,Sukamaju\n18.01.02,Selatan\n18.01.02.2001,Sukamaju\n",
        edition="1",
    )
    newer = "18,L\n18.01,A\n18.01.03,Barat\n18.01.03.2001,Satu\n18.02,B\n18.02.01,Utara\n18.02.01.2001,Sukamaju\n18.02.02,Selatan\n18.02.02.2001,Sukamaju\n"
    found = editions.review(regions.read(newer).rows, edition="2")
    assert {one.code: one.likely for one in found.told.gone} == {
        "18.01.01": ("18.02.01",), "18.01.01.2001": ("18.02.01.2001",), "18.01.02": ("18.02.02",),
        "18.01.02.2001": ("18.02.02.2001",),
    }  # fmt: skip
    assert [(one.code, one.of, one.number) for one in found.splits] == [("18.02", "18.01", 2)]


def test_the_command_refuses_until_each_is_decided_and_says_how(
    older: Unit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(table(tmp_path, NEWER))
    with pytest.raises(CommandError, match=re.escape(f"something hangs on them: {OLD}")):
        call_command("region", "import", path, "--edition", "2026")
    with pytest.raises(CommandError, match=re.escape(f"{OLD}={NEW}")):
        call_command("region", "import", path, "--edition", "2026", "--move", "18.01.05.2003")
    call_command("region", "import", path, "--edition", "2026", "--move", f"{OLD}={NEW}")
    assert f"{OLD} Sukamaju: gone, 1 units hang on it; moved to {NEW}" in capsys.readouterr().out
    older.refresh_from_db()
    assert older.region_id == NEW
