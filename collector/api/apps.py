"""The API's place among Django's apps."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Tokens of programs, and how often each asked lately."""

    name = "collector.api"
    label = "api"
