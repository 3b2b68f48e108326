"""The collector's tests run on a real database file, or on a private PostgreSQL with `--db postgres`.

Settings are changed here and not in the environment, which other tests hand on to real programs. The collector's clock is the
tests' own: whatever the machine's shows, it is the Monday after the tests' first one, 9 November 2026,
nine in the morning in Jakarta.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from pytest_django.plugin import DjangoDbBlocker

from collector import clock
from collector.database import database
from collector.local import moment_of
from collector.trust import ca, keys
from survey.record import ticket, visit_code
from tests.collector.clocks import stopped
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk
from tests.drawn import is_drawn
from tests.postgres import PrivatePostgres

_FOLDER = tempfile.TemporaryDirectory(prefix="ikm-collector-tests-")
_DATA = Path(_FOLDER.name)

Arrive = Callable[..., list[object]]
ALSO_ON_SQLITE = (
    "accounts",
    "alerts",
    "complaints/test_destruction.py",
    "evidence",
    "jobs",
    "scores",
    "servers",
)
"""Rooms with statements of their own for each database, or with several processes at one: on SQLite all of their tests run, whatever sample is taken."""

ONLY_ON_SQLITE = (
    "papers", "pekppp", "words", "desk", "opendata", "console/test_commands.py", "console/test_hostile_names.py", "releases/test_attacker.py",
    "releases/test_attacker_with_accounts.py", "releases/test_attacker_of_shares.py", "releases/test_english.py", "test_languages.py",
    "log/test_attacker.py", "log/test_operator.py", "log/test_page.py", "log/test_sheet_rows.py", "log/test_fraud_drill.py", "log/test_visits.py",
    "evidence/test_bundle.py", "api/test_client.py", "complaints/test_doors.py", "complaints/test_door.py", "complaints/test_regency.py",
    "handover/test_files.py", "handover/test_outputs.py", "handover/test_adapter.py", "trust", "test_local.py", "test_error_pages.py", "test_notify.py",
)  # fmt: skip
"""No sample is taken of what takes minutes and is the same on either: papers, files that are handed over, the desk's pages, both languages, what commands
print, walks through every page, the client, and what attackers and strangers reckon from published files and bundles."""

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collector.settings")
settings.IKM_DATA = _DATA
settings.IKM_KEYS = _DATA / "keys"
settings.IKM_OWN = _DATA / "own"
settings.SECRET_KEY = "only for tests"
settings.DATABASES["default"] = database("", folder=_DATA)
settings.DATABASES["default"]["TEST"] = {"NAME": str(_DATA / "test.sqlite3")}
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# As slow as they are against guessing is shown where they are made; here each test would pay for it, as with passwords.
ticket._COST["n"] = visit_code._COST["n"] = 16
django.setup()
keys.ensure(settings.IKM_KEYS)
ca.ensure(settings.IKM_KEYS)


class OwnClock:
    """A clock that tests set; a millisecond passes with every look at it."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        self.moment += timedelta(milliseconds=1)
        return self.moment


@pytest.fixture(autouse=True)
def own_clock(monkeypatch: pytest.MonkeyPatch) -> OwnClock:
    """Put the tests' clock in the place of the machine's, a week after the tests' first morning."""
    own = OwnClock(datetime(2026, 11, 9, 2, 0, tzinfo=UTC))
    monkeypatch.setattr(clock, "now", own.now)
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock.now())  # noqa: PLW0108 - what `auto_now_add` asks; `stopped` replaces it again
    return own


@pytest.fixture(autouse=True)
def _no_count_of_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with nobody counted: the tests' clock shows all of them the same minute."""
    from collector.api import limits  # noqa: PLC0415 - models load after django.setup() above

    monkeypatch.setattr(limits, "COUNTS", limits.Counts())


@pytest.fixture(autouse=True)
def _no_log_of_another_test() -> None:
    """Take away the log's files: the database forgets with each test, and a log that was given out would know more than it."""
    shutil.rmtree(_DATA / "log", ignore_errors=True)


@pytest.fixture(autouse=True)
def _proves_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have whoever a command asks for a console code make one in the browser."""

    def code(account: str) -> str:
        from django.contrib.auth.models import User  # noqa: PLC0415 - models load after django.setup() above

        from collector.accounts.console import new_code  # noqa: PLC0415

        return new_code(User.objects.get(username=account))

    monkeypatch.setattr("collector.console.acting.ask", code)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, leave out what has no database: it would be the same test once more. And of a sample, run each test on one of the two."""
    on_postgres = config.getoption("--db") == "postgres"
    one_in = config.getoption("--sample")

    def runs(item: pytest.Item) -> bool:
        if not _has_database(item):
            return not on_postgres
        if one_in == 1:
            return True
        if _is_of(item, ONLY_ON_SQLITE):
            return not on_postgres
        return is_drawn(item.nodeid, one_in) == on_postgres or (
            _is_of(item, ALSO_ON_SQLITE) and not on_postgres
        )

    kept = [one for one in items if runs(one)]
    config.hook.pytest_deselected(items=list({*items} - {*kept}))
    items[:] = kept


def _is_of(item: pytest.Item, places: tuple[str, ...]) -> bool:
    path = item.path.relative_to(Path(__file__).parent)
    return any(path.is_relative_to(place) for place in places)


def _has_database(item: pytest.Item) -> bool:
    fixtures = {"db", "transactional_db", "live"} & {*getattr(item, "fixturenames", ())}
    return bool(fixtures) or item.get_closest_marker("django_db") is not None


@pytest.fixture(scope="session")
def django_db_use_migrations() -> bool:
    """Make the tables from the models; `test_migrations` holds the migrations to them, and programs run them."""
    return False


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Make the database with its migrations as done, and end the sessions that threads and killed programs of tests left in PostgreSQL, so that it can be dropped."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "MIGRATION_MODULES", {})
        call_command("migrate", fake=True, verbosity=0)
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> Iterator[None]:
    """Point the default connection at a private PostgreSQL where that was asked for, as a role that may nothing but make the tests' own databases."""
    if request.config.getoption("--db") != "postgres":
        yield
        return
    with PrivatePostgres() as cluster:
        wanted = database(cluster.plain(rights="CREATEDB"), folder=_DATA)
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
    """A kiosk of that unit, enrolled an hour before its first morning."""
    with stopped(moment_of(MORNING_MS) - timedelta(hours=1)):
        return FakeKiosk.enrolled(unit)


@pytest.fixture
def arrive() -> Arrive:
    """Send payloads in as one group."""

    def send(*payloads: bytes, received_ms: int = MORNING_MS + 7 * 86_400_000) -> list[object]:
        from collector.evidence.intake.accept import accept  # noqa: PLC0415 - models load after django.setup()
        from collector.evidence.intake.arrivals import Arrival  # noqa: PLC0415
        from collector.evidence.models import Door  # noqa: PLC0415

        return list(
            accept([Arrival(payload=one, door=Door.MQTT, received_ms=received_ms) for one in payloads])
        )

    return send


@pytest.fixture
def busy(kiosk: FakeKiosk, arrive: Arrive) -> FakeKiosk:
    """A kiosk that has sent sixty responses, singly and in batches."""
    kiosk.record("boot", {"software": "1"})
    kiosk.responses(*((4, 3, 3, 2, 3, 4, 1, 3, 3, 4) * 6))
    for first, last in ((1, 1), (2, 2), (3, 20), (21, 40)):
        arrive(kiosk.batch(first, last))
    arrive(*(kiosk.batch(seq, seq) for seq in range(41, 62)))
    return kiosk


@pytest.fixture
def losses(kiosk: FakeKiosk, arrive: Arrive) -> object:
    """Two streams lost in a row, and a third one that goes on after both."""
    from tests.collector.losses import Losses  # noqa: PLC0415 - models load after django.setup() above

    return Losses(kiosk, arrive)
