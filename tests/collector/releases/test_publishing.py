"""The life of a release: frozen once, found again for ever, corrected and withdrawn in the open, and never buried."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from collector.errors import CollectorError
from collector.evidence.intake import rebuild
from collector.fleet.models import Unit
from collector.people.models import TrailEntry
from collector.releases import address, content, larger, publishing
from collector.releases.models import OfficialPolicy, Release
from collector.releases.states import State
from collector.scores.models import Response
from collector.scores.tallies.projection import project, unproject
from survey.index.periods import parse
from survey.instrument.weights import WeightMode
from tests.collector.conftest import OwnClock
from tests.collector.scores.village import Post, add_unit, answers, at

pytestmark = pytest.mark.django_db

QUARTER, MONTH, YEAR = parse("2026-TW4"), parse("2026-11"), parse("2026")
WHO = "console:test"


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


def visit(
    post: Post, number: int, *, first: date = date(2026, 11, 2), value: int = 3, **more: object
) -> None:
    records = []
    for place in range(number):
        day = first + timedelta(days=place % 5)
        records.append(post.response(answers(value), at(day, "09:00", seconds=60 * place + post.seq), **more))
        records.append(post.pulse(4, at(day, "08:59", seconds=60 * place + post.seq)))
    with transaction.atomic():
        assert project(records) == []


@pytest.fixture
def post() -> Post:
    return Post(add_unit("sukamaju", region="18.01.05.2003", name="Balai Desa Sukamaju", agency="desa"))


def refused(code: str, do: object, *given: object, **more: object) -> None:
    with pytest.raises(CollectorError) as caught:
        do(*given, **more)  # type: ignore[operator]
    assert caught.value.word == code


def said(release: Release) -> dict[str, object]:
    return dict(json.loads(bytes(release.content)))


def test_a_release_freezes_its_number_and_everything_beside_it(post: Post) -> None:
    visit(post, 12)
    release = publishing.publish(post.unit, QUARTER, who=WHO)
    found = said(release)
    assert (release.state, release.n, str(release.value), release.category) == (
        State.PUBLISHED,
        12,
        "75.00",
        "C",
    )
    assert (found["n"], found["index"]["value"], len(found["index"]["elements"])) == (12, 75.0, 9)  # type: ignore[index]
    assert set(found["index"]["weight_modes"]) == set(WeightMode)  # type: ignore[index]
    assert found["visits"] == 12
    assert found["pulse"] == {"n": 12, "satisfied_percent": 100.0}
    assert [one["kiosk"] for one in found["service_minutes"]] == []  # type: ignore[attr-defined]
    assert found["subject"] == {
        "kind": "unit", "code": "sukamaju", "name": "Balai Desa Sukamaju",
        "region": {"code": "18.01.05.2003", "name": ""}, "agency": {"code": "desa", "name": "Instansi desa"},
    }  # fmt: skip
    assert address.read(release.address.lower()) == release.address
    assert TrailEntry.objects.filter(action="release terbit").count() == 1


def test_its_bytes_stay_whatever_comes_in_later_and_after_a_rebuild(post: Post) -> None:
    visit(post, 12)
    release = publishing.publish(post.unit, QUARTER, who=WHO)
    before = bytes(release.content)
    visit(post, 9, value=1)
    post.unit.name = "Balai Baru"
    post.unit.save()
    rebuild.rebuild(lambda _: None)
    assert bytes(Release.objects.get(pk=release.pk).content) == before


def test_an_answer_that_comes_in_while_it_is_frozen_is_not_counted_unprotected(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit(post, 12)

    def meanwhile(_: Unit) -> list[object]:
        visit(post, 1, value=1)
        return []

    with monkeypatch.context() as patched:
        patched.setattr(content, "holdings", meanwhile)
        refused("release_moving", publishing.publish, post.unit, QUARTER, who=WHO)
    assert not Release.objects.filter(state=State.PUBLISHED).exists()
    assert publishing.publish(post.unit, QUARTER, who=WHO).n == Response.objects.count() // 2


def test_a_period_is_published_once_and_only_when_it_is_over(post: Post, own_clock: OwnClock) -> None:
    visit(post, 12)
    own_clock.moment = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)
    refused("release_running", publishing.publish, post.unit, QUARTER, who=WHO)
    own_clock.moment = datetime(2026, 12, 31, 17, 1, tzinfo=UTC)
    publishing.publish(post.unit, QUARTER, who=WHO)
    refused("release_out", publishing.publish, post.unit, QUARTER, who=WHO)
    refused("release_period", publishing.publish, post.unit, parse("2026-11-01..2026-11-30"), who=WHO)


def test_fewer_than_five_come_out_without_a_number(post: Post) -> None:
    visit(post, 4)
    release = publishing.publish(post.unit, QUARTER, who=WHO)
    assert (release.state, release.n, release.value) == (State.PUBLISHED, None, None)
    found = said(release)
    assert found["index"] is None
    assert found["pulse"] is None


def test_the_unit_hands_in_the_evaluator_sends_back_and_publishes(post: Post) -> None:
    visit(post, 12)
    release = publishing.propose(post.unit, QUARTER, who="sari")
    publishing.submit(release, who="sari")
    refused("release_why", publishing.send_back, release, who="wati", why=" ")
    publishing.send_back(release, who="wati", why="minggu ketiga belum masuk")
    refused("release_state", publishing.send_back, release, who="wati", why="lagi")
    publishing.submit(release, who="sari")
    publishing.publish(post.unit, QUARTER, who="wati")
    release.refresh_from_db()
    steps = [(step.state, step.who) for step in release.steps.order_by("pk")]
    assert steps == [
        ("terbuka", "sari"), ("diajukan", "sari"), ("perlu diperbaiki", "wati"), ("diajukan", "sari"), ("terbit", "wati"),
    ]  # fmt: skip


def test_a_bad_quarter_cannot_be_buried(post: Post, own_clock: OwnClock) -> None:
    visit(post, 12, value=1)
    assert publishing.mark_overdue(post.unit, QUARTER, who=WHO) is None, "it is not due yet"
    own_clock.moment = datetime(2027, 2, 1, 3, tzinfo=UTC)
    release = publishing.mark_overdue(post.unit, QUARTER, who=WHO)
    assert release is not None
    assert release.state == State.NOT_REPORTED
    assert said(release)["responses"] == "10-29"
    assert said(release)["index"] is None
    assert publishing.mark_overdue(post.unit, QUARTER, who=WHO) is None, "once"
    published = publishing.publish(post.unit, QUARTER, who="wati")
    assert (published.pk, published.category) == (release.pk, "D"), "the evaluator publishes without the unit"


def test_a_period_that_may_not_come_out_yet_is_shown_as_not_reported_too(
    post: Post, own_clock: OwnClock
) -> None:
    visit(post, 12)
    publishing.publish(post.unit, parse("2026-TW4"), who=WHO)
    publishing.withdraw(Release.objects.get(), who=WHO, why="salah")
    visit(post, 2)
    refused("release_waits", publishing.publish, post.unit, QUARTER, who=WHO)
    own_clock.moment = datetime(2027, 2, 1, 3, tzinfo=UTC)
    release = publishing.mark_overdue(post.unit, QUARTER, who=WHO)
    assert release is not None
    assert (release.number, release.state, said(release)["responses"]) == (2, State.NOT_REPORTED, "10-29")


def test_a_correction_names_its_reason_and_the_old_edition_stays_readable(post: Post) -> None:
    visit(post, 12)
    first = publishing.publish(post.unit, QUARTER, who=WHO)
    before = bytes(first.content)
    refused("release_same", publishing.correct, first, who=WHO, why="lagi")
    visit(post, 3, value=1)
    refused("release_waits", publishing.correct, first, who=WHO, why="tiga datang terlambat")
    visit(post, 2, value=1)
    refused("release_why", publishing.correct, first, who=WHO, why="")
    second = publishing.correct(first, who=WHO, why="lima datang terlambat")
    first.refresh_from_db()
    assert (first.state, first.successor, bytes(first.content)) == (State.WITHDRAWN, second, before)
    assert (second.number, second.n, said(second)["corrects"]) == (2, 17, first.address)
    assert str(second.value) < str(first.value)


def test_visits_and_endings_stand_beside_an_index_only_where_no_release_differs_from_them_by_a_few(
    post: Post, client: Client
) -> None:
    visit(post, 12)
    first = publishing.publish(post.unit, QUARTER, who=WHO)
    late = [
        *(post.response(answers(1), at(date(2026, 11, 9), "10:00", seconds=one)) for one in range(5)),
        *(post.pulse(1, at(date(2026, 11, 9), "11:00", seconds=one)) for one in range(2)),
    ]
    with transaction.atomic():
        assert project(late) == []
    second = publishing.correct(first, who=WHO, why="lima datang terlambat")
    assert (said(first)["visits"], said(second)["visits"], second.visits) == (12, None, None)
    assert [len(said(one)["endings"]) for one in (first, second)] == [1, 0], "nor how questionnaires ended"  # type: ignore[arg-type]
    assert "kunjungan tidak ditampilkan" in client.get(f"/r/{second.address}/").content.decode()
    assert "None" not in client.get(f"/api/v1/releases/{second.address}.csv").content.decode()
    other = Post(add_unit("lain", region="18.01.05.2004"), name="k2", stream=2)
    visit(other, 20)
    publishing.publish(other.unit, QUARTER, who=WHO)
    assert said(larger.publish(larger.region("18.01"), QUARTER, who=WHO))["visits"] is None


def test_a_withdrawn_one_stays_readable_and_may_be_published_anew(post: Post) -> None:
    visit(post, 12)
    first = publishing.publish(post.unit, QUARTER, who=WHO)
    publishing.withdraw(first, who=WHO, why="salah unit")
    second = publishing.publish(post.unit, QUARTER, who=WHO)
    assert (second.number, second.n) == (2, 12)
    refused("release_state", publishing.withdraw, first, who=WHO, why="lagi")


def test_a_month_waits_for_its_quarter_and_gives_way(post: Post) -> None:
    visit(post, 12, first=date(2026, 11, 2))
    visit(post, 3, first=date(2026, 10, 5))
    refused("release_waits_official", publishing.publish, post.unit, MONTH, who=WHO)
    publishing.publish(post.unit, QUARTER, who=WHO)
    refused("release_waits", publishing.publish, post.unit, MONTH, who=WHO)
    visit(post, 9, first=date(2026, 12, 1))
    publishing.correct(Release.objects.get(period="2026-TW4"), who=WHO, why="Desember datang terlambat")
    assert publishing.publish(post.unit, parse("2026-12"), who=WHO).n == 9


def test_two_months_that_leave_few_of_their_quarter_do_not_both_come_out(post: Post) -> None:
    for first, number in ((date(2026, 10, 5), 9), (date(2026, 11, 2), 9), (date(2026, 12, 1), 3)):
        visit(post, number, first=first)
    publishing.publish(post.unit, QUARTER, who=WHO)
    publishing.publish(post.unit, parse("2026-10"), who=WHO)
    refused("release_waits", publishing.publish, post.unit, MONTH, who=WHO)


def test_larger_numbers_count_what_is_out_and_say_what_is_not(post: Post) -> None:
    visit(post, 12)
    other = Post(add_unit("mekarsari", region="18.01.06.2001", agency="desa"), name="k2", stream=2)
    visit(other, 20, value=4)
    small = Post(add_unit("kecil", region="18.01.06.2002", agency="desa"), name="k3", stream=3)
    visit(small, 3)
    silent = Post(add_unit("diam", region="18.01.06.2003"), name="k4", stream=4)
    visit(silent, 30, value=1)
    for one in (post, other, small):
        publishing.publish(one.unit, QUARTER, who=WHO)
    release = larger.publish(larger.region("18.01"), QUARTER, who=WHO)
    found = said(release)
    assert (release.n, found["units"], found["left_out"]) == (32, 2, 2)
    assert found["visits"] == 32, "visits of the units that are counted, and of no other"
    assert str(release.value) == "90.63", "(12 x 75 + 20 x 100) / 32, not the mean of two indices"
    assert larger.publish(larger.agency("desa"), QUARTER, who=WHO).n == 32
    assert larger.publish(larger.unit_over_time(post.unit), YEAR, who=WHO).n == 12
    refused("release_same", larger.publish, larger.region("18.01"), QUARTER, who=WHO)
    publishing.publish(silent.unit, QUARTER, who=WHO)
    refused("release_why", larger.publish, larger.region("18.01"), QUARTER, who=WHO)
    again = larger.publish(larger.region("18.01"), QUARTER, who=WHO, why="satu unit menyusul")
    release.refresh_from_db()
    assert (again.n, release.state, release.successor) == (62, State.WITHDRAWN, again)


def test_what_is_official_is_fixed_before_its_period_begins(post: Post, own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2026, 6, 15, tzinfo=UTC)
    words = ["release", "policy", "--unit", "sukamaju", "--kind", "semester", "--why", "Perbup 7/2026"]
    call_command(*words, "--since", "2026-07-01")
    with pytest.raises(CommandError, match="is running"):
        call_command(*words, "--since", "2026-06-01")
    with pytest.raises(CommandError, match="no period of kind"):
        call_command(*words, "--since", "2026-10-01")
    with pytest.raises(CommandError, match="already"):
        call_command(*words, "--since", "2026-07-01")
    assert OfficialPolicy.objects.count() == 1
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    visit(post, 12)
    refused("release_waits_official", publishing.publish, post.unit, QUARTER, who=WHO)
    publishing.publish(post.unit, parse("2026-S2"), who=WHO)
    assert publishing.publish(post.unit, QUARTER, who=WHO).n == 12, "nobody lies between"


def test_what_was_taken_out_is_held_against_the_edition_that_had_it(post: Post) -> None:
    visit(post, 12)
    first = publishing.publish(post.unit, QUARTER, who=WHO)
    records = [
        post.response(answers(1), at(date(2026, 11, 20), "09:00", seconds=number)) for number in range(9)
    ]
    with transaction.atomic():
        project(records)
    second = publishing.correct(first, who=WHO, why="sembilan datang terlambat")
    with transaction.atomic():
        unproject(records[:2])
    refused("release_waits", publishing.correct, second, who=WHO, why="dua tidak sah")


def test_all_units_of_a_period_come_out_at_once_and_again_from_where_it_stopped(
    post: Post, capsys: pytest.CaptureFixture[str]
) -> None:
    visit(post, 12)
    add_unit("sepi", region="18.01.05.2004")
    call_command("release", "publish", "--all", "--period", "2026-TW4")
    assert "2026-TW4: 2 published, 0 not" in capsys.readouterr().out
    call_command("release", "publish", "--all", "--period", "2026-TW4")
    assert "2026-TW4: 0 published, 0 not" in capsys.readouterr().out
    call_command("release", "list", "--period", "2026-TW4")
    printed = capsys.readouterr().out
    assert "unit sukamaju  2026-TW4  terbit  75.00 C, n = 12" in printed
    assert "unit sepi  2026-TW4  terbit  no number" in printed


def test_an_account_does_only_what_its_role_allows(post: Post) -> None:
    with pytest.raises(CommandError, match="'nobody' may not do this"):
        call_command("release", "publish", "--unit", "sukamaju", "--period", "2026-TW4", "--as", "nobody")
    assert Unit.objects.count() == 1
    assert not Release.objects.exists()
