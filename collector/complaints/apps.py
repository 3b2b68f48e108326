"""The complaints' place among Django's apps."""

from django.apps import AppConfig

from survey.record.record import ADDITION, COMPLAINT


class ComplaintsConfig(AppConfig):
    """Tickets and their life."""

    name = "collector.complaints"
    label = "complaints"

    def ready(self) -> None:
        """Register the tickets as a projection; a rebuild keeps what people did with them."""
        from collector.complaints import projection  # noqa: PLC0415 - models load after apps
        from collector.evidence.intake.projections import Projection, register  # noqa: PLC0415 - as above

        register(
            Projection(
                name="complaints",
                kinds=frozenset({COMPLAINT, ADDITION}),
                project=projection.project,
                unproject=projection.unproject,
                clear=lambda: None,
                settle=lambda: None,
            )
        )
