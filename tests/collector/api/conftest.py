"""A real collector that serves, for whatever asks it as programs do; made once."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.postgres import PrivatePostgres
from tests.set_up import set_up
from tests.world import free_port, until_it_listens


class Live(NamedTuple):
    """A collector that serves."""

    address: str
    tokens: dict[str, str]
    """By whose and what for: `officer fleet`."""
    releases: dict[str, str]
    """The address of each village's release."""
    units: list[str]
    period: str


@pytest.fixture(scope="session")
def database_of_live(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where that collector keeps everything: a file, or a PostgreSQL of its own with `--db postgres`."""
    if request.config.getoption("--db") != "postgres":
        yield ""
        return
    with PrivatePostgres() as cluster:
        yield cluster.url()


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory, database_of_live: str) -> Iterator[Live]:
    """A collector of two villages, behind the real server."""
    folder = tmp_path_factory.mktemp("served")
    port = free_port()
    environment = {**os.environ, "IKM_DATA": str(folder), "DATABASE_URL": database_of_live}
    set_up(environment)
    run = [sys.executable, "-m"]
    filled = subprocess.run(
        [*run, "tests.collector.api.world"], env=environment, capture_output=True, text=True, check=False
    )
    assert filled.returncode == 0, filled.stderr
    log = folder / "serve.log"
    with (
        log.open("wb") as out,
        subprocess.Popen(
            [*run, "tests.collector.api.serve", str(port)], env=environment, stdout=out, stderr=out
        ) as server,
    ):
        try:
            until_it_listens(port, server, log)
            yield Live(address=f"http://127.0.0.1:{port}", **json.loads(filled.stdout))
        finally:
            server.terminate()
