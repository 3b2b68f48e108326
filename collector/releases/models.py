"""The tables of releases. Nothing here can be made anew from the evidence: what was published is a fact of its own."""

from django.db import models

from collector.releases.states import State


class OfficialPolicy(models.Model):
    """What counts officially for a unit, or for all units, in periods that begin on a day or later.

    The newest that began before a period counts for it; a unit's own goes before the one for all.
    """

    unit = models.ForeignKey("fleet.Unit", on_delete=models.PROTECT, related_name="+", null=True)
    since = models.DateField(help_text="the first day of the first period it holds for")
    period_kind = models.CharField(max_length=10, help_text="month, quarter, semester or year")
    weight_mode = models.CharField(max_length=10)
    policy = models.CharField(max_length=10, help_text="complete, or all")
    due_days = models.SmallIntegerField(help_text="days after the period's end")
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=150)
    why = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "since"], name="policy_of_unit"),
            models.UniqueConstraint(
                fields=["since"], condition=models.Q(unit__isnull=True), name="policy_of_all"
            ),
        ]
        verbose_name_plural = "official policies"

    def __str__(self) -> str:
        return f"{self.unit_id or 'all'} since {self.since}: {self.period_kind}"


class PoolingConsent(models.Model):
    """That an agency lets its numbers be counted in those of a mall it serves in: for which periods, by whom, and until when."""

    place = models.ForeignKey("fleet.Place", on_delete=models.PROTECT, related_name="consents")
    agency = models.ForeignKey("fleet.Agency", on_delete=models.PROTECT, related_name="consents")
    since = models.DateField(help_text="the first day of the first period it is for")
    until = models.DateField(null=True, help_text="the last day of the last period; null for all that follow")
    given_by = models.CharField(max_length=150, help_text="who gave it for the agency: name and office")
    document = models.CharField(max_length=200, help_text="the letter or agreement it stands in")
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=150)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)
    withdrawn_why = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["place", "agency", "since"], name="consent_of_agency")]

    def __str__(self) -> str:
        return f"{self.agency_id} in {self.place_id} since {self.since}"


class Release(models.Model):
    """One edition of a unit's, a region's, an agency's or a mall's number for a calendar period."""

    subject = models.CharField(
        max_length=8, help_text="unit, region, agency or place; ipp for an evaluation's result"
    )
    code = models.CharField(max_length=40, help_text="the subject's code")
    unit = models.ForeignKey("fleet.Unit", on_delete=models.PROTECT, related_name="releases", null=True)
    period = models.CharField(max_length=10, help_text="2026-TW3, 2026-S1, 2026 or 2026-07")
    first_day = models.DateField()
    last_day = models.DateField()
    instrument = models.CharField(max_length=64, help_text="without its version")
    number = models.SmallIntegerField(default=1, help_text="1, and one more for each correction")
    state = models.CharField(max_length=20, default=State.OPEN)
    due = models.DateField(null=True)
    address = models.CharField(max_length=8, unique=True, help_text="the code under which anybody finds it")
    published_at = models.DateTimeField(null=True)
    n = models.IntegerField(null=True, help_text="complete responses; null where it has no number")
    archived = models.IntegerField(default=0, help_text="how many of them are from an archive")
    value = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    low = models.DecimalField(max_digits=5, decimal_places=2, null=True, help_text="the interval's ends")
    high = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    category = models.CharField(max_length=2, blank=True)
    visits = models.IntegerField(null=True, help_text="visits that began with a smiley")
    required = models.IntegerField(
        null=True, help_text="complete responses the sample needs; null where nobody stated the users"
    )
    change = models.DecimalField(
        max_digits=5, decimal_places=2, null=True, help_text="against the release of the period before"
    )
    trend = models.CharField(
        max_length=12, blank=True, help_text="better, worse or cannot tell; empty where nothing is compared"
    )
    proof = models.CharField(
        max_length=8,
        blank=True,
        help_text="whole or short: what is held of its kiosks; empty where it has none",
    )
    newest = models.BooleanField(default=False, help_text="the edition that lists show of its period")
    content = models.BinaryField(
        default=bytes, help_text="what everybody reads, as JSON; never changed again"
    )
    basis = models.BinaryField(
        default=bytes, help_text="its counts, and who stands in which group; leaves the house never"
    )
    breakdown = models.BinaryField(
        default=bytes, help_text="noisy numbers of its groups, for evaluators, and who stands in which group"
    )
    successor = models.OneToOneField("self", on_delete=models.PROTECT, related_name="corrects", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "code", "period", "instrument", "number"], name="release_is_one"
            ),
        ]
        indexes = [
            models.Index(fields=["period", "subject", "state"], name="release_by_period"),
            # Lists: how many stand in which state, and those of one list in the order of a column, or with what is filtered by. They are narrow,
            # so that the database takes them for the cheaper way (a row of this table is thousands of bytes); with `newest` in them too, SQLite looks
            # into no row to see what their condition says already.
            *(
                models.Index(
                    fields=["subject", "instrument", "period", *columns, "newest"],
                    condition=models.Q(newest=True),
                    name=f"release_by_{columns[0]}",
                )
                for columns in (
                    ("state", "value", "change"),
                    ("code", "state", "value", "change"),
                    ("value", "code"),
                    ("n", "code"),
                    ("change", "code"),
                    ("category",),
                    ("trend",),
                    ("proof",),
                    ("published_at", "code", "state"),
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.code} {self.period} #{self.number}: {self.state}"


class ReleaseStep(models.Model):
    """A change of a release's state: when, by whom and why. Rows are only added."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    state = models.CharField(max_length=20)
    who = models.CharField(max_length=150)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["at"], name="step_by_time")]

    def __str__(self) -> str:
        return f"{self.release_id} {self.state} by {self.who}"


class Evaluation(models.Model):
    """An evaluator's marks of a unit (F-02), as they were entered. A correction is another version; rows are only added."""

    unit = models.ForeignKey("fleet.Unit", on_delete=models.PROTECT, related_name="evaluations")
    period = models.CharField(max_length=10, help_text="as of a release")
    round = models.CharField(max_length=10, help_text="nasional or mandiri")
    number = models.SmallIntegerField(help_text="1, and one more for each correction")
    marks = models.JSONField(help_text="0 to 5 by indicator number")
    notes = models.JSONField(help_text="the evaluator's notes by indicator number; they stay in the house")
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=150)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "period", "round", "number"], name="evaluation_is_one"),
        ]

    def __str__(self) -> str:
        return f"F-02 of {self.unit_id} {self.period} {self.round} #{self.number}"


class OpenedCounters(models.Model):
    """What of the kiosks' signed counters is opened beside a unit's release, for everybody and for ever; and who stands in which."""

    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="counters")
    content = models.BinaryField(help_text="what everybody reads, as JSON; never changed again")
    tests = models.BinaryField(
        default=bytes, help_text="the proofs of its test visits, as JSON; empty where it tells of none"
    )
    members = models.BinaryField(help_text="who stands in which counter; leaves the house never")

    def __str__(self) -> str:
        return f"counters of {self.release_id}"


class SheetRows(models.Model):
    """What a unit's release has committed to of the rows of its official sheet: the list that everybody reads, and the secret behind the rows' codes."""

    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="sheet_rows")
    key = models.BinaryField(max_length=32, help_text="drawn once; leaves the house never")
    content = models.BinaryField(
        help_text="the list, as JSON, never changed again; empty where no sheet has rows"
    )

    def __str__(self) -> str:
        return f"rows of {self.release_id}"
