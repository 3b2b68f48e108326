"""The regions' table at the desk: for whoever administers everything, tried first, each region that goes decided, and taken as it was tried."""

import html
import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from collector.accounts import roles
from collector.fleet.models import Region, RegionEdition, Unit
from collector.headers import PAGE
from collector.people.models import TrailEntry
from tests.collector.accounts_of import person
from tests.collector.desk.test_desk import administrator, browser
from tests.collector.desk.test_desk_in_english import CHROME
from tests.collector.desk.visitors import visitor
from tests.collector.fleet.test_regions import NEWER, OLDER
from tests.collector.releases.test_english import heard

pytestmark = pytest.mark.django_db
ROOT = "/meja/wilayah/"
OLD, NEW = "18.01.05.2003", "18.16.02.2001"


def local() -> Client:
    user = person("lokal", roles.ADMINISTRATOR, region=Region.objects.get(pk="18.01"))
    TOTP.activate(user, "NONSENSE")
    return browser(user)


def given(text: str = NEWER, *, edition: str = "Kepmen 2026", encoding: str = "utf-8") -> dict[str, object]:
    return {"edition": edition, "file": SimpleUploadedFile("wilayah.csv", text.encode(encoding))}


def carried(page: str) -> str:
    found = re.search(r'name="carried" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


@pytest.fixture
def rina(unit: Unit) -> Client:
    client = browser(administrator())
    page = client.post(f"{ROOT}periksa/", given(OLDER, edition="2025")).content.decode()
    client.post(f"{ROOT}masukkan/", {"carried": carried(page)}, follow=True)  # what it says is read
    assert RegionEdition.objects.get().name == "2025"
    return client


@pytest.mark.parametrize(
    "role", ["nobody", None, roles.VIEWER, roles.AUDITOR, roles.EVALUATOR, roles.UNIT_OFFICER]
)
def test_nobody_but_administrators_comes_in(unit: Unit, role: str | None) -> None:
    client, refused = visitor(role, unit), 302 if role == "nobody" else 403
    assert client.get(ROOT).status_code == refused
    for name in ("periksa/", "masukkan/"):
        assert client.post(ROOT + name, given()).status_code == refused
    assert ROOT.encode() not in client.get("/meja/kios/").content


def test_an_administrator_of_a_region_changes_no_table_of_the_country(rina: Client, unit: Unit) -> None:
    text = carried(rina.post(f"{ROOT}periksa/", given()).content.decode())
    client = local()
    assert client.get(ROOT).status_code == 403
    assert client.post(f"{ROOT}periksa/", given()).status_code == 403
    assert client.post(f"{ROOT}masukkan/", {"carried": text, f"ke.{OLD}": NEW}).status_code == 403
    assert ROOT.encode() not in client.get("/meja/kios/").content
    assert RegionEdition.objects.count() == 1


def test_an_edition_is_tried_decided_and_taken(rina: Client, unit: Unit) -> None:
    assert f'href="{ROOT}"'.encode() in rina.get("/meja/kios/").content
    answer = rina.post(f"{ROOT}periksa/", given())
    assert (answer.status_code, answer["Content-Security-Policy"]) == (200, PAGE)
    page = " ".join(answer.content.decode().split())
    for words in (
        '18.16 Bandar Negara</strong> dari <span lang="id">18.01 Lampung Selatan',
        "1 unit", f'value="{NEW}" selected', "18.01.06.2001 Titiwangi", "Sidoharjo",
    ):  # fmt: skip
        assert words in page
    assert RegionEdition.objects.count() == 1
    text = carried(page)
    undecided = rina.post(f"{ROOT}masukkan/", {"carried": text, f"ke.{OLD}": ""})
    assert undecided.status_code == 400
    assert f"bergantung padanya: {OLD}" in " ".join(undecided.content.decode().split())
    wrong = rina.post(f"{ROOT}masukkan/", {"carried": text, f"ke.{OLD}": NEW, f"lain.{OLD}": "18.99"})
    assert wrong.status_code == 400
    assert 'value="18.99"' in wrong.content.decode(), "what was typed stands there still"
    done = rina.post(f"{ROOT}masukkan/", {"carried": text, f"ke.{OLD}": NEW}, follow=True)
    assert "Edisi Kepmen 2026 masuk" in done.content.decode()
    unit.refresh_from_db()
    assert unit.region_id == NEW
    entry = TrailEntry.objects.filter(action="regions imported").order_by("-pk")[0]
    assert (entry.who, entry.facts["gone"]) == ("rina", 3)
    again = rina.post(f"{ROOT}masukkan/", {"carried": text, f"ke.{OLD}": NEW}, follow=True)
    assert "sudah dimasukkan" in again.content.decode()


def test_files_that_cannot_be_taken_are_said_to_be_none(rina: Client) -> None:
    bad = rina.post(f"{ROOT}periksa/", given("18,Lampung\n18.1,<b>Satu</b>\n"))
    assert bad.status_code == 400
    assert "baris 2" in bad.content.decode()
    assert "<b>" not in bad.content.decode().partition("<main")[2]
    for text, edition, encoding in (
        ("18,\xe9\n", "x", "latin-1"), ("", "x", "utf-8"), (NEWER, " ", "utf-8"), (NEWER, "2025", "utf-8"),
    ):  # fmt: skip
        assert (
            rina.post(f"{ROOT}periksa/", given(text, edition=edition, encoding=encoding)).status_code == 302
        )
    assert rina.post(f"{ROOT}periksa/", {"edition": "x"}).status_code == 302
    altered = carried(rina.post(f"{ROOT}periksa/", given()).content.decode())[:-3] + "abc"
    rina.post(f"{ROOT}masukkan/", {"carried": altered, f"ke.{OLD}": NEW})
    assert RegionEdition.objects.count() == 1


def test_a_file_that_lacks_much_is_asked_about(rina: Client) -> None:
    page = rina.post(
        f"{ROOT}periksa/",
        given("18,Lampung\n18.01,Lampung Selatan\n18.01.05,Sidomulyo\n18.01.05.2004,Sidorejo\n"),
    )
    assert "Apakah berkasnya lengkap?" in " ".join(page.content.decode().split())


def test_the_pages_in_english_are_english(rina: Client) -> None:
    for page in (rina.get(f"/en{ROOT}"), rina.post(f"/en{ROOT}periksa/", given())):
        assert page.status_code == 200
        text = html.unescape(heard(page.content.decode()))
        assert CHROME.findall(text) == []
