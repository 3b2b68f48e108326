"""Plans and forums at the console: every step as at the desk, in somebody's name."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from collector.accounts import roles
from collector.followup.models import Evidence, Forum, Item, ReportDay
from collector.people.models import TrailEntry
from collector.releases.models import Release
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.followup import desa
from tests.collector.papers import town
from tests.collector.scores.village import Post

pytestmark = pytest.mark.django_db
PLAN = (
    "--problem",
    "Antre",
    "--action",
    "Loket kedua",
    "--responsible",
    "Sekdes",
    "--from",
    "2027-01",
    "--to",
    "2027-03",
)
FORUM = (
    "forum",
    "add",
    "--unit",
    "sukamaju",
    "--date",
    "2027-01-07",
    "--place",
    "Balai",
    "--topic",
    "Standar",
    "--pengguna",
    "9",
)


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 9, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return town.post()


@pytest.fixture
def release(post: Post) -> Release:
    return desa.released(post)


def told(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def rtl(what: str, *words: str) -> str:
    return told("rtl", what, "--unit", "sukamaju", *words)


def test_a_plan_goes_its_whole_way_at_the_console(release: Release, tmp_path: Path) -> None:
    assert rtl("list") == "sukamaju: no plans\n"
    assert "1  direncanakan  U3 waktu" in rtl(
        "add", "--release", release.address, "--element", "waktu", *PLAN
    )
    said = rtl("correct", "1", "--action", "Loket ketiga", "--why", "antre panjang")
    assert "Antre -> Loket ketiga" in said
    photo = tmp_path / "foto.png"
    photo.write_bytes(desa.picture("PNG"))
    said = rtl(
        "done", "1", "--date", "2027-01-09", "--result", "Dibuka", "--people", "3", "--file", str(photo)
    )
    assert "2027-01-09: Dibuka (foto.jpg)" in said
    assert "Waiting for a release: the release after the day it was done is not out." in said
    assert "follow-up: 2027-01-09" in told(
        "rtl", "report", release.address, "--of", "follow-up", "--date", "2027-01-09"
    )
    rtl("reopen", "1", "--why", "ditutup lagi")
    assert "tidak dilaksanakan" in rtl("drop", "1", "--why", "dana")
    assert "2 of 5 groups" in told(*FORUM, "--media", "1", "--signer", "Camat")
    assert Forum.objects.get().signers == "Camat"
    assert "2  direncanakan  - -  forum 2027-01-07" in rtl("add", "--forum", "2027-01-07", *PLAN)
    assert [line[0] for line in rtl("list", "--period", "2026-TW4").splitlines() if line[0] != " "] == ["1"]
    assert rtl("list", "--period", "2026-TW3") == "sukamaju: no plans\n"
    assert Evidence.objects.count() == ReportDay.objects.count() == 1


def test_what_cannot_be_is_one_sentence_and_changes_nothing(release: Release, tmp_path: Path) -> None:
    rtl("add", "--release", release.address, "--element", "waktu", *PLAN)
    before = TrailEntry.objects.count()
    for words, said in (
        (("correct", "1", "--action", "x"), "give the reason"),
        (("correct", "1", "--from", "Januari", "--why", "x"), "no month"),
        (("done", "1", "--date", "gestern", "--result", "x"), "no date"),
        (
            ("done", "1", "--date", "2027-01-09", "--result", "x", "--file", str(tmp_path / "none")),
            "No such file",
        ),
        (("done", "9", "--date", "2027-01-09", "--result", "x"), "no plan 9"),
        (("add", "--forum", "2027-01-01", *PLAN), "no forum"),
    ):
        with pytest.raises(CommandError, match=said):
            rtl(*words)
    nothing = tmp_path / "nothing.pdf"
    nothing.write_bytes(b"MZ")
    with pytest.raises(CommandError, match="picture"):
        rtl("done", "1", "--date", "2027-01-09", "--result", "x", "--file", str(nothing))
    assert Item.objects.get().state == "direncanakan", "and is not half done"
    assert TrailEntry.objects.count() == before


def test_each_account_reaches_as_far_as_in_the_browser(post: Post, release: Release) -> None:
    other = town.post("lain")
    may = [person("budi", roles.UNIT_OFFICER, post.unit), person("rina", roles.ADMINISTRATOR)]
    may_not = [
        person("joko", roles.UNIT_OFFICER, other.unit),
        person("wati", roles.EVALUATOR),
        person("vina", roles.VIEWER),
        person("audi", roles.AUDITOR),
    ]
    add = ("add", "--release", release.address, "--element", "waktu", *PLAN)
    for user in may:
        rtl(*add, "--as", user.get_username())
    told(*FORUM, "--as", "budi")
    every = (
        add, ("correct", "1", "--why", "x"), ("done", "1", "--date", "2027-01-09", "--result", "x"),
        ("drop", "1", "--why", "x"), ("reopen", "1", "--why", "x"),
    )  # fmt: skip
    before = TrailEntry.objects.exclude(action="console code").count()
    for user in may_not:
        for words in every:
            with pytest.raises(CommandError, match="may not"):
                rtl(*words, "--as", user.get_username())
        with pytest.raises(CommandError, match="may not"):
            told(
                "rtl",
                "report",
                release.address,
                "--of",
                "survey",
                "--date",
                "2027-01-09",
                "--as",
                user.get_username(),
            )
        with pytest.raises(CommandError, match="may not"):
            told(*FORUM, "--why", "x", "--as", user.get_username())
    assert TrailEntry.objects.exclude(action="console code").count() == before
    assert [
        one.who.split()[0] for one in TrailEntry.objects.filter(action="follow-up added").order_by("pk")
    ] == [
        "budi",
        "rina",
    ]
