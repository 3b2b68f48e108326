"""What each kiosk did with its settings: sent, applied, or refused and why, from its own signed records."""

from dataclasses import dataclass

from collector.fleet.models import Kiosk, KioskSettings, SettingsReport


@dataclass(frozen=True, slots=True)
class SettingsState:
    """A kiosk's settings on their way: the version in force here, and what the kiosk last said of any version."""

    version: int
    """The version in force here; 0 where none was signed."""
    on_broker: bool
    """Whether the broker holds it; a kiosk may also have fetched it over HTTPS, or got it at enrolment."""
    reported: SettingsReport | None
    """The kiosk's latest word; None where it has said nothing yet."""

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


def settings_state(kiosk: Kiosk) -> SettingsState:
    """Give how far a kiosk's settings have come."""
    latest = KioskSettings.objects.filter(kiosk=kiosk).order_by("-version").first()
    reported = SettingsReport.objects.filter(kiosk=kiosk).order_by("-at_ms", "-stream_id", "-seq").first()
    return SettingsState(
        version=latest.version if latest is not None else 0,
        on_broker=latest is not None and latest.published_at is not None,
        reported=reported,
    )
