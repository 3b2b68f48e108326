"""Releases as real processes see them: published by one that is killed, served ready by two others, and gone from all of them at once."""

import http.client
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.set_up import postgres_set_up, set_up
from tests.world import COLLECTOR, free_port

pytestmark = pytest.mark.integration

UNITS, PERIOD = 120, "2024-TW3"

FILL = f"""
import django; django.setup()
from datetime import date
from django.db import transaction
from collector.scores.tallies.projection import project
from tests.collector.scores.village import Post, add_unit, answers, at
with transaction.atomic():
    for number in range({UNITS}):
        post = Post(add_unit(f"u{{number:03}}", region=f"18.01.01.{{2001 + number}}"), name=f"k{{number}}", stream=number + 1)
        day = date(2024, 8, 5)
        project([post.response(answers(1 + (number + place) % 4), at(day, seconds=60 * place)) for place in range(8)])
"""
OUT = """
SELECT code, state, address, (SELECT COUNT(*) FROM releases_releasestep WHERE release_id = one.id), content
FROM releases_release AS one ORDER BY code, number
"""
MEANWHILE = f"""
import django; django.setup()
import threading
from datetime import date
from django.db import connection, transaction
from collector.fleet.models import Unit
from collector.releases import publishing
from collector.scores.tallies.projection import project
from survey.index.periods import parse
from tests.collector.scores.village import Post, answers, at
units = Unit.objects.select_related("region", "agency").order_by("code")[:2]
posts = [Post(unit, name=f"new-{{unit.code}}", stream=5000 + unit.pk) for unit in units]

def take_in():
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '5s'")
    with transaction.atomic():
        refused = project([post.response(answers(4), at(date(2024, 10, 7))) for post in reversed(posts)])
    connection.close()
    print(refused)  # after the commit, which is when foreign keys are checked

with transaction.atomic():
    for unit in units:
        publishing.publish(unit, parse("{PERIOD}"), who="test")
    thread = threading.Thread(target=take_in)
    thread.start()
    thread.join()
"""


class Collector:
    """A collector's data, and its commands as processes of their own."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.environment = os.environ | {
            "IKM_DATA": str(folder),
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "collector.settings",
        }
        set_up(self.environment)
        self.do(sys.executable, "-c", FILL)

    def do(self, *command: str) -> str:
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def release(self, *words: str) -> str:
        return self.do(str(COLLECTOR), "release", *words)

    def out(self) -> list[tuple[object, ...]]:
        """What is out, with the number of its steps; read from outside, as often as one likes."""
        if url := self.environment["DATABASE_URL"]:
            with psycopg.connect(url) as postgres:
                return list(postgres.execute(OUT).fetchall())
        path = Path(self.environment["IKM_DATA"]) / "collector.sqlite3"
        with closing(sqlite3.connect(path, timeout=30)) as database:
            return list(database.execute(OUT))

    @contextmanager
    def serving(self) -> Iterator[int]:
        port = free_port()
        command = [str(COLLECTOR), "serve", "--port", str(port), "--workers", "2", "--threads", "2"]
        with subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL) as process:
            try:
                wait_for(port)
                yield port
            finally:
                process.terminate()


@pytest.fixture(params=["sqlite", "postgres"])
def collector(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Collector]:
    if request.param == "sqlite":
        yield Collector(tmp_path, "")
        return
    with postgres_set_up() as cluster:
        yield Collector(tmp_path, cluster.url())


@pytest.mark.heavy
def test_answers_of_units_that_are_being_published_are_taken_in_meanwhile(tmp_path: Path) -> None:
    with postgres_set_up() as cluster:
        assert Collector(tmp_path, cluster.url()).do(sys.executable, "-c", MEANWHILE) == "[]\n"


def wait_for(port: int) -> None:
    for _ in range(300):
        try:
            ask(port, "/static/scores/icon.svg")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not come up")


def ask(port: int, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    """Ask on a connection of its own, so that either process may take it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


@pytest.mark.sampled(2)
def test_a_step_by_another_process_is_seen_by_the_next_request_in_every_process(collector: Collector) -> None:
    address = collector.release("publish", "--unit", "u000", "--period", PERIOD).split()[0]
    paths = [f"/r/{address}/", f"/api/v1/releases/{address}.json", f"/api/v1/releases/{address}.csv"]
    with collector.serving() as port:
        for path in paths * 12:  # both processes have it ready now
            assert ask(port, path)[0].getheader("IKM-State") == "terbit"
        before = ask(port, paths[1])
        collector.release("withdraw", address, "--why", "salah unit")
        for path in paths * 12:
            answer, body = ask(port, path, **{"If-None-Match": str(before[0].getheader("ETag"))})
            assert (answer.status, answer.getheader("IKM-State")) == (200, "ditarik")
            if path == paths[0]:
                assert "salah unit" in body.decode()
            if path == paths[1]:
                assert body == before[1], "its bytes stay"


@pytest.mark.sampled(2)
def test_publishing_that_was_killed_goes_on_where_it_stopped(collector: Collector) -> None:
    command = [str(COLLECTOR), "release", "publish", "--all", "--period", PERIOD]
    with subprocess.Popen(command, env=collector.environment, stderr=subprocess.DEVNULL) as process:
        try:
            while process.poll() is None and not collector.out():
                time.sleep(0.02)
        finally:
            process.send_signal(signal.SIGKILL)
    killed = collector.out()
    assert 0 < len(killed) < UNITS, "killed in the middle"
    assert {state for _, state, *_ in killed} == {"terbit"}, "nothing is half published"
    collector.release("publish", "--all", "--period", PERIOD)
    after = collector.out()
    assert [code for code, *_ in after] == [f"u{number:03}" for number in range(UNITS)], (
        "nothing twice, nothing missing"
    )
    assert [one for one in after if one[0] in {code for code, *_ in killed}] == killed, (
        "what was out stays as it was"
    )
    assert all(steps == 2 for _, _, _, steps, _ in after)
    assert "0 published, 0 not" in collector.release("publish", "--all", "--period", PERIOD)
