"""What is read from a replica, when, and what is done where it fails: with a replica in little. `tests/integration/test_replica.py` has a real one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from collector.database import database, replica
from collector.fleet.models import Unit
from collector.servers import reading
from collector.servers.lag import Lag

DEFAULT, REPLICA = "default", "replica"


class FakeConnection:
    """A connection to a server whose questions may fail."""

    def __init__(self) -> None:
        self._wrapper: Callable[..., object] | None = None
        self.fails = self.is_gone = False

    @contextmanager
    def cursor(self) -> Iterator[None]:
        if self.is_gone:
            raise OperationalError("connection refused")
        yield

    def close(self) -> None:
        pass

    @contextmanager
    def execute_wrapper(self, wrapper: Callable[..., object]) -> Iterator[None]:
        self._wrapper = wrapper
        yield
        self._wrapper = None

    def ask(self) -> None:
        def execute(*_: object) -> None:
            if self.fails:
                raise OperationalError("canceling statement due to conflict with recovery")

        if self._wrapper is not None:
            self._wrapper(execute, "SELECT 1", (), False, {})


class FakeWatch:
    def __init__(self) -> None:
        self.seconds: float | None = 0.4

    def behind(self) -> float | None:
        return self.seconds

    def is_away(self) -> None:
        self.seconds = None


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> FakeConnection:
    one = FakeConnection()
    monkeypatch.setattr(reading, "connections", {DEFAULT: connections[DEFAULT], REPLICA: one})
    monkeypatch.setattr(reading, "is_set", lambda: True)
    return one


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch, server: FakeConnection) -> FakeWatch:
    one = FakeWatch()
    monkeypatch.setattr(reading, "WATCH", one)
    return one


def asked(path: str, *, method: str = "GET", cookie: str = "") -> HttpRequest:
    request = RequestFactory().generic(method, path)
    if cookie:
        request.COOKIES["sessionid"] = cookie
    return request


def where(_: HttpRequest) -> HttpResponseBase:
    """Say where a unit would be read from."""
    return HttpResponse(reading.Router().db_for_read(Unit))


def answered(
    request: HttpRequest, respond: Callable[[HttpRequest], HttpResponseBase] = where
) -> HttpResponseBase:
    return reading.from_replica(respond)(request)


@pytest.mark.parametrize(
    "path",
    ["/", "/en/", "/r/0123ABCD/", "/unit/u/", "/en/region/18.01/", "/region/", "/data/", "/data/skm/2026-TW4/data.csv",
     "/api/v1/releases", "/api/v1/releases/0123ABCD.json", "/api/v1/indices", "/api/v1/kiosks"],
)  # fmt: skip
def test_what_everybody_may_see_is_read_from_the_replica(path: str, watch: FakeWatch) -> None:
    answer = answered(asked(path))
    assert (answer.getvalue(), answer[reading.HEADER]) == (b"replica", "10")


@pytest.mark.parametrize(
    "path",
    ["/desk/", "/accounts/login/", "/metrics", "/api/v1/batches", "/api/v1/settings/k", "/api/v1/complaints", "/api/v1/me",
     "/log/checkpoint", "/unit/u/aduan/", "/region/18/x/y"],
)  # fmt: skip
def test_everything_else_is_read_from_the_primary(path: str, watch: FakeWatch) -> None:
    answer = answered(asked(path))
    assert answer.getvalue() == b"default"
    assert not answer.has_header(reading.HEADER)


def test_who_is_logged_in_or_changes_something_reads_from_the_primary(watch: FakeWatch) -> None:
    assert answered(asked("/unit/u/", cookie="abc")).getvalue() == b"default"
    assert answered(asked("/unit/u/", method="POST")).getvalue() == b"default"


def test_people_and_rights_are_the_primarys_in_any_request(watch: FakeWatch) -> None:
    def rights(_: HttpRequest) -> HttpResponseBase:
        return HttpResponse(reading.Router().db_for_read(User))

    assert answered(asked("/api/v1/indices"), rights).getvalue() == b"default"


@pytest.mark.parametrize("behind", [10.1, None])
def test_a_replica_too_far_behind_is_not_read_from(behind: float | None, watch: FakeWatch) -> None:
    watch.seconds = behind
    answer = answered(asked("/"))
    assert (answer.getvalue(), answer.has_header(reading.HEADER)) == (b"default", False)


def test_a_replica_that_fails_in_the_middle_costs_nobody_an_answer(
    server: FakeConnection, watch: FakeWatch
) -> None:
    """Django makes an error of ours a page before any middleware sees it."""
    server.fails = True

    def respond(request: HttpRequest) -> HttpResponseBase:
        try:
            server.ask()
        except OperationalError:
            return HttpResponse("an error", status=500)
        return where(request)

    answer = answered(asked("/"), respond)
    assert (answer.getvalue(), answer.has_header(reading.HEADER)) == (b"default", False)
    assert watch.seconds is None, "it is left alone for a while"


def test_a_replica_that_is_gone_is_noticed_before_anything_is_asked(
    server: FakeConnection, watch: FakeWatch
) -> None:
    server.is_gone = True
    assert answered(asked("/")).getvalue() == b"default"
    assert watch.seconds is None


def test_an_error_of_our_own_is_no_failure_of_the_replica(server: FakeConnection, watch: FakeWatch) -> None:
    times = []

    def respond(_: HttpRequest) -> HttpResponseBase:
        times.append(1)
        server.ask()
        return HttpResponse("an error", status=500)

    assert answered(asked("/"), respond).status_code == 500
    assert (len(times), watch.seconds) == (1, 0.4)


def test_a_file_that_is_written_while_it_is_sent_is_read_from_one_server(watch: FakeWatch) -> None:
    def rows() -> Iterator[bytes]:
        yield reading.Router().db_for_read(Unit).encode()
        yield reading.Router().db_for_read(Unit).encode()

    answer = answered(asked("/data/skm/2026/data.csv"), lambda _: StreamingHttpResponse(rows()))
    parts = []
    for part in answer:
        parts.append(part)
        assert reading.Router().db_for_read(Unit) == "default", "what another request asks meanwhile"
    assert parts == [b"replica", b"replica"]


def test_how_far_it_is_behind_needs_no_clock_but_ours() -> None:
    lag = Lag()
    assert lag.behind(0) is None
    lag.note(100, primary=1000, replica=900)
    assert lag.behind(100) is None, "it never came to a place we know"
    lag.note(101, primary=1100, replica=1000)
    assert lag.behind(101.5) == 1.5
    lag.note(102, primary=1200, replica=1199)
    assert lag.behind(102) == 1
    lag.note(103, primary=1200, replica=1200)
    assert lag.behind(103) == 0, "nothing happens, and it is not behind"
    lag.note(4000, primary=1200, replica=1200)
    assert lag.behind(4000) == 0
    for moment in range(4001, 4061):  # it stands still
        lag.note(moment, primary=1200 + moment, replica=1200)
    assert lag.behind(4060) == 60
    lag.forget()
    assert lag.behind(4061) is None


def test_a_replica_is_a_standby_of_postgresql() -> None:
    primary = database("postgresql://u@one,two/d", folder=Path())
    told = replica("postgresql://u@three:5433/d", of=primary)
    assert (told["HOST"], told["PORT"]) == ("three", "5433")
    assert "read_only" in told["OPTIONS"]["options"]
    with pytest.raises(ImproperlyConfigured, match="IKM_READ_DATABASE_URL"):
        replica("sqlite:///x", of=primary)
