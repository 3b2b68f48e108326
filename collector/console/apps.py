"""The console's place among Django's apps."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The operator's commands; no tables."""

    name = "collector.console"
    label = "console"
