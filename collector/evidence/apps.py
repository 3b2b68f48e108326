"""The evidence's place among Django's apps."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """What kiosks sent, kept verbatim, and its proof."""

    name = "collector.evidence"
    label = "evidence"

    def ready(self) -> None:
        """Register what evidence itself makes of records: what kiosks did with their settings."""
        from collector.evidence.intake import projections, settings_told  # noqa: PLC0415 - models load after apps

        projections.register(settings_told.PROJECTION)
