"""The five roles, as Django groups: viewer, unit officer, evaluator, auditor, administrator."""

from collections.abc import Collection

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group

VIEWER = "viewer"
UNIT_OFFICER = "unit officer"
EVALUATOR = "evaluator"
AUDITOR = "auditor"
ADMINISTRATOR = "administrator"
ROLES = (VIEWER, UNIT_OFFICER, EVALUATOR, AUDITOR, ADMINISTRATOR)


def ensure() -> None:
    """Make the groups that are missing."""
    for role in ROLES:
        Group.objects.get_or_create(name=role)


def has_role(user: AbstractBaseUser | AnonymousUser, roles: Collection[str]) -> bool:
    """Tell whether an account is active and has one of these roles."""
    return (
        isinstance(user, AbstractBaseUser)
        and user.is_active
        and Group.objects.filter(user=user.pk, name__in=roles).exists()
    )
