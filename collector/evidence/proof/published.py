"""The signed verdicts that are published: made by `collector.releases.verdict`, given to everybody by the HTTP door."""

from collector.evidence.models import PublishedVerdict


def latest(unit_code: str, period: str | None) -> PublishedVerdict | None:
    """Give the newest verdict on a unit, of one period or of any."""
    found = PublishedVerdict.objects.filter(unit__code=unit_code)
    if period:
        found = found.filter(period=period)
    return found.order_by("-made_at", "-pk").first()
