"""The tables of papers: how an agency dresses them, which rows have left the house, and where an index was published."""

from django.db import models


class Medium(models.TextChoices):
    """The kinds of media that PEKPPP counts (form F-01, number 7), in its words."""

    PRINT = "cetak", "Media Cetak/Non Elektronik"
    ELECTRONIC = "elektronik", "Media Elektronik"
    SOCIAL = "sosial", "Media Sosial"
    WEBSITE = "website", "Website"
    APPLICATION = "aplikasi", "Aplikasi yang bisa diunduh"


class Dress(models.Model):
    """What an agency's papers carry: letterhead, logo, contacts. Texts and a picture, never a template."""

    agency = models.CharField(
        max_length=40,
        primary_key=True,
        help_text="an agency's code; empty for all that have none of their own",
    )
    letterhead = models.TextField(blank=True, help_text="a line each, the last one set in bold")
    contacts = models.TextField(blank=True, help_text="a line each")
    logo = models.BinaryField(
        default=bytes, help_text="PNG without transparency, made anew from what was given"
    )
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=150)

    class Meta:
        verbose_name_plural = "dresses"

    def __str__(self) -> str:
        return f"dress of {self.agency or 'all'}"


class RowsLeft(models.Model):
    """A release whose rows have left the house: they cannot be called back."""

    release = models.OneToOneField("releases.Release", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"rows of release {self.release_id}"


class Publication(models.Model):
    """That an index was made public somewhere, with what shows it. Rows are only added."""

    release = models.ForeignKey("releases.Release", on_delete=models.PROTECT, related_name="publications")
    day = models.DateField()
    medium = models.CharField(max_length=12, choices=Medium.choices)
    where = models.CharField(max_length=200)
    link = models.CharField(max_length=500, blank=True)
    photo = models.BinaryField(
        default=bytes, help_text="JPEG, made anew without what a camera writes beside it"
    )
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=150)

    def __str__(self) -> str:
        return f"release {self.release_id} in {self.medium} on {self.day}"


class ReportPassage(models.Model):
    """What an office wrote into one passage of its report on a period; it goes into each file made of that period again."""

    subject = models.CharField(max_length=8, help_text="as of a release")
    code = models.CharField(max_length=40, help_text="the subject's code")
    period = models.CharField(max_length=10)
    instrument = models.CharField(max_length=64, help_text="without its version")
    passage = models.CharField(max_length=20)
    text = models.TextField(blank=True, help_text="a paragraph a line")
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "code", "period", "instrument", "passage"], name="report_passage_is_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.passage} of {self.subject} {self.code} {self.period}"


class ReportTemplate(models.Model):
    """An agency's own template of the report, as a DOCX file."""

    agency = models.CharField(
        max_length=40,
        primary_key=True,
        help_text="an agency's code; empty for all that have none of their own",
    )
    file = models.BinaryField(help_text="DOCX, tried before it was kept")
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=150)

    def __str__(self) -> str:
        return f"report template of {self.agency or 'all'}"
