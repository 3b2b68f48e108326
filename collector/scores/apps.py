"""The Django application `scores`."""

from django.apps import AppConfig


class ScoresConfig(AppConfig):
    """Rows and tallies projected from the evidence, and the indices that come from them."""

    name = "collector.scores"
    label = "scores"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Nilai dan indeks"
