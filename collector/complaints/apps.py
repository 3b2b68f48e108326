"""The complaints' place among Django's apps."""

from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    """Tickets and their life."""

    name = "collector.complaints"
    label = "complaints"
