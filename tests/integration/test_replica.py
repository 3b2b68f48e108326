"""Pages read from a real standby: one that follows, one whose replay stands still, one that is gone, and one that is no standby of this primary."""

import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.postgres import PrivatePostgres, Standby
from tests.set_up import set_up
from tests.world import COLLECTOR, free_port, until_it_listens

pytestmark = [pytest.mark.integration, pytest.mark.long]

BOUND_S = 4
AGE = "IKM-Data-Age"


class Answer(NamedTuple):
    text: str
    age: str | None


class World:
    def __init__(self, folder: Path, primary: PrivatePostgres, standby: PrivatePostgres) -> None:
        self.primary, self.standby = primary, standby
        self.port = free_port()
        self.environment = os.environ | {
            "IKM_DATA": str(folder / "data"),
            "DATABASE_URL": primary.url(),
            "IKM_READ_DATABASE_URL": standby.url(),
            "IKM_READ_LAG_S": str(BOUND_S),
        }

    def name(self, name: str) -> None:
        subprocess.run(
            [str(COLLECTOR), "unit", "add", "--code", "u", "--name", name, "--region", "18.01"],
            env=self.environment, check=True, capture_output=True,
        )  # fmt: skip

    def ask(self, *, cookie: str = "", path: str = "/unit/u/") -> Answer:
        headers = {"Cookie": f"sessionid={cookie}"} if cookie else {}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.read().decode(), answer.headers[AGE])

    def until(self, what: str, *, by_replica: bool, seconds: float = 60) -> Answer:
        deadline = time.monotonic() + seconds
        while True:
            answer = self.ask()
            if what in answer.text and (answer.age is not None) == by_replica:
                return answer
            assert time.monotonic() < deadline, answer
            time.sleep(0.3)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with PrivatePostgres(port=free_port()) as primary:
        set_up(os.environ | {"IKM_DATA": str(tmp_path / "data"), "DATABASE_URL": primary.url()})
        with Standby(primary, port=free_port()) as standby:
            made = World(tmp_path, primary, standby)
            made.name("Balai Lama")
            log = tmp_path / "serve.log"
            with log.open("wb") as file:
                server = subprocess.Popen(
                    [str(COLLECTOR), "serve", "--port", str(made.port), "--workers", "1"],
                    env=made.environment, stdout=file, stderr=file,
                )  # fmt: skip
            try:
                until_it_listens(made.port, server, log)
                yield made
            finally:
                server.terminate()
                server.wait(timeout=30)


def test_pages_read_from_a_standby_as_long_as_it_follows(world: World) -> None:
    fresh = world.until("Balai Lama", by_replica=True)
    assert fresh.age == str(BOUND_S)

    # It stands still: for a while pages are old and say how old they may be, then the primary answers.
    world.standby.ask("SELECT pg_wal_replay_pause()")
    world.name("Balai Baru")
    assert "Balai Baru" in world.ask(cookie="of-somebody-logged-in").text, (
        "who is logged in reads the primary"
    )
    assert world.until("Balai Baru", by_replica=False).age is None
    begun = time.monotonic()
    while time.monotonic() < begun + 3:
        answer = world.ask()
        assert (answer.age, "Balai Baru" in answer.text) == (None, True), "and stays with it"
    world.standby.ask("SELECT pg_wal_replay_resume()")
    world.until("Balai Baru", by_replica=True)

    # It is killed: nobody gets an error.
    world.standby.kill()
    begun = time.monotonic()
    while time.monotonic() < begun + 3:
        assert "Balai Baru" in world.ask().text
    assert world.ask().age is None
    world.standby.start()
    world.until("Balai Baru", by_replica=True)

    # It is promoted: it holds a history of its own from now on.
    world.standby.promote()
    world.until("Balai Baru", by_replica=False)
    world.standby.ask("UPDATE fleet_unit SET name = 'Balai Palsu'")
    begun = time.monotonic()
    while time.monotonic() < begun + 3:
        assert "Balai Palsu" not in world.ask().text
