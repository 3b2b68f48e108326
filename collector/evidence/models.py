"""What is kept as evidence. Rows of `RawBatch` and `Conflict` are never changed."""

from django.db import models

from collector.evidence.standing import StreamStanding
from collector.fleet.models import Kiosk, KioskKey, Unit


class Door(models.IntegerChoices):
    """Which way a batch came in."""

    MQTT = 1
    HTTP = 2
    USB = 3


class Stream(models.Model):
    """One life of one journal, and how far it is held: records 1 to `through`, ending in `link`."""

    kiosk = models.ForeignKey(Kiosk, on_delete=models.PROTECT, related_name="streams")
    key = models.ForeignKey(KioskKey, on_delete=models.PROTECT, related_name="streams")
    uid = models.CharField(max_length=32)
    through = models.BigIntegerField()
    link = models.BinaryField(max_length=32)
    has_losses = models.BooleanField(default=False)
    """Whether one of its records is held as lost by the kiosk, or came as lost."""
    opened_ms = models.BigIntegerField()
    received_ms = models.BigIntegerField()
    clock = models.BinaryField()
    """State of the time repair, see `evidence.timing`; made anew by a rebuild."""
    standing = models.CharField(
        max_length=10,
        choices=[(one.value, one.value) for one in StreamStanding if one is not StreamStanding.AWAITED],
        default=StreamStanding.COUNTED.value,
    )
    """Whether it counts, see `evidence.standing`."""
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="followers")
    """The stream of the lineage that it goes on from: the nearest one it names that is held."""
    followed_seq = models.BigIntegerField(null=True)
    """The number after which the stream that follows it goes on; null while none does."""
    decided_by = models.CharField(max_length=150, blank=True)
    """The administrator who decided on a stream that did not fit, and why."""
    decided_why = models.CharField(max_length=300, blank=True)
    decided_ms = models.BigIntegerField(null=True)
    heard_seq = models.BigIntegerField(default=0)
    """The furthest record the kiosk proved, in a heartbeat, to have written."""
    heard_link = models.BinaryField(max_length=32, default=b"")
    heard_signature = models.BinaryField(max_length=64, default=b"")
    heard_ms = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kiosk", "uid"], name="stream_of_kiosk")]
        indexes = [models.Index(fields=["standing", "kiosk"], name="stream_by_standing")]

    def __str__(self) -> str:
        return f"{self.uid[:8]} of {self.kiosk_id}"


class NamedBefore(models.Model):
    """A stream that another one's first record names as one before it, whether anything of it is held or not."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="named", db_index=False)
    place = models.SmallIntegerField()
    """0 for the one right before it, then on to older ones."""
    uid = models.CharField(max_length=32)
    seq = models.BigIntegerField()
    """How far it had come, as far as the kiosk knew."""
    link = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "place"], name="named_by_place"),
            models.UniqueConstraint(fields=["uid", "stream"], name="named_once"),
        ]

    def __str__(self) -> str:
        return f"{self.uid[:8]} before {self.stream_id}"


class LostHere(models.Model):
    """Records that this collector had committed and has no more: it was restored from a backup. Gone once a kiosk fills it."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="lost_here", db_index=False)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    before = models.BinaryField(max_length=32)
    """The link before `first`."""
    after = models.BinaryField(max_length=32)
    """The link after `last`."""
    receipt = models.BinaryField(max_length=1024)
    """The collector's own receipt for them, as the kiosk showed it."""
    noticed_ms = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "first"], name="lost_here_once")]

    def __str__(self) -> str:
        return f"{self.stream_id}: {self.first} to {self.last} lost here"


class HeardHead(models.Model):
    """A signed head that stands beside what is held: of a stream of which nothing came, or of another history of one."""

    key = models.ForeignKey(KioskKey, on_delete=models.PROTECT, related_name="heads", db_index=False)
    uid = models.CharField(max_length=32)
    seq = models.BigIntegerField()
    link = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=64)
    heard_ms = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "uid", "seq", "link"], name="head_once")]

    def __str__(self) -> str:
        return f"{self.uid[:8]}: {self.seq} heard"


class TakenOut(models.Model):
    """A response that counts nowhere: its visit was a test. Stays evidence, and outlives a rebuild."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="taken_out", db_index=False)
    seq = models.BigIntegerField()
    by = models.BigIntegerField()
    """The record that declared it."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="taken_out_once")]

    def __str__(self) -> str:
        return f"{self.stream_id}/{self.seq} taken out by {self.by}"


class RawBatch(models.Model):
    """A batch as it came, append-only; it is the authority for `count` records from `first`.

    Attachments are taken out, because they may have to be destroyed; the record lines and the signature are verbatim.
    The message may repeat records before `first` that an earlier batch brought.
    """

    pk = models.CompositePrimaryKey("stream_id", "first")
    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="batches", db_index=False)
    first = models.BigIntegerField()
    count = models.IntegerField()
    door = models.SmallIntegerField(choices=Door)
    received_ms = models.BigIntegerField()
    before = models.BinaryField(max_length=32, default=b"")
    """The link before `first`, at some batches only: where an audit can take the chain up again behind damage."""
    payload = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.stream_id}: {self.first}+{self.count}"


class HeldAttachment(models.Model):
    """What travelled beside a record and may have to be destroyed: a text or a contact, sealed to the collector's key as it came.

    It is evidence like its record: a record is taken only with all it names. Emptied when its time has come; the record, in the chain,
    keeps the digest of salt and content: proof that it was there, from which nothing can be guessed.
    """

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="attachments", db_index=False)
    seq = models.BigIntegerField()
    name = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    salt = models.BinaryField(default=b"")
    content = models.BinaryField(default=b"")
    received_ms = models.BigIntegerField()
    destroyed_at = models.DateTimeField(null=True)
    loss = models.BinaryField(max_length=64, default=b"")
    """Where it is not here because the kiosk's medium lost it: the kiosk's signature that says so."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "seq", "name"], name="attachment_once")]

    def __str__(self) -> str:
        return f"{self.name} of {self.stream_id}: {self.seq}"


class Conflict(models.Model):
    """A batch, signed by the kiosk, that tells another story than the one held: somebody copied or altered a card."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="conflicts")
    first = models.BigIntegerField()
    count = models.IntegerField()
    seq = models.BigIntegerField()
    """The first number with two different records."""
    digest = models.BinaryField(max_length=32)
    door = models.SmallIntegerField(choices=Door)
    received_ms = models.BigIntegerField()
    payload = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "digest"], name="conflict_once")]

    def __str__(self) -> str:
        return f"{self.stream_id}: two records {self.seq}"


class SetAside(models.Model):
    """A record that is held and proven but not projected: unreadable, or of a kind or version unknown here."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="set_aside", db_index=False)
    seq = models.BigIntegerField()
    code = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="set_aside_once")]

    def __str__(self) -> str:
        return f"{self.stream_id}: {self.seq} {self.code}"


class Refusal(models.Model):
    """How often a door refused something for one reason; bounded by codes, doors and enrolled kiosks, whatever floods in."""

    code = models.CharField(max_length=40)
    door = models.SmallIntegerField(choices=Door)
    kiosk_name = models.CharField(max_length=32, blank=True)
    """The enrolled kiosk it claimed to come from; empty for strangers."""
    count = models.BigIntegerField(default=0)
    first_ms = models.BigIntegerField()
    last_ms = models.BigIntegerField()
    last_message = models.CharField(max_length=300)
    last_bytes = models.IntegerField()
    last_digest = models.BinaryField(max_length=32)
    """SHA-256 of the latest such message. Its content is not kept: it may hold what must be destroyed one day."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "door", "kiosk_name"], name="refusal_once")]

    def __str__(self) -> str:
        return f"{self.code} × {self.count}"


class PublishedVerdict(models.Model):
    """A verdict on a unit and a period as everybody may see it, signed by the collector."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="verdicts")
    period = models.CharField(max_length=40)
    made_at = models.DateTimeField(auto_now_add=True)
    content = models.BinaryField()
    """Canonical JSON: what the signature covers."""
    signature = models.BinaryField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["unit", "period", "made_at"], name="verdict_by_period")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.period}"
