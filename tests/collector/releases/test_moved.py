"""What became of each element since the release before: from the two releases alone, with a doubt that allows for looking at all nine."""

import json
import random
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from collector.releases import publishing
from collector.releases.models import Release
from collector.releases.moved import judged
from collector.scores.tallies.projection import project
from survey.index.periods import parse
from tests.collector.conftest import OwnClock
from tests.collector.scores.village import SKM, Post, add_unit, answers, at

pytestmark = pytest.mark.django_db
WHO = "console:test"


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return Post(add_unit("sukamaju", region="18.01.05.2003", agency="desa"))


def quarter(post: Post, first: date, *, waktu: int, days: int = 20, number: int = 80) -> None:
    """Eighty people on twenty days, all alike but for the time it took."""
    luck = random.Random(number)
    records = []
    for place in range(number):
        given = answers(*luck.choices((2, 3, 4), (1, 3, 2), k=9)) | {"waktu": luck.choice((waktu, waktu + 1))}
        moment = at(first + timedelta(days=place % days), "09:00", seconds=60 * place)
        records.append(post.response(given, moment))
    with transaction.atomic():
        assert project(records) == []


def both(post: Post, **later: Any) -> tuple[Release, Release]:
    quarter(post, date(2026, 7, 6), waktu=1)
    quarter(post, date(2026, 10, 5), **({"waktu": 3} | later))
    before, after = (
        publishing.publish(post.unit, parse(period), who=WHO) for period in ("2026-TW3", "2026-TW4")
    )
    return before, after


def said(release: Release) -> dict[str, Any]:
    return dict(json.loads(bytes(release.content)))


def test_each_element_has_its_change_with_the_widened_doubt_of_the_two_releases(post: Post) -> None:
    before, after = both(post)
    told = said(after)["change"]["elements"]
    assert set(told) == set(SKM.element_keys)
    for key, one in told.items():
        reason, found = judged(said(before), said(after), key, picked=True)
        alone = judged(said(before), said(after), key, picked=False)[1]
        assert found is not None
        assert alone is not None
        assert found.interval is not None
        assert alone.interval is not None
        assert (one["reason"], one["value"], one["verdict"]) == (
            reason.value,
            float(found.value),
            found.change.value,
        )
        assert one["interval"] == [float(found.interval.low), float(found.interval.high)]
        assert found.interval.low < alone.interval.low
        assert found.interval.high > alone.interval.high
    assert {key for key, one in told.items() if one["verdict"] == "better"} == {"waktu"}
    assert {one["verdict"] for key, one in told.items() if key != "waktu"} == {"cannot tell"}


def test_the_page_of_the_release_and_of_the_unit_say_it_beside_each_element(
    post: Post, client: Client
) -> None:
    _, after = both(post)
    waktu = said(after)["change"]["elements"]["waktu"]
    for address in (f"/r/{after.address}/", "/unit/sukamaju/"):
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(address).content.decode()))
        assert text.count("▲ naik") == 1
        assert text.count("≈ belum terlihat") == 8
        assert f"+{waktu['value']:.2f}".replace(".", ",") in text
        assert f"{waktu['interval'][0]:.2f} s/d".replace(".", ",") in text


def test_few_days_say_so_in_the_place_of_a_change(post: Post, client: Client) -> None:
    _, after = both(post, days=5)
    assert {one["reason"] for one in said(after)["change"]["elements"].values()} == {"few_days"}
    page = client.get(f"/r/{after.address}/").content.decode()
    assert page.count("kurang dari delapan hari layanan") == 9
    assert "▲ naik" not in page


def test_a_first_release_has_no_column_of_changes(post: Post, client: Client) -> None:
    quarter(post, date(2026, 10, 5), waktu=2)
    release = publishing.publish(post.unit, parse("2026-TW4"), who=WHO)
    assert said(release)["change"] is None
    assert "Bonferroni" not in client.get(f"/r/{release.address}/").content.decode()
