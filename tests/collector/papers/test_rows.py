"""What of single people may stand in papers: rows from thirty on, groups from five on, and no difference below that."""

import random
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from collector.errors import CollectorError
from collector.papers import characteristics
from collector.papers.models import RowsLeft
from collector.papers.rows import WithoutRows, rows_of
from collector.papers.said import said_of
from collector.releases import larger, policy, publishing
from collector.releases.models import OfficialPolicy, Release
from collector.releases.people import members_of, unpack_basis
from collector.releases.sheet_rows import Row
from collector.scores.models import Group, Response
from collector.scores.tallies.projection import project
from survey.index.periods import parse
from tests.collector.conftest import OwnClock
from tests.collector.papers import town
from tests.collector.scores.village import Post, answers, at

pytestmark = pytest.mark.django_db
OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 5), date(2026, 11, 2), date(2026, 12, 1)


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return town.post()


def rows(release: Release) -> list[Row] | WithoutRows:
    return rows_of(said_of(release))


@pytest.mark.parametrize("number, given", [(29, False), (30, True)])
def test_rows_are_given_from_thirty_people_on(post: Post, number: int, given: bool) -> None:
    town.visit(post, number)
    found = rows(town.publish(post))
    assert (found if not given else len(found)) == (WithoutRows.FEW if not given else number)  # type: ignore[arg-type]
    assert RowsLeft.objects.count() == given


@pytest.mark.parametrize("more, given", [(6, False), (29, False), (30, True)])
def test_a_corrected_sheet_waits_until_thirty_people_differ_from_one_that_left(
    post: Post, more: int, given: bool
) -> None:
    town.visit(post, 40)
    first = town.publish(post)
    assert len(rows(first)) == 40
    town.visit(post, more, seed=2, first=DECEMBER)
    second = publishing.correct(first, who=town.WHO, why="terlambat datang")
    found = rows(second)
    assert isinstance(found, list) is given
    assert given or found is WithoutRows.NEAR_ANOTHER
    assert len(rows(Release.objects.get(pk=first.pk))) == 40, "what has left the house may be made again"


def test_a_sheet_that_never_left_the_house_stands_in_nobodys_way(post: Post) -> None:
    town.visit(post, 40)
    first = town.publish(post)
    town.visit(post, 6, seed=2, first=DECEMBER)
    second = publishing.correct(first, who=town.WHO, why="terlambat datang")
    assert len(rows(second)) == 46
    assert rows(Release.objects.get(pk=first.pk)) is WithoutRows.TAKEN_BACK


def test_two_months_that_leave_few_of_their_quarter_are_not_all_given(post: Post) -> None:
    for first, number in ((OCTOBER, 40), (NOVEMBER, 40), (DECEMBER, 12)):
        town.visit(post, number, first=first, seed=first.month)
    quarter = town.publish(post)
    months = [town.publish(post, parse(name)) for name in ("2026-10", "2026-11")]
    assert len(rows(quarter)) == 92
    assert len(rows(months[0])) == 40
    assert rows(months[1]) is WithoutRows.NEAR_ANOTHER, "twelve people would be left of the quarter"


def test_sheets_of_other_periods_and_of_other_units_do_not_matter(post: Post) -> None:
    town.visit(post, 30, first=date(2026, 8, 3))
    town.visit(post, 31)
    other = Post(town.post("lain").unit, name="k2", stream=2)
    town.visit(other, 32)
    found = [rows(town.publish(post, parse("2026-TW3"))), rows(town.publish(post)), rows(town.publish(other))]
    assert list(map(len, found)) == [30, 31, 32]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("seed", range(2))
def test_no_two_sheets_that_left_differ_by_fewer_than_thirty(
    post: Post, own_clock: OwnClock, seed: int
) -> None:
    """Growth, corrections and months in an order of chance; then all sheets that were given are put over one another."""
    luck = random.Random(seed)
    for first in (OCTOBER, NOVEMBER, DECEMBER):
        town.visit(post, luck.choice((12, 33, 45, 70)), first=first, seed=luck.randrange(99))
    town.publish(post)
    for month in luck.sample(("2026-10", "2026-11", "2026-12"), 2):
        town.publish(post, parse(month))
    for step in range(6):
        first = luck.choice((OCTOBER, NOVEMBER, DECEMBER))
        town.visit(post, luck.choice((5, 8, 30, 40)), first=first, seed=luck.randrange(99))
        newest = Release.objects.filter(period="2026-TW4", state="terbit").get()
        publishing.correct(newest, who=town.WHO, why=f"langkah {step}")
        for release in Release.objects.filter(state="terbit").order_by("?" if step % 2 else "pk"):
            rows(release)
    sheets = [
        set(members_of(unpack_basis(bytes(release.basis))))
        for release in Release.objects.filter(pk__in=RowsLeft.objects.values("release"))
    ]
    assert len(sheets) > 1
    blocks = Counter(tuple(number in sheet for sheet in sheets) for number in set().union(*sheets))
    assert min(blocks.values()) >= 30


def test_answers_that_are_not_held_here_any_more_make_no_rows(post: Post) -> None:
    town.visit(post, 40)
    release = town.publish(post)
    Response.objects.order_by("pk").first().delete()  # type: ignore[union-attr]
    assert rows(release) is WithoutRows.GONE
    assert not RowsLeft.objects.exists()


def test_where_incomplete_answers_count_there_are_no_rows(post: Post, own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2026, 9, 1, tzinfo=UTC)
    policy.decide(
        OfficialPolicy(
            unit=None, since=date(2026, 10, 1), period_kind="quarter", weight_mode="0.111", policy="all", due_days=30, why="uji"
        ),
        who=town.WHO,
    )  # fmt: skip
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    town.visit(post, 40)
    some = [post.response(answers(3, 3, 3), at(NOVEMBER, "11:00", seconds=60 * place)) for place in range(8)]
    with transaction.atomic():
        assert project(some) == []
    release = town.publish(post)
    assert said_of(release).reading.said["official"]["policy"] == "all"
    assert rows(release) is WithoutRows.INCOMPLETE_COUNT


def test_what_is_added_up_has_neither_rows_nor_characteristics(post: Post) -> None:
    town.visit(post, 40)
    town.publish(post)
    whole = larger.publish(larger.region("18.01"), town.QUARTER, who=town.WHO)
    assert rows(whole) is WithoutRows.ADDED_UP
    assert said_of(whole).characteristics == ()
    year = larger.publish(larger.unit_over_time(post.unit), parse("2026"), who=town.WHO)
    assert rows(year) is WithoutRows.ADDED_UP
    assert said_of(year).characteristics == ()


def people(post: Post, told: dict[str, int], *, first: date = NOVEMBER, key: str = "education") -> None:
    for place, (code, number) in enumerate(told.items()):
        town.visit(post, number, first=first + timedelta(days=place), told={key: code} if code else {})


def groups(release: Release, key: str = "education") -> dict[str, int]:
    return dict(next(one.groups for one in characteristics.of(release) if one.key == key))


def test_groups_of_five_stand_alone_and_smaller_ones_are_put_together(post: Post) -> None:
    people(post, {"sd": 9, "smp": 12, "s1": 5, "s2": 3, "s3": 2, "": 6})
    release = town.publish(post)
    assert groups(release) == {"SD": 9, "SMP": 12, "S1": 5, "Tidak menjawab": 6, "S2, S3": 5}
    assert groups(release, "sex") == {}, "nobody told: nothing is shown"


def test_a_small_group_takes_the_next_one_with_it_and_two_that_are_not_enough_are_not_shown(
    post: Post,
) -> None:
    people(post, {"sd": 9, "smp": 12, "s3": 2})
    assert groups(town.publish(post)) == {"SMP": 12, "SD, S3": 11}
    other = Post(town.post("lain").unit, name="k2", stream=2)
    people(other, {"sd": 9, "s3": 2})
    assert groups(town.publish(other)) == {}


def test_a_correction_shows_no_group_that_tells_of_the_few_who_came_late(post: Post) -> None:
    people(post, {"sd": 9, "smp": 12})
    first = town.publish(post)
    people(post, {"sd": 1, "smp": 4}, first=DECEMBER)
    second = publishing.correct(first, who=town.WHO, why="terlambat datang")
    assert groups(first) == {"SD": 9, "SMP": 12}
    assert groups(second) == {}, "10 less 9 would be one person's schooling"


@pytest.mark.parametrize("seed", range(2))
def test_all_groups_ever_shown_cut_people_into_blocks_of_five(post: Post, seed: int) -> None:
    luck = random.Random(seed)
    schools = ("sd", "smp", "sma", "s1", "s3")
    for month in (OCTOBER, NOVEMBER, DECEMBER):
        people(post, {one: luck.choice((1, 3, 6, 11)) for one in schools}, first=month)
    town.publish(post)
    for step in range(4):
        people(
            post, {one: luck.choice((0, 1, 5, 7)) for one in schools}, first=luck.choice((OCTOBER, DECEMBER))
        )
        newest = Release.objects.filter(period="2026-TW4", state="terbit").get()
        with suppress(CollectorError):  # it waits where fewer than five differ
            publishing.correct(newest, who=town.WHO, why=f"langkah {step}")
    codes = {
        str(pk): code for pk, code in Group.objects.filter(dimension="education").values_list("pk", "code")
    }
    told = {pk: codes[text] for pk, text in Response.objects.values_list("pk", "profile__text")}
    names = {"sd": "SD", "smp": "SMP", "sma": "SMA", "s1": "S1", "s3": "S3"}
    sets: list[set[int]] = []
    for release in Release.objects.filter(subject="unit").order_by("published_at"):
        crowd = characteristics.complete_members(release)
        sets.append(crowd)
        for name, count in groups(release).items():
            inside = {number for number in crowd if names[told[number]] in name.split(", ")}
            assert len(inside) == count
            sets.append(inside)
    assert len(sets) > 3
    blocks = Counter(tuple(number in one for one in sets) for number in set().union(*sets))
    assert min(blocks.values()) >= 5


def test_characteristics_are_the_same_whenever_they_are_asked_for(post: Post) -> None:
    people(post, {"sd": 9, "smp": 12, "s1": 8})
    first = town.publish(post)
    before = characteristics.of(first)
    people(post, {"sd": 7, "smp": 6}, first=DECEMBER)
    second = publishing.correct(first, who=town.WHO, why="terlambat datang")
    assert characteristics.of(second) != before
    assert characteristics.of(Release.objects.get(pk=first.pk)) == before
