"""Links that work once: into an office, from one holder of an office to the next, and back into an account."""

import hashlib
import secrets
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction

from collector import clock
from collector.accounts import offices, roles
from collector.accounts.models import Invitation, Office
from collector.accounts.scope import EVERYWHERE, Scope
from collector.errors import CollectorError
from collector.people import trail

LASTS = timedelta(hours=72)


def invite(
    name: str, role: str, scope: Scope = EVERYWHERE, *, who: str, follows: Office | None = None
) -> str:
    """Invite a person to an office; gives the link's secret, which is kept nowhere. With `follows`, that office ends when it is taken.

    Raises:
        CollectorError: the role cannot hold there (`office_scope`), or there is no name (`invitation_name`).
    """
    roles.check(role, scope)
    if not name.strip():
        raise CollectorError("invitation_name")
    facts = {"role": role} | offices.place(scope)
    action = "office handed over" if follows is not None else "invited"
    made = {"name": name.strip()[:120], "role": role, "follows": follows, **scope._asdict()}
    return _made(made, who=who, action=action, subject=name, facts=facts)


def let_back(user: User, *, who: str) -> str:
    """Make a link by which a person who lost the password or the second factor gets back into the account."""
    made = {"name": user.get_full_name() or user.get_username(), "user": user}
    return _made(made, who=who, action="account let back", subject=user.get_username(), facts={})


def find(secret: str) -> Invitation:
    """Give the invitation of a link.

    Raises:
        CollectorError: there is none, it was used, or its time is over (`invitation_unknown`): nobody is told which.
    """
    found = (
        Invitation.objects.filter(digest=_digest(secret), used_at=None, expires_at__gt=clock.now())
        .select_related("unit", "region", "agency", "user", "follows__user")
        .first()
    )
    if found is None or (found.follows is not None and found.follows.until is not None):
        raise CollectorError("invitation_unknown")
    return found


def join(secret: str, *, account: str, name: str, password: str) -> User:
    """Make an account and give it the office that the link is for.

    Raises:
        CollectorError: the link does not work (`invitation_unknown`), the account's name cannot be one (`account_name`) or is
            taken (`account_taken`), or the password is weak (`password_weak`).
    """
    with transaction.atomic():
        invitation = _taken(secret)
        if invitation.user is not None:
            raise CollectorError("invitation_unknown")
        user = new_account(account, name=name or invitation.name, password=password)
        _give(invitation, user)
    return user


def take(secret: str, user: User) -> None:
    """Give the office that the link is for to an account that there is.

    Raises:
        CollectorError: the link does not work (`invitation_unknown`).
    """
    with transaction.atomic():
        invitation = _taken(secret)
        if invitation.user is not None:
            raise CollectorError("invitation_unknown")
        _give(invitation, user)


def come_back(secret: str, *, password: str) -> User:
    """Set a new password; second factors and sessions of before end, for whoever lost them may not be alone in having them.

    Raises:
        CollectorError: the link does not work (`invitation_unknown`), or the password is weak (`password_weak`).
    """
    with transaction.atomic():
        user = _taken(secret).user
        if user is None:
            raise CollectorError("invitation_unknown")
        _set_password(user, password)
        Authenticator.objects.filter(user=user).delete()
        for session in Session.objects.filter(expire_date__gt=clock.now()):
            if session.get_decoded().get("_auth_user_id") == str(user.pk):
                session.delete()
        trail.note(who=user.get_username(), action="account come back", subject=user.get_username())
    return user


def new_account(account: str, *, name: str, password: str) -> User:
    """Make an account.

    Raises:
        CollectorError: its name cannot be one (`account_name`) or is taken (`account_taken`), or the password is weak
            (`password_weak`).
    """
    try:
        ASCIIUsernameValidator()(account)
    except ValidationError as error:
        raise CollectorError("account_name", name=account) from error
    if not 3 <= len(account) <= 40:
        raise CollectorError("account_name", name=account)
    if User.objects.filter(username__iexact=account).exists():
        raise CollectorError("account_taken", name=account)
    user = User(username=account, first_name=name.strip()[:120])
    _set_password(user, password)
    return user


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise CollectorError("password_weak", reason=" ".join(error.messages)) from error
    user.set_password(password)
    user.save()


def _give(invitation: Invitation, user: User) -> None:
    who = invitation.made_by
    offices.give(user, invitation.role, invitation.scope, who=who)
    if invitation.follows is not None and invitation.follows.user_id != user.pk:
        offices.end(invitation.follows, who=who, why=f"-> {user.get_username()}")


def _taken(secret: str) -> Invitation:
    """Use a link up, for one of those who may be doing that at the same moment."""
    found = find(secret)
    if not Invitation.objects.filter(pk=found.pk, used_at=None).update(used_at=clock.now()):
        raise CollectorError("invitation_unknown")
    return found


def _made(made: dict[str, object], *, who: str, action: str, subject: str, facts: dict[str, object]) -> str:
    secret = secrets.token_urlsafe(24)
    now = clock.now()
    with transaction.atomic():
        Invitation.objects.create(
            **made, digest=_digest(secret), made_by=who[:150], made_at=now, expires_at=now + LASTS
        )
        trail.note(who=who, action=action, subject=subject, facts=facts)
    return secret


def _digest(secret: str) -> bytes:
    return hashlib.sha256(b"ikm-invitation-1\0" + secret.encode()).digest()
