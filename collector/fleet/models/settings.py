"""What somebody set, what was signed of it, and what kiosks did with it."""

from django.db import models

from collector.fleet.models.kiosks import Kiosk


class SetValue(models.Model):
    """A value that somebody set: for all kiosks, a region with all below it, a unit, or a kiosk. The nearest to a kiosk wins."""

    layer = models.CharField(max_length=8, help_text="all, region, unit or kiosk")
    of = models.CharField(
        max_length=40,
        blank=True,
        help_text="code of the region or the unit, or the kiosk's name; empty for all",
    )
    key = models.CharField(max_length=40)
    value = models.JSONField()
    set_by = models.CharField(max_length=150, blank=True)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["layer", "of", "key"], name="value_of_layer")]

    def __str__(self) -> str:
        return f"{self.key} of {self.layer} {self.of}"


class KioskSettings(models.Model):
    """Signed settings of one kiosk; the highest version is in force, and retained on its topic."""

    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="settings")
    version = models.PositiveIntegerField()
    content = models.JSONField()
    message = models.BinaryField()
    made_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kiosk", "version"], name="settings_of_kiosk")]
        indexes = [
            # What waits for the broker is looked for every two seconds, and is next to nothing.
            models.Index(
                fields=["kiosk", "-version"], condition=models.Q(published_at=None), name="settings_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kiosk_id} v{self.version}"


class SettingsReport(models.Model):
    """What a kiosk did with a version of its settings, projected from its signed record."""

    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="settings_reports")
    stream_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    version = models.BigIntegerField()
    at_ms = models.BigIntegerField()
    applied = models.BooleanField()
    refused_key = models.CharField(max_length=64, blank=True)
    refused_why = models.CharField(max_length=300, blank=True)
    unknown = models.JSONField(default=list)
    """Keys the kiosk's version does not know; it applied the others."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream_id", "seq"], name="report_of_record")]
        indexes = [
            models.Index(fields=["kiosk", "at_ms"], name="report_by_kiosk"),
            models.Index(fields=["kiosk"], condition=models.Q(applied=False), name="report_refused"),
        ]

    def __str__(self) -> str:
        return f"{self.kiosk_id} v{self.version} {'applied' if self.applied else 'refused'}"
