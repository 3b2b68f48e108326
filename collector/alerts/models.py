"""What is wrong and since when, each change of it, who is told, and the messages on their way."""

from django.conf import settings
from django.db import models

from collector.complaints.models import Ticket
from collector.fleet.models import Kiosk, Unit


class Way(models.TextChoices):
    """How a receiver is reached."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    TELEGRAM = "telegram"
    APPRISE = "apprise"


class Wants(models.TextChoices):
    """Which changes a receiver is told."""

    DOWN = "down"
    UP = "up"
    BOTH = "both"


class Turn(models.Model):
    """One row: whoever changes it works out the alerts alone until the transaction ends."""

    at = models.DateTimeField()
    morning = models.DateField(
        null=True, help_text="the day whose morning round is done, where the collector stands"
    )

    def __str__(self) -> str:
        return f"turn at {self.at}"


class Cause(models.Model):
    """What many kiosks fell silent by at once: told as one."""

    key = models.CharField(max_length=64)
    """`regency:18.01`, `provider:18:Telkomsel` (in a province), or `all`."""
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=models.Q(ended_at=None), name="cause_open_once")
        ]

    def __str__(self) -> str:
        return self.key


class Alert(models.Model):
    """Something that is or was wrong with a kiosk, at a unit, with a complaint, in a regency or here, from its beginning to its end."""

    kind = models.CharField(max_length=16)
    subject = models.CharField(
        max_length=40,
        help_text="what it is about: `kiosk:5`, `unit:7`, `ticket:9`, `regency:18.01`, `centre`",
    )
    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="alerts", null=True)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="alerts", null=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="alerts", null=True)
    level = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField(default=0, help_text="of how many it is, where it is one of many")
    since = models.DateTimeField(help_text="since when it is so, by the evidence")
    opened_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, help_text="since when the evidence says no more that it is so")
    ended_at = models.DateTimeField(null=True)
    flaps = models.PositiveIntegerField(default=0, help_text="how often it came back within a day")
    cause = models.ForeignKey(
        Cause,
        on_delete=models.PROTECT,
        null=True,
        related_name="alerts",
        help_text="with which it was told, and not alone",
    )
    acknowledged_by = models.CharField(max_length=150, blank=True)
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=models.Q(ended_at=None), name="alert_open_once"
            )
        ]
        indexes = [models.Index(fields=["ended_at", "kind"], name="alert_by_end")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject}"


class Change(models.Model):
    """One change of an alert's level, with the moment of the evidence it was made by; never changed itself."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    was = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField(help_text="0 where it has ended")
    since = models.DateTimeField(help_text="since when it is so, by the evidence; the alert says of what")

    def __str__(self) -> str:
        return f"{self.alert_id}: {self.was} to {self.level}"


class Judged(models.Model):
    """How far a unit's answers have been judged: whoever answered until then is in one judgement, and in no other one."""

    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, related_name="+")
    through = models.DateField(help_text="the last day that was judged, in the unit's zone")
    is_above = models.BooleanField(default=False, help_text="whether the line was passed")

    def __str__(self) -> str:
        return f"{self.unit_id} through {self.through}"


class Receiver(models.Model):
    """Who is told, and what. Secrets are files, see `collector.alerts.sending`."""

    name = models.CharField(max_length=40, unique=True)
    way = models.CharField(max_length=10, choices=Way)
    address = models.CharField(max_length=300)
    region = models.CharField(max_length=13, blank=True, help_text="of this region and all below")
    kinds = models.JSONField(default=list, help_text="only these; empty: all")
    wants = models.CharField(max_length=4, choices=Wants, default=Wants.BOTH)
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="who reads there: of answers and complaints it is told what this account may see, and without one nothing",
    )
    weekly = models.BooleanField(default=True, help_text="whether it gets the week's list of silent kiosks")
    listed_on = models.DateField(null=True, help_text="when that went to it last")
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    remind_hours = models.PositiveSmallIntegerField(default=24, help_text="0: never")
    reminded_at = models.DateTimeField(help_text="when it was told or reminded last")
    last_error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.name


class MessageState(models.TextChoices):
    """How far a message is."""

    WAITING = "waiting"
    TAKEN = "taken"
    SENT = "sent"
    GIVEN_UP = "given up"


class Message(models.Model):
    """One message to one receiver, written in the transaction of what it tells."""

    receiver = models.ForeignKey(Receiver, on_delete=models.CASCADE, related_name="messages")
    key = models.CharField(max_length=32, unique=True, help_text="by which a receiver knows a repeat")
    body = models.JSONField()
    made_at = models.DateTimeField()
    not_before = models.DateTimeField()
    state = models.CharField(max_length=10, choices=MessageState, default=MessageState.WAITING)
    worker = models.CharField(max_length=32, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "not_before"], name="message_by_state")]

    def __str__(self) -> str:
        return f"{self.key} to {self.receiver_id}"
