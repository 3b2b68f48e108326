"""Tickets, what was done about them, and what their citizens added."""

from django.db import models

from collector.evidence.models import HeldAttachment
from collector.fleet.models import Kiosk, Place, Service, Unit


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
    """A complaint, projected from its record; what was written is evidence, and kept apart.

    What it is about comes sealed. `collector.complaints.arrivals` opens that soon after the record came in, and fills in what stands below
    `routed_at`; until then nobody sees the ticket but its citizen.
    """

    stream_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    lookup = models.CharField(max_length=32, db_index=True, help_text="what the citizen's code gives")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="tickets")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="tickets")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="tickets")
    at_ms = models.BigIntegerField()
    received_ms = models.BigIntegerField(help_text="when its record came in")
    routed_at = models.DateTimeField(null=True, help_text="when it was opened, to know whom it goes to")
    topics = models.JSONField(default=list)
    about_officer = models.BooleanField(default=False, help_text="whether the citizen said so")
    names_officer = models.BooleanField(default=False, help_text="whether the words speak of an officer")
    language = models.CharField(max_length=8, blank=True)
    key = models.BinaryField(max_length=32, default=b"", help_text="shuts what the citizen reads at a kiosk")
    status = models.CharField(max_length=20, choices=TicketStatus, default=TicketStatus.RECEIVED)
    closed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(help_text="when what its citizen reads changed last")
    told_at = models.DateTimeField(null=True, help_text="the change that its kiosks were told last")
    due_on = models.DateField(null=True, help_text="the day by which it is to be answered")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream_id", "seq"], name="ticket_of_record")]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(routed_at=None), name="ticket_unrouted"),
            models.Index(
                fields=["changed_at"],
                condition=models.Q(told_at=None) | ~models.Q(told_at=models.F("changed_at")),
                name="ticket_untold",
            ),
            models.Index(fields=["unit", "changed_at"], name="ticket_of_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.status}"

    @property
    def number(self) -> str:
        """What the office calls it; the citizen's code is nobody else's."""
        return f"{self.pk:06d}"

    def attachments(self) -> models.QuerySet[HeldAttachment]:
        """Give what is held beside its record and the records that added to it."""
        own = models.Q(stream_id=self.stream_id, seq=self.seq)
        for one in self.additions.exclude(stream_id=None):
            own |= models.Q(stream_id=one.stream_id, seq=one.seq)
        return HeldAttachment.objects.filter(own)


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


class TicketAddition(models.Model):
    """What a citizen added to a complaint, at a kiosk (its record names the ticket) or on the ticket's page."""

    lookup = models.CharField(max_length=32, db_index=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, null=True, related_name="additions")
    stream_id = models.BigIntegerField(null=True, help_text="of its record; null where it came by the page")
    seq = models.BigIntegerField(null=True)
    at_ms = models.BigIntegerField()
    kind = models.CharField(
        max_length=16, blank=True, help_text="of `AdditionKind`; empty until it was opened"
    )
    sealed = models.BinaryField(default=b"", help_text="words or number that came by the page")
    speech = models.CharField(max_length=16, blank=True, help_text="names the recording that it is a part of")
    part = models.PositiveSmallIntegerField(default=0, help_text="which part of it, from 1 on")
    parts = models.PositiveSmallIntegerField(default=0, help_text="of how many")
    consent_version = models.CharField(max_length=32, blank=True)
    settled_at = models.DateTimeField(null=True, help_text="when it was opened and acted upon")
    digest = models.CharField(max_length=64, blank=True, help_text="of what is sealed: proof once it is gone")
    destroyed_at = models.DateTimeField(null=True, help_text="when what is sealed was destroyed")
    once = models.CharField(
        max_length=32, blank=True, help_text="of the form it was sent with: sent again, it is known"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream_id", "seq"], name="addition_of_record"),
            models.UniqueConstraint(
                fields=["ticket", "once"], condition=~models.Q(once=""), name="addition_of_form"
            ),
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind}"


class TicketMessage(models.Model):
    """How the tickets of a kiosk's unit stand, signed for it; the newest is retained on its topic."""

    kiosk = models.OneToOneField(Kiosk, on_delete=models.CASCADE, related_name="ticket_message")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    message = models.BinaryField()
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(published_at=None), name="ticket_message_new")
        ]

    def __str__(self) -> str:
        return f"{self.kiosk_id} v{self.version}"


class TicketMisses(models.Model):
    """How many codes that name no ticket came from a network lately, or in all: see `throttle`. Forgotten after an hour."""

    network = models.CharField(
        max_length=64, unique=True, help_text="`10.1.2.0/24`, or a budget of all of them"
    )
    window = models.BigIntegerField(help_text="the ten seconds that `count` is of")
    count = models.IntegerField(default=0)
    missed = models.BigIntegerField(default=0, help_text="the latest ten seconds with a miss")

    def __str__(self) -> str:
        return f"{self.network} {self.count}"


class Overwritten(models.Model):
    """When the database's free space was last rid of what had been destroyed: one row."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.at)
