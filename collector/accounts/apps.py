"""The accounts' place among Django's apps."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Offices that accounts hold, and the links by which people come to them."""

    name = "collector.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Say which offices hang on regions, and which links to such offices."""
        from collector.accounts.models import Invitation, Office  # noqa: PLC0415 - models load after apps
        from collector.fleet import hanging  # noqa: PLC0415 - as above

        held = Office.objects.filter(until=None)
        hanging.register(
            hanging.Kind(
                "offices",
                lambda: held.exclude(region=None).values_list("region", flat=True),
                lambda before, now: held.filter(region=before).update(region=now),
            )
        )
        invited = Invitation.objects.filter(used_at=None)
        hanging.register(
            hanging.Kind(
                "invitations",
                lambda: invited.exclude(region=None).values_list("region", flat=True),
                lambda before, now: invited.filter(region=before).update(region=now),
            )
        )
