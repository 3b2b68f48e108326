"""Breakdowns: who may see which, in every form; frozen with their release, and gone over in the trail."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from collector.accounts import roles
from collector.evidence.intake import rebuild
from collector.people.models import TrailEntry
from collector.releases import publishing
from collector.releases.cells.seed import FILE, seed
from collector.releases.models import Release
from collector.scores.tallies.projection import project
from survey.index.periods import parse
from tests.collector.conftest import OwnClock
from tests.collector.releases.accounts import logged_in
from tests.collector.scores.village import SKM, Post, add_unit, answers, at

pytestmark = pytest.mark.django_db

QUARTER, MONTH = parse("2026-TW4"), parse("2026-11")
WHO = "console:test"
DOOR = "/api/v1/breakdowns"
SUKAMAJU = f"{DOOR}?unit=sukamaju&period=2026-TW4"


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


@pytest.fixture
def post(db: None) -> Post:
    return Post(add_unit("sukamaju", region="18.01.05.2003", agency="desa"), name="k1")


@pytest.fixture
def neighbour(db: None) -> Post:
    return Post(add_unit("mekarsari", region="18.01.06.2001", agency="kecamatan"), name="k2", stream=2)


def visit(post: Post, number: int, *, sex: str, value: int = 3, hour: int = 9, service: str = "") -> None:
    """So many people of one kind, two a day so that nothing looks like a rush."""
    served = post.service(service) if service else None
    records = [
        post.response(
            answers(value),
            at(date(2026, 10, 5) + timedelta(days=place), f"{hour:02d}:00", seconds=37 * post.seq % 3_000),
            profile={"sex": sex},
            service=served,
        )
        for place in range(number)
    ]
    with transaction.atomic():
        project(records)


def publish(post: Post) -> Release:
    return publishing.publish(post.unit, QUARTER, who=WHO)


def told(client: Client, address: str = SUKAMAJU) -> dict[str, object]:
    response = client.get(address)
    assert response.status_code == 200, response.content
    return dict(json.loads(response.content))


def groups(said: dict[str, object], by: str) -> dict[str, dict[str, object]]:
    found = said["groups"]
    assert isinstance(found, list)
    return {group["code"]: group for group in found if group["by"] == by}


def test_an_evaluator_sees_the_groups_of_a_release_near_what_they_are(post: Post) -> None:
    visit(post, 40, sex="P", value=4, service="kk")
    visit(post, 30, sex="L", value=2, hour=10)
    release = publish(post)
    said = told(logged_in("wati", roles.EVALUATOR, region="18.01"))
    assert said["subject"] == {"kind": "unit", "code": "sukamaju", "name": "Balai sukamaju"}
    assert (said["responses"], said["releases"], said["left_out"]) == ("30-99", [release.address], 0)
    women, men = groups(said, "sex")["P"], groups(said, "sex")["L"]
    assert abs(women["n"] - 40) <= 6  # type: ignore[operator]
    assert abs(women["value"] - 100) < 6  # type: ignore[operator]
    assert abs(men["value"] - 50) < 8  # type: ignore[operator]
    low, high = men["interval"]  # type: ignore[misc]
    assert low < men["value"] < high  # type: ignore[has-type]
    assert set(men["elements"]) == set(SKM.element_keys)  # type: ignore[call-overload]
    assert groups(said, "hour").keys() == {"09", "10"}
    assert groups(said, "service").keys() == {"", "kk"}
    assert groups(said, "kiosk").keys() == {"k1"}


def test_the_same_people_have_the_same_numbers_under_every_name(post: Post) -> None:
    visit(post, 20, sex="P", value=4)
    visit(post, 20, sex="L", value=2, hour=10)
    publish(post)
    said = told(logged_in("wati", roles.EVALUATOR, region="18.01"))
    numbers = [
        {**group, "by": "", "code": ""} for group in (groups(said, "sex")["P"], groups(said, "hour")["09"])
    ]
    assert numbers[0] == numbers[1]


def test_nothing_moves_with_one_visit_and_nothing_of_a_running_period_is_there_but_its_band(
    post: Post,
) -> None:
    visit(post, 12, sex="P")
    visit(post, 12, sex="L")
    evaluator = logged_in("wati", roles.EVALUATOR, region="18.01")
    before = told(evaluator)
    assert (before["responses"], before["groups"], before["left_out"]) == ("10-29", [], 1)
    publish(post)
    published = told(evaluator)
    assert published["groups"]
    visit(post, 1, sex="P", value=1)
    assert told(evaluator) == published


def test_a_rebuild_changes_no_number(post: Post) -> None:
    visit(post, 12, sex="P")
    visit(post, 12, sex="L")
    publish(post)
    evaluator = logged_in("wati", roles.EVALUATOR, region="18.01")
    before = told(evaluator)
    rebuild.rebuild(lambda _: None)
    after = told(evaluator)
    assert after["groups"] == before["groups"]


@pytest.mark.parametrize(
    "area, asked, status",
    [
        ({"region": "18.01"}, "unit=sukamaju", 200),
        ({"region": "18.01"}, "region=18.01", 200),
        ({"region": "18.01.05"}, "region=18.01.05.2003", 200),
        ({"region": "18.01.05"}, "region=18.01", 403),
        ({"region": "18.01.06"}, "unit=sukamaju", 403),
        ({"region": "18.01"}, "agency=desa", 403),
        ({"agency": "desa"}, "agency=desa", 200),
        ({"agency": "desa"}, "unit=sukamaju", 200),
        ({"agency": "desa"}, "unit=mekarsari", 403),
        ({"agency": "desa"}, "region=18.01.05.2003", 403),
        ({}, "unit=sukamaju", 200),
        ({}, "region=18.01", 200),
        ({"region": "18.01"}, "unit=antah", 403),
    ],
)
def test_an_evaluator_sees_the_subtree_of_the_account(
    post: Post, neighbour: Post, area: dict[str, str], asked: str, status: int
) -> None:
    evaluator = logged_in("wati", roles.EVALUATOR, **area)
    assert evaluator.get(f"{DOOR}?{asked}&period=2026-TW4").status_code == status


def test_a_unit_officer_sees_the_band_of_the_own_unit_and_nothing_more(post: Post, neighbour: Post) -> None:
    visit(post, 12, sex="P")
    visit(post, 12, sex="L")
    publish(post)
    officer = logged_in("sari", roles.UNIT_OFFICER, unit="sukamaju")
    said = told(officer)
    assert (said["responses"], said["releases"], said["groups"]) == ("10-29", [], None)
    for asked in ("unit=mekarsari", "region=18.01", "agency=desa"):
        assert officer.get(f"{DOOR}?{asked}&period=2026-TW4").status_code == 403
    assert officer.get("/api/v1/indices?unit=sukamaju&period=2026-TW4").status_code == 403


def test_everybody_else_is_refused_and_an_auditor_is_not(post: Post, client: Client) -> None:
    visit(post, 12, sex="P")
    publish(post)
    assert client.get(SUKAMAJU).json()["code"] == "breakdown_not_yours"
    for role in (roles.VIEWER, roles.ADMINISTRATOR):
        assert logged_in(role, role).get(SUKAMAJU).status_code == 403
    officer_of_old = logged_in("rina", roles.VIEWER, unit="sukamaju")
    assert officer_of_old.get(SUKAMAJU).status_code == 403
    evaluator_of_old = logged_in("budi", roles.VIEWER, region="18.01")
    assert evaluator_of_old.get(SUKAMAJU).status_code == 403
    assert logged_in("auditor", roles.AUDITOR).get(SUKAMAJU).status_code == 200
    assert (
        logged_in("wati", roles.EVALUATOR, region="18")
        .get("/api/v1/indices?unit=sukamaju&period=2026-TW4")
        .status_code
        == 403
    )


def test_every_answer_stands_in_the_trail(post: Post) -> None:
    logged_in("wati", roles.EVALUATOR, region="18.01").get(f"{SUKAMAJU}&by=sex,hour")
    entry = TrailEntry.objects.get(action="breakdown asked")
    assert (entry.who, entry.subject) == ("wati", "unit sukamaju")
    assert entry.facts["period"] == "2026-TW4"
    assert entry.facts["by"] == ["sex", "hour"]


@pytest.mark.parametrize(
    "asked, code",
    [
        ("period=2026-TW4", "breakdown_of"),
        ("unit=sukamaju&region=18.01&period=2026-TW4", "breakdown_of"),
        ("unit=sukamaju", "period"),
        ("unit=sukamaju&period=2026-11-02..2026-11-03", "breakdown_period"),
        ("unit=sukamaju&period=2026-TW4&by=disability", "breakdown_by"),
        ("region=18.01&period=2026-TW4&by=service", "breakdown_by"),
        ("unit=sukamaju&period=2026-TW4&from=2026-11-01", "parameter_unknown"),
        ("unit=sukamaju&period=2026-TW4&format=xml", "format"),
        ("unit=sukamaju&period=2026-TW4&for=word", "for"),
        ("unit=sukamaju&period=2026-TW4&instrument=antah", "instrument_unknown"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_code(post: Post, asked: str, code: str) -> None:
    response = logged_in("wati", roles.EVALUATOR, region="18").get(f"{DOOR}?{asked}")
    assert response.status_code == (404 if code == "instrument_unknown" else 400)
    assert response.json()["code"] == code


def test_no_breakdown_is_of_free_days(post: Post) -> None:
    evaluator = logged_in("wati", roles.EVALUATOR, region="18")
    for words in ("from=2026-11-01&to=2026-11-30", "period=2026-11-01"):
        assert evaluator.get(f"{DOOR}?unit=sukamaju&{words}").status_code == 400


def test_a_month_beside_its_quarter_has_no_groups(post: Post) -> None:
    visit(post, 20, sex="P")
    visit(post, 40, sex="L")
    publish(post)
    month = publishing.publish(post.unit, parse("2026-10"), who=WHO)
    assert month.n
    said = told(logged_in("wati", roles.EVALUATOR, region="18"), f"{DOOR}?unit=sukamaju&period=2026-10")
    assert said["groups"] == []


def test_the_table_opens_in_programs_and_in_an_indonesian_excel(post: Post) -> None:
    visit(post, 12, sex="P")
    visit(post, 12, sex="L", hour=10)
    publish(post)
    evaluator = logged_in("wati", roles.EVALUATOR, region="18")
    group = groups(told(evaluator), "sex")["L"]
    response = evaluator.get(f"{SUKAMAJU}&by=sex&format=csv")
    assert response["Content-Disposition"] == 'attachment; filename="ikm-2026-TW4.csv"'
    head, men, women = (line.split(",") for line in response.content.decode().split("\r\n")[:3])
    row = dict(zip(head, men, strict=True))
    assert (row["subject"], row["code"], row["by"], row["group"]) == ("unit", "sukamaju", "sex", "L")
    assert (row["n"], row["value"], row["waktu"]) == (
        str(group["n"]), str(group["value"]), str(group["elements"]["waktu"]),  # type: ignore[index]
    )  # fmt: skip
    assert women[5] == "P"
    excel = evaluator.get(f"{SUKAMAJU}&by=sex&for=excel").content.decode()
    assert excel.startswith("\ufeffsubject;code;")
    assert str(group["value"]).replace(".", ",") in excel
    officer = logged_in("sari", roles.UNIT_OFFICER, unit="sukamaju")
    only = officer.get(f"{SUKAMAJU}&format=csv").content.decode().split("\r\n")
    assert only[1].startswith("unit,sukamaju,2026-TW4,10-29,,")
    assert len(only[0].split(",")) == len(only[1].split(","))


def test_what_is_added_up_tells_nothing_new(post: Post, neighbour: Post) -> None:
    """A region's groups are its units' groups together; whoever has the units' has the region's."""
    for one in (post, neighbour):
        visit(one, 14, sex="P", value=3)
        visit(one, 9, sex="L", value=2, hour=10)
        publish(one)
    evaluator = logged_in("wati", roles.EVALUATOR, region="18")
    ours, theirs = (
        groups(told(evaluator, f"{DOOR}?unit={code}&period=2026-TW4"), "sex")["P"]
        for code in ("sukamaju", "mekarsari")
    )
    both = groups(told(evaluator, f"{DOOR}?region=18.01&period=2026-TW4"), "sex")["P"]
    assert both["n"] == ours["n"] + theirs["n"]  # type: ignore[operator]
    assert both["releases"] == 2
    for key in SKM.element_keys:
        total = sum(one["n"] * one["elements"][key] for one in (ours, theirs))  # type: ignore[index,operator]
        assert both["elements"][key] == pytest.approx(total / both["n"], abs=0.011)  # type: ignore[index,operator]
    year = told(evaluator, f"{DOOR}?unit=sukamaju&period=2026")
    assert groups(year, "sex")["P"] == ours


def test_a_withdrawn_release_takes_its_groups_along_and_a_correction_brings_its_own(post: Post) -> None:
    visit(post, 12, sex="P")
    visit(post, 12, sex="L", hour=10)
    release = publish(post)
    evaluator = logged_in("wati", roles.EVALUATOR, region="18")
    visit(post, 6, sex="P", value=1)
    after = publishing.correct(release, who=WHO, why="datang terlambat")
    said = told(evaluator)
    assert said["releases"] == [after.address]
    assert groups(said, "sex").keys() == {"L", "P"}
    publishing.withdraw(after, who=WHO, why="salah")
    assert told(evaluator)["groups"] == []


def test_a_group_that_grew_by_one_is_not_shown_again(post: Post) -> None:
    visit(post, 12, sex="P")
    visit(post, 12, sex="L", hour=10)
    release = publish(post)
    visit(post, 1, sex="P", value=1)
    visit(post, 5, sex="L", value=4, hour=10)
    publishing.correct(release, who=WHO, why="datang terlambat")
    said = told(logged_in("wati", roles.EVALUATOR, region="18"))
    assert groups(said, "sex") == {}


def test_the_seed_is_made_once_for_the_collectors_own_users() -> None:
    first = seed()
    path = settings.IKM_DATA / FILE
    assert len(first) == 32
    assert path.stat().st_mode & 0o777 == 0o640
    assert seed() == first


def test_the_console_prints_a_breakdown_in_every_form(post: Post, capsys: pytest.CaptureFixture[str]) -> None:
    visit(post, 12, sex="P")
    visit(post, 12, sex="L", hour=10)
    publish(post)
    ask = ("breakdown", "--unit", "sukamaju", "--period", "2026-TW4", "--by", "sex")
    call_command(*ask)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Balai sukamaju, 2026-TW4: responses 10-29, releases 1, units left out 0"
    assert [line.split()[:3] for line in lines[1:]] == [["sex", "L", "about"], ["sex", "P", "about"]]
    call_command(*ask, "--json")
    assert set(groups(json.loads(capsys.readouterr().out), "sex")) == {"L", "P"}
    call_command(*ask, "--csv")
    assert capsys.readouterr().out.startswith("subject,code,period,")
    call_command(*ask, "--excel")
    assert capsys.readouterr().out.startswith("\ufeffsubject;code;period;")
    assert TrailEntry.objects.filter(action="breakdown asked").count() == 4
