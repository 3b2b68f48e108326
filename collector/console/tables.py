"""The database's tables: made at once where there is none, migrated where there are some."""

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder


class _NoMigrations:
    """Every app's migrations are nowhere, so that Django makes its tables from the models."""

    def __contains__(self, _app: str) -> bool:
        return True

    def __getitem__(self, _app: str) -> None:
        return None


def make() -> None:
    """Bring the tables up to date.

    A new database gets them from the models and the migrations as done: the result is the same (`tests/collector/test_migrations.py`),
    and running the migrations takes five times the work, a minute on a small machine. All of it is there or nothing: tables that no
    migration accounts for could not be brought up to date by a later version.
    """
    if not MigrationRecorder(connection).applied_migrations():
        with connection.constraint_checks_disabled(), transaction.atomic():  # SQLite makes no tables else
            _make_all()
    call_command("migrate", interactive=False, verbosity=0)


def _make_all() -> None:
    kept, settings.MIGRATION_MODULES = settings.MIGRATION_MODULES, _NoMigrations()
    try:
        call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    finally:
        settings.MIGRATION_MODULES = kept
    call_command("migrate", fake=True, interactive=False, verbosity=0)
