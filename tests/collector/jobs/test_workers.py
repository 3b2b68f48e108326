"""Workers as processes: two of them share a job, one is killed with all its hands, and each piece is done once."""

import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from collector.accounts import roles
from collector.jobs import alive, asking, doing
from collector.jobs.models import Job, JobState, Piece, PieceState
from collector.people.models import TrailEntry
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.papers import town
from tests.collector.scores.village import Post, add_unit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.integration]
UNITS = 10
PATIENCE_S = 240


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path)


Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a worker on the tests' own database, in a process group that can be killed whole."""
    running: list[subprocess.Popen[bytes]] = []
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{found['NAME']}"
    else:
        url = f"postgresql://{found['USER']}@/{found['NAME']}?host={found['HOST']}"
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "IKM_DATA": str(settings.IKM_DATA),
        "IKM_KEYS": str(settings.IKM_KEYS),
        "IKM_OWN": str(settings.IKM_OWN),
    }

    def begin() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "collector.manage", "work", "--hands", "2"]
        running.append(subprocess.Popen(command, env=environment, start_new_session=True))
        return running[-1]

    yield begin
    for one in running:
        with suppress(ProcessLookupError):
            os.killpg(one.pid, signal.SIGKILL)
        one.wait()


def until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < deadline, list(
            Piece.objects.order_by("place").values_list("place", "state", "tries", "why")
        )
        time.sleep(0.1)


@pytest.mark.heavy
def test_two_workers_share_a_job_and_one_that_is_killed_costs_no_piece_and_doubles_none(start: Start) -> None:
    for number in range(1, UNITS + 1):
        post = Post(
            add_unit(f"u{number:02}", region="18.01.05.2003", name=f"Desa {number}"),
            name=f"k{number}",
            stream=number,
        )
        town.visit(post, 6)
        town.publish(post)
    job = asking.papers_of_period(
        town.QUARTER.identifier, instrument="skm-2017", user=person("wati", roles.EVALUATOR)
    )
    made = Piece.objects.filter(job=job, place__gt=0)
    first, second = start(), start()
    until(
        lambda: (
            made.filter(state=PieceState.DONE).count() >= 2
            and made.filter(state=PieceState.TAKEN).count() >= 2
        )
    )
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    until(lambda: Job.objects.get(pk=job.pk).state != JobState.OPEN)
    assert Job.objects.get(pk=job.pk).state == JobState.DONE
    with zipfile.ZipFile(doing.result_of(job)) as found:
        folders = [name.partition("/")[0] for name in found.namelist()]
    assert {folders.count(f"u{number:02}") for number in range(1, UNITS + 1)} == {folders.count("u01")}
    assert len(set(folders)) == UNITS
    pieces = list(made)
    assert all(one.state == PieceState.DONE and one.why == "" for one in pieces)
    assert sum(one.tries for one in pieces) <= UNITS + 2, (
        "what the killed one had in hand was taken up again, and nothing else"
    )
    subjects = TrailEntry.objects.filter(action="paper made").values_list("subject", flat=True)
    assert sorted(subjects) == sorted(
        f"release {one.release.address}" for one in made.select_related("release") if one.release
    )
    second.terminate()
    assert second.wait(timeout=60) == 0
    assert not alive.anybody()
