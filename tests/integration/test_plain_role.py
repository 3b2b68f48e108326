"""A role of PostgreSQL that owns its own database and may nothing else is all that a collector needs of the server.

With `--db postgres` all of the collector's tests ask as such a role; here are the questions that only servers which fail over are asked.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from collector.servers import reading
from tests.postgres import PLAIN, PrivatePostgres, Standby
from tests.set_up import set_up
from tests.world import COLLECTOR, free_port

pytestmark = [pytest.mark.integration, pytest.mark.long]

CONNECTS = """
import django
django.setup()
import json
from django.conf import settings
from django.db import connection
from collector.servers import reading
from collector.servers.base import KNOWN_FILE
from collector.servers.histories import Known
with connection.cursor() as cursor:
    cursor.execute("SELECT current_user, rolsuper OR rolcreaterole OR rolreplication OR rolcreatedb FROM pg_roles WHERE rolname = current_user")
    who, may_more = cursor.fetchone()
known = Known(settings.IKM_DATA / KNOWN_FILE).read()
found = {"who": who, "may_more": may_more, "port": connection.connection.info.port, "history": known.timeline}
print(json.dumps(found | {"replica": reading.is_set() and reading.usable() is not None}))
"""
PACKS = """
import django
django.setup()
from django.db import connection
from collector.complaints import destruction
with connection.cursor() as cursor:
    connection.connection.add_notice_handler(lambda one: print(one.message_primary))
    for model in destruction._TABLES:
        cursor.execute(f"VACUUM FULL {model._meta.db_table}")
"""
"""What is not vacuumed for want of rights is only warned of, and what was destroyed would stay on the disk."""


class World(NamedTuple):
    first: PrivatePostgres
    second: Standby
    environment: dict[str, str]

    def run(self, *command: str, **environment: str) -> str:
        done = subprocess.run(
            command, env=self.environment | environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def connected(self, *servers: PrivatePostgres) -> dict[str, object]:
        """Connect as a process of the collector does; tells who it is, to which server, in which history."""
        places = ",".join(one.place for one in servers)
        said = self.run(
            sys.executable, "-c", CONNECTS,
            DATABASE_URL=f"postgresql://{PLAIN}@{places}/{PLAIN}", IKM_READ_DATABASE_URL=address(self.second),
        )  # fmt: skip
        found: dict[str, object] = json.loads(said)
        return found


def address(server: PrivatePostgres) -> str:
    return f"postgresql://{PLAIN}@{server.place}/{PLAIN}"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with PrivatePostgres(port=free_port()) as first:
        first.plain()
        environment = os.environ | {
            "IKM_DATA": str(tmp_path / "data"),
            "DATABASE_URL": address(first),
            "DJANGO_SETTINGS_MODULE": "collector.settings",
        }
        with Standby(first, port=free_port()) as second:
            yield World(first, second, environment)


def test_a_plain_role_is_enough_for_a_collector_on_servers_that_fail_over(world: World) -> None:
    """It makes the tables, packs them, and finds the server that was promoted last, and how far a replica is behind."""
    set_up(world.environment)
    world.run(str(COLLECTOR), "unit", "add", "--code", "u", "--name", "U", "--region", "18.01")
    assert world.run(sys.executable, "-c", PACKS) == ""
    both = (world.first, world.second)
    plain = {"who": PLAIN, "may_more": False}
    assert world.connected(*both) == {**plain, "port": world.first.port, "history": 1, "replica": True}

    world.first.kill()
    world.second.promote()
    after = {**plain, "port": world.second.port, "history": 2, "replica": False}
    assert world.connected(*both) == after
    world.first.start()
    assert world.connected(*both) == after, "the old primary came back"


def test_how_far_a_standby_has_come_is_told_to_a_plain_role(world: World) -> None:
    with psycopg.connect(address(world.first)) as one, psycopg.connect(address(world.second)) as other:
        primary = one.execute(reading._PRIMARY_STANDS).fetchone()
        standby = other.execute(reading._REPLICA_STANDS).fetchone()
    assert primary is not None
    assert standby is not None
    assert primary[1] == standby[1]
