"""`ikm-collector setup`."""

from typing import Any

from django.conf import settings
from django.core.management import call_command

from collector import clock
from collector.complaints import retention
from collector.console import tables
from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.evidence.intake.rebuild import retry_set_aside
from collector.trust import ca, keys, public


class Command(CollectorCommand):
    """Make the database, the keys and the certificate authority, or bring them up to date."""

    help = "Make the database, the keys and the certificate authority. Safe to repeat; run it after every upgrade."
    needs_setup = False

    def run(self, _options: dict[str, Any]) -> str | None:
        """Make what is missing."""
        try:
            settings.IKM_DATA.mkdir(parents=True, exist_ok=True, mode=0o750)
            made = _keys()
        except OSError as error:
            raise CollectorError("not_writable", path=settings.IKM_DATA, reason=error.strerror) from error
        tables.make()
        call_command("createcachetable", verbosity=0)
        retention.replay(clock.now())
        understood = retry_set_aside()
        if understood:
            self.stdout.write(f"{understood} records that were set aside are counted now")
        return (
            "ready"
            if not made
            else f"ready; new keys in {settings.IKM_KEYS}: back them up, receipts depend on them"
        )


def _keys() -> bool:
    """Make the keys that are missing, where they are ours to hold; tells whether any was.

    Raises:
        NotSetUp: a keeper holds them, and has none.
    """
    if settings.IKM_KEEPER:
        public.read(settings.IKM_KEYS)  # made by `keeper --setup`, by the keeper's user
        return False
    made = keys.ensure(settings.IKM_KEYS)
    ca.ensure(settings.IKM_KEYS)
    return made
