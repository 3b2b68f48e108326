"""The database's tables: made at once where there is none, migrated where there are some."""

from django.conf import settings
from django.core.management import call_command
from django.db import connection
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
    and running the migrations takes five times the work, a minute on a small machine. What was broken off is gone on with.
    """
    if not MigrationRecorder(connection).applied_migrations():
        kept, settings.MIGRATION_MODULES = settings.MIGRATION_MODULES, _NoMigrations()
        try:
            call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
        finally:
            settings.MIGRATION_MODULES = kept
        call_command("migrate", fake=True, interactive=False, verbosity=0)
    call_command("migrate", interactive=False, verbosity=0)
