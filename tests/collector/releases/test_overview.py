"""The lists for everybody: down the trees, sorted, narrowed, with ranks that say only what is known, and as data."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collector.fleet.models import Agency, Region, Unit
from collector.releases import publishing
from collector.releases.models import Release
from collector.releases.show.overview import listing
from collector.releases.states import State
from collector.scores.models import Population
from collector.scores.tallies.projection import project
from survey.index.periods import parse
from tests.collector.conftest import OwnClock
from tests.collector.scores.village import Post, add_unit, answers, at

pytestmark = pytest.mark.django_db

PERIOD = "2026-TW3"
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


@pytest.fixture(autouse=True)
def _november(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2026, 11, 23, 3, tzinfo=UTC)


def out(code: str, value: str | None, *, subject: str = "unit", half: str = "2", **more: object) -> Release:
    """A release as lists see it."""
    number = Release.objects.count()
    fields: dict[str, object] = {
        "n": 100, "visits": 400, "proof": "whole", "state": State.PUBLISHED, "period": PERIOD, "newest": True, "category": "B",
    }  # fmt: skip
    said: dict[str, object] = {"index": None, "completeness": []}
    if value is None:
        fields["n"], fields["category"] = None, ""
    else:
        at, wide = Decimal(value), Decimal(half)
        fields |= {"value": at, "low": at - wide, "high": at + wide}
        said["index"] = {
            "category": "B", "performance": "Baik", "category_probabilities": {"A": 0.02, "B": 0.97, "C": 0.01, "D": 0.001}, "enough_days": True,
        }  # fmt: skip
    return Release.objects.create(
        subject=subject, code=code, unit=Unit.objects.filter(code=code).first(), first_day=date(2026, 7, 1), last_day=date(2026, 9, 30),
        instrument="skm-2017", address=_LETTERS[number // 31] + _LETTERS[number % 31] + "AAAAAA", content=json.dumps(said).encode(),
        **fields | more,
    )  # fmt: skip


@pytest.fixture
def district() -> None:
    """Five units of a district, and one of another."""
    for code, name in (
        ("way", "Way Harapan"),
        ("mekar", "Mekar Indah"),
        ("karang", "Karang Sari"),
        ("bumi", "Bumi Rahayu"),
        ("asih", "Tanjung Asih"),
    ):
        add_unit(code, region=f"18.01.05.{2001 + Unit.objects.count()}", name=name, agency="desa")
    add_unit("jauh", region="18.01.06.2001", name="Jauh Sekali")
    out("way", "90", n=300, required=240, change=Decimal("4.3"), trend="better")
    out("mekar", "85", n=50, required=240, change=Decimal("0.2"), trend="cannot tell")
    out("karang", "84", category="C", proof="short", change=Decimal("-5.1"), trend="worse")
    out("bumi", "70", n=120)
    out("asih", None, state=State.NOT_REPORTED, proof="", visits=None)


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def text(client: Client, path: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page(client, path))))


def names(client: Client, path: str) -> list[str]:
    return re.findall(r'role="rowheader"><a\s+href="[^"]*">([^<]*)<', page(client, path))


@pytest.mark.usefixtures("district")
def test_a_list_is_sorted_by_whatever_is_asked_and_what_has_no_number_comes_last(client: Client) -> None:
    high = ["Way Harapan", "Mekar Indah", "Karang Sari", "Bumi Rahayu"]
    path = "/region/18.01.05/?daftar=unit"
    assert names(client, path) == [*high, "Tanjung Asih"]
    assert names(client, path + "&sort=nilai") == [*reversed(high), "Tanjung Asih"]
    assert names(client, path + "&sort=nama") == sorted([*high, "Tanjung Asih"])
    assert names(client, path + "&sort=responden")[:2] == ["Mekar Indah", "Karang Sari"]
    assert names(client, path + "&sort=perubahan") == [
        "Karang Sari", "Mekar Indah", "Way Harapan", "Bumi Rahayu", "Tanjung Asih",
    ]  # fmt: skip
    assert names(client, path + "&sort=;drop") == [*high, "Tanjung Asih"]


@pytest.mark.usefixtures("district")
def test_a_list_is_narrowed_by_what_became_of_a_period_and_by_words(client: Client) -> None:
    path = "/region/18.01/?daftar=unit"
    assert names(client, path + "&mutu=C") == ["Karang Sari"]
    assert names(client, path + "&perubahan=naik") == ["Way Harapan"]
    assert names(client, path + "&perubahan=belum+terlihat") == ["Mekar Indah"]
    assert names(client, path + "&bukti=belum+lengkap") == ["Karang Sari"]
    assert names(client, path + "&state=tidak+melapor") == ["Tanjung Asih"]
    assert names(client, path + "&state=belum+terbit") == ["Jauh Sekali"]
    assert names(client, path + "&state=belum+terbit&mutu=C") == []
    assert names(client, path + "&state=terbit&sort=nama")[0] == "Bumi Rahayu"
    assert names(client, path + "&q=sari") == ["Karang Sari"]
    assert names(client, path + "&q=18.01.06") == ["Jauh Sekali"]
    assert "semua 6 terbit 4 tidak melapor 1 belum terbit 1" in text(client, path)
    assert "semua 1 belum terbit 1" in text(client, path + "&q=jauh")


@pytest.mark.usefixtures("district")
def test_each_row_says_what_a_release_says_with_its_doubt(client: Client) -> None:
    shown = text(client, "/region/18.01.05/")
    assert (
        "1 Way Harapan 18.01.05.2001 90,00 88,0–92,0 B Baik hampir pasti B (97,0 %) 300 / 240 cukup 75,0 % ▲ naik 4,3 lengkap"
        in shown
    )
    assert "2–3 Mekar Indah 18.01.05.2002 85,00 83,0–87,0" in shown
    assert "50 / 240 kurang 190 12,5 % ≈ belum terlihat" in shown
    assert "▼ turun 5,1 0 catatan belum tiba" in shown
    assert "Tanjung Asih 18.01.05.2005 tidak melapor" in shown


@pytest.mark.usefixtures("district")
def test_ranks_are_those_among_all_of_a_node_whatever_is_looked_for(client: Client) -> None:
    found = rows(client, "/region/18.01.05/?format=json")
    assert [(one["code"], one["rank_first"], one["rank_last"]) for one in found] == [
        ("way", 1, 1), ("mekar", 2, 3), ("karang", 2, 3), ("bumi", 4, 4), ("asih", None, None),
    ]  # fmt: skip
    (one,) = rows(client, "/region/18.01.05/?format=json&q=bumi")
    assert (one["rank_first"], one["rank_last"]) == (4, 4)


def rows(client: Client, path: str) -> list[dict[str, object]]:
    return list(client.get(path).json()["rows"])


@pytest.mark.usefixtures("district")
def test_among_too_many_there_are_no_ranks(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_RANKED", 4)
    assert "Peringkat" in text(client, "/")
    assert rows(client, "/?format=json&q=bumi")[0]["rank_first"] == 4
    monkeypatch.setattr(listing, "MOST_RANKED", 3)
    assert "Peringkat" not in text(client, "/")
    assert rows(client, "/?format=json")[0]["rank_first"] is None
    assert rows(client, "/?format=json&q=bumi")[0]["rank_first"] is None


@pytest.mark.usefixtures("district")
def test_sorted_the_other_way_a_list_of_equals_is_the_same_backwards(client: Client) -> None:
    Release.objects.filter(code__in=("mekar", "karang", "bumi")).update(value=84)
    path = "/region/18.01.05/?daftar=unit&state=terbit&sort="
    assert names(client, path + "nilai") == names(client, path + "-nilai")[::-1]
    assert names(client, path + "nilai")[:3] == ["Bumi Rahayu", "Karang Sari", "Mekar Indah"]


@pytest.mark.usefixtures("district")
@pytest.mark.parametrize("few", [0, 5_000])
def test_a_word_is_looked_for_once_where_few_are_called_so(
    client: Client, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(listing, "_FEW", few)
    for path in ("/?q=AR", "/?q=AR&sort=nama", "/?q=AR&state=tidak+melapor", "/?q=18.01.06"):
        with CaptureQueriesContext(connection) as queries:
            found = names(client, path)
        expected = ["Way Harapan", "Mekar Indah", "Karang Sari"]
        if "tidak" in path:
            expected = []
        elif "18." in path:
            expected = ["Jauh Sekali"]
        assert found == (sorted(expected) if "nama" in path else expected), path
        if few:
            assert sum("LIKE" in one["sql"].upper() and "fleet_unit" in one["sql"] for one in queries) == 1, (
                path
            )


@pytest.mark.usefixtures("district")
def test_all_of_a_country_are_counted_as_the_releases_of_a_part_are() -> None:
    Release.objects.filter(code="bumi").update(state=State.WITHDRAWN)
    out("way", "60", number=2, newest=False)
    out("way", "61", period="2026-TW2", change=Decimal("1.0"))
    out("18", "84", subject="region")
    for subject, period in (
        ("unit", PERIOD),
        ("unit", "2026-TW2"),
        ("region", PERIOD),
        ("agency", PERIOD),
        ("unit", "2025"),
    ):
        releases = Release.objects.filter(subject=subject, newest=True, instrument="skm-2017", period=period)
        counted = listing._all_counted((subject, "skm-2017", period))
        for few in (True, False):
            assert counted == listing._counted(releases, few=few), (subject, period)
    states, valued, changed = listing._all_counted(("unit", "skm-2017", PERIOD))
    assert states["ditarik"] == 1
    assert len(states) == 3
    assert sum(states.values()) > valued > changed == 3


@pytest.mark.usefixtures("district")
def test_one_goes_down_the_tree_from_the_provinces_to_a_unit(client: Client) -> None:
    Region.objects.filter(pk="18").update(name="Lampung")
    Region.objects.create(code="19", name="Tanpa Unit")
    assert names(client, "/region/") == ["Lampung"]
    assert 'href="/region/18.01/"' in page(client, "/region/18/?daftar=wilayah")
    out("18", "84", subject="region", proof="")
    assert names(client, "/region/") == ["Lampung"]
    assert "84,00" in text(client, "/region/")
    assert "6 unit" in text(client, "/region/")
    assert 'href="/region/18/?period=2026-TW3"' in page(client, "/region/")
    found = page(client, "/region/18.01/?daftar=wilayah")
    assert re.findall(r'href="/region/([\d.]+)/">', found) == ["18.01.05", "18.01.06"]
    assert 'href="/unit/jauh/"' in page(client, "/region/18.01.06/?daftar=unit")
    assert names(client, "/region/18.01.05.2001/?daftar=wilayah") == ["Way Harapan"], (
        "a village has units only"
    )


@pytest.mark.usefixtures("district")
def test_a_region_with_many_units_shows_its_parts_first(client: Client) -> None:
    assert len(names(client, "/region/18.01/")) == 6, "few units are shown at once"
    for number in range(listing.ROWS):
        add_unit(f"u{number}", region=f"18.01.07.{2001 + number}")
    assert names(client, "/region/18.01/") == ["18.01.05", "18.01.06", "18.01.07"]
    assert len(names(client, "/region/18.01/?daftar=unit")) == listing.ROWS
    assert len(names(client, "/region/18.01/?daftar=unit&page=2")) == 6


@pytest.mark.usefixtures("district")
def test_the_agencies_are_listed_and_lead_to_their_units(client: Client) -> None:
    Agency.objects.create(code="kosong", name="Tanpa Unit")
    assert names(client, "/agency/") == ["Instansi desa"]
    assert "5 unit" in text(client, "/agency/")
    assert names(client, "/agency/desa/?mutu=C") == ["Karang Sari"]


@pytest.mark.usefixtures("district")
def test_the_table_is_data_with_the_same_rows_in_the_same_order(client: Client) -> None:
    path = "/region/18.01/?daftar=unit&sort=-perubahan&bukti=lengkap"
    answer = client.get(path + "&format=csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="ikm-unit-2026-TW3.csv"' in answer["Content-Disposition"]
    found = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert (
        [one["name"] for one in found] == names(client, path) == ["Way Harapan", "Mekar Indah", "Bumi Rahayu"]
    )
    first = found[0]
    assert (first["value"], first["interval_low"], first["interval_high"]) == ("90.0", "88.0", "92.0")
    assert (first["n"], first["required"], first["visits"], first["change"]) == ("300", "240", "400", "4.3")
    assert (first["trend"], first["proof"], first["state"]) == ("better", "whole", "terbit")
    excel = client.get(path + "&format=csv&for=excel").content.decode()
    assert excel.startswith("\ufeff")
    assert "90,0" in excel
    told = client.get(path + "&format=json").json()
    assert (told["of"], told["period"], told["total"], told["pages"]) == ("unit", PERIOD, 3, 1)
    assert told["rows"][0]["value"] == 90.0
    assert "format=csv" in page(client, path), "its address stands beside the table"


@pytest.mark.usefixtures("district")
def test_a_name_runs_nothing_in_a_table_or_a_page(client: Client) -> None:
    Unit.objects.filter(code="way").update(name="=cmd()<script>")
    assert "'=cmd()<script>" in client.get("/?format=csv").content.decode()
    assert "<script>" not in page(client, "/")


@pytest.mark.usefixtures("district")
@pytest.mark.parametrize("path", ["/", "/region/18/?daftar=unit", "/region/", "/agency/", "/agency/desa/"])
def test_a_list_asks_as_often_for_many_as_for_few(
    client: Client, path: str, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(20) as few:  # type: ignore[operator]
        client.get(path)
    for number in range(30):
        add_unit(f"u{number}", region=f"18.02.{1 + number % 3:02}.{2001 + number}", agency="desa")
        out(f"u{number}", "80")
    with django_assert_max_num_queries(len(few)):  # type: ignore[operator]
        client.get(path)


@pytest.mark.usefixtures("district")
def test_only_what_is_out_is_listed(client: Client) -> None:
    for state in (State.OPEN, State.SUBMITTED, State.RETURNED):
        out("jauh", "99", state=state, newest=False, number=1 + Release.objects.count())
    assert "99,00" not in page(client, "/")
    assert "belum terbit 1" in text(client, "/")


def test_what_a_release_says_for_lists_is_noted_when_it_comes_out(
    client: Client, own_clock: OwnClock
) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    post = Post(add_unit("sukamaju", region="18.01.05.2003"))
    Population.objects.create(
        unit=post.unit, first_day="2026-10-01", last_day="2026-12-31", users=40, stated_at=own_clock.now(), stated_by="x",
    )  # fmt: skip
    fill(post, "2026-08-03", 3)
    publishing.publish(post.unit, parse("2026-TW3"), who="test")
    fill(post, "2026-11-02", 4)
    first = publishing.publish(post.unit, parse("2026-TW4"), who="test")
    (row,) = rows(client, "/?format=json")
    assert (row["value"], row["n"], row["visits"], row["required"]) == (100.0, 12, 12, 36)
    assert (row["change"], row["trend"], row["proof"]) == (25.0, "better", "whole")
    fill(post, "2026-11-02", 1)
    second = publishing.correct(first, who="test", why="dua belas jawaban tiba kemudian")
    assert [(row["address"], row["value"]) for row in rows(client, "/?format=json")] == [
        (second.address, 62.5)
    ]
    publishing.withdraw(Release.objects.get(pk=second.pk), who="test", why="salah unit")
    assert [row["state"] for row in rows(client, "/?format=json")] == ["ditarik"]
    assert list(Release.objects.filter(period="2026-TW4", newest=True).values_list("number", flat=True)) == [
        2
    ]


def fill(post: Post, day: str, value: int) -> None:
    moments = [
        at(date.fromisoformat(day) + timedelta(days=place % 5), seconds=60 * place + post.seq)
        for place in range(12)
    ]
    with transaction.atomic():
        project(
            [post.response(answers(value), moment) for moment in moments]
            + [post.pulse(3, moment) for moment in moments]
        )


def test_a_period_that_is_handed_in_after_its_day_is_not_listed_as_not_reported(
    client: Client, own_clock: OwnClock
) -> None:
    unit = add_unit("sukamaju", region="18.01.05.2003")
    own_clock.moment = datetime(2027, 3, 1, 3, tzinfo=UTC)
    release = publishing.mark_overdue(unit, parse("2026-TW4"), who="test")
    assert release is not None
    assert [row["state"] for row in rows(client, "/?format=json")] == ["tidak melapor"]
    publishing.submit(Release.objects.get(pk=release.pk), who="test")
    assert [row["state"] for row in rows(client, "/?format=json")] == ["belum terbit"]
