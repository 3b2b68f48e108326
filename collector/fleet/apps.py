"""The fleet's place among Django's apps."""

from django.apps import AppConfig


class FleetConfig(AppConfig):
    """Regions, agencies, units, places, services, kiosks and their keys."""

    name = "collector.fleet"
    label = "fleet"

    def ready(self) -> None:
        """Register the system checks."""
        from collector.fleet import checks  # noqa: PLC0415, F401 - apps must be loaded before checks register
