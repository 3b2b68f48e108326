"""What this kiosk asks: the visit's plan, made of the configuration, the enrolment and the signed settings."""

from collections.abc import Sequence

from kiosk.config import Config, VisitSection
from survey.instrument.definition import load
from survey.instrument.instrument import Instrument
from survey.instrument.profile import ANNEX, WIDE, attributes
from survey.record.spoken import MAX_SPEECH_SECONDS
from survey.settings.keys import DEFAULT_INSTRUMENTS
from survey.visit.plan import ALL_TOPICS, OfferedService, Plan, VisitTiming


def make_plan(
    config: Config,
    *,
    services: Sequence[OfferedService] = (),
    instruments: Sequence[Instrument] | None = None,
    languages: Sequence[str] | None = None,
    can_seal: bool = True,
) -> Plan:
    """Make the plan of a visit; the first instrument is the smiley."""
    visit = config.visit
    pulse, *forms = instruments or shipped_instruments(DEFAULT_INSTRUMENTS)
    lists = ANNEX if visit.profile_lists == "annex" else WIDE
    extra = [key for form in forms for key in form.profile]
    return Plan(
        pulse=pulse,
        forms=tuple(forms),
        services=tuple(services) if visit.service else (),
        profile=attributes(lists=lists, age_bands=visit.age_bands, extra=extra) if visit.profile else (),
        skip=visit.skip,
        complaint=visit.complaint and can_seal,
        contact=visit.contact and can_seal,
        languages=tuple(languages or visit.languages),
        speech=config.sound.speech,
        microphone=config.sound.microphone,
        topics=ALL_TOPICS,
        timing=visit_timing(visit),
        standards=(),
        counters=(),
        called=(),
        waiting=(),
    )


def visit_timing(visit: VisitSection) -> VisitTiming:
    """Give the times of a visit as they are set."""
    return VisitTiming(
        highlight=visit.highlight_ms / 1000,
        settle=visit.settle_ms / 1000,
        idle=visit.idle_seconds,
        writing=visit.writing_seconds,
        invitation=visit.invitation_seconds,
        queue=visit.queue_seconds,
        nudge=visit.nudge_seconds,
        thanks=visit.thanks_seconds,
        ticket=visit.ticket_seconds,
        saving=visit.saving_seconds,
        speaking=MAX_SPEECH_SECONDS,
        quiet=visit.quiet_seconds,
    )


def shipped_instruments(names: Sequence[str]) -> tuple[Instrument, ...]:
    """Load instruments by their names, `id@version`.

    Raises:
        KeyError: one of them does not ship with this version.
    """
    return tuple(load(*name.split("@", 1)) for name in names)
