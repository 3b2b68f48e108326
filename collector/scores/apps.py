"""The Django application `scores`."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ScoresConfig(AppConfig):
    """Rows and tallies projected from the evidence, and the indices that come from them."""

    name = "collector.scores"
    label = "scores"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Nilai dan indeks"

    def ready(self) -> None:
        """Forget remembered numbers whenever tables may have been emptied: a flush ends with this signal too."""
        post_migrate.connect(_forget, sender=self, dispatch_uid="scores.forget")


def _forget(**_: Any) -> None:
    from collector.scores import naming  # noqa: PLC0415 - models load after apps

    naming.forget()
