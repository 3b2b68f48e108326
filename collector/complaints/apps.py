"""The complaints' place among Django's apps."""

from django.apps import AppConfig

from survey.record.record import ADDITION, COMPLAINT
from survey.settings.keys import ANSWER_DAYS


class ComplaintsConfig(AppConfig):
    """Tickets and their life."""

    name = "collector.complaints"
    label = "complaints"

    def ready(self) -> None:
        """Register the tickets as a projection; a rebuild keeps what people did with them."""
        from collector.complaints import projection, rules, where  # noqa: PLC0415 - models load after apps
        from collector.evidence.intake.projections import Projection, register  # noqa: PLC0415 - as above
        from collector.fleet import hanging, publication  # noqa: PLC0415 - as above

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
        for kind in where.KINDS:
            hanging.register(kind)
        publication.register(lambda unit: {ANSWER_DAYS: rules.answer_days(unit)})
