"""The people's place among Django's apps."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Roles of accounts, and the trail of what people did."""

    name = "collector.people"
    label = "people"
