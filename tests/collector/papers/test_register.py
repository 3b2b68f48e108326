"""The publication register: what officers enter, and the kiosks' screens that enter themselves."""

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from PIL import Image

from collector.errors import CollectorError
from collector.evidence.intake.projections import registered
from collector.fleet.models import KioskSettings
from collector.papers import register
from collector.papers.models import Medium
from collector.people.models import TrailEntry
from collector.releases import publishing
from collector.releases.models import Release
from survey.record.bodies import SettingsTold
from tests.collector.conftest import OwnClock
from tests.collector.papers import town
from tests.collector.scores.village import Post, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 9, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return town.post()


@pytest.fixture
def release(post: Post) -> Release:
    town.visit(post, 40)
    return town.publish(post)


def tell(post: Post, version: int, day: date, *, applied: bool = True) -> None:
    """Let the kiosk's record of what it did with its settings come in."""
    told = SettingsTold(
        version=version, applied=applied, **({} if applied else {"key": "volume", "refused": "no"})
    )  # type: ignore[arg-type]
    record = post.record("settings", at(day), body=told.to_body())
    (projection,) = (one for one in registered() if "settings" in one.kinds)
    assert projection.project([record]) == []


def newest(post: Post) -> int:
    return int(KioskSettings.objects.filter(kiosk=post.kiosk).order_by("-version")[0].version)


def test_a_kiosk_s_screen_enters_itself_once_it_shows_the_release(post: Post, release: Release) -> None:
    version = newest(post)
    assert register.entries(release) == []
    tell(post, version - 1, date(2027, 1, 9))
    tell(post, version, date(2027, 1, 10), applied=False)
    assert register.entries(release) == [], "it has not applied them"
    tell(post, version, date(2027, 1, 11))
    tell(post, version, date(2027, 1, 12))
    (line,) = register.entries(release)
    assert (line.day, line.medium, line.where) == (date(2027, 1, 11), Medium.ELECTRONIC, "Layar kios k1")
    assert line.who == f"kios k1, catatan bertanda tangan nomor {post.seq - 1}"


def test_a_screen_stands_under_the_release_it_shows_and_no_other(post: Post, release: Release) -> None:
    tell(post, newest(post), date(2027, 1, 10))
    town.visit(post, 10, seed=2)
    after = publishing.correct(release, who=town.WHO, why="terlambat datang")
    assert register.entries(after) == []
    tell(post, newest(post), date(2027, 1, 14))
    assert [line.day for line in register.entries(after)] == [date(2027, 1, 14)]
    assert [line.day for line in register.entries(release)] == [date(2027, 1, 10)]


def test_what_is_entered_is_kept_with_its_photo_and_stands_in_the_trail(
    release: Release, tmp_path: Path
) -> None:
    photo = tmp_path / "papan.jpg"
    Image.new("RGB", (64, 48), "navy").save(photo)
    register.enter(
        release,
        day=date(2027, 1, 9),
        medium=Medium.PRINT,
        where="Papan\u202e balai",
        photo=photo,
        who=town.WHO,
    )
    register.enter(
        release, day=date(2027, 1, 9), medium=Medium.WEBSITE, where="sukamaju.desa.id", link="https://sukamaju.desa.id/ikm", who=town.WHO
    )  # fmt: skip
    lines = register.entries(release)
    assert [(line.medium.label, line.where, line.link) for line in lines] == [
        ("Media Cetak/Non Elektronik", "Papan balai", ""),
        ("Website", "sukamaju.desa.id", "https://sukamaju.desa.id/ikm"),
    ]
    with Image.open(io.BytesIO(lines[0].photo)) as kept:
        assert kept.size == (64, 48)
    assert register.media(lines) == [Medium.PRINT, Medium.WEBSITE]
    assert TrailEntry.objects.filter(action="publication entered").count() == 2


@pytest.mark.parametrize(
    "change, word",
    [
        ({"day": date(2027, 1, 8)}, "publication_day"),
        ({"day": date(2027, 1, 10)}, "publication_day"),
        ({"link": "javascript:alert(1)"}, "publication_link"),
        ({"link": "https://a b"}, "publication_link"),
        ({"link": "https://[a"}, "publication_link"),
        ({"photo": Path("/nowhere.jpg")}, "picture"),
    ],
)
def test_what_cannot_be_is_not_entered(release: Release, change: dict[str, object], word: str) -> None:
    given = {"day": date(2027, 1, 9), "medium": Medium.SOCIAL, "where": "akun desa", "who": town.WHO} | change
    with pytest.raises(CollectorError) as caught:
        register.enter(release, **given)  # type: ignore[arg-type]
    assert caught.value.word == word
    assert register.entries(release) == []


def test_what_was_never_out_was_published_nowhere(post: Post) -> None:
    town.visit(post, 40)
    proposed = publishing.propose(post.unit, town.QUARTER, who=town.WHO)
    with pytest.raises(CollectorError, match="no published number"):
        register.enter(proposed, day=date(2027, 1, 9), medium=Medium.PRINT, where="papan", who=town.WHO)


def test_the_command_enters_lists_and_gives_the_photos_back(
    release: Release, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = tmp_path / "papan.png"
    Image.new("RGB", (64, 48), "navy").save(photo)
    call_command(
        "publication",
        "add",
        release.address,
        "--medium",
        "cetak",
        "--where",
        "Papan balai",
        "--photo",
        str(photo),
    )
    call_command("publication", "list", "--unit", "sukamaju", "--photos", str(tmp_path / "out"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(
        f"{release.address}  2027-01-09  Media Cetak/Non Elektronik  Papan balai  photo"
    )
    assert lines[-1] == f"{release.address}  2026-TW4: 1 kinds of media"
    assert [path.suffix for path in (tmp_path / "out").iterdir()] == [".jpg"]
