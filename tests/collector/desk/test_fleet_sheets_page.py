"""The fleet's spreadsheet at the desk: administrators alone, checked before it is taken, and what is taken is what was checked."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from collector.accounts import roles
from collector.fleet.models import Unit, WantedKiosk
from collector.fleet.sheets import writing
from collector.headers import PAGE
from collector.people.models import TrailEntry
from tests.collector.desk.test_desk import administrator, browser
from tests.collector.desk.visitors import visitor

pytestmark = pytest.mark.django_db
ROOT = "/meja/armada/"
CSV = "nama kios,kode unit,kode tempat\r\nk-0041,sukamaju,\r\nk-0042,{unit},\r\n"


def given(unit: str = "sukamaju") -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile("kios.csv", CSV.format(unit=unit).encode())}


def carried(page: str) -> str:
    found = re.search(r'name="carried" value="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    "role", ["nobody", None, roles.VIEWER, roles.AUDITOR, roles.EVALUATOR, roles.UNIT_OFFICER]
)
def test_nobody_but_administrators_comes_in(unit: Unit, role: str | None) -> None:
    client, refused = visitor(role, unit), 302 if role == "nobody" else 403
    for path in ("", "templat.xlsx", "armada.xlsx", "unit.csv"):
        assert client.get(ROOT + path).status_code == refused
    assert client.post(f"{ROOT}periksa/", given()).status_code == refused
    assert client.post(f"{ROOT}masukkan/", {"carried": "x"}).status_code == refused
    assert b"/meja/armada/" not in client.get("/meja/kios/").content


@pytest.fixture
def rina(unit: Unit) -> Client:
    return browser(administrator())


def test_a_file_is_checked_then_taken_and_the_trail_says_by_whom(rina: Client) -> None:
    assert f'href="{ROOT}"'.encode() in rina.get("/meja/kios/").content
    checked = rina.post(f"{ROOT}periksa/", given())
    assert (checked.status_code, checked["Content-Security-Policy"]) == (200, PAGE)
    assert "Masukkan semuanya" in checked.content.decode()
    assert not WantedKiosk.objects.exists()
    answer = rina.post(f"{ROOT}masukkan/", {"carried": carried(checked.content.decode())}, follow=True)
    assert "Masuk: 2 baris baru atau diubah." in answer.content.decode()
    assert WantedKiosk.objects.count() == 2
    entry = TrailEntry.objects.get(action="fleet imported")
    assert (entry.who, entry.facts) == ("rina", {"Kios": [2, 0]})
    again = rina.post(f"{ROOT}periksa/", given()).content.decode()
    assert "Tidak ada yang berubah" in again
    assert "carried" not in again


def test_bad_rows_are_named_and_nothing_can_be_taken(rina: Client) -> None:
    answer = rina.post(f"{ROOT}periksa/", given("<b>tiada"))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "lembar Kios, baris 3, kolom kode unit" in page
    assert (
        "Tidak ada unit &#x27;&lt;b&gt;tiada&#x27;" in page
        or "tidak ada unit &#x27;&lt;b&gt;tiada&#x27;" in page
    )
    assert "carried" not in page


def test_what_was_not_checked_is_not_taken(rina: Client) -> None:
    sealed = carried(rina.post(f"{ROOT}periksa/", given()).content.decode())
    for text in ("", sealed[:-1], "x" + sealed[1:]):
        answer = rina.post(f"{ROOT}masukkan/", {"carried": text}, follow=True)
        assert "periksa lagi" in answer.content.decode()
    Unit.objects.update(hidden_on="2026-01-01")
    answer = rina.post(f"{ROOT}masukkan/", {"carried": sealed}, follow=True)
    assert "tidak ada yang dimasukkan" in answer.content.decode()
    assert not WantedKiosk.objects.exists()


def test_the_files_are_given(rina: Client) -> None:
    assert rina.get(f"{ROOT}armada.xlsx").content == writing.as_xlsx(writing.everything())
    assert rina.get(f"{ROOT}templat.xlsx").content == writing.as_xlsx({})
    assert rina.get(f"{ROOT}unit.csv").content.decode("utf-8-sig").splitlines()[1].startswith("sukamaju,")
    assert rina.get(f"{ROOT}lain.csv").status_code == 404
