"""The standards' place among Django's apps."""

from django.apps import AppConfig


class StandardsConfig(AppConfig):
    """Service standards with their versions, maklumat, visits with their checklists."""

    name = "collector.standards"
    label = "standards"
