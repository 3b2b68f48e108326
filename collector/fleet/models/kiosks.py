"""Kiosks, their keys, where they stand, and what they said of themselves."""

from django.db import models

from collector.fleet.models.units import Place, Unit
from collector.local import date_text


class Kiosk(models.Model):
    """A device by its name; what it earned stays with the unit it stood in.

    Below its name stands what a list of all kiosks of a country looks for, kept from what other tables say: see `collector.fleet.present`.
    """

    name = models.CharField(max_length=32, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    stands = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="kiosks", null=True)
    """The unit of its newest assignment."""
    in_use = models.BooleanField(default=False)
    """Whether it has a key that is neither revoked nor an archive's."""
    alarms = models.PositiveSmallIntegerField(default=0)
    """What its last report complains of, see `collector.fleet.present.Alarm`."""
    last_hour_ms = models.BigIntegerField(null=True)
    """The hour in which something came in last, in milliseconds since 1970; null where nothing ever did."""
    due = models.BooleanField(
        default=False, help_text="its settings are otherwise now, and are signed in one of the next steps"
    )
    unsigned_why = models.CharField(
        max_length=300,
        blank=True,
        help_text="why what is set for it does not hold together and was not signed",
    )

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(due=True), name="kiosk_due"),
            models.Index(fields=["id"], condition=~models.Q(unsigned_why=""), name="kiosk_unsigned"),
            # A page of the list, and the numbers above it, come out of these alone: rows of units and kiosks are read for one page only.
            models.Index(
                fields=["in_use", "alarms", "last_hour_ms", "stands", "name"], name="kiosk_by_alarms"
            ),
            models.Index(fields=["name", "in_use", "alarms", "last_hour_ms", "stands"], name="kiosk_by_name"),
            models.Index(fields=["last_hour_ms", "name", "in_use", "alarms", "stands"], name="kiosk_by_hour"),
        ]

    def __str__(self) -> str:
        return self.name


class KioskEnding(models.Model):
    """The signed word on which keys of a kiosk have ended; a kiosk that has one of them believes it."""

    kiosk = models.OneToOneField(Kiosk, on_delete=models.PROTECT, related_name="ending")
    message = models.BinaryField()
    published_at = models.DateTimeField(null=True)
    """When the broker was told, and what it retains for a kiosk without any good key was cleared."""

    def __str__(self) -> str:
        return str(self.kiosk_id)


class KioskKey(models.Model):
    """A public key a kiosk was enrolled with; a re-imaged card gets a new one."""

    kiosk = models.ForeignKey(Kiosk, on_delete=models.PROTECT, related_name="keys")
    public_key = models.BinaryField(max_length=32, unique=True)
    enrolled_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_why = models.CharField(max_length=200, blank=True)
    serial = models.CharField(max_length=40, blank=True)
    """The number, in hexadecimal, of the certificate that its kiosk shows to the broker."""
    archive_from = models.DateTimeField(null=True, blank=True)
    """An archive key brings history in: the period it was declared for begins here; null for a kiosk that stands somewhere."""
    archive_until = models.DateTimeField(null=True, blank=True)
    """The end of that period, exclusive."""

    def __str__(self) -> str:
        return f"{self.kiosk_id} {bytes(self.public_key).hex()[:12]}"

    @property
    def begins_ms(self) -> int:
        """Before when nothing under this key can have been written: its enrolment, or its declared period."""
        return round((self.archive_from or self.enrolled_at).timestamp() * 1000)

    @property
    def archive_ms(self) -> tuple[int, int] | None:
        """The declared period of an archive key, in milliseconds since 1970; None for any other."""
        if self.archive_from is None or self.archive_until is None:
            return None
        return round(self.archive_from.timestamp() * 1000), round(self.archive_until.timestamp() * 1000)


class Assignment(models.Model):
    """From when a kiosk stood where; the next assignment ends it. The first also covers all time before it."""

    kiosk = models.ForeignKey(Kiosk, on_delete=models.PROTECT, related_name="assignments")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="assignments")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="assignments")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kiosk", "since"], name="assignment_of_kiosk")]
        ordering = ["kiosk", "since"]

    def __str__(self) -> str:
        return f"{self.kiosk_id} → {self.unit_id} since {date_text(self.since, self.unit.time_zone)}"


class OfferedPlace(models.Model):
    """A place at which a kiosk's staff may have said that it stands; kept when it is offered no more, for its answers name it."""

    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="offered_places")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kiosk", "place"], name="place_of_kiosk")]

    def __str__(self) -> str:
        return f"{self.kiosk_id} at {self.place_id}"


class EnrolmentCode(models.Model):
    """A one-time code, kept as a digest only."""

    digest = models.BinaryField(max_length=32, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE)
    place = models.ForeignKey(Place, on_delete=models.CASCADE)
    kiosk_name = models.CharField(max_length=32, blank=True)
    archive_from = models.DateTimeField(null=True, blank=True)
    archive_until = models.DateTimeField(null=True, blank=True)
    made_by = models.CharField(max_length=150, blank=True)
    """For whom the kiosk that comes with it is certified."""
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"code for {self.unit_id}"


class WantedKiosk(models.Model):
    """A kiosk that is to be enrolled: its name, and where it will stand. It ends when a kiosk enrols under that name."""

    name = models.CharField(max_length=32, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="wanted_kiosks")
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.name} for {self.unit_id}"


class KioskState(models.Model):
    """What a kiosk last said of itself, and the furthest record it proved to have written."""

    kiosk = models.OneToOneField(Kiosk, on_delete=models.CASCADE, related_name="state")
    online = models.BooleanField(default=False)
    changed_at = models.DateTimeField()
    """When it last came or went."""
    heard_at = models.DateTimeField()
    health = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.kiosk_id} {'online' if self.online else 'offline'}"
