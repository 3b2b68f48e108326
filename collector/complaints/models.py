"""Tickets, what was done about them, and what of them must be destroyed one day."""

from django.db import models

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


class Ticket(models.Model):
    """A complaint, projected from its record; text and contact are kept apart."""

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


class TicketAttachment(models.Model):
    """An attachment, a text or a contact, sealed to the collector's key as it came. Emptied when its time has come.

    Its record, in the chain, keeps the digest of salt and content: proof that it was there, from which nothing can be guessed.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="held")
    name = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    salt = models.BinaryField()
    content = models.BinaryField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "name"], name="held_once")]

    def __str__(self) -> str:
        return f"{self.name} of {self.ticket_id}"
