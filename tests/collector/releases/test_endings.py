"""Units that have ended, and what never was one: what they owe, where they are listed and counted, and that no quarter is buried with them."""

import csv
import io
import random
import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.test import Client

from collector.errors import EnrolmentRefused
from collector.fleet import enrolment, lasting, tree
from collector.fleet.assignments import standing_at
from collector.fleet.enrolment import Request
from collector.fleet.models import Assignment, KioskKey, Unit
from collector.people.models import TrailEntry
from collector.releases import endings, larger, many, publishing
from collector.releases.models import Release
from collector.releases.owed import owes
from collector.releases.states import State
from collector.scores.ask.queries import IndexQuestion, indices
from collector.scores.ask.scope import Scope
from survey.index.periods import between, parse
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.fake_kiosk import FakeKiosk, csr
from tests.collector.releases.attacker import Knowledge, everything
from tests.collector.releases.test_attacker import Village, check
from tests.collector.releases.test_publishing import refused, said, visit
from tests.collector.scores.village import Post, add_unit

pytestmark = pytest.mark.django_db

LAST, NOW, NEXT = parse("2026-TW4"), parse("2027-TW1"), parse("2027-TW2")
TODAY = date(2027, 1, 5)
WHO, WHY = "console:test", "digabung dengan Mekarsari"


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return Post(add_unit("sukamaju", region="18.01.05.2003", name="Balai Desa Sukamaju", agency="desa"))


@pytest.fixture
def other() -> Post:
    return Post(
        add_unit("mekarsari", region="18.01.05.2004", name="Balai Desa Mekarsari", agency="desa"),
        name="k2",
        stream=2,
    )


def july(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 7, 5, 3, tzinfo=UTC)


def retired(unit: Unit, **more: object) -> Unit:
    return endings.retire(unit, **{"on": TODAY, "why": WHY, "who": WHO} | more)  # type: ignore[arg-type]


def names(client: Client, path: str) -> list[str]:
    answer = client.get(path)
    assert answer.status_code == 200
    return re.findall(r'role="rowheader"><a\s+href="[^"]*">([^<]*)<', answer.content.decode())


def text(client: Client, path: str) -> str:
    page = client.get(path).content.decode()
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def test_a_retired_unit_owes_what_had_begun_and_nothing_after(post: Post, own_clock: OwnClock) -> None:
    unit = retired(post.unit)
    owed = [owes(unit, one, instrument="skm-2017") for one in (LAST, NOW, NEXT)]
    assert owed == [True, True, False], "the quarter in which it ends is owed too"
    july(own_clock)
    assert [one.code for part in many.not_out(NOW, instrument="skm-2017") for one in part] == ["sukamaju"]
    assert list(many.not_out(NEXT, instrument="skm-2017")) == []
    missing = publishing.mark_overdue(unit, NOW, who=WHO)
    assert missing is not None
    assert missing.state == State.NOT_REPORTED
    own_clock.moment = datetime(2027, 9, 5, 3, tzinfo=UTC)
    assert publishing.mark_overdue(unit, NEXT, who=WHO) is None
    refused("unit_owes_not", publishing.publish, unit, NEXT, who=WHO)
    refused("unit_owes_not", larger.publish, larger.unit_over_time(unit), parse("2027-S2"), who=WHO)
    publishing.publish(unit, NOW, who=WHO)
    assert sum(part.out for part in many.publish_all(NEXT, who=WHO)) == 0


@pytest.mark.parametrize("on", [date(2027, 1, 4), date(2026, 10, 1)])
def test_nobody_ends_a_unit_before_today_so_that_a_quarter_is_not_owed(post: Post, on: date) -> None:
    refused("unit_past", endings.retire, post.unit, on=on, why=WHY, who=WHO)
    assert not TrailEntry.objects.filter(action="unit retired").exists()


def test_the_day_is_the_units_own(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 3, 31, 16, tzinfo=UTC)  # 1 April in Jayapura, 31 March in Jakarta
    east = add_unit("timur", region="91.01.01.2001", zone="Asia/Jayapura")
    west = add_unit("barat", region="18.01.05.2005")
    refused("unit_past", endings.retire, east, on=date(2027, 3, 31), why=WHY, who=WHO)
    assert not lasting.owes(retired(east, on=date(2027, 4, 1)), NEXT)
    assert lasting.owes(retired(west, on=date(2027, 4, 2)), NEXT)


def test_a_unit_that_comes_back_owes_what_lay_between(post: Post, own_clock: OwnClock) -> None:
    unit = retired(post.unit)
    july(own_clock)
    refused("unit_ended", endings.retire, unit, on=date(2027, 8, 1), why=WHY, who=WHO)
    unit = endings.show(unit, why="penggabungan batal", who=WHO)
    assert owes(unit, NEXT, instrument="skm-2017")
    own_clock.moment = datetime(2027, 9, 5, 3, tzinfo=UTC)
    missing = publishing.mark_overdue(unit, NEXT, who=WHO)
    assert missing is not None
    refused("unit_not_gone", endings.show, unit, why="lagi", who=WHO)
    assert list(TrailEntry.objects.filter(subject="sukamaju", action__startswith="unit ").values_list("action", "why")) == [
        ("unit retired", WHY), ("unit shown", "penggabungan batal"),
    ]  # fmt: skip


def test_every_change_asks_for_a_reason(post: Post) -> None:
    refused("unit_why", endings.retire, post.unit, on=TODAY, why=" \n", who=WHO)
    refused("unit_why", endings.hide, post.unit, why="", who=WHO, openly=True)
    unit = retired(post.unit)
    refused("unit_why", endings.show, unit, why="\u200b", who=WHO)


def test_a_successor_is_another_unit_that_lasts(post: Post, other: Post) -> None:
    third = add_unit("baru", region="18.01.05.2006")
    refused("unit_successor", endings.retire, post.unit, on=TODAY, why=WHY, who=WHO, successor=post.unit)
    ended = retired(other.unit, successor=third)
    refused("unit_successor", endings.retire, third, on=TODAY, why=WHY, who=WHO, successor=ended)
    hidden = endings.hide(add_unit("uji", region="18.01.05.2007"), why="percobaan", who=WHO)
    refused("unit_successor", endings.retire, post.unit, on=TODAY, why=WHY, who=WHO, successor=hidden)


def test_its_page_says_since_when_why_and_what_follows(
    post: Post, other: Post, client: Client, own_clock: OwnClock
) -> None:
    visit(post, 12)
    release = publishing.publish(post.unit, LAST, who=WHO)
    retired(post.unit, successor=other.unit)
    page = text(client, "/unit/sukamaju/")
    assert f"Berakhir pada 5 Januari 2027. Alasannya: {WHY} Penggantinya: Balai Desa Mekarsari" in page
    assert "Periode berjalan" in page, "it owes the quarter that runs"
    assert "Sebelumnya: Balai Desa Sukamaju , sampai 5 Januari 2027" in text(client, "/unit/mekarsari/")
    july(own_clock)
    assert "Periode berjalan" not in text(client, "/unit/sukamaju/")
    assert client.get(f"/r/{release.address}/").status_code == 200


def test_lists_of_a_period_have_the_units_that_were_units_then(
    post: Post, other: Post, client: Client, own_clock: OwnClock
) -> None:
    both = ["Balai Desa Mekarsari", "Balai Desa Sukamaju"]
    for one in (post, other):
        visit(one, 12)
        publishing.publish(one.unit, LAST, who=WHO)
    retired(post.unit)
    july(own_clock)
    publishing.publish(other.unit, NEXT, who=WHO)
    publishing.publish(other.unit, NOW, who=WHO)
    for base in ("/", "/region/18.01.05/", "/agency/desa/"):
        then = f"{base}?sort=nama&period="
        assert names(client, f"{then}2026-TW4") == both, "a bad quarter does not go with the unit"
        assert names(client, f"{then}2027-TW1") == both, "nor does the one that it still owes"
        assert names(client, f"{then}2027-TW2") == ["Balai Desa Mekarsari"]
        assert names(client, base) == ["Balai Desa Mekarsari"], "today's list"
        assert names(client, f"{then}2027-TW2&berakhir=ya") == both
    assert "berakhir 5 Januari 2027" in text(client, "/?period=2026-TW4")
    data = client.get("/?period=2027-TW2&berakhir=ya&sort=nama&format=csv").content.decode()
    rows = list(csv.DictReader(io.StringIO(data)))
    assert [(one["code"], one["ended"]) for one in rows] == [("mekarsari", ""), ("sukamaju", "2027-01-05")]
    assert "1 unit layanan" in text(client, "/region/18.01.05/?period=2027-TW2")
    told = client.get("/region/18.01/?period=2027-TW2&format=json&daftar=wilayah").json()
    assert [one["units"] for one in told["rows"]] == [1]
    for period, units in ((LAST, 2), (NEXT, 1)):
        larger.publish(larger.agency("desa"), period, who=WHO)
        told = client.get(f"/agency/?period={period.identifier}&format=json").json()
        assert [one["units"] for one in told["rows"]] == [units]


def test_regions_count_its_old_periods_and_do_not_wait_for_new_ones(
    post: Post, other: Post, own_clock: OwnClock
) -> None:
    for one in (post, other):
        visit(one, 12)
        publishing.publish(one.unit, LAST, who=WHO)
    retired(post.unit)
    july(own_clock)
    for whole in (larger.region("18.01"), larger.agency("desa")):
        found = said(larger.publish(whole, LAST, who=WHO))
        assert (found["n"], found["units"], found["left_out"]) == (24, 2, 0)
        found = said(larger.publish(whole, NOW, who=WHO))
        assert found["left_out"] == 2, "it owed the quarter in which it ended"
        assert said(larger.publish(whole, NEXT, who=WHO))["left_out"] == 1


def test_what_never_was_a_unit_is_in_no_list_and_no_sum(
    post: Post, client: Client, own_clock: OwnClock
) -> None:
    visit(post, 12)
    publishing.publish(post.unit, LAST, who=WHO)
    slip = endings.hide(add_unit("salah", region="18.01.05.2009", name="Salah Ketik", agency="desa"), why="salah ketik", who=WHO)  # fmt: skip
    assert "Salah Ketik" not in text(client, "/?period=2026-TW4&berakhir=ya")
    assert names(client, "/region/18.01.05/?period=2026-TW4&berakhir=ya") == ["Balai Desa Sukamaju"]
    page = text(client, "/unit/salah/")
    assert "Disembunyikan sejak 5 Januari 2027: dinyatakan tidak pernah menjadi unit layanan" in page
    assert "Alasannya: salah ketik" in page
    assert "Periode berjalan" not in page
    assert said(larger.publish(larger.region("18.01"), LAST, who=WHO))["left_out"] == 0
    assert not lasting.owes(slip, LAST)
    refused("unit_owes_not", publishing.publish, slip, LAST, who=WHO)
    refused("unit_hidden", endings.retire, slip, on=TODAY, why=WHY, who=WHO)
    refused("unit_hidden", endings.hide, slip, why=WHY, who=WHO)
    assert client.get("/region/18.02/").status_code == 404
    endings.hide(add_unit("uji", region="18.02.05.2009"), why="percobaan", who=WHO)
    assert client.get("/region/18.02/").status_code == 404
    refused("region_unknown", larger.region, "18.02")


def test_a_bad_quarter_cannot_be_hidden(post: Post, other: Post) -> None:
    visit(post, 12, value=1)
    refused("unit_counts", endings.hide, post.unit, why="percobaan", who=WHO)
    refused("unit_counts", endings.hide, other.unit, why="a kiosk stood there: its answers may be on the way", who=WHO)  # fmt: skip
    Assignment.objects.all().delete()
    assert list(endings.counted(post.unit)) == ["answers"]
    refused("unit_counts", endings.hide, post.unit, why="percobaan", who=WHO)
    silent = add_unit("diam", region="18.01.05.2008")
    publishing.publish(silent, LAST, who=WHO)
    assert list(endings.counted(silent)) == ["releases"]
    refused("unit_counts", endings.hide, silent, why="percobaan", who=WHO)
    missing = add_unit("lalai", region="18.01.05.2010")
    assert publishing.mark_overdue(missing, parse("2026-TW3"), who=WHO) is not None
    refused("unit_counts", endings.hide, missing, why="percobaan", who=WHO)


def test_an_administrator_hides_one_that_counted_and_everybody_reads_why(
    post: Post, other: Post, client: Client
) -> None:
    for one in (post, other):
        visit(one, 12)
        publishing.publish(one.unit, LAST, who=WHO)
    release = Release.objects.get(unit=post.unit)
    first = larger.publish(larger.region("18.01"), LAST, who=WHO)
    endings.hide(post.unit, why="kios latihan bagi petugas", who=WHO, openly=True)
    page = text(client, "/unit/sukamaju/")
    assert "Alasannya: kios latihan bagi petugas" in page
    assert release.address in client.get("/unit/sukamaju/").content.decode(), (
        "what came out can still be found"
    )
    assert client.get(f"/r/{release.address}/").status_code == 200
    assert names(client, "/?period=2026-TW4") == ["Balai Desa Mekarsari"]
    assert "sukamaju" not in client.get("/data/skm-2017/2026-TW4/rilis.csv").getvalue().decode()
    again = larger.publish(larger.region("18.01"), LAST, who=WHO, why="satu unit ternyata latihan")
    assert (first.n, again.n) == (24, 12)
    assert TrailEntry.objects.get(action="unit hidden").facts == {
        "counted": ["releases", "answers", "kiosks"]
    }
    publishing.withdraw(release, who=WHO, why="latihan")
    assert names(client, "/?period=2026-TW4") == ["Balai Desa Mekarsari"], "no later step lists it again"
    endings.show(Unit.objects.get(code="sukamaju"), why="bukan latihan", who=WHO)
    assert len(names(client, "/?period=2026-TW4")) == 2


def test_live_sums_leave_it_out_too(post: Post, other: Post) -> None:
    for one in (post, other):
        visit(one, 12)
    region = IndexQuestion(Scope(region="18.01"), LAST)
    assert indices(region).whole.n == 24
    endings.hide(post.unit, why="latihan", who=WHO, openly=True)
    assert indices(region).whole.n == 12
    assert indices(IndexQuestion(Scope(), LAST)).whole.n == 12
    assert indices(IndexQuestion(Scope(unit="sukamaju"), LAST)).whole.n == 12, "who names it gets it"


def test_no_unit_ends_while_kiosks_stand_there(unit: Unit, kiosk: FakeKiosk) -> None:
    refused("unit_kiosks", endings.retire, unit, on=TODAY, why=WHY, who=WHO)
    refused("unit_kiosks", endings.hide, unit, why=WHY, who=WHO, openly=True)
    assert lasting.kiosks_at(unit) == [kiosk.name]
    KioskKey.objects.update(revoked_at=datetime(2027, 1, 4, tzinfo=UTC))
    assert standing_at(unit)
    assert lasting.kiosks_at(unit) == []
    retired(unit)


def test_no_kiosk_comes_to_a_unit_that_has_ended(unit: Unit, kiosk: FakeKiosk, own_clock: OwnClock) -> None:
    later = add_unit("mekarsari", region="18.01.05.2004")
    place = tree.place_of(unit)
    code = enrolment.new_code(unit, place=place)
    call_command("kiosk", "move", kiosk.name, "--unit", "mekarsari")
    retired(unit, successor=later)
    refused("unit_takes_none", enrolment.new_code, unit, place=place)
    new = FakeKiosk("k-0099", Ed25519PrivateKey.generate())
    with pytest.raises(EnrolmentRefused) as caught:
        enrolment.enrol(Request(code, new.public_key, csr()))
    assert (caught.value.code, caught.value.word) == ("unit", "unit_takes_none"), (
        "with a code of before its end"
    )
    with pytest.raises(CommandError, match="no kiosk can stand there"):
        call_command("kiosk", "move", kiosk.name, "--unit", "sukamaju")
    call_command("kiosk", "move", kiosk.name, "--unit", "sukamaju", "--since", "2026-12-01")
    assert lasting.kiosks_at(unit) == [], "a corrected date of the time before its end is none that lasts"
    history = between(date(2025, 1, 1), date(2025, 12, 31))
    assert enrolment.new_code(unit, place=place, archive=history), "its history may still be played in"
    beyond = between(date(2026, 1, 1), date(2027, 1, 5))
    refused("unit_takes_none", enrolment.new_code, unit, place=place, archive=beyond)


def test_the_console_retires_hides_and_shows(
    post: Post, other: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("unit", "retire", "sukamaju", "--on", "2027-02-01", "--successor", "mekarsari", "--why", WHY)
    assert (
        capsys.readouterr().out
        == "unit sukamaju: no unit any more from 2027-02-01 on, followed by mekarsari\n"
    )
    call_command("unit", "show", "sukamaju", "--why", "batal")
    assert capsys.readouterr().out == "unit sukamaju: shown\n"
    with pytest.raises(CommandError, match="so retire it; or an administrator hides it"):
        call_command("unit", "hide", "sukamaju", "--why", "percobaan")
    with pytest.raises(CommandError, match="is no day"):
        call_command("unit", "retire", "sukamaju", "--on", "besok", "--why", WHY)
    call_command("unit", "hide", "sukamaju", "--why", "latihan", "--although-counted")
    assert capsys.readouterr().out == "unit sukamaju: hidden since 2027-01-05\n"


@pytest.mark.parametrize("role, word", [("unit officer", "retire"), ("viewer", "show"), ("evaluator", "although")])  # fmt: skip
def test_an_account_does_at_the_console_what_it_may(post: Post, role: str, word: str) -> None:
    person("sari", role, post.unit if role == "unit officer" else None)
    given = {
        "retire": ["retire", "sukamaju", "--on", "2027-02-01"],
        "show": ["show", "sukamaju"],
        "although": ["hide", "sukamaju", "--although-counted"],
    }[word]
    with pytest.raises(CommandError, match="account"):
        call_command("unit", *given, "--why", WHY, "--as", "sari")
    assert not TrailEntry.objects.filter(action__startswith="unit ").exists()


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(2))
def test_nothing_follows_of_anybody_from_a_region_with_and_without_a_unit(seed: int, client: Client) -> None:
    village, knows = Village(seed), Knowledge()
    village.visits(40)
    village.publish_something()
    knows.learn(everything(client))
    first, second = (post.unit for post in village.posts)
    retired(second, successor=first)
    village.visits(3)
    village.publish_something()
    knows.learn(everything(client))
    endings.hide(second, why="latihan", who=WHO, openly=True)
    village.change_something()
    village.publish_something()
    knows.learn(everything(client))
    assert len(knows.sets) > 3
    check(knows, random.Random(seed))
