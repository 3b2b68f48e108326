"""The tree of units, where they serve and with what."""

from datetime import date

from django.db import models

from collector.fleet.models.regions import Region


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
    asks = models.CharField(
        max_length=32,
        blank=True,
        help_text="id of the questionnaire that a course asks and reports by; empty for every office, which owes the SKM",
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
    provider = models.CharField(
        max_length=40, blank=True, help_text="whose SIM cards its kiosks have; empty where nobody has said"
    )

    def __str__(self) -> str:
        return self.name


class Counter(models.Model):
    """A counter, or another thing to be found, at a place with many: what its kiosks list and draw."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="counters")
    name = models.CharField(max_length=60)
    number = models.CharField(max_length=6, blank=True)
    floor = models.CharField(max_length=24)
    way = models.CharField(max_length=60, blank=True)
    box = models.CharField(
        max_length=20, blank=True, help_text="where it lies on its floor's plan: left, top, width, height"
    )
    beside = models.CharField(
        max_length=32, blank=True, help_text="the name of the kiosk that stands beside it"
    )
    shown = models.BooleanField(default=True)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", help_text="whose it is, in a mall"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "name"], name="counter_of_place")]

    def __str__(self) -> str:
        return self.name


class Tenant(models.Model):
    """A unit that serves in a mall, from a day on: its services are asked about at the kiosks there, whether or not one of them is its own."""

    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="tenants")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="malls")
    since = models.DateField()
    until = models.DateField(null=True, help_text="the first day it serves there no more; null while it does")
    questionnaire = models.CharField(
        max_length=49,
        blank=True,
        help_text="what a course asks in the place of the kiosks' own questions, as id@version; empty: what they ask",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place", "unit"], condition=models.Q(until=None), name="tenant_is_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} in {self.place_id}"

    @staticmethod
    def not_over(day: date) -> models.Q:
        """Give the condition that it serves on a day, or will later; what was called off before it began has no day at all."""
        return (models.Q(until=None) | models.Q(until__gt=day)) & ~models.Q(until=models.F("since"))


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
