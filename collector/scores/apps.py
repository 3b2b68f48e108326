"""The Django application `scores`."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from survey.record.record import ALIVE, RESPONSE, STAFF


class ScoresConfig(AppConfig):
    """Rows and tallies projected from the evidence, and the indices that come from them."""

    name = "collector.scores"
    label = "scores"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Nilai dan indeks"

    def ready(self) -> None:
        """Register rows and tallies as a projection; forget remembered numbers whenever tables may have been emptied."""
        from collector.evidence.intake.projections import Projection, register  # noqa: PLC0415 - models load after apps
        from collector.scores.tallies import flagging, projection  # noqa: PLC0415 - as above

        register(
            Projection(
                name="scores",
                kinds=frozenset({ALIVE, RESPONSE, STAFF}),
                project=projection.project,
                unproject=projection.unproject,
                clear=projection.clear,
                settle=flagging.settle,
            )
        )
        # A flush ends with this signal too.
        post_migrate.connect(_forget, sender=self, dispatch_uid="scores.forget")


def _forget(**_: Any) -> None:
    from collector.scores.tallies import naming  # noqa: PLC0415 - models load after apps

    naming.forget()
