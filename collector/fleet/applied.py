"""What each kiosk did with its settings: sent, applied, or refused and why, from its own signed records."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import OuterRef, Q, Subquery

from collector.fleet.models import Kiosk, KioskSettings, SettingsReport


class Told(NamedTuple):
    """What a kiosk said of a version of its settings, from its report of it."""

    version: int
    at_ms: int
    applied: bool
    refused_key: str
    refused_why: str
    unknown: Sequence[str] = ()
    """Keys it does not know; it applied the others."""


@dataclass(frozen=True, slots=True)
class SettingsState:
    """A kiosk's settings on their way: the version in force here, and what the kiosk last said of any version."""

    version: int
    """The version in force here; 0 where none was signed."""
    on_broker: bool
    """Whether the broker holds it; a kiosk may also have fetched it over HTTPS, or got it at enrolment."""
    reported: Told | None
    """The kiosk's latest word; None where it has said nothing yet."""
    due: bool = False
    """Whether other ones are set, and are yet to be signed."""
    unsigned_why: str = ""
    """Why what is set now does not hold together for it and was not signed; the version before stays in force."""

    @property
    def applied(self) -> bool:
        """Whether the version in force is what the kiosk runs with."""
        return self.reported is not None and self.reported.applied and self.reported.version == self.version

    @property
    def refused(self) -> bool:
        """Whether the kiosk has refused the version in force."""
        return (
            self.reported is not None and not self.reported.applied and self.reported.version == self.version
        )


def settings_states(kiosks: Collection[int]) -> dict[int, SettingsState]:
    """Give how far the settings of kiosks have come, by their keys; with three queries, however many they are."""
    newer = KioskSettings.objects.filter(kiosk=OuterRef("kiosk")).order_by("-version").values("version")[:1]
    in_force = KioskSettings.objects.filter(kiosk__in=kiosks, version=Subquery(newer)).only(
        "kiosk_id", "version", "published_at"
    )
    later = SettingsReport.objects.filter(kiosk=OuterRef("kiosk")).order_by("-at_ms", "-stream_id", "-seq")
    latest = SettingsReport.objects.filter(kiosk__in=kiosks, pk=Subquery(later.values("pk")[:1]))
    rows = Kiosk.objects.filter(Q(due=True) | ~Q(unsigned_why=""), pk__in=kiosks)
    waiting = {pk: (due, why) for pk, due, why in rows.values_list("pk", "due", "unsigned_why")}
    versions = {one.kiosk_id: one for one in in_force}
    reports = {kiosk: Told(*told) for kiosk, *told in latest.values_list("kiosk", *Told._fields)}
    return {
        kiosk: SettingsState(
            version=versions[kiosk].version if kiosk in versions else 0,
            on_broker=kiosk in versions and versions[kiosk].published_at is not None,
            reported=reports.get(kiosk),
            due=waiting.get(kiosk, (False, ""))[0],
            unsigned_why=waiting.get(kiosk, (False, ""))[1],
        )
        for kiosk in kiosks
    }
