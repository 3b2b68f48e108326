"""Tokens: made for one office of an account, and never able to do more than that office may now.

A token is `ikm_NUMBER_SECRET`. The secret is shown once; its digest is kept. Whoever shows it is the account, with that office alone:
where the office has ended, the account is inactive, or the token is past its date, it opens nothing.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from collector.accounts import roles
from collector.accounts.models import Office
from collector.api.models import Token
from collector.errors import CollectorError
from collector.local import local_date
from collector.people import trail

SCOPES = ("fleet", "complaints", "indices", "breakdowns")
"""What a token may ask for, each as far as its office may; what is published needs none."""
LONGEST_DAYS = 366
_SIGN = "ikm"
_LONGEST = 100


def make(
    office: Office, *, name: str, scopes: Collection[str], days: int, who: str, now: datetime
) -> tuple[Token, str]:
    """Make a token; gives it with what is to be shown once.

    Raises:
        CollectorError: a scope is none (`token_scope`), or it would last too long or no time (`token_days`).
    """
    wrong = sorted(set(scopes) - set(SCOPES))
    if wrong or not scopes:
        raise CollectorError("token_scope", scope=", ".join(wrong) or "-", known=", ".join(SCOPES))
    if not 1 <= days <= LONGEST_DAYS:
        raise CollectorError("token_days", most=LONGEST_DAYS)
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        token = Token.objects.create(
            office=office,
            name=name[:80],
            digest=_digest(secret),
            scopes=sorted(set(scopes)),
            made_at=now,
            made_by=who[:150],
            expires_at=now + timedelta(days=days),
        )
        facts = {"token": token.pk, "scopes": token.scopes, "role": office.role, "days": days}
        trail.note(who=who, action="token made", subject=office.user.get_username(), facts=facts)
    return token, f"{_SIGN}_{token.pk}_{secret}"


def revoke(number: int, *, who: str, now: datetime) -> None:
    """End a token.

    Raises:
        CollectorError: there is none such that still works (`token_unknown`).
    """
    with transaction.atomic():
        if not Token.objects.filter(pk=number, ended_at=None).update(ended_at=now):
            raise CollectorError("token_unknown", number=number)
        trail.note(who=who, action="token revoked", subject=f"token {number}")


def shown(text: str, *, now: datetime) -> Token | None:
    """Give the token that somebody shows, where it works now."""
    sign, _, rest = text[:_LONGEST].partition("_")
    number, _, secret = rest.partition("_")
    if sign != _SIGN or not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    found = Token.objects.select_related("office__user", "office__unit", "office__region", "office__agency")
    token = found.filter(pk=int(number)).first()
    if token is None or not hmac.compare_digest(bytes(token.digest), _digest(secret)):
        return None
    if not works(token, now=now):
        return None
    today = local_date(now, settings.IKM_TIME_ZONE)
    if token.used_on != today:
        Token.objects.filter(pk=token.pk).update(used_on=today)
    return token


def works(token: Token, *, now: datetime) -> bool:
    """Tell whether a token opens anything now."""
    office = token.office
    ended = token.ended_at is not None or office.until is not None
    return not ended and token.expires_at > now and office.user.is_active


def holder(token: Token) -> User:
    """Give the account of a token, narrowed to the token's office; what it does says that a token did it."""
    user = token.office.user
    setattr(user, roles.ONLY_OFFICE, token.office)
    setattr(user, roles.THROUGH, token.pk)
    return user


def _digest(secret: str) -> bytes:
    return hashlib.sha256(b"ikm-token-1\0" + secret.encode()).digest()
