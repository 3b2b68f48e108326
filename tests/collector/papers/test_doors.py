"""Public papers by their addresses: made once, only of what is out and only those for everybody."""

import base64
import hashlib
import re
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from collector.papers import dress, kept
from collector.papers.press import Press
from collector.papers.registry import Audience, formats
from collector.releases import publishing
from collector.releases.models import Release
from survey.index.periods import parse
from tests.collector.conftest import OwnClock
from tests.collector.papers import town
from tests.collector.papers.reading_back import text_of
from tests.collector.scores.village import Post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path)


@pytest.fixture
def post() -> Post:
    return town.post()


@pytest.fixture
def release(post: Post) -> Release:
    town.visit(post, 40)
    return town.publish(post)


def files(release: Release) -> list[str]:
    return sorted(path.name for path in (settings.IKM_DATA / "papers" / release.address).iterdir())


def test_every_public_paper_has_an_address_and_the_office_s_have_none(
    client: Client, release: Release
) -> None:
    page = client.get(f"/r/{release.address}/berkas/").content.decode()
    for one in formats().values():
        address = f"/r/{release.address}/{one.file}"
        public = one.audience is Audience.EVERYBODY
        assert (f'href="{address}"' in page) is public
        answer = client.get(address)
        assert answer.status_code == (200 if public else 404), one.name
        if public:
            assert answer["Content-Type"] == one.content_type
            assert len(answer.content) > 2_000
    assert f'href="/r/{release.address}/berkas/"' in client.get(f"/r/{release.address}/").content.decode()


def test_a_paper_is_made_once_and_sent_once(
    client: Client, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/r/{release.address[:4].lower()}-{release.address[4:]}/poster-a4.pdf"
    first = client.get(address)
    assert first.content.startswith(b"%PDF-1.4")

    def never(*_: object, **__: object) -> bytes:
        raise AssertionError("it was there already")

    def no_press() -> Press:
        return never

    monkeypatch.setattr(kept, "Apart", no_press)
    again = client.get(address)
    assert again.content == first.content
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert len(files(release)) == 1


def test_a_paper_follows_the_state_and_the_dress_of_its_release(
    client: Client, post: Post, release: Release, tmp_path: Path
) -> None:
    address = f"/r/{release.address}/poster-a4.pdf"
    before = client.get(address)
    dress.put_on("desa", letterhead=["DESA SUKAMAJU"], contacts=None, logo=None, who=town.WHO)
    dressed = client.get(address, headers={"If-None-Match": before["ETag"]})
    assert (dressed.status_code, dressed.content == before.content) == (200, False)
    publishing.withdraw(release, who=town.WHO, why="salah")
    back = client.get(address)
    assert (back.status_code, back["IKM-State"]) == (200, "ditarik")
    path = tmp_path / "back.pdf"
    path.write_bytes(back.content)
    assert "DITARIK" in text_of(path)
    assert len(files(release)) == 1, "the older ones are gone"
    assert "DITARIK" in client.get(f"/r/{release.address}/berkas/").content.decode()


def test_what_is_not_out_or_has_no_number_has_no_papers(
    client: Client, post: Post, own_clock: OwnClock
) -> None:
    town.visit(post, 4)
    proposed = publishing.propose(post.unit, town.QUARTER, who=town.WHO)
    for publish in (True, False):
        for file in ("berkas/", "poster-a4.pdf", "embed.html", "tabulasi.xlsx"):
            assert client.get(f"/r/{proposed.address}/{file}").status_code == 404
        if publish:
            assert town.publish(post).n is None
    for address in ("/r/AAAAAAAA/poster-a4.pdf", "/r/AAAAAAAA/berkas/", f"/r/{proposed.address}/nothing.pdf"):
        assert client.get(address).status_code == 404


def test_an_embed_may_stand_in_a_village_s_site_and_runs_nothing(client: Client, release: Release) -> None:
    answer = client.get(f"/r/{release.address}/embed.html")
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    assert "X-Frame-Options" not in answer
    assert policy["frame-ancestors"].split() == [
        "https://*.desa.id", "http://*.desa.id", "https://*.go.id", "http://*.go.id",
    ]  # fmt: skip
    assert (policy["default-src"], policy["form-action"], policy["base-uri"]) == (
        "'none'",
        "'none'",
        "'none'",
    )
    page = answer.content.decode()
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy["style-src"] == f"'sha256-{digest}'"
    assert not re.search(r"<script|<link|<img|\bstyle=|\bon\w+=|url\(", page), (
        "nothing the policy would refuse"
    )
    assert set(re.findall(r'(?:src|href)="([^"]+)"', page)) == {f"http://127.0.0.1:8000/r/{release.address}/"}
    poster = client.get(f"/r/{release.address}/poster-a4.pdf")
    assert poster["X-Frame-Options"] == "DENY"


def test_a_site_s_frame_stays_at_one_address_and_shows_the_newest_official_release(
    client: Client, post: Post, release: Release
) -> None:
    frame = "/unit/sukamaju/embed.html"
    assert client.get(frame).content == client.get(f"/r/{release.address}/embed.html").content
    assert "frame-ancestors https://*.desa.id" in client.get(frame)["Content-Security-Policy"]
    assert f'src="{settings.IKM_PUBLIC_URL}{frame}"' in unescape(
        client.get(f"/r/{release.address}/berkas/").content.decode()
    )
    before = client.get(frame)
    assert client.get(frame, headers={"If-None-Match": before["ETag"]}).status_code == 304

    def newest(more: str = "") -> list[str]:
        said = client.get(f"/api/v1/releases?unit=sukamaju&newest=yes{more}").json()["releases"]
        return [one["address"] for one in said]

    assert newest() == [release.address]
    assert newest("&instrument=spkp") == []
    town.visit(post, 40, first=date(2026, 7, 2), seed=2)
    older = town.publish(post, parse("2026-TW3"))
    assert newest() == [release.address], "what came out last is not what is newest"
    publishing.withdraw(release, who=town.WHO, why="salah")
    assert newest() == [older.address]
    assert older.address in client.get(frame).content.decode()
    publishing.withdraw(older, who=town.WHO, why="salah")
    assert newest() == []
    assert client.get(frame).status_code == 404
    assert client.get("/unit/nowhere/embed.html").status_code == 404
    for wrong in ("newest=yes", "unit=sukamaju&newest=no"):
        answer = client.get(f"/api/v1/releases?{wrong}")
        assert (answer.status_code, answer.json()["code"]) == (400, "newest")


def test_the_list_of_releases_comes_in_pages(
    client: Client, post: Post, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.visit(post, 40, first=date(2026, 7, 2), seed=2)
    town.publish(post, parse("2026-TW3"))
    whole = client.get("/api/v1/releases").json()
    assert (len(whole["releases"]), whole["next"]) == (2, None)
    monkeypatch.setattr("collector.releases.show.api._MOST", 1)
    first = client.get("/api/v1/releases").json()
    second = client.get(f"/api/v1/releases?after={first['next']}").json()
    assert first["releases"] + second["releases"] == whole["releases"]
    assert second["next"] is None


def test_a_paper_that_is_there_costs_few_questions(
    client: Client, release: Release, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get(f"/r/{release.address}/embed.html")
    with django_assert_num_queries(2):
        client.get(f"/r/{release.address}/embed.html")
