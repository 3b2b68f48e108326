"""The alerts' place among Django's apps."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """Who is told what about kiosks."""

    name = "collector.alerts"
    label = "alerts"

    def ready(self) -> None:
        """Say which receivers hang on regions."""
        from collector.alerts.models import Receiver  # noqa: PLC0415 - models load after apps
        from collector.fleet import hanging  # noqa: PLC0415 - as above

        hanging.register(
            hanging.Kind(
                "receivers",
                lambda: Receiver.objects.exclude(region="").values_list("region", flat=True),
                lambda before, now: Receiver.objects.filter(region=before).update(region=now),
            )
        )
