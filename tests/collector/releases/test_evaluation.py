"""F-02 and IPP: entered whole or not at all, corrected in the open, and public only when an evaluator publishes it."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from collector.accounts import roles
from collector.errors import CollectorError
from collector.people.models import TrailEntry
from collector.releases import publishing
from collector.releases.evaluation import form, keeping, result
from collector.releases.evaluation.form import BadForm, Form
from collector.releases.evaluation.keeping import Round
from collector.releases.evaluation.result import Quota
from collector.releases.models import Evaluation, Release
from collector.releases.states import State
from collector.scores.tallies.projection import project
from survey.index.pekppp import INDICATORS
from survey.index.periods import parse
from survey.instrument.definition import load
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.scores.village import Post, add_unit, at

pytestmark = pytest.mark.django_db

QUARTER, YEAR = parse("2026-TW4"), parse("2026")
WHO = "console:test"
OWN = Round.OWN


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return Post(add_unit("sukamaju", region="18.01.05.2003", name="Balai Desa Sukamaju", agency="desa"))


def asked(post: Post, number: int, value: int, *, first: date = date(2026, 11, 2)) -> None:
    given = dict.fromkeys(load("f03a").element_keys, value)
    days = [first + timedelta(days=place % 5) for place in range(number)]
    moments = [at(day, seconds=60 * place + post.seq) for place, day in enumerate(days)]
    with transaction.atomic():
        assert project([post.response(given, moment, instrument="f03a") for moment in moments]) == []


def marked(mark: int = 4, **others: int) -> Form:
    return Form(dict.fromkeys(INDICATORS, mark) | {int(number[1:]): one for number, one in others.items()})


def refused(code: str, do: object, *given: object, **more: object) -> None:
    with pytest.raises(CollectorError) as caught:
        do(*given, **more)  # type: ignore[operator]
    assert caught.value.word == code


def filled(mark: str = "4", **changed: str) -> str:
    rows = [f"{number},{changed.get(f'i{number}', mark)}," for number in INDICATORS]
    return "\n".join(["indikator,nilai,catatan", *rows])


def wrong(content: str | bytes) -> list[str]:
    with pytest.raises(BadForm) as caught:
        form.read(content if isinstance(content, bytes) else content.encode())
    return [str(cell) for cell in caught.value.cells]


@pytest.mark.parametrize(
    "content",
    [
        filled().encode(),
        filled().replace(",", ";").encode("utf-8-sig"),
        filled().replace(",", "\t").replace("\n", "\r\n").encode(),
        (filled() + "\n31,,antrean\n,,\n").encode(),
        json.dumps(dict.fromkeys(map(str, INDICATORS), 4)).encode(),
        json.dumps([{"indikator": number, "nilai": 4} for number in INDICATORS]).encode(),
    ],
    ids=["csv", "an Indonesian Excel's", "tabs and CRLF", "with 31 and an empty row", "json", "json rows"],
)
def test_a_form_is_read_from_csv_and_json(content: bytes) -> None:
    assert form.read(content).marks == dict.fromkeys(INDICATORS, 4)


def test_an_empty_form_names_every_cell_that_is_to_be_filled() -> None:
    assert wrong(form.empty()) == [
        f"line {line}, nilai = '': a whole number from 0 to 5" for line in range(2, len(INDICATORS) + 2)
    ]


def test_every_bad_cell_is_named_at_once() -> None:
    content = (
        filled(i3="6", i7="4,5".replace(",", "."), i30="").replace("\n12,4,", "\n11,4,") + "\n31,4,\nx,4,"
    )
    assert wrong(content) == [
        "line 4, nilai = '6': a whole number from 0 to 5",
        "line 8, nilai = '4.5': a whole number from 0 to 5",
        "line 13, indikator = '11': every indicator once",
        "line 31, nilai = '': a whole number from 0 to 5",
        "line 32, nilai = '4': indicator 31 has no mark: leave it empty",
        "line 33, indikator = 'x': a number from 1 to 30",
        "indikator = '12': missing: give every indicator from 1 to 30 a row",
    ]


@pytest.mark.parametrize(
    "content, said",
    [
        (b"\xff\xfe1", "save it as CSV in UTF-8"),
        (b"", "give the file this column"),
        (b"indikator,nilai,nilai\n1,4,4", "every column once"),
        (b"indikator,skor\n1,4", "the columns are indikator, nilai, catatan"),
        (b"indikator,nilai\n1,4,4", "2 cells, as in the head"),
        (b'indikator,nilai\n1,"4', "close every quote"),
        (b'{"1": 4, "1": 5}', "every name once"),
        (b'{"1": true}', "a whole number from 0 to 5"),
        (b'{"1": 4.0}', "a whole number from 0 to 5"),
        (b"[4]", "an object with indikator, nilai, catatan"),
        (b"[" * 100_000, "valid JSON"),
        (b"x" * 300_000, "at most 262144 bytes"),
    ],
)
def test_what_is_no_form_is_refused_with_the_remedy(content: bytes, said: str) -> None:
    assert any(said in cell for cell in wrong(content))


def test_marks_are_kept_with_who_and_when_and_a_correction_is_a_new_version(post: Post) -> None:
    first = keeping.enter(post.unit, YEAR, OWN, marked(4), who="wati")
    assert (first.number, first.entered_by, first.entered_at.date()) == (1, "wati", date(2027, 1, 5))
    refused("evaluation_same", keeping.enter, post.unit, YEAR, OWN, marked(4), who="wati")
    refused("release_why", keeping.enter, post.unit, YEAR, OWN, marked(4, i6=5), who="wati")
    second = keeping.enter(post.unit, YEAR, OWN, marked(4, i6=5), who="wati", why="bukti menyusul")
    assert (second.number, Evaluation.objects.count()) == (2, 2)
    assert keeping.newest(post.unit, YEAR, OWN) == second
    assert keeping.newest(post.unit, YEAR, Round.NATIONAL) is None, "the two rounds are separate"
    entries = TrailEntry.objects.filter(action="F-02 entered")
    assert [(one.who, one.why, one.facts["marks"]["6"]) for one in entries.order_by("pk")] == [
        ("wati", "", 4), ("wati", "bukti menyusul", 5),
    ]  # fmt: skip


def test_a_missing_part_makes_no_number_and_is_named(post: Post) -> None:
    refused("ipp_no_f02", result.live, post.unit, QUARTER, OWN, who=WHO)
    keeping.enter(post.unit, QUARTER, OWN, marked(4), who=WHO)
    refused("ipp_no_f03", result.live, post.unit, QUARTER, OWN, who=WHO)
    asked(post, 4, 5)
    refused("ipp_f03_not_out", result.publish, post.unit, QUARTER, OWN, who=WHO)
    publishing.publish(post.unit, QUARTER, who=WHO, instrument="f03a")
    refused("ipp_f03_not_out", result.publish, post.unit, QUARTER, OWN, who=WHO)
    assert str(result.live(post.unit, QUARTER, OWN, who=WHO).ipp.value) == "4.25"
    assert TrailEntry.objects.filter(action="IPP asked").count() == 1


def out(post: Post, quota: Quota = result.NO_QUOTA, *, why: str = "") -> Release:
    return result.publish(post.unit, QUARTER, OWN, quota, who=WHO, why=why)


def prepared(post: Post, *, users: int = 12) -> None:
    asked(post, users, 5)
    publishing.publish(post.unit, QUARTER, who=WHO, instrument="f03a")
    keeping.enter(post.unit, QUARTER, OWN, marked(4), who="wati")


def told(release: Release) -> dict[str, object]:
    found = json.loads(bytes(release.content))["ipp"]
    assert isinstance(found, dict)
    return found


def test_the_result_is_published_by_the_evaluator_and_found_under_its_address(
    post: Post, client: Client
) -> None:
    prepared(post)
    assert "4,25" not in client.get("/unit/sukamaju/").content.decode(), "nobody sees it before"
    assert client.get("/api/v1/releases?ipp=sukamaju").json() == {"releases": [], "next": None}
    release = out(post)
    assert (str(release.value), release.category, release.state) == ("4.25", "A-", State.PUBLISHED)
    found = told(release)
    assert (found["value"], found["category"], found["meaning"]) == (4.25, "A-", "Sangat Baik")
    assert (found["f02"]["value"], found["f03"]["value"], found["f03"]["n"]) == (4.0, 5.0, 12)  # type: ignore[index]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(f"/r/{release.address}/").content.decode()))
    assert "4,25" in text
    assert "IPP = 0,75 × F-02 + 0,25 × F-03 = 0,75 × 4,0000 + 0,25 × 5,0000" in text
    assert f"/r/{release.address}/" in client.get("/unit/sukamaju/").content.decode()
    (listed,) = client.get("/api/v1/releases?ipp=sukamaju").json()["releases"]
    assert (listed["value"], listed["category"], listed["instrument"]) == (4.25, "A-", "ipp-mandiri")
    rows = list(
        csv.DictReader(io.StringIO(client.get(f"/api/v1/releases/{release.address}.csv").content.decode()))
    )
    assert [int(row["indicator"]) for row in rows] == list(INDICATORS)
    assert {(row["f02"], row["f03"], row["mark"], row["category"]) for row in rows} == {
        ("4.0", "5.0", "4", "A-")
    }


def test_names_and_notes_of_the_evaluator_stay_in_the_house(post: Post, client: Client) -> None:
    asked(post, 12, 5)
    publishing.publish(post.unit, QUARTER, who=WHO, instrument="f03a")
    noted = marked(4)
    noted.notes[6] = "Ibu Siti belum mengirim bukti"
    keeping.enter(post.unit, QUARTER, OWN, noted, who="wati")
    release = out(post)
    for address in (f"/r/{release.address}/", f"/api/v1/releases/{release.address}.json", "/unit/sukamaju/"):
        page = client.get(address).content.decode()
        assert "Siti" not in page
        assert "wati" not in page


def test_a_correction_is_a_new_edition_with_a_reason(post: Post) -> None:
    prepared(post)
    first = out(post)
    before = bytes(first.content)
    refused("release_same", out, post, why="lagi")
    keeping.enter(post.unit, QUARTER, OWN, marked(3), who=WHO, why="salah baca")
    refused("release_why", out, post)
    second = out(post, why="salah baca")
    first.refresh_from_db()
    assert (first.state, first.successor, bytes(first.content)) == (State.WITHDRAWN, second, before)
    assert (second.number, str(second.value), told(second)["f02"]["version"]) == (2, "3.50", 2)  # type: ignore[index]
    publishing.withdraw(second, who=WHO, why="dibatalkan")
    assert out(post).number == 3


def test_a_quota_has_a_source_and_zero_is_only_on_request_and_always_said(post: Post, client: Client) -> None:
    prepared(post)
    refused("ipp_quota", out, post, Quota(30))
    plain = out(post, Quota(30, "Pedoman kabupaten"))
    users = told(plain)["f03"]
    assert (str(plain.value), users["quota_met"], users["zeroed"]) == ("4.25", False, False)  # type: ignore[index]
    zeroed = out(post, Quota(30, "Pedoman kabupaten", zero_below=True), why="diminta instansi")
    users = told(zeroed)["f03"]
    assert (str(zeroed.value), users["value"], users["counted"], users["zeroed"]) == ("3.00", 5.0, 0.0, True)  # type: ignore[index]
    assert "F-03 dihitung 0" in client.get(f"/r/{zeroed.address}/").content.decode()


def test_over_a_year_the_users_part_is_that_of_its_quarters_together(post: Post) -> None:
    from collector.releases import larger  # noqa: PLC0415 - this test alone

    asked(post, 12, 5)
    asked(post, 6, 2, first=date(2026, 8, 3))
    for period in ("2026-TW3", "2026-TW4"):
        publishing.publish(post.unit, parse(period), who=WHO, instrument="f03a")
    keeping.enter(post.unit, YEAR, OWN, marked(4), who=WHO)
    refused("ipp_f03_not_out", result.publish, post.unit, YEAR, OWN, who=WHO)
    larger.publish(larger.unit_over_time(post.unit), YEAR, who=WHO, instrument="f03a")
    release = result.publish(post.unit, YEAR, OWN, who=WHO)
    assert (told(release)["f03"]["value"], str(release.value)) == (4.0, "4.00")  # type: ignore[index]


def test_an_ipp_does_not_stand_in_the_way_of_releases(post: Post) -> None:
    prepared(post)
    out(post)
    with transaction.atomic():
        answers = dict.fromkeys(load("skm-2017").element_keys, 3)
        project([post.response(answers, at(date(2026, 11, 3), seconds=90 * n)) for n in range(9)])
    assert publishing.publish(post.unit, QUARTER, who=WHO).n == 9


def test_the_console_enters_shows_and_publishes(
    post: Post, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(post, 12, 5)
    publishing.publish(post.unit, QUARTER, who=WHO, instrument="f03a")
    file = tmp_path / "f02.csv"
    whose = ["--unit", "sukamaju", "--period", "2026-TW4", "--round", "mandiri"]
    call_command("ipp", "form")
    file.write_text(capsys.readouterr().out)
    with pytest.raises(CommandError, match=r"line 2, nilai = ''(.|\n)*line 31, nilai = ''"):
        call_command("ipp", "enter", *whose, "--file", str(file))
    assert not Evaluation.objects.exists()
    file.write_text(filled())
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("ipp", "enter", *whose, "--file", str(tmp_path / "none.csv"))
    call_command("ipp", "enter", *whose, "--file", str(file))
    assert "F-02 4,0000  sukamaju  2026-TW4  mandiri  version 1" in capsys.readouterr().out
    call_command("ipp", "show", *whose, "--quota", "30", "--quota-source", "kabupaten", "--zero-below-quota")
    shown = capsys.readouterr().out
    assert "IPP 3,00  C (Cukup)" in shown
    assert "F-03 DIHITUNG 0" in shown
    call_command("ipp", "show", *whose, "--json")
    live = json.loads(capsys.readouterr().out)
    call_command("ipp", "publish", *whose)
    assert "ipp-mandiri  4.25 A-  terbit" in capsys.readouterr().out
    published = told(Release.objects.get(subject="ipp"))
    assert published.pop("f03") | {"address": None} == live.pop("f03")  # type: ignore[operator]
    assert published == live, "the house sees what everybody will see"
    with pytest.raises(CommandError, match="needs `--quota`"):
        call_command("ipp", "show", *whose, "--zero-below-quota")
    with pytest.raises(CommandError, match="1 to 100000"):
        call_command("ipp", "show", *whose, "--quota", "0")
    call_command("ipp", "list")
    assert "version 1" in capsys.readouterr().out


def test_a_unit_s_officer_neither_marks_nor_publishes(post: Post, tmp_path: Path) -> None:
    person("sari", roles.UNIT_OFFICER, post.unit)
    file = tmp_path / "f02.csv"
    file.write_text(filled())
    whose = ["--unit", "sukamaju", "--period", "2026-TW4", "--round", "mandiri", "--as", "sari"]
    with pytest.raises(CommandError, match="may not do this"):
        call_command("ipp", "enter", *whose, "--file", str(file))
    prepared(post)
    with pytest.raises(CommandError, match="may not do this"):
        call_command("ipp", "publish", *whose)
    assert not Release.objects.filter(subject="ipp").exists()
