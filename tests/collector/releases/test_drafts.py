"""A draft is taken where it still stands, and worked out anew where it does not: what is out says what is so when it comes out."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from collector.releases import drafts, many, publishing
from collector.releases.drafts import Draft
from collector.releases.models import Release
from tests.collector.conftest import OwnClock
from tests.collector.releases.test_pages import QUARTER, fill
from tests.collector.scores.village import Post, add_unit

pytestmark = pytest.mark.django_db
WHO = "console:test"
INSTRUMENT = "skm-2017"


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    found = Post(add_unit("sukamaju", region="18.01.05.2003", name="Balai Desa Sukamaju", agency="desa"))
    fill(found, 12)
    return found


def drafted(post: Post) -> Draft:
    draft = drafts.of_unit(publishing.begun(post.unit, QUARTER), instrument=INSTRUMENT)
    assert draft is not None
    return draft


def test_a_draft_that_still_stands_is_what_comes_out(post: Post) -> None:
    draft = drafted(post)
    marked = replace(draft, said=dict(draft.said) | {"marked": True})
    release = publishing.publish(post.unit, QUARTER, who=WHO, draft=marked)
    assert (release.address, release.n, release.published_at) == (draft.address, 12, draft.at)
    assert json.loads(bytes(release.content))["marked"] is True


def test_publishing_with_a_draft_and_without_one_says_the_same(post: Post) -> None:
    draft = drafted(post)
    release = publishing.publish(post.unit, QUARTER, who=WHO)
    said = json.loads(bytes(release.content))
    for one, other in draft.said.items():
        if one != "address":
            assert said[one] == json.loads(json.dumps(other)), one
    assert bytes(release.basis) == draft.basis


def test_answers_that_came_in_since_are_in_what_comes_out(post: Post) -> None:
    draft = drafted(post)
    fill(post, 6, first=date(2026, 12, 7))
    release = publishing.publish(post.unit, QUARTER, who=WHO, draft=draft)
    assert release.n == 18


def test_a_draft_is_not_taken_where_another_edition_came_out_beside_it(post: Post) -> None:
    draft = drafted(post)
    marked = replace(draft, said=dict(draft.said) | {"marked": True})
    publishing.withdraw(publishing.publish(post.unit, QUARTER, who=WHO), who=WHO, why="salah")
    release = publishing.publish(post.unit, QUARTER, who=WHO, draft=marked)
    assert release.number == 2
    assert "marked" not in json.loads(bytes(release.content))


def test_what_was_worked_out_under_another_address_is_worked_out_anew(post: Post) -> None:
    draft = drafted(post)
    begun = publishing.propose(post.unit, QUARTER, who=WHO)
    release = publishing.publish(post.unit, QUARTER, who=WHO, draft=draft)
    assert release.address == begun.address != draft.address
    assert json.loads(bytes(release.content))["address"] == begun.address


def test_a_unit_that_must_wait_has_no_draft_and_is_told_why(post: Post) -> None:
    publishing.publish(post.unit, QUARTER, who=WHO)
    fill(post, 2, first=date(2026, 12, 7))
    assert many.work_out([post.unit.pk], QUARTER.identifier, INSTRUMENT) == {post.unit.pk: None}
    assert Release.objects.count() == 1
