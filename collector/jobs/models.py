"""The tables of long work. They are the queue and the progress both; there is no broker beside them."""

from django.conf import settings
from django.db import models


class JobState(models.TextChoices):
    """How far a job has come."""

    OPEN = "open", "Sedang dikerjakan"
    DONE = "done", "Selesai"
    FAILED = "failed", "Gagal"
    CANCELLED = "cancelled", "Dibatalkan"


class PieceState(models.TextChoices):
    """How far a piece of a job has come."""

    WAITING = "waiting"
    TAKEN = "taken"
    DONE = "done"
    FAILED = "failed"


class Job(models.Model):
    """Something somebody asked for that takes longer than a page may: so many pieces, and one file at the end."""

    title = models.CharField(max_length=200, help_text="what it makes, in words")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=JobState, default=JobState.OPEN)
    total = models.IntegerField(help_text="pieces that make files; the one that packs them comes besides")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=150, blank=True, help_text="who cancelled it")
    why = models.TextField(blank=True, help_text="why it failed")
    file = models.CharField(max_length=150, blank=True, help_text="what its file is called")
    size = models.BigIntegerField(default=0, help_text="bytes of its file; 0 once that is gone")

    class Meta:
        indexes = [models.Index(fields=["state", "total"], name="job_by_state")]

    def __str__(self) -> str:
        return f"job {self.pk}: {self.title} ({self.state})"


class Piece(models.Model):
    """One part of a job, which one worker does whole: a release's papers, a unit's PEKPPP folder, or the packing of what the others made."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="pieces")
    place = models.IntegerField(help_text="in the job's order; 0 is the packing, which is done last")
    release = models.ForeignKey(
        "releases.Release",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="whose papers it makes",
    )
    unit = models.ForeignKey(
        "fleet.Unit",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="whose PEKPPP folder it makes",
    )
    year = models.SmallIntegerField(null=True, help_text="the folder's year")
    whole = models.BooleanField(
        default=False, help_text="whether the folder counts complaints that the unit itself may not see"
    )
    state = models.CharField(max_length=10, choices=PieceState, default=PieceState.WAITING)
    worker = models.CharField(
        max_length=32, blank=True, help_text="who has it; workers that are gone lose it"
    )
    tries = models.SmallIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    why = models.TextField(blank=True, help_text="what could not be made, and why")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "place"], name="piece_is_one")]
        indexes = [models.Index(fields=["state", "worker"], name="piece_by_state")]

    def __str__(self) -> str:
        return f"piece {self.place} of job {self.job_id}: {self.state}"

    @property
    def name(self) -> str:
        """What people call whom it is made of."""
        if self.release is not None:
            return self.release.unit.name if self.release.unit is not None else self.release.code
        return self.unit.name if self.unit is not None else ""

    @property
    def code(self) -> str:
        """The code of whom it is made of; nothing of the packing."""
        found = self.release or self.unit
        return found.code if found is not None else ""
