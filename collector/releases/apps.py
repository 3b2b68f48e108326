"""The releases' place among Django's apps."""

from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    """What was published of whom, and what is official for whom."""

    name = "collector.releases"
    label = "releases"

    def ready(self) -> None:
        """Have the kiosks told what their unit's newest release says, and releases logged."""
        from collector.fleet import publication  # noqa: PLC0415 - apps must be loaded before models are
        from collector.log import sources  # noqa: PLC0415 - the same
        from collector.releases import kiosks, logged  # noqa: PLC0415 - the same

        publication.register(kiosks.index_of)
        for source in logged.SOURCES:
            sources.register(source)
