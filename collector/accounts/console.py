"""How an account proves itself at the console: by a code that its holder made in the browser, with the second factor behind it.

A password typed at somebody else's console is a password that somebody else has; a code lasts ten minutes and works once.
"""

import hashlib
import secrets
from collections.abc import Callable, Collection
from datetime import timedelta

from django.contrib.auth.models import User

from collector import clock
from collector.accounts import roles
from collector.accounts.models import ConsoleCode
from collector.errors import CollectorError
from collector.people import trail

LASTS = timedelta(minutes=10)
Over = tuple[str, str]
"""What something is done to: a kind (`unit`, `region`, `agency`, `place`) and its code."""
EVERYTHING: Over = ("everything", "")
"""Only an office that holds everywhere reaches it."""
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_LENGTH = 10


def new_code(user: User) -> str:
    """Make a code for an account that is logged in; the ones before it end."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    ConsoleCode.objects.filter(user=user).delete()
    ConsoleCode.objects.create(user=user, digest=_digest(code), expires_at=clock.now() + LASTS)
    trail.note(who=user.get_username(), action="console code", subject=user.get_username())
    return code


def proven(
    account: str, may: Collection[str] | None, *, over: Collection[Over] = (), ask: Callable[[str], str]
) -> User:
    """Give an account that may (None: whatever it may) and that has proven itself; its code is used up.

    `over` is what it is done to: its offices must reach each of these, and all of it. `ask` gets the code from whoever sits at the console.

    Raises:
        CollectorError: there is no such account or it may not (`account_may_not`), or the code is wrong (`account_unproven`).
    """
    user = User.objects.filter(username=account, is_active=True).first()
    if user is None or not _allowed(user, may, over):
        raise CollectorError("account_may_not", account=account, roles=", ".join(may or ("-",)))
    typed = ask(account).strip().upper().replace("-", "").replace(" ", "")
    now = clock.now()
    valid = ConsoleCode.objects.filter(user=user, digest=_digest(typed), used_at=None, expires_at__gt=now)
    if not valid.update(used_at=now):
        raise CollectorError("account_unproven", account=account)
    return user


def _allowed(user: User, may: Collection[str] | None, over: Collection[Over]) -> bool:
    if may is None:
        return True
    if not over:
        return roles.has_role(user, may)
    return all(roles.reaches(user, may, kind=kind, code=code) for kind, code in over)


def _digest(code: str) -> bytes:
    return hashlib.sha256(b"ikm-console-1\0" + code.encode()).digest()
