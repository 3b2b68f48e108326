"""Who did what. Rows are only added."""

from django.conf import settings
from django.db import models

from collector.local import minute_text


class TrailEntry(models.Model):
    """Who did what, and why: exports, changes, destructions. Rows are only added."""

    at = models.DateTimeField(auto_now_add=True)
    who = models.CharField(max_length=150)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    why = models.CharField(max_length=300, blank=True)
    facts = models.JSONField(default=dict)
    number = models.BigIntegerField(
        null=True, unique=True, help_text="its place in the chain; null until then"
    )
    link = models.BinaryField(max_length=32, default=bytes, help_text="over the link before and what it says")

    def __str__(self) -> str:
        return f"{minute_text(self.at, settings.IKM_TIME_ZONE)} {self.who}: {self.action} {self.subject}"


class TrailHead(models.Model):
    """Where the trail's chain ends: one row, which whoever chains an entry locks."""

    number = models.BigIntegerField(default=0)
    link = models.BinaryField(max_length=32, default=bytes)

    def __str__(self) -> str:
        return f"{self.number} {bytes(self.link).hex()[:12]}"
