"""The follow-up's place among Django's apps."""

from django.apps import AppConfig


class FollowUpConfig(AppConfig):
    """Plans that follow a release, what became of them, and the forums they were talked over in."""

    name = "collector.followup"
    label = "followup"

    def ready(self) -> None:
        """Have the kiosks told what their unit has mended."""
        from collector.fleet import publication  # noqa: PLC0415 - apps must be loaded before models are
        from collector.followup import kiosks  # noqa: PLC0415 - the same

        publication.register(kiosks.mended_of)
