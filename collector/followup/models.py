"""The tables of the follow-up: plans with every step of theirs, what shows that they were done, days of reports, forums. Nothing is deleted."""

from collections.abc import Mapping

from django.db import models

LONGEST: Mapping[str, int] = {"problem": 500, "action": 500, "responsible": 150, "result": 1000}
"""Letters of each text of a plan."""


class State(models.TextChoices):
    """Where a plan stands, in the words that everybody reads."""

    PLANNED = "direncanakan", "Direncanakan"
    DONE = "selesai", "Selesai"
    DROPPED = "tidak dilaksanakan", "Tidak dilaksanakan"
    """Given up, with the reason; it was planned all the same, and counts so."""


class Report(models.TextChoices):
    """The two reports between whose days PEKPPP counts (indicator 9)."""

    SURVEY = "skm", "Laporan hasil SKM"
    FOLLOW_UP = "tindak lanjut", "Laporan tindak lanjut"


class Group(models.TextChoices):
    """The five groups of participants of a forum (PermenPAN-RB 16/2017); PEKPPP counts how many came."""

    USERS = "pengguna", "Pengguna layanan"
    EXPERTS = "ahli", "Ahli, praktisi, akademisi"
    AGENCIES = "instansi", "Instansi terkait"
    CIVIL = "masyarakat", "Organisasi masyarakat sipil"
    PRESS = "media", "Media massa"


class Forum(models.Model):
    """A public consultation (FKP) that was held, with what its Berita Acara says."""

    unit = models.ForeignKey("fleet.Unit", on_delete=models.PROTECT, related_name="forums")
    number = models.SmallIntegerField(help_text="1, and one more for each correction of the same forum")
    held_on = models.DateField()
    place = models.CharField(max_length=150)
    title = models.CharField(
        max_length=150, help_text="what it is called: Forum Konsultasi Publik (FKP), FKM …"
    )
    topic = models.CharField(max_length=200, help_text="what it was about")
    attendance = models.JSONField(help_text="how many came of each of the five groups")
    signers = models.TextField(help_text="a line each: who signs, by title")
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=150)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "held_on", "number"], name="forum_is_one"),
        ]

    def __str__(self) -> str:
        return f"forum of {self.unit_id} on {self.held_on} #{self.number}"


class Item(models.Model):
    """One plan as it stands now; `steps` say how it came to stand so."""

    unit = models.ForeignKey("fleet.Unit", on_delete=models.PROTECT, related_name="followup")
    number = models.IntegerField(help_text="counted within the unit")
    instrument = models.CharField(max_length=64, help_text="without its version")
    element = models.CharField(
        max_length=40, blank=True, help_text="an element's key; empty where a forum named none"
    )
    release = models.ForeignKey(
        "releases.Release",
        on_delete=models.PROTECT,
        related_name="followup",
        null=True,
        help_text="the one that showed it",
    )
    forum = models.ForeignKey(
        Forum,
        on_delete=models.PROTECT,
        related_name="agreed",
        null=True,
        help_text="the one that agreed on it",
    )
    problem = models.CharField(max_length=LONGEST["problem"])
    action = models.CharField(max_length=LONGEST["action"])
    first_month = models.DateField(help_text="the first day of the first planned month")
    last_month = models.DateField(help_text="the first day of the last planned month")
    responsible = models.CharField(
        max_length=LONGEST["responsible"], help_text="an office, not a person's name"
    )
    state = models.CharField(max_length=20, choices=State, default=State.PLANNED)
    done_on = models.DateField(null=True)
    result = models.CharField(max_length=LONGEST["result"], blank=True, help_text="what was done")
    people = models.IntegerField(null=True, help_text="how many took part, where that is counted")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "number"], name="followup_is_one")]

    def __str__(self) -> str:
        return f"follow-up {self.number} of {self.unit_id}: {self.state}"


class ItemStep(models.Model):
    """A change of a plan: when, by whom, why, and what the plan said from then on. Rows are only added."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    what = models.CharField(max_length=20, help_text="added, corrected, done, reopened or dropped")
    who = models.CharField(max_length=150)
    why = models.CharField(max_length=300, blank=True)
    said = models.JSONField(help_text="all that the plan said after it")

    def __str__(self) -> str:
        return f"{self.item_id} {self.what} by {self.who}"


class Evidence(models.Model):
    """A file that shows what was done. One that was wrong is taken back with the reason; its row and digest stay."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="evidence")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=4, help_text="jpg or pdf")
    data = models.BinaryField(
        help_text="a picture drawn anew, or a PDF as it came; empty once it was taken back"
    )
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file as it is kept")
    caption = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=150)
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.CharField(max_length=150, blank=True)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return f"{self.name} of follow-up {self.item_id}"


class ReportDay(models.Model):
    """The day a report was issued. The newest row counts; rows are only added."""

    unit = models.ForeignKey("fleet.Unit", on_delete=models.PROTECT, related_name="+")
    period = models.CharField(max_length=10, help_text="as of a release")
    instrument = models.CharField(max_length=64)
    report = models.CharField(max_length=14, choices=Report)
    day = models.DateField()
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=150)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "period"], name="report_day_of_unit")]

    def __str__(self) -> str:
        return f"{self.report} of {self.unit_id} {self.period}: {self.day}"
