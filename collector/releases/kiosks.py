"""What a unit's kiosks and its village's site show of its releases: the newest official index, with its doubt and under its address."""

from collections.abc import Mapping

from collector.fleet.models import Unit
from collector.releases.models import Release
from collector.releases.people import unpack_basis
from collector.releases.states import State
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from survey.settings.shown import PUBLISHED_INDEX


def index_of(unit: Unit) -> Mapping[str, object]:
    """Give a kiosk's setting of the index to show; of None where the unit has published no number, or all are withdrawn."""
    found = newest(unit.code)
    return {PUBLISHED_INDEX: _shown(found) if found is not None else None}


def newest(code: str, instrument: str = DEFAULT_INSTRUMENT) -> Release | None:
    """Give the newest official release of a unit that is in force and has a number."""
    out = Release.objects.filter(unit__code=code, instrument=instrument, state=State.PUBLISHED)
    for release in out.exclude(low=None).defer("content", "breakdown").order_by("-last_day", "-number"):
        if unpack_basis(bytes(release.basis)).get("official"):
            return release
    return None


def _shown(release: Release) -> dict[str, object]:
    return {
        "period": release.period,
        "value": f"{release.value:.2f}",
        "low": f"{release.low:.2f}",
        "high": f"{release.high:.2f}",
        "category": release.category,
        "n": release.n,
        "archived": release.archived,
        "address": release.address,
    }
