"""Shares of answers: every door tells them, nothing makes an index of them, and no answer of one to four people is told anywhere."""

import csv
import io
import itertools
import json
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from collector.accounts import roles
from collector.errors import CollectorError
from collector.evidence.proof.recount import published
from collector.releases import larger, publishing
from collector.releases.models import Release
from collector.releases.shares import Telling, telling
from collector.scores.tallies.projection import project
from survey.index.periods import parse
from survey.index.tally import Tally
from survey.instrument.definition import load
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.releases.attacker import everything
from tests.collector.scores.village import Post, add_unit, at

pytestmark = pytest.mark.django_db
QUARTER, WHO, FIRST = parse("2026-TW4"), "console:test", date(2026, 11, 2)
ASKED = load("maladministrasi")
COUNT, FEW, MANY, NOTHING = Telling.COUNT, Telling.FEW, Telling.MANY, Telling.NOTHING


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return Post(add_unit("sukamaju", region="18.01.05.2003", name="Balai Desa Sukamaju", agency="desa"))


def visit(post: Post, *of_reward: int, day: date = FIRST, name: str = "maladministrasi") -> None:
    """Visitors who answer `no` to everything but the question on rewards, which they answer as given."""
    keys = load(name).element_keys
    records = []
    for place, value in enumerate(of_reward):
        moment = at(day + timedelta(days=place % 5), "09:00", seconds=60 * place + post.seq)
        given = dict.fromkeys(keys, 3) | ({"permintaan_imbalan": value} if name == ASKED.id else {})
        records.append(post.response(given, moment, instrument=name))
    with transaction.atomic():
        assert project(records) == []


def publish(post: Post, name: str = "maladministrasi") -> Release:
    return publishing.publish(post.unit, QUARTER, who=WHO, instrument=name)


def said(release: Release) -> dict[str, Any]:
    return dict(json.loads(bytes(release.content)))


def of_reward(release: Release) -> list[tuple[str, int | None]]:
    (found,) = (one for one in said(release)["shares"]["questions"] if one["key"] == "permintaan_imbalan")
    return [(answer["told"], answer["count"]) for answer in found["answers"]]


def refused(code: str, do: Any, *given: Any, **more: Any) -> None:
    with pytest.raises(CollectorError) as caught:
        do(*given, **more)
    assert caught.value.word == code


@pytest.mark.parametrize(
    "counts, told",
    [
        ((0, 0, 30), (COUNT, COUNT, COUNT)),
        ((6, 5, 30), (COUNT, COUNT, COUNT)),
        ((2, 0, 28), (FEW, COUNT, MANY)),
        ((2, 6, 22), (FEW, COUNT, MANY)),
        ((1, 0, 6), (NOTHING, NOTHING, NOTHING)),
        ((3, 3, 24), (FEW, FEW, COUNT)),
        ((4, 4, 22), (FEW, FEW, MANY)),
        ((1, 1, 28), (FEW, FEW, MANY)),
        ((4, 4, 4), (NOTHING, NOTHING, NOTHING)),
        ((1, 0, 4), (FEW, COUNT, FEW)),
    ],
)
def test_an_answer_of_one_to_four_is_never_told_nor_what_would_give_it_away(
    counts: tuple[int, ...], told: tuple[Telling, ...]
) -> None:
    assert telling(counts) == told


@pytest.mark.parametrize("answers, people", [(3, 45), (4, 22)])
def test_whoever_knows_the_rule_never_finds_the_number_of_an_answer_of_one_to_four(
    answers: int, people: int
) -> None:
    """Every table of so many answers and people, told: whatever is told fits two numbers or more of each small answer."""
    fitting: defaultdict[tuple[int, tuple[Telling, ...], tuple[int | None, ...]], list[tuple[int, ...]]]
    fitting = defaultdict(list)
    for counts in itertools.product(range(people + 1), repeat=answers):
        if 5 <= sum(counts) <= people:
            how = telling(counts)
            told = tuple(count if one is COUNT else None for one, count in zip(how, counts, strict=True))
            fitting[sum(counts), how, told].append(counts)
    assert len({how for _, how, _ in fitting}) > answers
    for (_, how, told), tables in fitting.items():
        assert all(count is None or count == 0 or count >= 5 for count in told)
        for place, one in enumerate(how):
            fits = {counts[place] for counts in tables}
            assert one is COUNT or len(fits) > 1 or min(fits) >= 5


def test_a_correction_tells_nothing_where_an_answer_differs_by_one_to_four() -> None:
    assert telling((9, 6, 30), [(5, 6, 20)]) == (NOTHING,) * 3
    assert telling((10, 6, 30), [(5, 6, 20)]) == (COUNT,) * 3
    assert telling((10, 6, 30), [(5, 6, 20), (8, 6, 24)]) == (NOTHING,) * 3


def test_a_release_has_each_question_with_n_and_no_number_of_the_whole(post: Post) -> None:
    visit(post, *[1] * 6, *[2] * 5, *[3] * 19)
    release = publish(post)
    content = said(release)
    assert (content["n"], content["index"], content["change"]) == (30, None, None)
    assert (release.n, release.value, release.category, bytes(release.breakdown)) == (None, None, "", b"")
    assert content["shares"]["rule"] == "kata-kata sendiri"
    questions = content["shares"]["questions"]
    assert [one["key"] for one in questions] == list(ASKED.element_keys)
    assert {one["n"] for one in questions} == {30}
    assert of_reward(release) == [("count", 6), ("count", 5), ("count", 19)]
    (yes, _, _) = next(one for one in questions if one["key"] == "permintaan_imbalan")["answers"]
    assert (yes["label"], yes["percent"]) == ("Ya", 20.0)
    assert yes["interval"]["low"] < 20 < yes["interval"]["high"]


def test_the_page_and_the_table_say_what_the_release_says_and_hide_what_it_hides(
    post: Post, client: Client
) -> None:
    visit(post, 1, 1, *[3] * 28)
    release = publish(post)
    for address in (f"/r/{release.address}/", "/unit/sukamaju/?instrument=maladministrasi"):
        page = client.get(address).content.decode()
        assert "Apakah ada yang meminta uang" in page
        assert "kurang dari 5 orang" in page
        assert "5 orang atau lebih" in page
        assert "6,67" not in page
        assert "kata-kata sendiri" in page
        assert "mutu" not in page.split('id="jawaban"')[1].split("</section>")[0].lower()
    assert "per pertanyaan" in page.split('id="riwayat"')[1], "no dash where there is something to read"
    table = client.get(f"/api/v1/releases/{release.address}.csv").content.decode()
    rows = [one for one in csv.DictReader(io.StringIO(table)) if one["element"] == "permintaan_imbalan"]
    assert [(one["label"], one["told"], one["count"], one["n"]) for one in rows] == [
        ("Ya", "few", "", "30"),
        ("Tidak yakin", "count", "0", "30"),
        ("Tidak", "many", "", "30"),
    ]


def test_four_people_have_no_shares_and_services_and_flags_are_not_told(post: Post) -> None:
    visit(post, 1, 1, 3, 3)
    content = said(publish(post))
    assert (content["n"], content["index"]) == (None, None)
    assert "shares" not in content


def test_shares_come_out_for_a_unit_s_official_period_and_nothing_else(post: Post, client: Client) -> None:
    visit(post, *[1] * 6, *[3] * 24)
    publish(post)
    month = parse("2026-11")
    refused("release_shares_period", publishing.publish, post.unit, month, who=WHO, instrument=ASKED.id)
    for whole in (larger.region("18.01"), larger.agency("desa"), larger.unit_over_time(post.unit)):
        refused("release_shares_unit", larger.publish, whole, parse("2026"), who=WHO, instrument=ASKED.id)
    assert client.get("/?instrument=maladministrasi").status_code == 404
    assert "maladministrasi" not in client.get("/").content.decode()
    assert client.get("/data/maladministrasi/2026-TW4/").status_code == 404
    assert "maladministrasi" not in client.get("/data/katalog.json").content.decode()


def test_a_late_answer_that_would_tell_of_few_leaves_its_question_untold(post: Post) -> None:
    visit(post, *[1] * 6, *[3] * 24)
    before = publish(post)
    visit(post, 1, *[3] * 5, day=date(2026, 12, 1))
    after = publishing.correct(before, who=WHO, why="datang terlambat")
    assert of_reward(before) == [("count", 6), ("count", 0), ("count", 24)]
    assert of_reward(after) == [("nothing", None)] * 3
    other = next(one for one in said(after)["shares"]["questions"] if one["key"] == "berpihak")
    assert [(one["told"], one["count"]) for one in other["answers"]] == [
        ("count", 0), ("count", 0), ("count", 36),
    ]  # fmt: skip


def test_a_correction_waits_for_five(post: Post) -> None:
    visit(post, *[1] * 6, *[3] * 24)
    before = publish(post)
    visit(post, *[3] * 4, day=date(2026, 12, 1))
    refused("release_waits", publishing.correct, before, who=WHO, why="datang terlambat")


def test_the_command_and_the_auditor_s_door_give_live_shares(
    post: Post, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    visit(post, *[1] * 6, *[3] * 24)
    asked = {"unit": "sukamaju", "period": "2026-TW4", "instrument": "maladministrasi"}
    call_command("index", "--unit", "sukamaju", "--period", "2026-TW4", "--instrument", "maladministrasi")
    lines = capsys.readouterr().out
    assert "Ya: 20,00 % (" in lines
    assert "bukan indeks" in lines
    assert "kata-kata sendiri" in lines
    assert client.get("/api/v1/indices", asked).status_code == 403
    client.force_login(person("rina", roles.AUDITOR))
    answer = client.get("/api/v1/indices", asked).json()
    (reward,) = (one for one in answer["shares"] if one["key"] == "permintaan_imbalan")
    assert (answer["value"], reward["n"], [one["count"] for one in reward["answers"]]) == (
        None,
        30,
        [6, 0, 24],
    )
    table = client.get("/api/v1/indices", asked | {"format": "csv"}).content.decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert len(rows) == 30
    assert {one["count"] for one in rows if one["element"] == "permintaan_imbalan"} == {"6", "0", "24"}
    assert client.get("/api/v1/indices", asked | {"policy": "all"}).json()["code"] == "policy"


def test_a_group_that_is_withheld_has_no_shares_either(post: Post, client: Client) -> None:
    visit(post, 1, 3, 3, 3)
    visit(post, *[3] * 20, day=date(2026, 12, 1))
    client.force_login(person("rina", roles.AUDITOR))
    asked = {"unit": "sukamaju", "period": "2026-TW4", "instrument": "maladministrasi", "by": "month"}
    groups = client.get("/api/v1/indices", asked).json()["groups"]
    assert [(one["withheld"], "shares" in one) for one in groups] == [(True, False), (False, True)]


def test_who_recounts_the_records_gets_every_count_and_no_number() -> None:
    rows = [dict.fromkeys(ASKED.element_keys, value) for value in (1, 3, 3, 3, 3)]
    counted, other = published(Tally.of(ASKED, rows)), published(Tally.of(ASKED, [*rows[1:], rows[1]]))
    assert counted is not None
    assert other is not None
    assert (counted.value, counted.category, counted.n, counted.rule) == ("", "", 5, "kata-kata sendiri")
    assert counted.facts != other.facts
    assert published(Tally.empty(ASKED)) is None


def test_taking_part_is_published_like_it(post: Post) -> None:
    visit(post, *[3] * 12, name="partisipasi")
    content = said(publish(post, "partisipasi"))
    assert content["index_name"] == "Partisipasi musyawarah"
    (invited, *_) = content["shares"]["questions"]
    assert [(one["label"], one["percent"]) for one in invited["answers"]] == [
        ("Tidak", 0.0), ("Tidak yakin", 0.0), ("Ya", 100.0),
    ]  # fmt: skip


def test_every_link_of_a_village_with_shares_leads_somewhere(post: Post, client: Client) -> None:
    visit(post, *[1] * 6, *[3] * 24)
    visit(post, *[3] * 9, name="skm-2017")
    publish(post)
    publish(post, "skm-2017")
    found = everything(client)
    assert any("Apakah ada yang meminta uang" in one.decode(errors="ignore") for one in found.values())
    broken = [
        address
        for address, one in found.items()
        if one == b"404" and not address.startswith(("/unit/sukamaju/?period", "/api/v1/verdicts"))
    ]
    assert broken == []
