"""What waits for an officer: levels that are about to be lost, told before they are."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collector.desk.templatetags.desk import warning
from collector.followup import register
from collector.followup.models import Report, ReportDay
from collector.followup.reports import issue
from collector.followup.standing import Standing, standings, waiting
from collector.people.models import TrailEntry
from collector.releases import publishing
from collector.releases.models import Release
from survey.index.periods import PeriodKind
from tests.collector.conftest import OwnClock
from tests.collector.followup import desa
from tests.collector.papers import town
from tests.collector.scores.village import Post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 9, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return town.post()


@pytest.fixture
def release(post: Post) -> Release:
    return desa.released(post)


def standing(release: Release, today: date = date(2027, 1, 10)) -> Standing:
    (found,) = standings([release], today)
    return found


def test_a_level_is_warned_of_before_it_is_lost(release: Release) -> None:
    assert warning(standing(release, date(2027, 1, 31))) == "9 hari lagi untuk nilai 5"
    assert warning(standing(release, date(2027, 2, 9))) == "hari terakhir untuk nilai 5"
    assert warning(standing(release, date(2027, 2, 10))) == "58 hari lagi untuk nilai 4"
    assert warning(standing(release, date(2028, 1, 10))) == ""


def test_share_and_speed_follow_the_register_and_what_was_given_up_counts_as_planned(
    release: Release, own_clock: OwnClock
) -> None:
    assert (standing(release).share_level, standing(release).percent) == (0, "0,0")
    items = [desa.add(release, element=key) for key in ("waktu", "biaya", "produk")]
    assert standing(release).share_level == 1
    register.done(items[0], day=date(2027, 1, 9), result="x", who="budi")
    register.done(items[1], day=date(2027, 1, 9), result="x", who="budi")
    register.drop(items[2], who="budi", why="dana")
    found = standing(release)
    assert (found.planned, found.done, found.given_up) == (3, 2, 1)
    assert (found.percent, found.share_level, found.is_all_done) == ("66,6", 3, False)
    own_clock.moment = datetime(2027, 2, 10, 3, tzinfo=UTC)
    issue(release, Report.FOLLOW_UP, date(2027, 2, 9), who="budi")
    found = standing(release)
    assert (found.speed_level, found.loss, found.waits) == (5, None, False)
    issue(release, Report.FOLLOW_UP, date(2027, 2, 10), who="budi", why="salah tulis")
    assert standing(release).speed_level == 4
    assert [one.facts["day"] for one in TrailEntry.objects.filter(action="report issued").order_by("pk")] == [
        "2027-02-09",
        "2027-02-10",
    ]


def test_the_days_of_reports_hold_each_other_in_order_and_a_correction_has_its_reason(
    release: Release, own_clock: OwnClock
) -> None:
    with desa.refused("report_no_plan"):
        issue(release, Report.FOLLOW_UP, date(2027, 1, 9), who="budi")
    desa.add(release)
    for report, day in (
        (Report.SURVEY, date(2027, 1, 8)),
        (Report.SURVEY, date(2027, 1, 10)),
        (Report.FOLLOW_UP, date(2027, 1, 8)),
    ):
        with desa.refused("report_day"):
            issue(release, report, day, who="budi")
    own_clock.moment = datetime(2027, 1, 20, 3, tzinfo=UTC)
    issue(release, Report.SURVEY, date(2027, 1, 15), who="budi")
    assert standing(release).days.survey == date(2027, 1, 15)
    with desa.refused("rtl_why"):
        issue(release, Report.SURVEY, date(2027, 1, 14), who="budi")
    with desa.refused("report_day"):
        issue(release, Report.FOLLOW_UP, date(2027, 1, 14), who="budi")
    issue(release, Report.FOLLOW_UP, date(2027, 1, 16), who="budi")
    with desa.refused("report_day"):
        issue(release, Report.SURVEY, date(2027, 1, 17), who="budi", why="x")
    assert ReportDay.objects.count() == 2


def test_a_report_is_of_a_release_that_came_out(post: Post) -> None:
    begun = publishing.propose(post.unit, desa.QUARTER, who="budi")
    for report in Report:
        with desa.refused("rtl_release"):
            issue(begun, report, date(2027, 1, 9), who="budi")


def test_a_correction_of_the_release_moves_neither_plans_nor_days(
    post: Post, release: Release, own_clock: OwnClock
) -> None:
    desa.add(release)
    own_clock.moment = datetime(2027, 1, 25, 3, tzinfo=UTC)
    town.visit(post, 10, seed=4)
    after = publishing.correct(release, who="wati", why="terlambat datang")
    found = standing(after)
    assert (found.planned, found.days.survey) == (1, date(2027, 1, 9))


def test_a_release_without_a_plan_waits_at_once_and_one_with_a_plan_when_a_level_is_near(
    post: Post, release: Release
) -> None:
    kinds = {post.unit.pk: PeriodKind.QUARTER}
    early, near = date(2027, 1, 9), date(2027, 1, 10)
    assert [one.release.pk for one in waiting(kinds, early)] == [release.pk]
    desa.add(release)
    assert waiting(kinds, early) == [], "31 days are left"
    assert [warning(one) for one in waiting(kinds, near)] == ["30 hari lagi untuk nilai 5"]
    assert waiting({post.unit.pk: PeriodKind.MONTH}, near) == [], "not its official period"
    issue(release, Report.FOLLOW_UP, date(2027, 1, 9), who="budi")
    assert waiting(kinds, near) == []


def test_many_releases_cost_as_many_queries_as_one(post: Post, release: Release) -> None:
    def asked(*releases: Release) -> int:
        with CaptureQueriesContext(connection) as queries:
            standings(releases, date(2027, 1, 9))
        return len(queries)

    other = desa.released(Post(town.post("lain").unit, name="k2", stream=2))
    assert asked(release, other) == asked(release)
