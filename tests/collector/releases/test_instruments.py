"""Releases of every instrument: a visitor may answer two questionnaires, and each has numbers of its own."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from collector.errors import CollectorError
from collector.fleet import instruments
from collector.releases import larger, publishing
from collector.releases.models import OfficialPolicy, Release
from collector.releases.people import unpack_basis, unpack_members
from collector.releases.protection import as_here, asks_the_same
from collector.releases.states import State
from collector.scores.tallies.projection import project
from survey.index.periods import parse
from survey.instrument.definition import load, shipped_files
from survey.instrument.wording import OWN_WORDS
from tests.collector.conftest import OwnClock
from tests.collector.scores.village import Post, add_unit, at

pytestmark = pytest.mark.django_db

QUARTER = parse("2026-TW4")
WHO = "console:test"
FIRST = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return Post(add_unit("sukamaju", region="18.01.05.2003", name="Balai Desa Sukamaju", agency="desa"))


def visit(
    post: Post, number: int, *instruments: tuple[str, int], first: date = FIRST, smiley: int = 4
) -> None:
    """So many visitors: each presses a smiley and answers each instrument with one value throughout."""
    records = []
    for place in range(number):
        moment = at(first + timedelta(days=place % 5), "09:00", seconds=60 * place + post.seq)
        post.visit += 1
        for name, value in instruments:
            given = dict.fromkeys(_keys(name), value)
            records.append(post.response(given, moment, instrument=name, visit=post.visit))
        records.append(post.pulse(smiley, moment - 1000, visit=post.visit))
    with transaction.atomic():
        assert project(records) == []


def _keys(name: str) -> tuple[str, ...]:
    found = instruments.find(name, "1")
    assert found is not None
    return found.element_keys


def publish(post: Post, instrument: str, period: str = "2026-TW4") -> Release:
    return publishing.publish(post.unit, parse(period), who=WHO, instrument=instrument)


def said(release: Release) -> dict[str, object]:
    return dict(json.loads(bytes(release.content)))


def refused(code: str, do: object, *given: object, **more: object) -> None:
    with pytest.raises(CollectorError) as caught:
        do(*given, **more)  # type: ignore[operator]
    assert caught.value.word == code


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def own_skm() -> str:
    """An office's own form: eight of the rule's questions as they stand, one in other words."""
    (file,) = (one for one in shipped_files() if one.name == "skm-2017.toml")
    text = file.read_text(encoding="utf-8").replace('id = "skm-2017"', 'id = "skm-kantor"')
    asked = 'wording.id = "Bagaimana pendapat Saudara tentang kecepatan waktu dalam memberikan pelayanan."'
    assert asked in text
    folder = Path(instruments.settings.IKM_DATA) / "instruments"
    folder.mkdir(exist_ok=True)
    (folder / "skm-kantor.toml").write_text(text.replace(asked, 'wording.id = "Cepatkah Anda dilayani?"'))
    return "skm-kantor"


def test_a_perception_survey_is_published_on_its_own_scale_with_thresholds_and_no_letter(post: Post) -> None:
    visit(post, 12, ("spkp", 5), ("spak", 6))
    release = publish(post, "spkp")
    assert (release.state, release.n, str(release.value), release.category) == (
        State.PUBLISHED,
        12,
        "3.33",
        "",
    )
    index = said(release)["index"]
    assert isinstance(index, dict)
    assert (index["category"], index["bands"], index["mapping"], index["scale"]["high"]) == (
        None,
        None,
        "m/6*4",
        4.0,
    )
    assert {one["zone"]: one["reached"] for one in index["thresholds"]} == {"WBK": True, "WBBM": False}
    assert {mapping: told["value"] for mapping, told in index["mappings"].items()} == {
        "m/6*4": 3.33, "1+(m-1)*3/5": 3.4,
    }  # fmt: skip
    assert (len(index["elements"]), index["weight_modes"], said(release)["index_name"]) == (8, {}, "IPKP")
    clean = publish(post, "spak")
    assert (str(clean.value), said(clean)["index"]["points"]) == ("4.00", 17.5)  # type: ignore[index]


def test_f03_is_published_like_every_other(post: Post) -> None:
    visit(post, 6, ("f03a", 4))
    release = publish(post, "f03a")
    assert (str(release.value), release.category, said(release)["index"]["scale"]) == (  # type: ignore[index]
        "4.00", "", {"high": 5.0, "low": 0.0},
    )  # fmt: skip


def test_weights_and_incomplete_answers_are_decided_of_the_skm_alone(post: Post) -> None:
    OfficialPolicy.objects.create(
        unit=None, since=date(2026, 1, 1), period_kind="quarter", weight_mode="0.11", policy="all", due_days=30,
        decided_at=datetime(2025, 12, 1, tzinfo=UTC), decided_by="wati", why="seri lama",
    )  # fmt: skip
    visit(post, 12, ("skm-2017", 4), ("spkp", 6))
    assert str(publish(post, "skm-2017").value) == "99.00"
    assert said(publish(post, "spkp"))["official"] == {
        "due_days": 30,
        "policy": "complete",
        "weight_mode": "1/9",
    }


def test_a_release_is_of_one_instrument_and_both_stand_beside_each_other(post: Post) -> None:
    visit(post, 12, ("skm-2017", 3), ("spkp", 6))
    first, second = publish(post, "skm-2017"), publish(post, "spkp")
    assert (str(first.value), str(second.value)) == ("75.00", "4.00")
    refused("release_out", publish, post, "spkp")
    refused("instrument_no_index", publish, post, "pulse")
    refused("release_version", publish, post, "spkp@1")
    refused("instrument_unknown", publish, post, "spkq")


def test_larger_numbers_add_up_releases_of_one_instrument(post: Post) -> None:
    other = Post(add_unit("mekarsari", region="18.01.06.2001"), name="k2", stream=2)
    visit(post, 12, ("spkp", 6), ("skm-2017", 1))
    visit(other, 6, ("spkp", 3))
    for one in (post, other):
        publish(one, "spkp")
    publish(post, "skm-2017")
    found = larger.publish(larger.region("18.01"), QUARTER, who=WHO, instrument="spkp")
    assert (found.n, str(found.value)) == (18, "3.33")
    index = said(found)["index"]
    assert isinstance(index, dict)
    assert (set(index["mappings"]), index["weight_modes"], index["own_words"]) == (
        {"m/6*4", "1+(m-1)*3/5"},
        {},
        False,
    )


def smileys(release: Release) -> set[int]:
    basis = unpack_basis(bytes(release.basis))["pulse"]
    assert isinstance(basis, dict)
    return set(unpack_members(basis))


def test_the_smiley_beside_one_instrument_is_held_against_that_beside_another(post: Post) -> None:
    """Whoever reads twelve smileys beside the IKM and thirteen beside the IPKP has the thirteenth."""
    visit(post, 12, ("skm-2017", 3), ("spkp", 5))
    first = publish(post, "skm-2017")
    assert len(smileys(first)) == 12
    visit(post, 1, ("spkp", 1), smiley=1)
    late = publish(post, "spkp")
    assert late.n == 13
    assert smileys(late) == set()
    assert said(late)["pulse"] is None
    visit(post, 5, smiley=1)
    visit(post, 5, ("spak", 6), smiley=1)
    assert len(smileys(publish(post, "spak"))) == 23, "eleven more are enough"


def test_different_questions_are_no_totals_of_one_another(post: Post) -> None:
    """Twelve answered the one, eight of them the other: what four answered to the first follows from nothing."""
    visit(post, 8, ("skm-2017", 3), ("spkp", 5))
    visit(post, 4, ("skm-2017", 1))
    assert publish(post, "skm-2017").n == 12
    assert publish(post, "spkp").n == 8
    assert not asks_the_same(load("skm-2017"), load("spkp"))
    assert not asks_the_same(load("spak"), load("spak-1-4")), "the same words on another scale"


def test_a_question_that_two_questionnaires_share_is_protected_by_visit(post: Post, own_skm: str) -> None:
    """Twelve answered the rule's form, eleven of them the office's own, alike: the difference is the twelfth."""
    visit(post, 11, ("skm-2017", 3), (own_skm, 3))
    visit(post, 1, ("skm-2017", 1))
    assert publish(post, "skm-2017").n == 12
    refused("release_waits", publish, post, own_skm)
    visit(post, 5, ("skm-2017", 1), first=date(2026, 12, 1))
    refused("release_waits", publish, post, own_skm)
    publishing.correct(Release.objects.get(state=State.PUBLISHED), who=WHO, why="lima datang terlambat")
    refused("release_waits", publish, post, own_skm)


def test_the_same_visits_in_both_questionnaires_may_come_out_twice(post: Post, own_skm: str) -> None:
    visit(post, 12, ("skm-2017", 3), (own_skm, 3))
    visit(post, 5, ("skm-2017", 1))
    assert (publish(post, own_skm).n, publish(post, "skm-2017").n) == (12, 17)


def test_whoever_answered_the_other_one_alone_is_nobody_here() -> None:
    members = {10: "c", 11: "c", 12: "i"}
    visits = {10: "a", 11: "b"}
    assert as_here(members, visits, {"a": 1}) == {1: "c", -11: "c", -12: "i"}


def test_own_words_do_not_carry_the_rule_on_page_json_and_csv(
    post: Post, own_skm: str, client: Client
) -> None:
    visit(post, 12, (own_skm, 3))
    release = publish(post, own_skm)
    index = said(release)["index"]
    assert isinstance(index, dict)
    assert (index["rule"], index["own_words"]) == (OWN_WORDS, True)
    page = text_of(client, f"/r/{release.address}/")
    assert "Kata-kata sendiri pertanyaan atau pilihannya tidak sama dengan lampiran aturan" in page
    assert "14/2017" not in page
    table = client.get(f"/api/v1/releases/{release.address}.csv").content.decode()
    assert {row["rule"] for row in csv.DictReader(io.StringIO(table))} == {OWN_WORDS}
    whole = larger.publish(larger.region("18.01"), QUARTER, who=WHO, instrument=own_skm)
    assert said(whole)["index"]["rule"] == OWN_WORDS  # type: ignore[index]
    official = publish_official(post)
    assert "PermenPAN-RB 14/2017" in text_of(client, f"/r/{official.address}/")


def publish_official(post: Post) -> Release:
    visit(post, 12, ("skm-2017", 3), first=date(2026, 8, 3))
    return publish(post, "skm-2017", "2026-TW3")


def test_pages_show_one_instrument_at_a_time_and_name_the_others(post: Post, client: Client) -> None:
    visit(post, 12, ("skm-2017", 3), ("spkp", 5))
    publish(post, "skm-2017")
    assert "IPKP" not in text_of(client, "/unit/sukamaju/"), "of which nothing is out"
    release = publish(post, "spkp")
    for address in ("/", "/unit/sukamaju/"):
        page = client.get(address).content.decode()
        assert 'href="?instrument=spkp"' in page
        assert "75,00" in page
        assert "3,33" not in page
        other = text_of(client, f"{address}?instrument=spkp")
        assert "3,33" in other
        assert "75,00" not in other
    page = text_of(client, f"/r/{release.address}/")
    assert "Ambang WBK 3,20: tercapai" in page
    assert "Ambang WBBM 3,60: belum tercapai" in page
    assert "engan pemetaan 1+(m-1)*3/5: 3,40" in page
    assert "IKM" not in page.replace("bukan IKM", "")
    assert client.get("/?instrument=pulse").status_code == 404
    assert client.get("/unit/sukamaju/?instrument=nothing").status_code == 404


def test_lists_for_programs_are_narrowed_by_instrument_and_rows_name_it(post: Post, client: Client) -> None:
    visit(post, 12, ("skm-2017", 3), ("spkp", 5))
    publish(post, "skm-2017")
    release = publish(post, "spkp")
    listed = client.get("/api/v1/releases", {"instrument": "spkp"}).json()["releases"]
    assert [(one["address"], one["value"], one["category"]) for one in listed] == [
        (release.address, 3.33, None)
    ]
    rows = csv.DictReader(io.StringIO(client.get(f"/api/v1/releases/{release.address}.csv").content.decode()))
    assert {(row["instrument"], row["index_name"], row["mapping"], row["category"]) for row in rows} == {
        ("spkp@1", "IPKP", "m/6*4", "")
    }


def test_a_period_is_overdue_where_the_instrument_was_asked(post: Post, own_clock: OwnClock) -> None:
    add_unit("sepi", region="18.01.05.2004")
    visit(post, 12, ("spkp", 5))
    own_clock.moment = datetime(2027, 2, 1, 3, tzinfo=UTC)
    call_command("release", "overdue", "--period", "2026-TW4", "--instrument", "spkp")
    assert [(one.code, one.instrument, one.state) for one in Release.objects.all()] == [
        ("sukamaju", "spkp", State.NOT_REPORTED)
    ]
    call_command("release", "overdue", "--period", "2026-TW4")
    assert Release.objects.filter(instrument="skm-2017", state=State.NOT_REPORTED).count() == 2


def test_the_console_publishes_and_asks_by_instrument(post: Post, capsys: pytest.CaptureFixture[str]) -> None:
    visit(post, 12, ("skm-2017", 3), ("spkp", 5))
    call_command("release", "publish", "--all", "--period", "2026-TW4", "--instrument", "spkp")
    call_command("release", "list", "--instrument", "spkp")
    printed = capsys.readouterr().out
    assert "2026-TW4: 1 published, 0 not" in printed
    assert "unit sukamaju  2026-TW4  spkp  terbit  3.33, n = 12" in printed
    ask = ["index", "--unit", "sukamaju", "--period", "2026-TW4", "--instrument", "spkp"]
    call_command(*ask)
    printed = capsys.readouterr().out
    assert "IPKP 3,33  (skala 0,67 – 4,00),  n = 12" in printed
    assert "Ambang WBK 3,20: tercapai" in printed
    assert "Aturan PermenPAN-RB 90/2021; pemetaan skala m/6*4; tanpa tabel mutu" in printed
    call_command(*ask, "--mapping", "1+(m-1)*3/5", "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["value"], found["mapping"], found["index_name"], found["category"]) == (
        3.4,
        "1+(m-1)*3/5",
        "IPKP",
        None,
    )
    for wrong, match in ((("--weight-mode", "0.11"), "no SKM"), (("--rounding", "2,2"), "no SKM")):
        with pytest.raises(CommandError, match=match):
            call_command(*ask, *wrong)
    with pytest.raises(CommandError, match="no perception survey"):
        call_command(*ask[:-2], "--mapping", "m/6*4")
