"""The people's place among Django's apps."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """The trail of what people did."""

    name = "collector.people"
    label = "people"
