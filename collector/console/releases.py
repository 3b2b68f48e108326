"""What commands about releases share: the one that is named."""

from collector.accounts.console import Over
from collector.errors import CollectorError
from collector.releases import address
from collector.releases.models import Release


def find(text: str) -> Release:
    """Give a release by its address as somebody typed it.

    Raises:
        CollectorError: there is none (`release_unknown`).
    """
    plain = address.read(text)
    found = (
        Release.objects.select_related("unit__region", "unit__agency", "successor")
        .filter(address=plain or "")
        .first()
    )
    if found is None:
        raise CollectorError("release_unknown", address=text)
    return found


def over_of(release: Release) -> Over:
    """Give whose number a release is, as an office reaches it; an evaluation's result is its unit's."""
    return ("unit", release.unit.code) if release.unit is not None else (release.subject, release.code)
