"""What is published after the groups of a quarter is held against them: nothing between two answers is about fewer than five people."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest
from django.db import transaction

from collector.errors import CollectorError
from collector.papers import characteristics
from collector.releases import publishing
from collector.releases.cells.cutting import groups_of, sets_shown
from collector.releases.content import opened
from collector.releases.models import Release
from collector.releases.people import members_of, unpack_basis
from collector.scores.tallies.projection import project
from survey.index.periods import parse
from tests.collector.conftest import OwnClock
from tests.collector.scores.village import Post, add_unit, answers, at

pytestmark = pytest.mark.django_db

QUARTER, OCTOBER, NOVEMBER = parse("2026-TW4"), parse("2026-10"), parse("2026-11")
WHO = "console:test"


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


@pytest.fixture
def post(db: None) -> Post:
    return Post(add_unit("sukamaju", region="18.01.05.2003", agency="desa"))


def visit(post: Post, first: date, number: int, *, sex: str, service: str = "", value: int = 3) -> None:
    served = post.service(service) if service else None
    records = [
        post.response(
            answers(value),
            at(first + timedelta(days=place % 20), "09:00", seconds=37 * post.seq % 3_000),
            profile={"sex": sex},
            service=served,
        )
        for place in range(number)
    ]
    with transaction.atomic():
        assert project(records) == []


def exact_sets(release: Release) -> Iterator[frozenset[int]]:
    """Give the people behind each total that everybody sees."""
    members = members_of(unpack_basis(bytes(release.basis)))
    complete = {number: label for number, label in members.items() if label != "i"}
    yield frozenset(complete)
    for label in {
        part for one in complete.values() for part in (one.partition("/")[0], "/" + one.partition("/")[2])
    }:
        yield frozenset(
            number
            for number, one in complete.items()
            if label in (one.partition("/")[0], "/" + one.partition("/")[2])
        )


def few_between(*releases: Release) -> list[tuple[int, int]]:
    """Give the pairs of obtainable answers, groups included, between which one to four people stand."""
    sets = [one for release in releases for one in (*exact_sets(release), *sets_shown(release))]
    return sorted((len(one), len(other)) for one, other in combinations(sets, 2) if 0 < len(one ^ other) < 5)


def test_a_month_that_differs_from_a_group_of_its_quarter_by_one_woman_waits(post: Post) -> None:
    visit(post, date(2026, 10, 5), 20, sex="P")
    visit(post, date(2026, 11, 2), 1, sex="P", value=1)
    visit(post, date(2026, 11, 2), 25, sex="L")
    quarter = publishing.publish(post.unit, QUARTER, who=WHO)
    assert set(groups_of(quarter, "sex")) == {"P", "L"}
    with pytest.raises(CollectorError) as caught:
        publishing.publish(post.unit, OCTOBER, who=WHO)
    assert caught.value.word == "release_waits", "October's 20 women beside the quarter's 21"


def test_what_is_left_of_the_quarter_beside_a_group_counts_too(post: Post) -> None:
    visit(post, date(2026, 10, 5), 20, sex="P")
    visit(post, date(2026, 11, 2), 3, sex="")
    visit(post, date(2026, 11, 2), 25, sex="L")
    quarter = publishing.publish(post.unit, QUARTER, who=WHO)
    assert set(groups_of(quarter, "sex")) == {"L"}
    with pytest.raises(CollectorError) as caught:
        publishing.publish(post.unit, OCTOBER, who=WHO)
    assert caught.value.word == "release_waits", (
        "who is no man in the quarter, less October, are three people"
    )


def test_a_service_of_the_month_that_is_nearly_a_group_is_put_together_or_left_out(post: Post) -> None:
    visit(post, date(2026, 10, 5), 12, sex="P", service="kk")
    visit(post, date(2026, 10, 5), 15, sex="L", service="ktp")
    visit(post, date(2026, 11, 2), 2, sex="P", service="kk")
    visit(post, date(2026, 11, 2), 19, sex="L", service="kk")
    quarter = publishing.publish(post.unit, QUARTER, who=WHO)
    assert set(groups_of(quarter, "sex")) == {"P", "L"}
    month = publishing.publish(post.unit, OCTOBER, who=WHO)
    assert month.n == 27
    assert few_between(quarter, month) == []
    assert '"services":[]' in bytes(month.content).decode(), "12 with kk beside the quarter's 14 women"


def test_a_month_far_from_every_group_comes_out_as_ever(post: Post) -> None:
    visit(post, date(2026, 10, 5), 12, sex="P", service="kk")
    visit(post, date(2026, 10, 5), 12, sex="L", service="ktp")
    visit(post, date(2026, 11, 2), 15, sex="L", service="kk")
    visit(post, date(2026, 11, 2), 15, sex="P", service="ktp")
    quarter = publishing.publish(post.unit, QUARTER, who=WHO)
    month = publishing.publish(post.unit, OCTOBER, who=WHO)
    assert [one["n"] for one in _services(month)] == [12, 12]
    assert few_between(quarter, month) == []


def _services(release: Release) -> list[dict[str, object]]:
    return list(opened(release)["index"]["services"])


def test_who_answered_in_a_month_is_held_against_who_answered_in_its_quarter(post: Post) -> None:
    visit(post, date(2026, 10, 5), 20, sex="P")
    visit(post, date(2026, 10, 5), 6, sex="L")
    visit(post, date(2026, 11, 2), 1, sex="P")
    visit(post, date(2026, 11, 2), 24, sex="L")
    quarter = publishing.publish(post.unit, QUARTER, who=WHO)
    month = publishing.publish(post.unit, OCTOBER, who=WHO)
    shown = {one: dict(characteristics.of(one)[0].groups) for one in (quarter, month)}
    assert shown == {quarter: {"Laki-laki": 30, "Perempuan": 21}, month: {}}, (
        "21 women less 20 would be one's sex"
    )
