"""While the database is away everything answers 503 in its own form, and what is broken stays 500."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import (
    DatabaseError,
    Error,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
    connection,
)
from django.http import HttpResponse
from django.test import Client
from psycopg import errors

from collector.api import refusals, tokens
from collector.servers.away import RETRY_AFTER_S, is_away
from tests.collector.fake_kiosk import FakeKiosk
from tests.collector.scores.village import add_unit

Wrapper = Callable[..., object]
PAGES = (
    "/", "/unit/sukamaju/", "/region/18.01/", "/r/0123ABCD/", "/unit/sukamaju/embed.html", "/data/", "/meja/",
)  # fmt: skip
FOR_PROGRAMS = (
    "releases", "exports", "indices?unit=sukamaju", "units", "me", "complaints", "verdicts/sukamaju", "trail",
    "settings/kios-1", "tickets/kios-1", "log/kios-1",
)  # fmt: skip
PROGRAMMING = "SELECT * FROM what_nobody_made"


def of(kind: type[Error], cause: Exception | None) -> Error:
    """Give an error as Django makes it of a driver's."""
    error = kind("said by the database")
    error.__cause__ = error.__context__ = cause
    return error


def driven(statements: Callable[[], object]) -> sqlite3.Error:
    with pytest.raises(sqlite3.Error) as caught:
        statements()
    return caught.value


@contextmanager
def away() -> Iterator[None]:
    """Have the database answer nothing at all."""

    def fails(*_: object) -> None:
        raise of(OperationalError, psycopg.OperationalError("connection refused"))

    with connection.execute_wrapper(fails):
        yield


@contextmanager
def broken() -> Iterator[None]:
    """Have every question of the database be one that makes no sense."""

    def asks(execute: Wrapper, _sql: str, _params: object, _many: bool, context: dict[str, object]) -> object:
        return execute(PROGRAMMING, None, False, context)

    with connection.execute_wrapper(asks):
        yield


@pytest.fixture
def browser(db: None) -> Client:
    """A browser with a session, which every page of the desk asks the database about."""
    add_unit("sukamaju", region="18.01.05.2003")
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = "0123456789abcdef0123456789abcdef"
    return client


@pytest.mark.parametrize(
    "state",
    [None, "08006", "57P01", "57P02", "57P03", "25006", "53300"],
    ids=["none", "broke", "stopped", "crashed", "begins", "read-only", "full"],
)
def test_a_server_that_fails_over_is_away(state: str | None) -> None:
    cause = errors.lookup(state)() if state else psycopg.OperationalError("connection refused")
    kind = InternalError if state == "25006" else OperationalError
    assert is_away(of(kind, cause))
    assert is_away(OperationalError("committed here, and no standby confirmed it")), "our own backend's word"


@pytest.mark.parametrize("state", ["42P01", "42601", "40P01", "22P02", "23505"])
def test_what_we_asked_wrongly_is_our_fault(state: str) -> None:
    cause = errors.lookup(state)()
    for kind in (ProgrammingError, OperationalError, DatabaseError):
        assert not is_away(of(kind, cause))
    assert not is_away(of(InterfaceError, psycopg.InterfaceError("the cursor is closed")))
    assert not is_away(ValueError("no database's"))
    assert not is_away(None)


def test_sqlite_calls_a_lock_and_a_missing_table_by_one_name_and_they_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "some.sqlite3"
    with closing(sqlite3.connect(file, timeout=0)) as one, closing(sqlite3.connect(file, timeout=0)) as other:
        one.execute("BEGIN IMMEDIATE")
        locked = driven(lambda: other.execute("BEGIN IMMEDIATE"))
        missing = driven(lambda: other.execute(PROGRAMMING))
    assert (type(locked), type(missing)) == (sqlite3.OperationalError, sqlite3.OperationalError)
    assert is_away(of(OperationalError, locked))
    assert not is_away(of(OperationalError, missing))


def test_what_went_wrong_because_the_database_was_away_is_no_fault_of_ours() -> None:
    def tidy_up() -> None:
        try:
            raise of(OperationalError, psycopg.OperationalError("server closed the connection unexpectedly"))
        except OperationalError:
            raise ProgrammingError("Cannot open a new connection in an atomic block.")  # noqa: B904 - as Django does

    with pytest.raises(ProgrammingError) as caught:
        tidy_up()
    assert is_away(caught.value)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_for_patience_while_the_database_is_away(browser: Client, path: str) -> None:
    with away():
        response = browser.get(path)
    page = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, str(RETRY_AFTER_S))
    assert response["Cache-Control"] == "no-store"
    assert "<h1>Sebentar: basis data sedang berpindah</h1>" in page
    assert f'<a href="{path}">Coba lagi</a>' in page
    assert "lihat dahulu" not in page
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_the_page_is_english_below_the_english_front_page(browser: Client) -> None:
    with away():
        page = browser.get("/en/unit/sukamaju/").content.decode()
    assert "<h1>One moment: the database is moving</h1>" in page
    assert '<a href="/en/unit/sukamaju/">Try again</a>' in page


def test_who_sent_something_is_told_to_look_before_sending_it_again(browser: Client) -> None:
    with away():
        response = browser.post("/akun/masuk/", {"login": "adi", "password": "x"})
    page = response.content.decode()
    assert response.status_code == 503
    assert "mungkin sudah tersimpan, mungkin belum" in page
    assert "Coba lagi</a>" not in page


@pytest.mark.parametrize("place", FOR_PROGRAMS)
@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": f"Bearer {tokens._SIGN}_1_x"}], ids=["anybody", "token"]
)
def test_a_program_is_refused_in_the_form_of_the_api(
    browser: Client, place: str, headers: dict[str, str]
) -> None:
    with away():
        response = browser.get(f"/api/v1/{place}", headers=headers)
    refused(response)


def refused(response: HttpResponse) -> None:
    assert (response.status_code, response["Retry-After"]) == (503, str(RETRY_AFTER_S))
    assert response["Content-Type"] == "application/json"
    said = response.json()
    assert set(said) == {"code", "message", "remedy"}
    assert said["code"] == "away"
    assert "Retry-After" in said["remedy"]


def test_a_kiosk_is_told_to_send_again_and_then_its_batch_is_taken(browser: Client, kiosk: FakeKiosk) -> None:
    """What its sender makes of such an answer is held in `tests/contract/test_senders.py`: try again."""
    kiosk.responses(4, 3)
    with away():
        refused(browser.post("/api/v1/batches", kiosk.batch(), content_type="application/octet-stream"))
        body = {"code": "ABCD-EFGH", "public_key": "11" * 32, "csr": "x"}
        refused(browser.post("/api/v1/enrol", body, content_type="application/json"))
    response = browser.post("/api/v1/batches", kiosk.batch(), content_type="application/octet-stream")
    assert response.status_code == 200


@pytest.mark.parametrize("path", ["/", "/api/v1/releases", "/api/v1/settings/kios-1"])
def test_a_mistake_of_ours_stays_an_error(browser: Client, path: str) -> None:
    with broken():
        response = browser.get(path)
    assert response.status_code == 500
    assert not response.has_header("Retry-After")
    if path != "/":
        assert response.json()["code"] == "failed"


def test_every_refusal_that_programs_may_meet_is_documented() -> None:
    text = (Path(__file__).parents[3] / "docs" / "api.md").read_text()
    rows = {
        line.split("|")[1].strip(): line.split("|")[2] for line in text.splitlines() if line.startswith("| ")
    }
    assert [
        status
        for status, usual in refusals._USUAL.items()
        if f"`{usual[0]}`" not in rows.get(str(status), "")
    ] == []
