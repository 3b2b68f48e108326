"""The collector's tests run on a real database file, or on a private PostgreSQL with `--db postgres`.

Settings are changed here and not in the environment, which other tests hand on to real programs.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.db import connections

from collector.database import database
from collector.fleet import ca, keys
from tests.collector.fake_kiosk import FakeKiosk
from tests.postgres import PrivatePostgres

_FOLDER = tempfile.TemporaryDirectory(prefix="ikm-collector-tests-")
_DATA = Path(_FOLDER.name)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collector.settings")
settings.IKM_DATA = _DATA
settings.IKM_KEYS = _DATA / "keys"
settings.SECRET_KEY = "only for tests"
settings.DATABASES["default"] = database("", folder=_DATA)
settings.DATABASES["default"]["TEST"] = {"NAME": str(_DATA / "test.sqlite3")}
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
django.setup()
keys.ensure(settings.IKM_KEYS)
ca.ensure(settings.IKM_KEYS)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> Iterator[None]:
    """Point the default connection at a private PostgreSQL where that was asked for."""
    if request.config.getoption("--db") != "postgres":
        yield
        return
    with PrivatePostgres() as cluster:
        wanted = database(cluster.url(), folder=_DATA)
        wanted["CONN_MAX_AGE"] = 0
        connections.settings["default"] = connections.configure_settings({"default": wanted})["default"]
        del connections["default"]
        yield
        connections["default"].close()


@pytest.fixture
def unit(db: None) -> object:
    """A village's unit."""
    from collector.fleet import tree  # noqa: PLC0415 - models load after django.setup() above

    return tree.add_unit(
        code="sukamaju",
        name="Balai Desa Sukamaju",
        region=tree.add_region("18.01.05.2003"),
        agency=None,
        time_zone="Asia/Jakarta",
    )


@pytest.fixture
def kiosk(unit: object) -> FakeKiosk:
    """An enrolled kiosk of that unit."""
    return FakeKiosk.enrolled(unit)
