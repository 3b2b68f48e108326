"""The releases' place among Django's apps."""

from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    """What was published of whom, and what is official for whom."""

    name = "collector.releases"
    label = "releases"
