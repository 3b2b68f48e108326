"""The log's place among Django's apps."""

from django.apps import AppConfig


class LogConfig(AppConfig):
    """Facts in the order in which they came to be known, for everybody."""

    name = "collector.log"
    label = "log"

    def ready(self) -> None:
        """Register the facts of the rooms below; rooms above register their own."""
        from collector.fleet import enrolment  # noqa: PLC0415 - models load after apps
        from collector.log import demanded, gathering, sources  # noqa: PLC0415 - the same

        for source in (*gathering.SOURCES, demanded.SOURCE):
            sources.register(source)
        enrolment.tell_besides(demanded.for_enrolment)
