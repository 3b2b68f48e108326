"""A release's bytes are ready: one row is read for them, they are right after every step, and take no more memory than they may."""

import gzip
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from collector.releases import many, publishing
from collector.releases.evaluation import keeping
from collector.releases.models import OfficialPolicy, Release
from collector.releases.policy import official, officials
from collector.releases.show.ready import Ready, Shelf
from survey.index.periods import parse
from tests.collector.conftest import OwnClock
from tests.collector.releases.test_evaluation import OWN, asked, marked, out, prepared
from tests.collector.releases.test_pages import QUARTER, fill, publish
from tests.collector.scores.village import Post, add_unit

pytestmark = pytest.mark.django_db
WHO = "console:test"


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return Post(add_unit("sukamaju", region="18.01.05.2003", name="Balai Desa Sukamaju", agency="desa"))


def paths(release: Release) -> tuple[str, ...]:
    data = f"/api/v1/releases/{release.address}"
    return f"/r/{release.address}/", f"{data}.json", f"{data}.csv", f"{data}.csv?for=excel"


def test_one_row_is_read_for_an_answer_that_is_ready(
    post: Post, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fill(post)
    for path in paths(publish(post)):
        first = client.get(path)
        with django_assert_num_queries(1):
            again = client.get(path)
        assert (again.status_code, again.content, again.headers) == (200, first.content, first.headers)


def test_the_english_page_of_a_release_is_ready_too_and_is_another_than_the_indonesian(
    post: Post, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fill(post)
    address = publish(post).address
    indonesian, english = client.get(f"/r/{address}/"), client.get(f"/en/r/{address}/")
    with django_assert_num_queries(1):
        again = client.get(f"/en/r/{address}/")
    assert (again.content, again.headers) == (english.content, english.headers)
    assert indonesian["ETag"] != english["ETag"]
    assert client.get(f"/en/r/{address}/", headers={"if-none-match": english["ETag"]}).status_code == 304
    assert client.get(f"/en/r/{address}/", headers={"if-none-match": indonesian["ETag"]}).status_code == 200
    assert client.get(f"/r/{address}/").content == indonesian.content
    typed = f"{address[:4]}-{address[4:]}".lower()
    assert client.get(f"/en/r/{typed}/")["Location"] == f"/en/r/{address}/"


def test_whoever_takes_packed_bytes_gets_them_packed(post: Post, client: Client) -> None:
    fill(post)
    for path in paths(publish(post)):
        plain = client.get(path)
        packed = client.get(path, headers={"accept-encoding": "br, gzip;q=0.8"})
        assert packed["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.content) == plain.content
        assert len(packed.content) < len(plain.content)
        assert plain["ETag"] != packed["ETag"]
        assert plain["Vary"] == packed["Vary"] == "Accept-Encoding"
        refused = client.get(path, headers={"accept-encoding": "gzip;q=0"})
        assert refused.content == plain.content


@pytest.mark.parametrize(
    "named, status", [("{}", 304), ("W/{}", 304), ('"else", {}', 304), ("*", 304), ('"else"', 200)]
)
def test_bytes_that_are_named_are_not_sent_again(post: Post, client: Client, named: str, status: int) -> None:
    fill(post)
    path = paths(publish(post))[0]
    etag = client.get(path)["ETag"]
    again = client.get(path, headers={"if-none-match": named.format(etag), "accept-encoding": "gzip"})
    assert again.status_code == status
    assert bool(again.content) == (status == 200)
    assert again["IKM-State"] == "terbit"


def test_a_ready_page_is_guarded_like_every_other(post: Post, client: Client) -> None:
    fill(post)
    other = client.get("/")
    for path in paths(publish(post)):
        ready = client.get(path)
        for guard in (
            "Content-Security-Policy",
            "X-Frame-Options",
            "X-Content-Type-Options",
            "Referrer-Policy",
        ):
            assert ready[guard] == other[guard]
        assert not ready.cookies


def test_what_is_taken_from_sight_and_shown_anew_is_never_the_older_answer(
    post: Post, client: Client, own_clock: OwnClock
) -> None:
    fill(post, 6)
    own_clock.moment = datetime(2027, 2, 1, 3, tzinfo=UTC)
    release = publishing.mark_overdue(post.unit, QUARTER, who=WHO)
    assert release is not None
    path = paths(release)[1]
    assert client.get(path).json()["responses"] == "5-9"
    publishing.submit(release, who=WHO)
    assert client.get(path).status_code == 404
    fill(post, 6, first=date(2026, 12, 7))
    again = publishing.mark_overdue(post.unit, QUARTER, who=WHO)
    assert again is not None
    assert (again.address, client.get(path).json()["responses"]) == (release.address, "10-29")


def test_the_shelf_keeps_what_was_asked_for_last_and_no_more_than_it_may() -> None:
    shelf = Shelf(100)

    def ready(step: int) -> Ready:
        return Ready(step, b"x" * 30, b"x" * 10, "", {})

    shelf.put(("A", "page"), ready(1))
    shelf.put(("B", "page"), ready(1))
    assert shelf.find(("A", "page"), 1) is not None
    shelf.put(("C", "page"), ready(1))
    assert shelf.find(("B", "page"), 1) is None
    assert shelf.find(("A", "page"), 1) is not None
    for step in range(2, 9):
        shelf.put(("A", "page"), ready(step))
    assert shelf.find(("A", "page"), 7) is None
    assert shelf.find(("A", "page"), 8) is not None
    assert shelf.find(("C", "page"), 1) is not None, "what takes the place of another is counted once"


def test_all_units_are_published_in_parts_and_those_of_another_official_period_are_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(many, "UNITS_A_PART", 2)
    monkeypatch.setattr(many, "_PAUSE_SECONDS", 0)
    units = [add_unit(f"u{number}", region=f"18.01.05.200{number}") for number in range(5)]
    OfficialPolicy.objects.create(
        unit=units[3], since=date(2026, 1, 1), period_kind="year", weight_mode="1/9", policy="complete", due_days=30,
        decided_at=datetime(2025, 12, 1, tzinfo=UTC), decided_by=WHO, why="-",
    )  # fmt: skip
    parts = [(part.out, part.done, part.left) for part in many.publish_all(QUARTER, who=WHO)]
    assert parts == [(2, 2, 3), (1, 2, 1), (1, 1, 0)]
    assert list(Release.objects.order_by("code").values_list("code", flat=True)) == ["u0", "u1", "u2", "u4"]
    found = officials(QUARTER)
    assert [found(unit).period_kind for unit in units] == [
        official(unit, QUARTER).period_kind for unit in units
    ]
    assert officials(parse("2025-TW3"))(units[3]).period_kind == "quarter"


def test_of_an_instrument_the_units_whose_visitors_were_asked_it_are_published(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(many, "UNITS_A_PART", 2)
    monkeypatch.setattr(many, "_PAUSE_SECONDS", 0)
    units = [add_unit(f"u{number}", region=f"18.01.05.200{number}") for number in range(5)]
    asked(Post(units[3]), 12, 5)
    parts = [
        (part.out, part.done, part.left) for part in many.publish_all(QUARTER, who=WHO, instrument="f03a")
    ]
    assert parts == [(0, 2, 3), (1, 2, 1), (0, 1, 0)]
    assert list(Release.objects.values_list("code", "instrument")) == [("u3", "f03a")]
    assert sum(part.out for part in many.publish_all(QUARTER, who=WHO)) == 5, "the SKM is owed by all, still"
    assert sum(part.done for part in many.publish_all(QUARTER, who=WHO, instrument="f03a")) == 4


def test_an_evaluation_s_result_is_ready_too_and_its_correction_is_seen_at_once(
    post: Post, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    prepared(post)
    first = out(post)
    before = [client.get(path) for path in paths(first)]
    with django_assert_num_queries(4):
        assert [client.get(path).content for path in paths(first)] == [one.content for one in before]
    keeping.enter(post.unit, QUARTER, OWN, marked(3), who=WHO, why="salah baca")
    second = out(post, why="salah baca")
    page, *data = [client.get(path) for path in paths(first)]
    assert "Hasil ini ditarik" in page.content.decode()
    assert [one.content for one in data] == [one.content for one in before[1:]]
    assert {(one["IKM-State"], one["IKM-Successor"]) for one in (page, *data)} == {
        ("ditarik", second.address)
    }


@pytest.mark.parametrize(
    "done, left, seconds, said",
    [
        (50, 83_950, 1.0, "50 of 84000 units, 28 minutes left"),
        (50, 100, 2.0, "50 of 150 units, less than a minute left"),
        (150, 0, 9.0, "150 of 150 units"),
    ],
)
def test_progress_says_how_long_the_rest_takes(done: int, left: int, seconds: float, said: str) -> None:
    assert many.progress(done, left, seconds) == said
