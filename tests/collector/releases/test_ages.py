"""Ages are told in fine bands and leave the house in broad ones: every door is walked, with every account."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

from collector.accounts import roles
from collector.papers import characteristics
from collector.papers.press import Warm
from collector.papers.registry import formats
from collector.papers.said import said_of
from collector.releases import publishing
from collector.releases.models import Release
from collector.scores.tallies.projection import project
from survey.index.periods import parse
from survey.instrument.ages import ASKED, REPORTED
from tests.collector.conftest import OwnClock
from tests.collector.releases.accounts import logged_in
from tests.collector.releases.attacker import everything
from tests.collector.scores.village import Post, add_unit, answers, at

pytestmark = pytest.mark.django_db

WHO = "console:test"
EACH = 6
YEARS = ("17", "19", "37", "70")
"""Ages in years, as another kiosk may write them."""
FINE = re.compile("|".join(one.replace("-", "[-–]") for one in sorted({*ASKED} - {*REPORTED})))
COUNTED = {"<18": 12, "18-25": 18, "26-35": 12, "36-45": 18, "46-55": 12, "56-65": 12, ">65": 12}


@pytest.fixture
def release(own_clock: OwnClock) -> Release:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    post = Post(add_unit("sukamaju", region="18.01.05.2003", agency="desa"), name="k1")
    records = [
        post.response(
            answers(3 + (place + number) % 2),
            at(date(2026, 10, 5) + timedelta(days=number), "09:00", seconds=97 * place),
            profile={"age": told},
        )
        for number, told in enumerate((*ASKED, *YEARS))
        for place in range(EACH)
    ]
    with transaction.atomic():
        assert project(records) == []
    return publishing.publish(post.unit, parse("2026-TW4"), who=WHO)


def paper_texts(release: Release) -> Iterator[tuple[str, str]]:
    """Give the text of every paper that is text or a workbook, those for the office included."""
    said = said_of(release)
    yield "what papers say", repr(said.characteristics)
    for one in formats().values():
        if one.file.endswith((".pdf", ".png")):
            continue  # drawn from the same characteristics
        data = one.make(said, Warm())
        if one.file.endswith((".xlsx", ".ods")):
            with zipfile.ZipFile(io.BytesIO(data)) as book:
                yield from (
                    (f"{one.name}/{name}", book.read(name).decode("utf-8", "replace"))
                    for name in book.namelist()
                )
        else:
            yield one.name, data.decode("utf-8", "replace")


def doors(release: Release, capsys: pytest.CaptureFixture[str]) -> Iterator[tuple[str, str]]:
    """Give all that can be had by anybody but who reads the evidence itself: door, text."""
    evaluator = logged_in("wati", roles.EVALUATOR, region="18.01")
    auditor = logged_in("agus", roles.AUDITOR)
    officer = logged_in("budi", roles.UNIT_OFFICER, unit="sukamaju")
    for name, client in (
        ("anonymous", Client()),
        ("evaluator", evaluator),
        ("auditor", auditor),
        ("officer", officer),
    ):
        for address, content in everything(client).items():
            yield f"{name} {address}", content.decode()
        for form in ("", "&format=csv"):
            for address in (
                f"/api/v1/breakdowns?unit=sukamaju&period=2026-TW4{form}",
                f"/api/v1/indices?unit=sukamaju&period=2026-TW4&by=age{form}",
                f"/api/v1/indices?unit=sukamaju&from=2026-10-06&to=2026-10-20&by=age{form}",
            ):
                yield f"{name} {address}", client.get(address).content.decode()
    for command in (
        ("breakdown", "--unit", "sukamaju", "--period", "2026-TW4"),
        ("index", "--unit", "sukamaju", "--period", "2026-TW4", "--by", "age"),
        ("index", "--unit", "sukamaju", "--from", "2026-10-06", "--to", "2026-10-20", "--by", "age"),
    ):
        call_command(*command)
        yield " ".join(command), capsys.readouterr().out
    yield from paper_texts(release)


@pytest.mark.heavy
def test_no_door_gives_a_finer_band_than_the_reported_ones(
    release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    said = dict(doors(release, capsys))
    assert [door for door, text in said.items() if FINE.search(text)] == []
    assert len([door for door, text in said.items() if "46-55" in text]) >= 10, "the broad ones are there"


def test_no_row_and_no_tally_knows_a_finer_band(release: Release) -> None:
    """Whoever reads the tables finds none either: what was told stands in the evidence alone."""
    for table in connection.introspection.table_names():
        if table.startswith(("scores_", "releases_", "papers_")):
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
                rows = [str(value) for row in cursor.fetchall() for value in row if isinstance(value, str)]
            assert [text for text in rows if FINE.search(text)] == [], table


def test_each_door_that_counts_ages_counts_them_in_the_reported_bands(release: Release) -> None:
    assert {one: COUNTED[one] for one in REPORTED} == COUNTED
    shown = next(one for one in characteristics.of(release) if one.key == "age")
    assert dict(shown.groups) == COUNTED
    for days in ("period=2026-TW4", "from=2026-10-02&to=2026-12-30"):
        said = (
            logged_in(f"a{len(days)}", roles.AUDITOR)
            .get(f"/api/v1/indices?unit=sukamaju&{days}&by=age")
            .json()
        )
        assert {one["group"]["age"]["code"]: one["n"] for one in said["groups"]} == COUNTED
    said = logged_in("wati", roles.EVALUATOR, region="18.01").get(
        "/api/v1/breakdowns?unit=sukamaju&period=2026-TW4&by=age"
    )
    assert {one["code"] for one in json.loads(said.content)["groups"]} == set(COUNTED)


def test_internal_and_external_users_are_groups_like_any_other(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    shown = {}
    for code, stream, told in (
        ("diklat", 1, [*["internal"] * 14, *["eksternal"] * 9, *[""] * 2]),
        ("sedikit", 2, [*["internal"] * 21, *["eksternal"] * 4]),
        ("biasa", 3, [""] * 25),
    ):
        post = Post(add_unit(code, region="18.01.05.2003", agency="desa"), name=f"k{stream}", stream=stream)
        records = [
            post.response(
                answers(3),
                at(date(2026, 10, 5) + timedelta(days=place)),
                profile={"user": one} if one else {},
            )
            for place, one in enumerate(told)
        ]
        with transaction.atomic():
            assert project(records) == []
        release = publishing.publish(post.unit, parse("2026-TW4"), who=WHO)
        exact = {one.key: dict(one.groups) for one in characteristics.of(release)}
        said = logged_in(f"e{code}", roles.EVALUATOR, region="18.01").get(
            f"/api/v1/breakdowns?unit={code}&period=2026-TW4&by=user"
        )
        shown[code] = exact.get("user"), {one["code"] for one in json.loads(said.content)["groups"]}
    assert shown == {
        "diklat": ({"Internal": 14, "Eksternal, Tidak menjawab": 11}, {"internal"}),
        "sedikit": (None, set()),
        "biasa": (None, set()),
    }
