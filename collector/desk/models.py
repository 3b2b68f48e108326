"""What the desk has sent, so that nobody is mailed or reminded twice, and who wants releases by mail."""

from django.conf import settings
from django.db import models

from collector.fleet.models import Unit


class WeekMail(models.Model):
    """One person's mail of one week; the row is there before the mail is sent."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    week = models.DateField(help_text="its Monday")
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "week"], name="week_mail_is_one")]

    def __str__(self) -> str:
        return f"mail of {self.week} to {self.user_id}"


class Reminder(models.Model):
    """An evaluator's word to a unit that has not reported; at most one a day."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(help_text="the unit's own")
    period = models.CharField(max_length=10, help_text="as of a release")
    who = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "day"], name="reminder_is_one")]

    def __str__(self) -> str:
        return f"reminder of {self.unit_id} on {self.day}"


class ReleaseSubscription(models.Model):
    """That an account wants releases by mail."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    often = models.CharField(max_length=10, help_text="segera or bulanan")
    since = models.DateTimeField(help_text="up to when it was looked through, or is of no interest")

    def __str__(self) -> str:
        return f"releases to {self.user_id}: {self.often}"


class ReleaseMail(models.Model):
    """One person's mail with what came out from one moment to another; the row is there before the mail is sent."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(help_text="where the mail before ended")
    until = models.DateTimeField()
    releases = models.IntegerField()
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "since"], name="release_mail_is_one")]

    def __str__(self) -> str:
        return f"releases to {self.user_id} until {self.until}"
