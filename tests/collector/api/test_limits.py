"""How often somebody may ask: what counting costs the database, and that a limit holds over several processes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collector.api import limits
from collector.api.limits import Counts
from collector.api.models import Asked

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 9, 2, 0, tzinfo=UTC)


def let_in(processes: list[Counts], most: int, asked: int, now: datetime = NOW) -> int:
    """Ask the processes in turn."""
    return sum(processes[turn % len(processes)].take_of_all("token 1", most, now) for turn in range(asked))


def test_a_process_alone_lets_in_exactly_the_limit() -> None:
    for most in (1, 7, 30, 600):
        Asked.objects.all().delete()
        assert let_in([Counts()], most, 2 * most) == most


@pytest.mark.parametrize("processes", [2, 8])
def test_a_limit_holds_over_processes_but_for_a_tenth_of_it_each(processes: int) -> None:
    found = let_in([Counts() for _ in range(processes)], 600, 3000)
    assert 600 <= found <= 600 + processes * 59


def test_who_used_up_his_limit_at_one_process_gets_less_than_a_tenth_at_each_other() -> None:
    assert let_in([Counts()], 600, 1000) == 600
    assert let_in([Counts()], 600, 1000) == 59


def test_a_new_minute_begins_at_nothing_in_every_process() -> None:
    processes = [Counts(), Counts()]
    later = NOW + timedelta(minutes=1)
    assert let_in(processes, 20, 100) >= 20
    assert let_in(processes, 20, 1, later) == 1
    assert let_in(processes, 20, 100, later) >= 19


def test_counting_writes_once_for_a_tenth_of_the_limit_and_never_for_strangers() -> None:
    counts = Counts()
    with CaptureQueriesContext(
        connection,
    ) as seen:
        for _ in range(2 * limits.OF_NETWORK):
            counts.take("from 192.0.2.0/24", limits.OF_NETWORK, NOW)
    assert len(seen) == 0
    with CaptureQueriesContext(connection) as seen:
        assert let_in([counts], 600, 5000) == 600
    written = [one["sql"] for one in seen if one["sql"].startswith(("UPDATE", "INSERT"))]
    assert 10 <= len(written) <= 13


def test_strangers_and_wrong_tokens_cost_no_write_at_the_door() -> None:
    with CaptureQueriesContext(connection) as seen:
        for _ in range(limits.WRONG + 1):
            Client().get("/api/v1/releases")
            last = Client().get("/api/v1/me", headers={"Authorization": "Bearer ikm_1_guessed"})
    assert last.status_code == 429
    assert {one["sql"].split()[0] for one in seen} <= {"SELECT"}


def test_a_flood_of_names_takes_no_more_memory_and_frees_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_NAMES", 10)
    counts = Counts()
    assert [counts.take("first", 1, NOW) for _ in range(2)] == [True, False]
    for number in range(100):
        counts.take(f"network {number}", 1, NOW)
    assert len(counts._counts) == 10
    assert not counts.take("first", 1, NOW)


def test_a_busy_database_fails_no_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_given: object) -> int:
        raise OperationalError("database is locked")

    monkeypatch.setattr(limits, "_tell", busy)
    assert let_in([Counts()], 30, 100) == 30


def test_a_machine_whose_clock_is_ahead_shuts_nobody_out() -> None:
    assert let_in([Counts()], 20, 20, NOW + timedelta(minutes=3)) == 20
    assert let_in([Counts()], 20, 40) == 20
