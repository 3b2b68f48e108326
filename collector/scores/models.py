"""The tables of scores: projections of the evidence, which `ikm-collector rebuild` can make anew at any time.

Three kinds of table. *Names* (`Form`, `Series`, `Manner`, `Profile`, `Group`) give a short number to what repeats in
every response; they only grow, so that a number once given may be remembered by any process. *Rows* (`Response`,
`StaffAction`, `KioskDay`) are what the kiosks reported, a line each. *Tallies* (`…Tally`) are counts, added up while the
rows are stored; their key is one number made in `keys.py`, so that a table is its own index and the days of one series
lie side by side. No index is ever computed from anything but tallies, save for the hours and profiles of a broken month.
"""

from django.db import models


class Form(models.Model):
    """One version of one instrument."""

    instrument = models.CharField(max_length=64)
    version = models.CharField(max_length=64)
    layout = models.SmallIntegerField(help_text="`survey.index.tally.LAYOUT` of the counts kept for it")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instrument", "version"], name="form_is_one")]

    def __str__(self) -> str:
        return f"{self.instrument}@{self.version}"


class Series(models.Model):
    """Who earned responses where, by what form: the finest key of the tallies beside the day.

    The unit stands here and not at the kiosk: what a unit has earned stays with it when the kiosk moves on.
    """

    id = models.AutoField(primary_key=True)
    """Short, for it stands in every response."""
    unit = models.ForeignKey("fleet.Unit", on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey("fleet.Service", on_delete=models.PROTECT, related_name="+", null=True)
    place = models.ForeignKey("fleet.Place", on_delete=models.PROTECT, related_name="+")
    kiosk = models.ForeignKey("fleet.Kiosk", on_delete=models.PROTECT, related_name="+")
    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "service", "place", "kiosk", "form"], name="series_of_service"
            ),
            models.UniqueConstraint(  # a database holds two empty services to be different
                fields=["unit", "place", "kiosk", "form"],
                condition=models.Q(service__isnull=True),
                name="series_without_service",
            ),
        ]
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return f"{self.unit_id}/{self.service_id}/{self.place_id}/{self.kiosk_id}/{self.form_id}"


class Group(models.Model):
    """A group that indices are broken down by: an hour of the day, an option of a profile, a way of ending."""

    dimension = models.CharField(max_length=16)
    code = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dimension", "code"], name="group_is_one")]

    def __str__(self) -> str:
        return f"{self.dimension}={self.code}"


class Manner(models.Model):
    """How a visit went: how it ended and where, in which language, by which channel, outside opening hours or not."""

    id = models.AutoField(primary_key=True)
    text = models.CharField(max_length=255, unique=True)
    ending = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=16, help_text="button, touch, mixed, petugas, or lain")
    outside_hours = models.BooleanField()

    def __str__(self) -> str:
        return self.text


class Profile(models.Model):
    """What a respondent told of themselves, as one text: a few hundred combinations, however many responses."""

    id = models.AutoField(primary_key=True)
    text = models.CharField(max_length=255, unique=True)

    def __str__(self) -> str:
        return self.text


class Response(models.Model):
    """One `response` record; `id` is `keys.response_id(stream, seq)`."""

    # The widest columns first: PostgreSQL fills up between a narrow one and a wide one behind it, in every row.
    at_ms = models.BigIntegerField()
    series = models.ForeignKey(
        Series, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    manner = models.ForeignKey(
        Manner, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    profile = models.ForeignKey(
        Profile, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    day = models.IntegerField(help_text="local day of the unit, counted from 1970-01-01")
    error_s = models.IntegerField(help_text="how far at_ms may be off, rounded up")
    duration_s = models.IntegerField()
    boot = models.IntegerField()
    visit = models.IntegerField()
    flags = models.IntegerField(default=0, help_text="one bit a rule, see flags.py")
    hour = models.SmallIntegerField(help_text="local hour of the unit, 24 where the time is too uncertain")
    answers = models.CharField(max_length=64, help_text="one character an element, - where unanswered")

    class Meta:
        # No constraints on the short numbers: they were taken from their tables in the same transaction.
        indexes = [models.Index(fields=["series", "day"], name="response_by_series_and_day")]

    def __str__(self) -> str:
        return f"response {self.pk}"


class DoubtfulTime(models.Model):
    """A response whose time is not what it seems; `id` is the response's. Few have a row: no index is computed from them.

    It came in late, or its own clock was not trusted, or it may have been given on another day than the one it counts in.
    """

    series = models.ForeignKey(
        Series, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    day = models.IntegerField(help_text="the local day it counts in")
    earliest = models.IntegerField(help_text="the first local day it may have been given on")
    latest = models.IntegerField(help_text="the last one")
    late = models.BooleanField(help_text="it came in more than 30 days after it was given")
    redated = models.BooleanField(help_text="a later anchor, or bounds, date it")

    class Meta:
        indexes = [models.Index(fields=["series", "latest"], name="doubt_by_series_and_day")]

    def __str__(self) -> str:
        return f"doubtful time of response {self.pk}"


class StaffAction(models.Model):
    """One `staff` record; `id` is `keys.response_id(stream, seq)`. Flags look at what follows it."""

    kiosk = models.ForeignKey("fleet.Kiosk", on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.IntegerField()
    at_ms = models.BigIntegerField()
    until_ms = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["kiosk", "day"], name="staff_by_kiosk_and_day")]

    def __str__(self) -> str:
        return f"staff action {self.pk}"


class KioskDay(models.Model):
    """When a kiosk was heard on a local day; `id` is `keys.kiosk_day_id(kiosk, day)`."""

    marks = models.BinaryField(help_text="what the kiosk's alive records prove, packed by minutes.py")

    def __str__(self) -> str:
        return f"kiosk-day {self.pk}"


class StaleDay(models.Model):
    """A kiosk's day whose flags have to be looked at again; `id` is `keys.kiosk_day_id(kiosk, day)`."""

    def __str__(self) -> str:
        return f"stale day {self.pk}"


class DayTally(models.Model):
    """Counts of a series on a local day; `id` is `keys.day_key(series, day, flagged)`."""

    counts = models.BinaryField()

    def __str__(self) -> str:
        return f"day tally {self.pk}"


class UnitDay(models.Model):
    """A unit's local day by form, for the sums over days of its months; `id` is `keys.unit_day_key(unit, form, day)`."""

    counts = models.BinaryField(
        help_text="complete responses and their answers on both sides, see unit_days.py"
    )

    def __str__(self) -> str:
        return f"unit-day {self.pk}"


class UnitTally(models.Model):
    """Counts of a unit by form in a calendar month, in wide form; `id` is `keys.unit_key(unit, form, month, flagged)`."""

    counts = models.BinaryField()

    def __str__(self) -> str:
        return f"unit tally {self.pk}"


class GroupTally(models.Model):
    """Counts of a unit by form, month and group; `id` is `keys.group_key(unit, form, month, flagged, group)`."""

    counts = models.BinaryField()

    def __str__(self) -> str:
        return f"group tally {self.pk}"


class Population(models.Model):
    """How many people a unit served in a period, as its staff stated it: what a sample is measured against."""

    unit = models.ForeignKey("fleet.Unit", on_delete=models.CASCADE, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()
    users = models.PositiveIntegerField()
    stated_at = models.DateTimeField()
    stated_by = models.CharField(max_length=150, help_text="as the audit trail names people")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "first_day", "last_day"], name="population_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.first_day}–{self.last_day}: {self.users}"
