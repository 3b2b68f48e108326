"""The alerts' place among Django's apps."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """Who is told what about kiosks."""

    name = "collector.alerts"
    label = "alerts"
