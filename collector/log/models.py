"""The log's tables: how far it is, and what of the facts stands in it. The leaves themselves are files."""

from django.db import models


class LogState(models.Model):
    """How far the log is: one row, which whoever adds to it locks."""

    origin = models.CharField(max_length=200, help_text="its name, which its key signs under")
    size = models.BigIntegerField(default=0, help_text="leaves")
    root = models.BinaryField(max_length=32, default=bytes)
    day = models.CharField(
        max_length=10, blank=True, help_text="the night whose heads stand in it, as 2026-12-01"
    )
    marks = models.JSONField(
        default=dict, help_text="by source, what it had come to when its facts were looked for last"
    )

    def __str__(self) -> str:
        return f"{self.origin}: {self.size}"


class KeptCheckpoint(models.Model):
    """A checkpoint that was given out, with the cosignatures it has."""

    size = models.BigIntegerField(unique=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField(help_text="the signed note")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.size} leaves"


class LoggedFact(models.Model):
    """That a fact stands in the log, and where; for one that can change, where it stands last."""

    key = models.CharField(max_length=120, unique=True, help_text="what it is about")
    stamp = models.CharField(max_length=150, blank=True, help_text="what it says, as far as that can change")
    number = models.BigIntegerField(help_text="its leaf")

    def __str__(self) -> str:
        return f"{self.key} at {self.number}"


class LoggedPolicy(models.Model):
    """Whom a leaf of this log says to demand cosignatures of: kiosks that know no newer one still do."""

    number = models.BigIntegerField(unique=True, help_text="the leaf")
    text = models.TextField(help_text="as the leaf has it")

    def __str__(self) -> str:
        return f"policy of leaf {self.number}"


class KioskSaw(models.Model):
    """The newest checkpoint of which a kiosk has shown that it saw it, with the log's own signature; outlives a log."""

    kiosk = models.OneToOneField("fleet.Kiosk", on_delete=models.CASCADE, related_name="log_saw")
    origin = models.CharField(max_length=200)
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.kiosk_id} saw {self.origin} {self.size}"


class ThreadLeaf(models.Model):
    """A leaf of a unit's thread."""

    unit = models.CharField(max_length=40, help_text="the unit's code")
    nth = models.IntegerField(help_text="1 for its first")
    number = models.BigIntegerField(help_text="the leaf")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "nth"], name="thread_leaf_once")]

    def __str__(self) -> str:
        return f"{self.unit} {self.nth}: {self.number}"


class NightHeads(models.Model):
    """What opens the heads of a night's leaves; leaves the house one kiosk at a time, for who may see how much it wrote."""

    day = models.CharField(max_length=10, unique=True)
    first = models.BigIntegerField(help_text="the leaf of the first kiosk")
    secret = models.BinaryField(max_length=32, help_text="each head's salt is made of it")
    content = models.BinaryField(help_text="kiosk, stream, number and link of each, packed")

    def __str__(self) -> str:
        return self.day


class KioskNews(models.Model):
    """What a kiosk is told of the log: one message, retained on its topic, the newest in the place of the one before."""

    kiosk = models.OneToOneField("fleet.Kiosk", on_delete=models.CASCADE, related_name="log_news")
    size = models.BigIntegerField(help_text="of the checkpoint")
    message = models.BinaryField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(published_at=None), name="log_news_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.kiosk_id}: {self.size}"
