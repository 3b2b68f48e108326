"""The log's place among Django's apps."""

from django.apps import AppConfig


class LogConfig(AppConfig):
    """Facts in the order in which they came to be known, for everybody."""

    name = "collector.log"
    label = "log"

    def ready(self) -> None:
        """Register the facts of the rooms below; rooms above register their own."""
        from collector.log import gathering, sources  # noqa: PLC0415 - models load after apps

        for source in gathering.SOURCES:
            sources.register(source)
