"""The jobs' place among Django's apps."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Long work that workers do."""

    name = "collector.jobs"
    label = "jobs"
