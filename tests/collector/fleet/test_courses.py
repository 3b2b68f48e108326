"""A course asks questions of its own between its days: they are its own answers, and no office's official ones."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from msgspec.structs import replace

from collector.fleet import courses, instruments, malls, publication, setting, tree
from collector.fleet.assignments import assign
from collector.fleet.layers import UNIT, Layer
from collector.fleet.models import Kiosk, KioskSettings, Place, Tenant, Unit
from collector.fleet.publication import services_at
from collector.fleet.sheets import reading, taking, writing
from collector.fleet.sheets.columns import TENANTS
from collector.fleet.sheets.plan import plan
from collector.releases import many, owed, publishing
from collector.releases.content import opened
from collector.releases.models import Release
from collector.scores.tallies.projection import project
from survey.index.periods import parse
from survey.instrument.definition import load, shipped_files
from survey.instrument.definition import parse as read
from survey.settings.keys import check
from tests.collector.conftest import OwnClock
from tests.collector.fleet.test_fleet_sheets import book, why
from tests.collector.fleet.test_malls import WHO, counter, refused
from tests.collector.scores.village import Post, answers, at

pytestmark = pytest.mark.django_db

EXAMPLE = Path(__file__).resolve().parents[3] / "docs" / "examples" / "pelatihan.toml"
FIRST, LAST = date(2026, 11, 24), date(2026, 11, 26)
QUARTER = parse("2026-TW4")


@pytest.fixture(autouse=True)
def _own(own_clock: OwnClock) -> Iterator[None]:
    own_clock.moment = datetime(2026, 11, 10, 3, tzinfo=UTC)
    folder = Path(settings.IKM_DATA) / "instruments"
    folder.mkdir(exist_ok=True)
    shutil.copy(EXAMPLE, folder)
    (folder / "skm-baru.toml").write_text(
        EXAMPLE.read_text().replace('id = "pelatihan"', 'id = "skm-2017"').replace('"1"\nkind', '"9"\nkind')
    )
    yield
    shutil.rmtree(folder)
    instruments._find.cache_clear()


@pytest.fixture
def place() -> Place:
    return tree.add_place(code="balai", name="Balai Desa", region=tree.add_region("18.01"))


@pytest.fixture
def office(place: Place) -> Unit:
    unit = counter("desa", "surat")
    kiosk = Kiosk.objects.create(name="k-1", in_use=True)
    assign(kiosk, unit=unit, place=place, since=datetime(2026, 1, 1, tzinfo=UTC))
    Kiosk.objects.update(in_use=True)
    return unit


def held(place: Place, *, questionnaire: str = "pelatihan@1", code: str = "pelatihan-3") -> Unit:
    unit = counter(code, "kades")
    malls.serve(place, unit, who=WHO, since=FIRST, last=LAST, questionnaire=questionnaire)
    return Unit.objects.get(pk=unit.pk)


def signed() -> dict[str, object]:
    newest = KioskSettings.objects.order_by("-version").first()
    assert newest is not None
    return dict(newest.content)


def test_the_kiosks_get_its_questions_with_its_days_and_keep_theirs(place: Place, office: Unit) -> None:
    held(place)
    content = signed()
    assert content["questionnaire"] == [EXAMPLE.read_text()]
    assert content["instruments"] == ["pulse@1", "skm-2017@1"]
    told = {one.code: one for one in check(content).services or ()}
    assert told["kades"].form == read(EXAMPLE.read_text(), file="x")
    assert (told["kades"].first, told["kades"].last) == ("2026-11-24", "2026-11-26")
    assert told["surat"].form is None


def test_one_that_is_over_takes_its_questions_along(place: Place, office: Unit, own_clock: OwnClock) -> None:
    held(place)
    own_clock.moment = datetime(2026, 11, 27, 3, tzinfo=UTC)
    publication.retell(office)
    assert "questionnaire" not in signed()
    assert [one["code"] for one in services_at(office, place)] == ["surat"]


def test_one_that_ships_travels_by_its_name_alone(place: Place, office: Unit) -> None:
    held(place, questionnaire="spkp@1")
    content = signed()
    assert "questionnaire" not in content
    assert {one.code: one.form for one in check(content).services or ()}["kades"] == load("spkp")


def test_what_no_course_may_ask(place: Place, office: Unit) -> None:
    """Nobody asks other questions for ever, nor in an office's place, nor under the name of the official form."""
    course = counter("pelatihan-3", "kades")
    days = {"who": WHO, "since": FIRST, "last": LAST}
    for name in ("pulse@1", "skm-2017@9", "entah@1", "pelatihan", "<b>@1"):
        refused("course_questionnaire", malls.serve, place, course, **days, questionnaire=name)
    mine = {"who": WHO, "since": FIRST, "questionnaire": "pelatihan@1"}
    refused("course_days", malls.serve, place, course, **mine)
    refused("course_days", malls.serve, place, course, **mine, last=date(2027, 11, 25))
    refused("course_office", malls.serve, place, office, **mine, last=LAST)
    desk = counter("samsat", "pajak")
    malls.serve(place, desk, who=WHO, since=date(2026, 1, 1), last=date(2026, 2, 1))
    refused("course_office", malls.serve, place, desk, **mine, last=LAST)
    assert not Tenant.objects.exclude(questionnaire="").exists()
    assert not Unit.objects.exclude(asks="").exists()


def test_settings_by_hand_cannot_put_other_words_under_a_name(place: Place, office: Unit) -> None:
    held(place)
    layer = Layer(UNIT, office.code)
    altered = EXAMPLE.read_text().replace("Apakah waktunya cukup?", "Apakah kami hebat?")
    refused("settings_refused", setting.change, layer, {"questionnaire": [altered]}, who="rina")
    official = next(one for one in shipped_files() if one.name == "skm-2017.toml").read_text()
    altered = official.replace("kecepatan waktu", "keramahan kami")
    assert altered != official
    refused("settings_refused", setting.change, layer, {"questionnaire": [altered]}, who="rina")
    assert signed()["questionnaire"] == [EXAMPLE.read_text()]


def test_its_result_is_its_own_and_the_offices_index_has_none_of_it(
    place: Place, office: Unit, own_clock: OwnClock, client: Client
) -> None:
    course = held(place)
    post = Post(office, name="k-1")
    records = [post.response(answers(4), at(FIRST, seconds=60 * number)) for number in range(8)]
    form = read(EXAMPLE.read_text(), file="x")
    for number in range(12):
        given = dict.fromkeys(form.element_keys, 1 if number < 6 else 4)
        record = post.response(given, at(FIRST, "13:00", seconds=60 * number), instrument="pelatihan")
        assert record.response is not None
        complete = replace(record.response, complete=True)
        records.append(
            replace(record, response=complete, unit_id=course.pk, service_id=course.services.get().pk)
        )
    with transaction.atomic():
        assert project(records) == []
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    list(many.publish_all(QUARTER, who=WHO))
    mine = Release.objects.get(unit=office)
    assert (mine.instrument, mine.n, str(mine.value)) == ("skm-2017", 8, "100.00")
    assert not Release.objects.filter(unit=course).exists(), "it owes no SKM"
    assert owed.owes(course, QUARTER, instrument="pelatihan")
    out = publishing.publish(course, QUARTER, who=WHO, instrument=owed.asked_of(course))
    assert (out.instrument, opened(out)["n"]) == ("pelatihan", 12)
    page = " ".join(client.get(f"/unit/{course.code}/").content.decode().split())
    assert "Evaluasi pelatihan" in page
    assert "Apakah waktunya cukup?" in page
    assert "50,00 %" in page, "six of twelve said no"
    assert "Apakah waktunya cukup?" not in client.get(f"/unit/{office.code}/").content.decode()
    shutil.rmtree(Path(settings.IKM_DATA) / "instruments")
    (Path(settings.IKM_DATA) / "instruments").mkdir()
    assert client.get(f"/unit/{course.code}/").status_code == 200


def test_the_sheet_has_it_in_a_column_and_refuses_what_the_command_does(place: Place, office: Unit) -> None:
    counter("pelatihan-3", "kades")
    counter("pelatihan-4", "bpd")
    days = ("2026-11-24", "2026-11-26")
    good = {"Gerai": [("balai", "pelatihan-3", *days, "pelatihan@1")]}
    taking.take(reading.read(book(good)), who="rina", source="test")
    assert Tenant.objects.get().questionnaire == "pelatihan@1"
    assert Unit.objects.get(code="pelatihan-3").asks == "pelatihan"
    again = plan(reading.read(writing.as_csv(TENANTS, writing.everything()["Gerai"])))
    assert (again.bad, again.changes) == ([], [])
    bad = [
        ("balai", "pelatihan-4", *days, "entah@1"),
        ("balai", "pelatihan-4", "2026-12-01", "", "pelatihan@1"),
        ("balai", "desa", *days, "pelatihan@1"),
        ("balai", "pelatihan-3", "2026-12-01", "2026-12-02", ""),
    ]
    assert why(book({"Gerai": bad})) == [
        ("Gerai", 2, "kuesioner", "asks"), ("Gerai", 3, "kuesioner", "course_days"), ("Gerai", 4, "kuesioner", "course_office"),
    ]  # fmt: skip


def test_the_example_is_sound_and_no_official_form_is_offered_under_another_version() -> None:
    names = [one.name for one in courses.offered()]
    assert "pelatihan@1" in names
    assert "skm-2017@1" in names
    assert "skm-2017@9" not in names
    assert "pulse@1" not in names
