"""The tree of units, and the kiosks that stand in it."""

from django.db import models

from collector.local import date_text


class RegionEdition(models.Model):
    """An edition of the Ministry's table that was taken in, the last one last."""

    name = models.CharField(max_length=80, unique=True, help_text="of the decree, as open data names it")
    source = models.CharField(max_length=200, help_text="the file and the beginning of its digest")
    rows = models.PositiveIntegerField()
    added = models.PositiveIntegerField()
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=150)

    def __str__(self) -> str:
        return self.name


class Region(models.Model):
    """A region under its Kemendagri code; a subtree is all codes with a common beginning."""

    code = models.CharField(max_length=13, primary_key=True)
    name = models.CharField(max_length=64, blank=True)
    gone_in = models.ForeignKey(
        RegionEdition, on_delete=models.PROTECT, related_name="gone", null=True, blank=True,
        help_text="the edition that has it no more; null while the table has it",
    )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class RegionChange(models.Model):
    """What an edition says of a region otherwise than the one before: another name, that it is gone, or that it is back."""

    edition = models.ForeignKey(RegionEdition, on_delete=models.CASCADE, related_name="changes")
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="changes")
    what = models.CharField(max_length=8, help_text="renamed, gone or back")
    before = models.CharField(max_length=64, blank=True)
    now = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "region", "what"], name="change_of_edition")
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.what} in {self.edition_id}"


class Agency(models.Model):
    """The legal owner of an index (instansi penyelenggara)."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A service unit that earns an index."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="units")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="units", null=True, blank=True)
    time_zone = models.CharField(max_length=40, default="Asia/Jakarta")
    retired_on = models.DateField(
        null=True, blank=True, help_text="the first day it is no unit any more; null for as long as it is one"
    )
    retired_why = models.CharField(max_length=300, blank=True, help_text="everybody reads it")
    successor = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="predecessors", null=True, blank=True
    )
    hidden_on = models.DateField(
        null=True, blank=True, help_text="since when it is said never to have been one"
    )
    hidden_why = models.CharField(max_length=300, blank=True, help_text="everybody reads it")

    class Meta:
        indexes = [
            # What lists leave out stands behind what they look for: before it SQLite would read every unit for each region.
            # With the region in it, whoever looks for a word reads this index and no unit.
            models.Index(fields=["name", "code", "region", "retired_on", "hidden_on"], name="unit_by_name"),
            models.Index(fields=["region", "retired_on", "hidden_on"], name="unit_by_region"),
            models.Index(fields=["agency", "retired_on", "hidden_on"], name="unit_by_agency"),
        ]

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """A building: a balai desa, or a mall where several units serve."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="places")

    def __str__(self) -> str:
        return self.name


class Service(models.Model):
    """What a unit offers; a response that names it belongs to its unit."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="services")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    offered = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "code"], name="service_of_unit")]

    def __str__(self) -> str:
        return self.name


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


class KioskKey(models.Model):
    """A public key a kiosk was enrolled with; a re-imaged card gets a new one."""

    kiosk = models.ForeignKey(Kiosk, on_delete=models.PROTECT, related_name="keys")
    public_key = models.BinaryField(max_length=32, unique=True)
    enrolled_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_why = models.CharField(max_length=200, blank=True)
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


class SetValue(models.Model):
    """A value that somebody set: for all kiosks, a region with all below it, a unit, or a kiosk. The nearest to a kiosk wins."""

    layer = models.CharField(max_length=8, help_text="all, region, unit or kiosk")
    of = models.CharField(
        max_length=40,
        blank=True,
        help_text="code of the region or the unit, or the kiosk's name; empty for all",
    )
    key = models.CharField(max_length=40)
    value = models.JSONField()
    set_by = models.CharField(max_length=150, blank=True)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["layer", "of", "key"], name="value_of_layer")]

    def __str__(self) -> str:
        return f"{self.key} of {self.layer} {self.of}"


class KioskSettings(models.Model):
    """Signed settings of one kiosk; the highest version is in force, and retained on its topic."""

    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="settings")
    version = models.PositiveIntegerField()
    content = models.JSONField()
    message = models.BinaryField()
    made_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kiosk", "version"], name="settings_of_kiosk")]
        indexes = [
            # What waits for the broker is looked for every two seconds, and is next to nothing.
            models.Index(
                fields=["kiosk", "-version"], condition=models.Q(published_at=None), name="settings_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kiosk_id} v{self.version}"


class SettingsReport(models.Model):
    """What a kiosk did with a version of its settings, projected from its signed record."""

    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="settings_reports")
    stream_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    version = models.BigIntegerField()
    at_ms = models.BigIntegerField()
    applied = models.BooleanField()
    refused_key = models.CharField(max_length=64, blank=True)
    refused_why = models.CharField(max_length=300, blank=True)
    unknown = models.JSONField(default=list)
    """Keys the kiosk's version does not know; it applied the others."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream_id", "seq"], name="report_of_record")]
        indexes = [
            models.Index(fields=["kiosk", "at_ms"], name="report_by_kiosk"),
            models.Index(fields=["kiosk"], condition=models.Q(applied=False), name="report_refused"),
        ]

    def __str__(self) -> str:
        return f"{self.kiosk_id} v{self.version} {'applied' if self.applied else 'refused'}"
