"""The evidence's place among Django's apps."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """Streams, raw batches, refusals, audits and bundles."""

    name = "collector.evidence"
    label = "evidence"
