"""The tables of the hand-over: who has a complaint outside, what is public of it, and the reports that were published."""

from django.db import models

from collector.complaints.models import Ticket
from collector.fleet.models import Unit


class Stage(models.TextChoices):
    """How far a hand-over has come."""

    WAITING = "waiting", "menunggu dikirim"
    """It waits for the adapter; nothing has left."""
    SENDING = "sending", "sedang dikirim"
    """The key is stored, and the request may be under way; whoever finds it so later treats it as unsure."""
    UNSURE = "unsure", "tidak pasti"
    """It may have been taken: it is asked for by our number, and not sent again before that is answered."""
    EXPORTED = "exported", "diekspor"
    """It left by file; somebody types or loads it there."""
    TAKEN = "taken", "diterima SP4N-LAPOR!"
    """There is a tracking number."""
    REFUSED = "refused", "ditolak"
    """The other side will never take it as it is; somebody must look."""
    RETURNED = "returned", "kembali"
    """It came back, answered or not."""


class Handover(models.Model):
    """A complaint that was handed over to SP4N-LAPOR!, and what came back. There is one a ticket."""

    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, related_name="handover")
    stage = models.CharField(max_length=16, choices=Stage)
    key = models.CharField(
        max_length=32, unique=True, help_text="names the report for ever; stored before anything is sent"
    )
    by = models.CharField(max_length=150, help_text="the account in whose name its words are opened")
    why = models.CharField(max_length=300)
    handed_at = models.DateTimeField()
    acknowledge_by = models.DateField(
        help_text="the last day for the other side to name its number; then it is ours again"
    )
    tries = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, help_text="when it is tried or asked for next")
    sent_at = models.DateTimeField(null=True, help_text="when the last request began")
    trouble = models.CharField(max_length=200, blank=True, help_text="what went wrong last")
    tracking_id = models.CharField(max_length=40, blank=True)
    told_status = models.CharField(max_length=40, blank=True, help_text="in the other side's own word")
    told_on = models.DateField(null=True)
    told_digest = models.CharField(
        max_length=64, blank=True, help_text="of the last state that became a step"
    )
    returned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tracking_id"], condition=~models.Q(tracking_id=""), name="handover_by_tracking_id"
            )
        ]
        indexes = [models.Index(fields=["stage", "due_at"], name="handover_due")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.stage}"


class PublicNotice(models.Model):
    """What the office says in public of one complaint, in words of its own."""

    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, related_name="public_notice")
    name = models.CharField(
        max_length=16, unique=True, help_text="drawn by lot: it tells neither when nor which"
    )
    topic = models.CharField(max_length=32)
    summary = models.CharField(max_length=300)
    since = models.DateTimeField()
    by = models.CharField(max_length=150)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["ended_at", "topic"], name="notice_in_public")]

    def __str__(self) -> str:
        return f"{self.name} {self.topic}"


class ComplaintReport(models.Model):
    """A published report on the complaints of a period: frozen, so that two looks at it cannot be subtracted from one another."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="complaint_reports")
    period = models.CharField(max_length=8)
    first_day = models.DateField()
    last_day = models.DateField()
    content = models.JSONField(help_text="what it says, as the design reads it")
    published_at = models.DateTimeField()
    by = models.CharField(max_length=150)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "period"], name="complaint_report_is_one")]
        indexes = [models.Index(fields=["unit", "-first_day"], name="complaint_report_of_unit")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.period}"
