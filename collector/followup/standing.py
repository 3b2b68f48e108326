"""How far the follow-up of a release has come, with PEKPPP's levels, and which of them is about to be lost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q

from collector.followup.levels import MONTHS_OF, Loss, next_loss, share_level, speed_level
from collector.followup.models import Item, State
from collector.followup.reports import Issued, issued, key_of
from collector.releases.models import Release
from collector.releases.states import State as ReleaseState
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from survey.index.periods import PeriodKind, parse

SOON_DAYS = 30
"""From so many days before a level is lost, it waits for the unit's officer."""
_WATCHED_DAYS = 31 * (max(MONTHS_OF.values()) + 2)


@dataclass(frozen=True, slots=True)
class Standing:
    """The follow-up of one release's period."""

    release: Release
    planned: int
    """All plans, those given up too."""
    done: int
    given_up: int
    days: Issued
    loss: Loss | None
    """What a follow-up's report of today would earn, and until when; None once it is issued, or where nothing is left."""

    @property
    def period_title(self) -> str:
        """Give its period in words, with the questionnaire where that is not the SKM."""
        title, instrument = parse(self.release.period).title, self.release.instrument
        return title if instrument == DEFAULT_INSTRUMENT else f"{title}, {instrument}"

    @property
    def share_level(self) -> int:
        """Indicator 8."""
        return share_level(self.planned, self.done)

    @property
    def percent(self) -> str:
        """The share done as it is printed, cut and never rounded up: `66,6`."""
        tenths = 1000 * self.done // self.planned if self.planned else 0
        return f"{tenths // 10},{tenths % 10}"

    @property
    def speed_level(self) -> int:
        """Indicator 9 by the two days; 0 while there is no follow-up's report."""
        return speed_level(self.days.survey, self.days.followed) if self.days.followed is not None else 0

    @property
    def is_all_done(self) -> bool:
        """Whether everything that was planned is done: the form says so of indicator 9, the formula names the days alone."""
        return 0 < self.planned == self.done

    @property
    def waits(self) -> bool:
        """Whether the unit's officer has to do something soon."""
        if self.days.followed is not None or self.loss is None:
            return False
        return not self.planned or self.loss.days_left <= SOON_DAYS


def standings(releases: Iterable[Release], today: date) -> list[Standing]:
    """Give how far the follow-up of each release has come, in the same order; a constant number of queries."""
    every = list(releases)
    days, counts = issued(every), _counts(every)
    found = []
    for one in every:
        key = key_of(one)
        planned, done, given_up = counts.get(key, (0, 0, 0))
        its = days[key]
        loss = next_loss(its.survey, today) if its.followed is None else None
        found.append(Standing(one, planned, done, given_up, its, loss))
    return found


def waiting(kinds: Mapping[int, PeriodKind], today: date) -> list[Standing]:
    """Give what waits at units (by number, each with the kind of its official period), the most urgent first."""
    out = Release.objects.filter(
        subject="unit",
        unit__in=list(kinds),
        instrument=DEFAULT_INSTRUMENT,
        state=ReleaseState.PUBLISHED,
        last_day__gte=today - timedelta(days=_WATCHED_DAYS),
    ).exclude(n=None)
    mine = [
        one
        for one in out.select_related("unit").defer("content", "basis", "breakdown")
        if one.unit_id is not None and parse(one.period).kind is kinds[one.unit_id]
    ]
    found = [one for one in standings(mine, today) if one.waits]
    return sorted(found, key=lambda one: (one.loss.last if one.loss else today, one.release.pk))


def _counts(releases: Iterable[Release]) -> dict[tuple[int, str, str], tuple[int, int, int]]:
    rows = (
        Item.objects.filter(unit__in={one.unit_id for one in releases}, release__isnull=False)
        .order_by()
        .values_list("unit", "release__period", "instrument")
        .annotate(
            planned=Count("pk"),
            done=Count("pk", filter=Q(state=State.DONE)),
            given_up=Count("pk", filter=Q(state=State.DROPPED)),
        )
    )
    return {
        (unit, period or "", instrument): (planned, done, given_up)
        for unit, period, instrument, planned, done, given_up in rows
    }
