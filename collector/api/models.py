"""What the door for programs keeps: tokens as digests, and counts of requests."""

from django.db import models

from collector.accounts.models import Office


class Token(models.Model):
    """What a program shows instead of a log-in; it acts as the holder of one office, for as long as that is held."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80, help_text="what its maker calls it")
    digest = models.BinaryField(max_length=32, help_text="of the secret, which is kept nowhere")
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=150)
    expires_at = models.DateTimeField()
    used_on = models.DateField(null=True, help_text="the last day it was shown, UTC")
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"token {self.pk}: {self.name}"


class Asked(models.Model):
    """How often a token was shown within a minute, as far as the processes told (`limits.py`)."""

    name = models.CharField(max_length=80, unique=True)
    window = models.BigIntegerField(help_text="the minute, counted since 1970")
    count = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.name}: {self.count}"
