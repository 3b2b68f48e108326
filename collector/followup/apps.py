"""The follow-up's place among Django's apps."""

from django.apps import AppConfig


class FollowUpConfig(AppConfig):
    """Plans that follow a release, what became of them, and the forums they were talked over in."""

    name = "collector.followup"
    label = "followup"
