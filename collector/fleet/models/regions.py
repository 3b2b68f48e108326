"""Regions under their Kemendagri codes, and the editions of the Ministry's table."""

from django.db import models


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
