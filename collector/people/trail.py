"""The audit trail: who exported, changed or destroyed what, and why. Entries are only ever added."""

import getpass
import os
from collections.abc import Mapping

from collector.people.models import TrailEntry


def note(
    *, who: str, action: str, subject: str, why: str = "", facts: Mapping[str, object] | None = None
) -> TrailEntry:
    """Add an entry; call it in the transaction of what it is about."""
    return TrailEntry.objects.create(
        who=who[:150], action=action, subject=subject[:200], why=why[:300], facts=dict(facts or {})
    )


def console_user() -> str:
    """Give the name of whoever sits at the console: behind sudo, the person and not root."""
    return f"console:{os.environ.get('SUDO_USER') or getpass.getuser()}"
