"""The desk's place among Django's apps."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Pages behind the log-in."""

    name = "collector.desk"
    label = "desk"
