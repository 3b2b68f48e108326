"""The standards' place among Django's apps."""

from django.apps import AppConfig


class StandardsConfig(AppConfig):
    """Service standards with their versions, maklumat, visits with their checklists."""

    name = "collector.standards"
    label = "standards"

    def ready(self) -> None:
        """Have the kiosks told what their unit promises."""
        from collector.fleet import publication  # noqa: PLC0415 - apps must be loaded before models are
        from collector.standards import kiosks  # noqa: PLC0415 - the same

        publication.register(kiosks.standards_of)
