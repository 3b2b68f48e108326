"""What the desk has sent: so that nobody is mailed twice a week, nor reminded twice a day. Rows are only added."""

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
