"""What goes wrong has a page in the language of its address with a way home, and never shows the program's own words."""

from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from collector import urls
from tests.collector.scores.village import add_unit

pytestmark = pytest.mark.django_db

COLLECTOR = Path(urls.__file__).parent
SECRET = "a secret of the program"
LONGEST_LINE = 140


def boom(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError(SECRET)


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give an address whose view raises."""
    module = ModuleType("raising_urls")
    module.urlpatterns = [path("boom", boom), path("en/boom", boom), *urls.urlpatterns]  # type: ignore[attr-defined]
    monkeypatch.setattr(settings, "ROOT_URLCONF", module)


def check(response: HttpResponse, *, status: int, title: str, language: str = "id") -> None:
    page = response.content.decode()
    assert response.status_code == status
    assert f"<h1>{title}</h1>" in page
    assert f'<html lang="{language}">' in page
    assert {"id": '<a href="/">Ke halaman awal', "en": '<a href="/en/">To the front page'}[language] in page
    assert {"id": 'href="/en/" hreflang="en"', "en": 'href="/" hreflang="id"'}[language] in page
    assert "scores/style.css" in page
    own = ("Traceback", "Exception", "Not Found", "Bad Request", "Forbidden", "Server Error", "CSRF", SECRET)
    assert [word for word in own if word in page] == []


@pytest.mark.parametrize(
    "address",
    [
        "/nothing/",
        "/unit/nowhere/",
        "/unit/sukamaju/?period=TW9",
        "/?period=0001",
        "/region/99/",
        "/unit/a b/",
    ],
)
def test_what_does_not_exist_is_said_in_indonesian(client: Client, address: str) -> None:
    add_unit("sukamaju", region="18.01.05.2003")
    check(client.get(address), status=404, title="Halaman tidak ditemukan")


def test_a_host_that_is_not_ours_is_refused(client: Client) -> None:
    response = client.get("/", headers={"host": "evil.example"})
    check(response, status=400, title="Permintaan ini tidak dapat dibaca")
    assert "evil.example" not in response.content.decode()


def test_a_form_from_elsewhere_is_refused() -> None:
    response = Client(enforce_csrf_checks=True).post("/", {"q": "x"})
    check(response, status=403, title="Formulir ini tidak dapat diterima")


def test_a_page_that_fails_shows_no_traceback(raising: None) -> None:
    response = Client(raise_request_exception=False).get("/boom")
    check(response, status=500, title="Terjadi gangguan di sini")
    response = Client(raise_request_exception=False).get("/en/boom")
    check(response, status=500, title="Something went wrong here", language="en")


def test_below_the_english_front_page_what_goes_wrong_is_said_in_english(client: Client) -> None:
    for address in ("/en/nothing/", "/en/unit/nowhere/", "/en/meja/nothing/", "/en/api/v1/releases"):
        check(client.get(address), status=404, title="Page not found", language="en")
    refused = client.get("/en/", headers={"host": "evil.example"})
    check(refused, status=400, title="This request cannot be read", language="en")
    refused = Client(enforce_csrf_checks=True).post("/en/", {"q": "x"})
    check(refused, status=403, title="This form cannot be accepted", language="en")


def test_the_page_of_what_is_not_allowed_stands_by_itself() -> None:
    text = (COLLECTOR / "templates" / "403.html").read_text()
    assert "Tidak diizinkan" in text
    assert '{% extends "error.html" %}' in text


def test_templates_have_lines_that_can_be_reviewed() -> None:
    long = [
        f"{file.relative_to(COLLECTOR)}:{number}"
        for file in COLLECTOR.rglob("*.html")
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if len(line) > LONGEST_LINE
    ]
    assert long == []
