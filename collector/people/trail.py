"""The audit trail: who exported, changed or destroyed what, and why. Entries are only ever added."""

import getpass
import os
from collections.abc import Mapping

from django.db import transaction

from collector.people import chain
from collector.people.models import TrailEntry


def note(
    *, who: str, action: str, subject: str, why: str = "", facts: Mapping[str, object] | None = None
) -> TrailEntry:
    """Add an entry; call it in the transaction of what it is about. It is chained as soon as that has committed."""
    entry = TrailEntry.objects.create(
        who=who[:150], action=action, subject=subject[:200], why=why[:300], facts=dict(facts or {})
    )
    # Robust: what was done is done, and the next entry chains this one where it could not be done now.
    if not _is_awaited():
        transaction.on_commit(chain.extend, robust=True)
    return entry


def _is_awaited() -> bool:
    """Tell whether this transaction chains its entries already when it commits.

    What takes that back, a savepoint that is undone, takes back every entry that was made within it too.
    """
    return any(what is chain.extend for _, what, _ in transaction.get_connection().run_on_commit)


def console_user() -> str:
    """Give the name of whoever sits at the console: behind sudo, the person and not root."""
    return f"console:{os.environ.get('SUDO_USER') or getpass.getuser()}"
