"""The hand-over's place among Django's apps."""

from django.apps import AppConfig


class HandoverConfig(AppConfig):
    """Complaints that were handed over to another system, what the office made public of some, and the reports that count them."""

    name = "collector.handover"
    label = "handover"

    def ready(self) -> None:
        """Let nobody here work on what is somebody else's at the moment."""
        from collector.handover import owner  # noqa: PLC0415 - models load after apps

        owner.insist()
