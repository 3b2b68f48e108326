"""What is kept of test visits. A card's code is kept nowhere: only what the log says of it."""

from django.db import models

from collector.evidence.models import Stream
from collector.fleet.models import Kiosk, Unit


class Verdict(models.TextChoices):
    """What became of a declaration; only `TAKEN_OUT` takes anything out of a number."""

    OPEN = "open"
    TAKEN_OUT = "taken_out"
    NO_CARD = "no_card"
    """No card has this code."""
    OTHER_KIOSK = "other_kiosk"
    """The card is for another kiosk."""
    USED = "used"
    """The card, or the visit, was used for a test before."""
    LATE = "late"
    """The card was not in the log yet when the kiosk heard of it last."""
    UNSEEN = "unseen"
    """The kiosk has seen nothing of the log, so nobody can show that the card was there before."""
    OTHER_LOG = "other_log"
    """The kiosk had seen a log that this collector does not go on with."""
    NO_VISIT = "no_visit"
    """It names no visit that ended right before it."""


class VisitCard(models.Model):
    """A card for one test visit at one kiosk."""

    leaf = models.CharField(max_length=64, unique=True, help_text="what the log says of it, in hexadecimal")
    kiosk = models.ForeignKey(Kiosk, on_delete=models.PROTECT, related_name="visit_cards")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=150)
    wrote = models.JSONField(
        null=True, help_text="what its auditor says to have pressed, by questionnaire; null until then"
    )
    wrote_salt = models.BinaryField(
        max_length=16, default=bytes, help_text="beside the digest of that in the log"
    )
    wrote_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"card {self.leaf[:8]} for {self.kiosk_id}"


class DeclaredTest(models.Model):
    """A `test` record: somebody at a kiosk said that the visit before was a test."""

    stream = models.ForeignKey(
        Stream, on_delete=models.PROTECT, related_name="declared_tests", db_index=False
    )
    seq = models.BigIntegerField()
    number = models.BigIntegerField(help_text="the visit's last response")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="declared_tests")
    at_ms = models.BigIntegerField()
    verdict = models.CharField(max_length=12, choices=Verdict.choices, default=Verdict.OPEN)
    card = models.OneToOneField(VisitCard, on_delete=models.PROTECT, null=True, related_name="declared")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="declared_once")]
        indexes = [models.Index(fields=["id"], condition=models.Q(verdict="open"), name="declared_open")]

    def __str__(self) -> str:
        return f"{self.stream_id}/{self.seq}: {self.verdict}"
