"""The tables of the standards: versions of service standards and of the maklumat, visits with what was found. Nothing is deleted."""

from django.db import models

from collector.followup.models import Group

LONGEST_TEXT = 4_000
"""Letters of one component, and of a maklumat."""


class Standard(models.Model):
    """One version of the standard of a service. Rows are only added."""

    unit = models.ForeignKey("fleet.Unit", on_delete=models.PROTECT, related_name="standards")
    service = models.ForeignKey("fleet.Service", on_delete=models.PROTECT, related_name="standards")
    number = models.IntegerField(help_text="counted within the service")
    in_force_from = models.DateField()
    decided_by = models.CharField(max_length=150, help_text="an office; empty where nobody decreed it yet")
    decree_number = models.CharField(max_length=100, blank=True)
    decree_date = models.DateField(null=True)
    reviewed_on = models.DateField(null=True, help_text="the last review; null where it was only drawn up")
    groups = models.JSONField(help_text="which of the five groups took part in drawing it up")
    texts = models.JSONField(help_text="by the keys of components; those without a text are left out")
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=150)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "number"], name="standard_is_one")]
        indexes = [models.Index(fields=["unit", "in_force_from"], name="standard_of_unit")]

    def __str__(self) -> str:
        return f"standard of {self.service_id} #{self.number}"

    @property
    def is_decreed(self) -> bool:
        """Whether somebody decreed it."""
        return bool(self.decree_number)

    @property
    def group_names(self) -> list[str]:
        """Give the groups that took part, in words."""
        return [str(one.label) for one in Group if one.value in self.groups]


class Maklumat(models.Model):
    """One version of a unit's maklumat: the promise to keep its standards. Rows are only added."""

    unit = models.ForeignKey("fleet.Unit", on_delete=models.PROTECT, related_name="maklumat")
    number = models.IntegerField(help_text="counted within the unit")
    text = models.TextField()
    issued_on = models.DateField()
    signer = models.CharField(max_length=150)
    photo = models.BinaryField(
        default=bytes, help_text="JPEG, drawn anew; empty without one, or once it was taken back"
    )
    photo_digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the photo as it was kept"
    )
    photo_gone_at = models.DateTimeField(null=True)
    photo_gone_by = models.CharField(max_length=150, blank=True)
    photo_gone_why = models.CharField(max_length=300, blank=True)
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=150)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "number"], name="maklumat_is_one")]

    def __str__(self) -> str:
        return f"maklumat of {self.unit_id} #{self.number}"

    @property
    def has_photo(self) -> bool:
        """Whether its photo can be looked at."""
        return bool(self.photo_digest) and self.photo_gone_at is None


class Found(models.TextChoices):
    """What an evaluator found of one item."""

    THERE = "ada", "Ada"
    PARTLY = "sebagian", "Sebagian"
    MISSING = "tidak", "Tidak"


class Visit(models.Model):
    """A visit as its evaluator signed it. It never changes: what it said stands in the trail as a digest."""

    unit = models.ForeignKey("fleet.Unit", on_delete=models.PROTECT, related_name="visits")
    number = models.IntegerField(help_text="counted within the unit")
    key = models.UUIDField(unique=True, help_text="made where it was filled in: sent twice, it is kept once")
    checklist = models.CharField(max_length=20, help_text="the version of the list of items")
    visited_on = models.DateField()
    evaluator = models.CharField(max_length=150, help_text="the account that signed")
    name = models.CharField(max_length=150)
    office = models.CharField(max_length=150)
    answers = models.JSONField(help_text="what was found and noted, by the keys of items")
    note = models.CharField(max_length=1000, blank=True)
    filled_ms = models.BigIntegerField(
        null=True, help_text="when it was signed, as the device said, in milliseconds since 1970"
    )
    signed_at = models.DateTimeField(help_text="when it arrived here")
    digest = models.CharField(max_length=64, help_text="SHA-256 of all it says; the trail has it too")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "number"], name="visit_is_one")]

    def __str__(self) -> str:
        return f"visit {self.number} of {self.unit_id} on {self.visited_on}"


class VisitPhoto(models.Model):
    """A photo that an evaluator took of an item."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="photos")
    item = models.CharField(max_length=20)
    data = models.BinaryField(help_text="JPEG, drawn anew")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file as it is kept")

    def __str__(self) -> str:
        return f"photo {self.pk} of {self.item} of visit {self.visit_id}"


class VisitReply(models.Model):
    """What the unit says of a visit. The newest counts; rows are only added."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="replies")
    accepts = models.BooleanField(help_text="whether the unit acknowledges what was found; else it objects")
    note = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField()
    who = models.CharField(max_length=150)

    def __str__(self) -> str:
        return f"reply of {self.who} to visit {self.visit_id}"
