"""The test visits' place among Django's apps."""

from django.apps import AppConfig

from survey.record.record import TEST


class ChallengesConfig(AppConfig):
    """Cards, declared tests, and which of them hold."""

    name = "collector.challenges"
    label = "challenges"

    def ready(self) -> None:
        """Register declarations as a projection, and have cards and used ones logged."""
        from collector.challenges import declared, logged  # noqa: PLC0415 - models load after apps
        from collector.evidence.intake.projections import Projection, register  # noqa: PLC0415 - as above
        from collector.log import sources  # noqa: PLC0415 - as above

        register(
            Projection(
                name="challenges",
                kinds=frozenset({TEST}),
                project=declared.project,
                unproject=declared.unproject,
                clear=lambda: None,
                settle=declared.settle,
            )
        )
        for source in logged.SOURCES:
            sources.register(source)
