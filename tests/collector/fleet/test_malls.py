"""Many agencies under one roof: the kiosks ask about all their services, and each answer is its unit's own."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from collector.errors import CollectorError
from collector.fleet import enrolment, malls, tree
from collector.fleet.assignments import assign, standings
from collector.fleet.models import Assignment, Kiosk, KioskSettings, Place, Unit
from collector.fleet.publication import services_at
from collector.people.models import TrailEntry
from survey.index.periods import parse
from survey.settings.keys import check
from survey.settings.shown import SettingsRefused
from survey.visit.services import on_day
from tests.collector.conftest import OwnClock
from tests.collector.fleet.test_fleet import ask
from tests.collector.scores.village import add_unit

pytestmark = pytest.mark.django_db

WHO = "console:test"
QUARTER = parse("2026-TW4")


@pytest.fixture(autouse=True)
def _november(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2026, 11, 10, 3, tzinfo=UTC)


@pytest.fixture
def place() -> Place:
    return tree.add_place(code="mpp", name="Mal Pelayanan Publik", region=tree.add_region("18.01"))


@pytest.fixture
def hall(place: Place) -> Kiosk:
    """The kiosk of the hall: it stands for whoever runs the mall."""
    unit = counter("pengelola", "info")
    kiosk = Kiosk.objects.create(name="k-hall", in_use=True)
    assign(kiosk, unit=unit, place=place, since=datetime(2026, 1, 1, tzinfo=UTC))
    return kiosk


def counter(code: str, *services: str) -> Unit:
    unit = add_unit(code, region="18.01", agency=f"instansi-{code}", name=f"Gerai {code}")
    for service in services:
        tree.add_service(unit=unit, code=service, name=f"{service} {code}")
    return unit


def refused(code: str, do: object, *given: object, **more: object) -> None:
    with pytest.raises(CollectorError) as caught:
        do(*given, **more)  # type: ignore[operator]
    assert caught.value.word == code


def offered(place: Place) -> dict[str, str]:
    found = services_at(Unit.objects.get(code="pengelola"), place)
    check({"services": found})
    return {one["code"]: one.get("unit", "") for one in found}


def test_the_kiosk_of_the_hall_asks_about_every_tenants_services(place: Place, hall: Kiosk) -> None:
    malls.serve(place, counter("dukcapil", "ktp", "kk"), who=WHO)
    malls.serve(place, counter("samsat", "ktp", "pajak"), who=WHO)
    assert offered(place) == {
        "info": "", "ktp": "dukcapil", "kk": "dukcapil", "samsat.ktp": "samsat", "pajak": "samsat",
    }  # fmt: skip
    named = services_at(Unit.objects.get(code="pengelola"), place)
    assert [one["unit_name"] for one in named][:2] == ["Gerai pengelola", "Gerai dukcapil"]
    stands = standings([hall.pk])[hall.pk]
    unit, at = stands.at(0)
    whose = {
        (code, of): (stands.service(unit=unit, place=at, code=code, of_unit=of) or (0, 0))[1]
        for code, of in offered(place).items()
    }
    codes = dict(Unit.objects.values_list("pk", "code"))
    assert {key: codes[value] for key, value in whose.items()} == {
        key: key[1] or "pengelola" for key in whose
    }


def test_a_plain_code_stays_whose_it_was_when_a_neighbour_comes_with_the_same(
    place: Place, hall: Kiosk
) -> None:
    """The kiosk may hold settings of before: its answer names the unit, and so is that unit's."""
    first = counter("a-dahulu", "konsultasi")
    later = counter("b-kemudian", "konsultasi")
    malls.serve(place, later, who=WHO)
    assert offered(place)["konsultasi"] == later.code
    malls.serve(place, first, who=WHO)
    stands = standings([hall.pk])[hall.pk]
    unit, at = stands.at(0)
    found = stands.service(unit=unit, place=at, code="konsultasi", of_unit=later.code)
    assert found is not None
    assert found[1] == later.pk


def test_who_has_left_is_asked_about_no_more_and_keeps_its_answers(
    place: Place, hall: Kiosk, own_clock: OwnClock
) -> None:
    unit = counter("dukcapil", "ktp")
    malls.serve(place, unit, who=WHO, since=date(2026, 2, 1))
    refused("mall_why", malls.leave, place, unit, who=WHO, why=" ")
    malls.leave(place, unit, who=WHO, why="pindah gedung")
    assert "ktp" not in offered(place)
    stands = standings([hall.pk])[hall.pk]
    found = stands.service(unit=stands.at(0)[0], place=place.pk, code="ktp", of_unit="dukcapil")
    assert found is not None
    refused("mall_not_there", malls.leave, place, unit, who=WHO, why="lagi")
    assert [one.code for one in malls.serving(place, QUARTER)] == ["dukcapil", "pengelola"]
    assert [one.code for one in malls.serving(place, parse("2027-TW1"))] == ["pengelola"]
    malls.serve(place, unit, who=WHO)
    actions = list(TrailEntry.objects.filter(subject="mpp").order_by("pk").values_list("action", flat=True))
    assert actions == ["mall tenant added", "mall tenant left", "mall tenant added"]


def test_who_cannot_serve_there(place: Place, hall: Kiosk) -> None:
    lone = add_unit("sendiri", region="18.01")
    refused("mall_agency", malls.serve, place, lone, who=WHO)
    unit = counter("dukcapil", "ktp")
    for days in (
        (date(2026, 11, 11), date(2026, 11, 10)),
        (date(26, 1, 1), None),
        (date(2026, 1, 1), date(9999, 1, 1)),
    ):
        refused("mall_days", malls.serve, place, unit, who=WHO, since=days[0], last=days[1])
    refused("mall_not", malls.find, "mpp")
    malls.serve(place, unit, who=WHO)
    refused("mall_there", malls.serve, place, unit, who=WHO)
    assert malls.find("mpp") == place
    assert malls.where(unit) == [place]


def test_where_kiosks_stood_in_a_period_says_who_served_and_who_elsewhere_too(
    place: Place, hall: Kiosk
) -> None:
    moved = counter("dukcapil", "ktp")
    kiosk = Kiosk.objects.create(name="k-2", in_use=True)
    home = tree.place_of(moved)
    assign(kiosk, unit=moved, place=home, since=datetime(2026, 1, 1, tzinfo=UTC))
    assign(kiosk, unit=moved, place=place, since=datetime(2026, 11, 1, tzinfo=UTC))
    assert malls.elsewhere(place, [moved], QUARTER) == {moved.pk}
    assert malls.elsewhere(place, [moved], parse("2027-TW1")) == set()
    assert moved in malls.serving(place, QUARTER)
    assert moved not in malls.serving(place, parse("2026-TW3"))
    assert Assignment.objects.count() == 3


def test_a_course_is_offered_on_its_days_alone_and_said_ahead(
    place: Place, hall: Kiosk, own_clock: OwnClock
) -> None:
    course = counter("pelatihan-3", "kades")
    first, last = date(2026, 11, 24), date(2026, 11, 26)
    malls.serve(place, course, who=WHO, since=first, last=last)
    told = {one["code"]: one for one in services_at(Unit.objects.get(code="pengelola"), place)}
    assert (told["kades"]["from"], told["kades"]["until"]) == ("2026-11-24", "2026-11-26")
    assert not {"from", "until"} & told["info"].keys()
    services = check({"services": list(told.values())}).services or ()
    offered_on = {
        day: [one.code for one in on_day(services, day)]
        for day in (first - timedelta(1), first, last, last + timedelta(1), None)
    }
    assert [("kades" in codes) for codes in offered_on.values()] == [False, True, True, False, False]
    assert all("info" in codes for codes in offered_on.values())
    refused("mall_there", malls.serve, place, course, who=WHO, since=last)
    malls.serve(place, course, who=WHO, since=last + timedelta(1), last=last + timedelta(2))
    own_clock.moment = datetime(2026, 11, 30, 3, tzinfo=UTC)
    assert "kades" not in offered(place), "and its answers are still its own:"
    stands = standings([hall.pk])[hall.pk]
    found = stands.service(unit=stands.at(0)[0], place=place.pk, code="kades", of_unit="pelatihan-3")
    assert found is not None
    assert found[1] == course.pk


def test_a_course_that_is_called_off_was_on_no_day(place: Place, hall: Kiosk) -> None:
    course = counter("pelatihan-3", "kades")
    malls.serve(place, course, who=WHO, since=date(2026, 11, 24), last=date(2026, 11, 26))
    malls.leave(place, course, who=WHO, why="narasumber sakit")
    assert "kades" not in offered(place)
    assert course not in malls.serving(place, QUARTER)
    malls.serve(place, course, who=WHO, since=date(2026, 11, 24))


@pytest.mark.parametrize("day", ["24-11-2026", 7, None, "2026-13-01"])
def test_days_that_are_none_are_refused(day: object) -> None:
    with pytest.raises(SettingsRefused, match="2026-11-24"):
        check({"services": [{"code": "a", "name": "A", "from": day}]})


def test_no_code_takes_the_answers_of_another_agency(place: Place, hall: Kiosk) -> None:
    """`a` with a service `b.c` and `a.b` with a service `c` have one full code; who is named keeps its own."""
    thief, owner = counter("a", "b.c", "b.d"), counter("a.b", "c", "d")
    malls.serve(place, thief, who=WHO)
    malls.serve(place, owner, who=WHO)
    counter("pengelola", "c", "d")  # the hall's own codes win, so those of both go with their unit
    stands = standings([hall.pk])[hall.pk]
    unit, at = stands.at(0)
    for told in services_at(Unit.objects.get(code="pengelola"), place):
        found = stands.service(unit=unit, place=at, code=told["code"], of_unit=told.get("unit", ""))
        assert found is not None
        assert Unit.objects.get(pk=found[1]).code == told.get("unit", "pengelola"), told
    for named, wanted in (("a", thief), ("a.b", owner)):
        for code in ("c", "a.b.c", "b.c"):
            found = stands.service(unit=unit, place=at, code=code, of_unit=named)
            if found is not None and Unit.objects.get(pk=found[1]).code.startswith("a"):
                assert found[1] == wanted.pk or not wanted.services.filter(code=code).exists()


def test_a_kiosk_that_enrols_is_told_of_courses_by_its_settings_alone(unit: Unit, client: Client) -> None:
    """The enrolment knows no days: until the settings come nobody is asked about a course."""
    home = tree.place_of(unit)
    tree.add_service(unit=unit, code="sku", name="Usaha")
    course = counter("pelatihan-3", "kades")
    malls.serve(home, course, who=WHO, since=date(2026, 11, 1), last=date(2026, 11, 26))
    answer = ask(client, enrolment.new_code(unit, place=home)).json()
    assert [one["code"] for one in answer["services"]] == ["sku"]
    settings = KioskSettings.objects.get(kiosk__name=answer["kiosk"])
    assert [one["code"] for one in settings.content["services"]] == ["sku", "kades"]
