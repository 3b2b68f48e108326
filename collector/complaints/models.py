"""Tickets, what was done about them, and what their citizens added."""

from datetime import datetime

from django.db import models

from collector import clock
from collector.evidence.models import HeldAttachment
from collector.fleet.models import Agency, Kiosk, Place, Region, Service, Unit


def this_moment() -> datetime:
    """Give the time for a step that says none."""
    return clock.now()


class TicketStatus(models.TextChoices):
    """Where a complaint stands, in the words its citizen reads."""

    RECEIVED = "diterima", "Diterima"
    VERIFIED = "terverifikasi", "Terverifikasi"
    FORWARDED = "diteruskan", "Diteruskan"
    HANDLED = "ditindaklanjuti", "Ditindaklanjuti"
    ANSWERED = "dijawab", "Dijawab"
    DONE = "selesai", "Selesai"
    REJECTED = "ditolak", "Ditolak"
    REOPENED = "dibuka_lagi", "Dibuka lagi"
    WITHDRAWN = "dicabut", "Dicabut"


CLOSED = (TicketStatus.DONE, TicketStatus.REJECTED, TicketStatus.WITHDRAWN)


class Kind(models.TextChoices):
    """What a complaint is, in the classes of SP4N-LAPOR!; officers say it once they have read it."""

    COMPLAINT = "pengaduan", "Pengaduan"
    WISH = "aspirasi", "Aspirasi"
    QUESTION = "permintaan_informasi", "Permintaan informasi"


class Supervision(models.TextChoices):
    """Whether a complaint alleges what has to be examined: abuse, corruption, discipline."""

    YES = "berkadar", "Berkadar pengawasan"
    NO = "tidak_berkadar", "Tidak berkadar pengawasan"


class Rejection(models.TextChoices):
    """Why a complaint is turned away; the citizen reads words beside it."""

    UNCLEAR = "tidak_jelas", "Tidak jelas"
    ELSEWHERE = "bukan_kewenangan", "Bukan kewenangan"
    DUPLICATE = "duplikat", "Duplikat"
    SPAM = "spam", "Spam"


class Stop(models.TextChoices):
    """Why a ticket's clock stands still."""

    CITIZEN = "warga", "Menunggu pelapor"
    AGENCY = "instansi_lain", "Di instansi lain"
    ANSWERED = "dijawab", "Sudah dijawab"


class Level(models.TextChoices):
    """Who may hold a ticket."""

    UNIT = "unit", "Unit"
    AGENCY = "agency", "Instansi"
    REGION = "region", "Wilayah"
    ALL = "all", "Pusat"


class RuleSet(models.Model):
    """Days, clocks and their sources, as they stood on one day. Rows are only added, and a ticket keeps the one of its arrival."""

    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="complaint_rules", null=True,
        help_text="whose own it is; null for the one that is shipped",
    )  # fmt: skip
    digest = models.CharField(max_length=64, help_text="over its content")
    content = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=150)

    class Meta:
        indexes = [models.Index(fields=["agency", "digest"], name="rule_set_by_digest")]

    def __str__(self) -> str:
        return f"rules {self.content.get('version', '')} of {self.agency_id or 'everybody'}"


class Ticket(models.Model):
    """A complaint, projected from its record; what was written is evidence, and kept apart.

    What it is about comes sealed. `collector.complaints.arrivals` opens that soon after the record came in, and fills in what stands below
    `routed_at`; until then nobody sees the ticket but its citizen.
    """

    stream_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    lookup = models.CharField(max_length=32, db_index=True, help_text="what the citizen's code gives")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="tickets")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="tickets")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, related_name="tickets")
    at_ms = models.BigIntegerField()
    received_ms = models.BigIntegerField(help_text="when its record came in")
    routed_at = models.DateTimeField(null=True, help_text="when it was opened, to know whom it goes to")
    topics = models.JSONField(default=list)
    about_officer = models.BooleanField(default=False, help_text="whether the citizen said so")
    names_officer = models.BooleanField(default=False, help_text="whether the words speak of an officer")
    language = models.CharField(max_length=8, blank=True)
    key = models.BinaryField(max_length=32, default=b"", help_text="shuts what the citizen reads at a kiosk")
    status = models.CharField(max_length=20, choices=TicketStatus, default=TicketStatus.RECEIVED)
    closed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(help_text="when what its citizen reads changed last")
    told_at = models.DateTimeField(null=True, help_text="the change that its kiosks were told last")
    # What the office makes of it: see `collector.complaints.life`.
    guarded = models.BooleanField(default=True, help_text="kept from the desk complained of")
    level = models.CharField(max_length=8, choices=Level, blank=True, help_text="who holds it")
    holder_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", null=True)
    holder_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", null=True)
    holder_region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", null=True)
    rules = models.ForeignKey(RuleSet, on_delete=models.PROTECT, related_name="+", null=True)
    due_on = models.DateField(null=True, help_text="by when it is to be answered; the same on every page")
    stopped_on = models.DateField(null=True, help_text="since when its clock stands still")
    stopped_why = models.CharField(max_length=16, choices=Stop, blank=True)
    stop_seen_from = models.DateField(null=True, help_text="after it the level above is shown that")
    answered_at = models.DateTimeField(null=True, help_text="of the newest answer")
    rejected_as = models.CharField(max_length=20, choices=Rejection, blank=True)
    kind = models.CharField(max_length=24, choices=Kind, blank=True)
    supervision = models.CharField(max_length=16, choices=Supervision, blank=True)
    maladministration = models.JSONField(default=list, help_text="of the ten forms, as an officer sees it")
    root_cause = models.CharField(max_length=500, blank=True)
    compensation = models.CharField(max_length=500, blank=True)
    leader = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="followers", null=True,
        help_text="the complaint about the same, whose steps it follows",
    )  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream_id", "seq"], name="ticket_of_record")]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(routed_at=None), name="ticket_unrouted"),
            models.Index(
                fields=["changed_at"],
                condition=models.Q(told_at=None) | ~models.Q(told_at=models.F("changed_at")),
                name="ticket_untold",
            ),
            models.Index(fields=["unit", "changed_at"], name="ticket_of_unit"),
            models.Index(fields=["due_on", "id"], name="ticket_by_due"),
            models.Index(fields=["unit", "due_on"], name="ticket_by_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.status}"

    @property
    def number(self) -> str:
        """What the office calls it; the citizen's code is nobody else's."""
        return f"{self.pk:06d}"

    def attachments(self) -> models.QuerySet[HeldAttachment]:
        """Give what is held beside its record and the records that added to it."""
        own = models.Q(stream_id=self.stream_id, seq=self.seq)
        for one in self.additions.exclude(stream_id=None):
            own |= models.Q(stream_id=one.stream_id, seq=one.seq)
        return HeldAttachment.objects.filter(own)


class TicketStep(models.Model):
    """One step in a ticket's life; the citizen reads it. Rows are only added."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField(default=this_moment)
    status = models.CharField(max_length=20, choices=TicketStatus)
    who = models.CharField(max_length=150)
    answer = models.TextField(blank=True)
    """What the citizen is told."""
    note = models.TextField(blank=True)
    """What the office tells itself; the citizen never reads it."""

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.status}"


class TicketAddition(models.Model):
    """What a citizen added to a complaint, at a kiosk (its record names the ticket) or on the ticket's page."""

    lookup = models.CharField(max_length=32, db_index=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, null=True, related_name="additions")
    stream_id = models.BigIntegerField(null=True, help_text="of its record; null where it came by the page")
    seq = models.BigIntegerField(null=True)
    at_ms = models.BigIntegerField()
    kind = models.CharField(max_length=16, blank=True, help_text="of `AdditionKind`, once opened")
    sealed = models.BinaryField(default=b"", help_text="words or number that came by the page")
    speech = models.CharField(max_length=16, blank=True, help_text="names the recording that it is a part of")
    part = models.PositiveSmallIntegerField(default=0, help_text="which part of it, from 1 on")
    parts = models.PositiveSmallIntegerField(default=0, help_text="of how many")
    consent_version = models.CharField(max_length=32, blank=True)
    settled_at = models.DateTimeField(null=True, help_text="when it was opened and acted upon")
    digest = models.CharField(max_length=64, blank=True, help_text="of what is sealed: proof once it is gone")
    destroyed_at = models.DateTimeField(null=True, help_text="when what is sealed was destroyed")
    once = models.CharField(max_length=32, blank=True, help_text="of the form it was sent with")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream_id", "seq"], name="addition_of_record"),
            models.UniqueConstraint(
                fields=["ticket", "once"], condition=~models.Q(once=""), name="addition_of_form"
            ),
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind}"


class TicketMessage(models.Model):
    """How the tickets of a kiosk's unit stand, signed for it; the newest is retained on its topic."""

    kiosk = models.OneToOneField(Kiosk, on_delete=models.CASCADE, related_name="ticket_message")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    message = models.BinaryField()
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(published_at=None), name="ticket_message_new")
        ]

    def __str__(self) -> str:
        return f"{self.kiosk_id} v{self.version}"


class TicketMisses(models.Model):
    """How many codes that name no ticket came from a network lately, or in all: see `throttle`. Forgotten after an hour."""

    network = models.CharField(max_length=64, unique=True, help_text="or a budget of all")
    window = models.BigIntegerField(help_text="the ten seconds that `count` is of")
    count = models.IntegerField(default=0)
    missed = models.BigIntegerField(default=0, help_text="the latest ten seconds with a miss")

    def __str__(self) -> str:
        return f"{self.network} {self.count}"


class Overwritten(models.Model):
    """When the database's free space was last rid of what had been destroyed: one row."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.at)


class PassOn(models.Model):
    """That a ticket went from one holder to another, or to LAPOR!. Rows are only added, but for the acknowledgement."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="passes")
    sender = models.CharField(
        max_length=60, help_text="a holder: `unit:sukamaju`, `region:18.01`, `agency:desa`, `all:`"
    )
    receiver = models.CharField(max_length=60, help_text="as the sender, or `lapor:`")
    why = models.CharField(max_length=300)
    who = models.CharField(max_length=150)
    at = models.DateTimeField()
    acknowledge_by = models.DateField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=150, blank=True)
    lapor_number = models.CharField(max_length=40, blank=True, help_text="its tracking id there")

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["acknowledged_at", "acknowledge_by"], name="pass_unacknowledged")]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.sender} to {self.receiver}"


class ClockStop(models.Model):
    """That a ticket's clock stood still, why, and by how much its date moved."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="stops")
    why = models.CharField(max_length=16, choices=Stop)
    since = models.DateField()
    until = models.DateField(null=True)
    due_before = models.DateField()
    due_after = models.DateField(null=True)
    who = models.CharField(max_length=150)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.why} since {self.since}"


class HolidayKind(models.TextChoices):
    """What kind of a day without work."""

    NATIONAL = "libur_nasional", "Libur nasional"
    JOINT = "cuti_bersama", "Cuti bersama"
    REGIONAL = "libur_daerah", "Libur daerah"


class Holiday(models.Model):
    """A day on which offices are shut: everywhere, or in a region with all below it."""

    day = models.DateField()
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=16, choices=HolidayKind)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="holidays", null=True)
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ["day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["day"], condition=models.Q(region=None), name="holiday_everywhere"
            ),
            models.UniqueConstraint(fields=["day", "region"], name="holiday_of_region"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class AnswerTemplate(models.Model):
    """Words that an office begins an answer with; of a unit, or of an agency for all its units."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="answer_templates", null=True)
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="answer_templates", null=True)
    name = models.CharField(max_length=80)
    text = models.TextField()
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
