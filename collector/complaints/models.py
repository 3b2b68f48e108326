"""Tickets, and what was done about them."""

from django.db import models

from collector.evidence.models import HeldAttachment
from collector.fleet.models import Place, Service, Unit


class TicketStatus(models.TextChoices):
    """Where a complaint stands, in the words its citizen reads."""

    RECEIVED = "diterima", "Diterima"
    VERIFIED = "terverifikasi", "Terverifikasi"
    FORWARDED = "diteruskan", "Diteruskan"
    HANDLED = "ditindaklanjuti", "Ditindaklanjuti"
    ANSWERED = "dijawab", "Dijawab"
    DONE = "selesai", "Selesai"
    REJECTED = "ditolak", "Ditolak"


CLOSED = (TicketStatus.DONE, TicketStatus.REJECTED)
PROMISED_DAYS = 60
"""Within how many days a complaint is dealt with, as its citizen reads on the ticket's page."""


class Ticket(models.Model):
    """A complaint, projected from its record; text and contact are evidence, and kept apart."""

    stream_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    code = models.CharField(max_length=8, db_index=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="tickets")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="tickets")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="tickets")
    at_ms = models.BigIntegerField()
    topics = models.JSONField()
    language = models.CharField(max_length=8)
    consent_version = models.CharField(max_length=32, blank=True)
    status = models.CharField(max_length=20, choices=TicketStatus, default=TicketStatus.RECEIVED)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream_id", "seq"], name="ticket_of_record")]

    def __str__(self) -> str:
        return f"{self.code} {self.status}"

    def attachments(self) -> models.QuerySet[HeldAttachment]:
        """Give what is held beside its record."""
        return HeldAttachment.objects.filter(stream_id=self.stream_id, seq=self.seq)


class TicketStep(models.Model):
    """One step in a ticket's life; the citizen reads it. Rows are only added."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(max_length=20, choices=TicketStatus)
    who = models.CharField(max_length=150)
    answer = models.TextField(blank=True)
    """What the citizen is told."""

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.status}"
