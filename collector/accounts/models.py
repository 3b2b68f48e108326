"""What accounts hold. An account itself is Django's own; what it may do is an office, and an office has a beginning and an end."""

from django.conf import settings
from django.db import models

from collector.accounts.scope import Scope
from collector.fleet.models import Agency, Region, Unit
from collector.local import date_text


class _Scoped(models.Model):
    """A role, and where it holds: for a unit, for a region or an agency with all that belongs to it, or everywhere."""

    role = models.CharField(max_length=20)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", null=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", null=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        abstract = True

    @property
    def scope(self) -> Scope:
        """Give where it holds."""
        return Scope(unit=self.unit, region=self.region, agency=self.agency)


class Office(_Scoped):
    """A role that an account holds somewhere, from one moment until another."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="offices")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, help_text="null while it is held")
    given_by = models.CharField(max_length=150)
    ended_by = models.CharField(max_length=150, blank=True)
    ended_why = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "until"], name="office_held")]

    def __str__(self) -> str:
        return (
            f"{self.user.get_username()}: {self.role} since {date_text(self.since, settings.IKM_TIME_ZONE)}"
        )


class Invitation(_Scoped):
    """A link that works once: to an office, or back into an account; kept as a digest only."""

    digest = models.BinaryField(max_length=32, unique=True)
    name = models.CharField(max_length=120, help_text="the person's, as it will be shown")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True,
        help_text="the account it lets back in; null for a new office",
    )  # fmt: skip
    follows = models.ForeignKey(
        Office,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="the office that ends with it",
    )
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"invitation of {self.name} as {self.role or 'before'}"


class ConsoleCode(models.Model):
    """A code that works once, by which an account proves itself at the console; kept as a digest only."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"console code of {self.user_id}"
