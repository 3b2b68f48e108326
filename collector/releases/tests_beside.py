"""Test visits that came out otherwise than a release says: settled after it came out, or told before their auditor has written."""

from collections.abc import Iterator

from collector.challenges.models import DeclaredTest, Verdict, VisitCard
from collector.local import local_date, moment_of
from collector.releases.content import opened
from collector.releases.models import Release
from collector.releases.states import SHOWN, State
from survey.index.periods import parse


def settled_later(release: Release) -> list[DeclaredTest]:
    """Give the tests of a unit's period that its release does not tell of: they still count in its number, until it is corrected."""
    if release.subject != "unit" or release.unit is None or "tests" not in (said := opened(release)):
        return []
    begin_ms, end_ms = parse(release.period).bounds_ms(release.unit.time_zone)
    found = DeclaredTest.objects.filter(
        unit=release.unit, verdict=Verdict.TAKEN_OUT, at_ms__gte=begin_ms, at_ms__lt=end_ms
    )
    told = {(one["stream"], one["number"]) for one in said["tests"]}
    return [one for one in found.select_related("stream__kiosk") if (one.stream.uid, one.number) not in told]


def was_told(card: VisitCard) -> bool:
    """Tell whether anybody could have read what was recorded at a card's visit: then it is too late to write."""
    one = DeclaredTest.objects.filter(card=card).first()
    return one is not None and any(
        (one.stream.uid, one.number) == (row["stream"], row["number"])
        for release in _around(one, SHOWN)
        for row in opened(release).get("tests", [])
    )


def still_counting(one: DeclaredTest) -> Iterator[Release]:
    """Give the releases in which a test still counts, because it was settled later: a correction is due."""
    for release in _around(one, (State.PUBLISHED,)):
        if one.pk in {late.pk for late in settled_later(release)}:
            yield release


def _around(one: DeclaredTest, states: tuple[str, ...]) -> Iterator[Release]:
    day = local_date(moment_of(one.at_ms), one.unit.time_zone)
    found = Release.objects.filter(unit=one.unit, first_day__lte=day, last_day__gte=day, state__in=states)
    yield from found.select_related("unit").order_by("pk")
