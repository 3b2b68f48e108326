"""The papers' place among Django's apps."""

from django.apps import AppConfig


class PapersConfig(AppConfig):
    """What is made of releases to be printed, shown and handed in."""

    name = "collector.papers"
    label = "papers"
