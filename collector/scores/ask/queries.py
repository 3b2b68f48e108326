"""Indices: the one function behind the command, the API and the pages.

Everything is counted in `counting`, computed in `survey`, and withheld where a group is too small: a village's five
visitors can be told apart by their hour and their age.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction

from collector.fleet.models import KioskKey
from collector.scores.ask.counting import Counted, Sides, count
from collector.scores.ask.doubtful_times import DoubtfulTimes, doubtful_times
from collector.scores.ask.lookups import GroupKey, Labels, find_form, names_of, populations
from collector.scores.ask.results import GroupPart, IndexAnswer, QuestionError, Result, StatedUsers, Timing
from collector.scores.ask.scope import GROUP_DIMENSIONS, Days, Dimension, Scope
from collector.scores.ask.withholding import withheld, withhold_remainders
from collector.scores.tallies import flagging, flags
from collector.scores.tallies.forms import CodedForm
from survey.index.clusters import Clusters, DayEffects
from survey.index.indices import Index, NothingAnswered, Policy, index
from survey.index.periods import Period
from survey.index.pulse import PulseShare, share
from survey.index.sampling import SMALLEST_GROUP, sufficiency
from survey.index.shares import QuestionShares, shares
from survey.index.tally import Tally
from survey.instrument.instrument import Instrument, Kind, ScaleMapping
from survey.instrument.weights import UNROUNDED, Stages, WeightMode

DEFAULT_INSTRUMENT = "skm-2017"
PULSE = "pulse@1"
MANY_BROKEN_OFF = Fraction(1, 10)
"""Where a larger part of the questionnaires is incomplete, it matters whether their answers count."""


@dataclass(frozen=True, slots=True)
class IndexQuestion:
    """A question about indices."""

    scope: Scope
    period: Period
    by: tuple[Dimension, ...] = ()
    instrument: str = DEFAULT_INSTRUMENT
    """`id`, for its newest version here, or `id@version`."""
    weight_mode: WeightMode | None = None
    """Of an SKM alone."""
    mapping: ScaleMapping | None = None
    """Of a perception survey alone; the questionnaire's own choice where None."""
    rounding: Stages | None = None
    """An office's intermediate rounding, to reproduce its series. Of an SKM alone."""
    policy: Policy = Policy.COMPLETE
    population: int | None = None
    """Users of the service in the period, as whoever asks states them; what was stated for the unit where None."""
    smallest_group: int = SMALLEST_GROUP
    """1 for those who may see single answers anyway, such as the operator at the collector's own console."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was counted for a question, before any weight or policy; other questions that differ in these alone may use it again."""

    form: CodedForm
    names: Mapping[str, str]
    populations: Mapping[str, StatedUsers]
    counted: Counted
    archived: Mapping[GroupKey, int]
    pulses: Mapping[GroupKey, PulseShare]
    doubts: Mapping[GroupKey, DoubtfulTimes]
    flags_waiting: int


def indices(question: IndexQuestion) -> IndexAnswer:
    """Answer a question.

    Raises:
        QuestionError: something it names does not exist, or it cannot be broken down that way.
    """
    return of_facts(question, facts_of(question))


def facts_of(question: IndexQuestion) -> Facts:
    """Give what is counted for a question: all that is read from the database.

    Raises:
        QuestionError: something it names does not exist, or it cannot be broken down that way.
    """
    if sum(1 for dimension in question.by if dimension in GROUP_DIMENSIONS) > 1:
        raise QuestionError("by_too_fine")
    names = names_of(question.scope)
    number, form = find_form(question.instrument)
    _check_kind(question, form.instrument)
    days = Days(question.period.first, question.period.last)
    return Facts(
        form=form,
        names=names,
        populations=populations(question.period, unit=question.scope.unit),
        counted=_count(number, form, question, days),
        archived=_count_archived(number, form, question, days),
        pulses=_pulses(question, days),
        doubts=(
            doubtful_times(number, form, question.scope, days, question.by) if number is not None else {}
        ),
        flags_waiting=flagging.waiting(),
    )


def of_facts(question: IndexQuestion, facts: Facts) -> IndexAnswer:
    """Answer a question from what was counted for it, or for one with the same scope, period and instrument.

    It may ask for the whole alone where the facts have groups as well, and for any weights, policy and population.
    """
    form, counted = facts.form, facts.counted
    computing = _Computing(question, form, facts.populations)

    def result(
        key: GroupKey, group: tuple[GroupPart, ...], sides: Sides, like: DayEffects | None = None
    ) -> Result:
        found = computing.result(group, sides, facts.pulses.get(key), facts.doubts.get(key), like=like)
        return found if found.n is None else replace(found, archived=facts.archived.get(key, 0))

    whole = result((), (), counted.whole)
    groups: tuple[Result, ...] = ()
    if question.by:
        keys = sorted({*counted.groups, *facts.pulses} - {()})
        label = Labels(question.by, keys)
        like = whole.index.day_effects if whole.index is not None else None
        groups = tuple(result(key, label(key), counted.groups.get(key, Sides()), like) for key in keys)
        if GROUP_DIMENSIONS.intersection(question.by):
            groups = withhold_remainders(groups, whole, question.smallest_group)
    return IndexAnswer(
        scope=question.scope,
        names=dict(facts.names),
        period=question.period,
        instrument=form.instrument,
        whole=whole,
        groups=groups,
        by=question.by,
        flag_rules=flags.VERSION,
        flags_waiting=facts.flags_waiting,
    )


def _check_kind(question: IndexQuestion, instrument: Instrument) -> None:
    """Refuse what an instrument has no number for.

    Raises:
        QuestionError: its number is no index, or is not weighted, rounded or mapped as the question wants it.
    """
    if instrument.kind is Kind.PULSE:
        raise QuestionError("instrument_no_index", instrument=instrument.name)
    if instrument.kind is not Kind.SKM and question.weight_mode not in (None, WeightMode.EXACT):
        raise QuestionError("weight_mode", sentence="weight_mode_skm", instrument=instrument.name)
    if instrument.kind is not Kind.SKM and question.rounding not in (None, UNROUNDED):
        raise QuestionError("rounding", sentence="rounding_skm", instrument=instrument.name)
    if instrument.kind is not Kind.PERCEPTION and question.mapping is not None:
        raise QuestionError("mapping", sentence="mapping_perception", instrument=instrument.name)
    if instrument.kind is Kind.SHARES and question.policy is not Policy.COMPLETE:
        raise QuestionError("policy", sentence="policy_shares", instrument=instrument.name)


class _Computing:
    """Counts made into results, for one question."""

    def __init__(
        self, question: IndexQuestion, form: CodedForm, populations: Mapping[str, StatedUsers]
    ) -> None:
        self._question = question
        self._form = form
        self._populations = populations
        self._has_days = not GROUP_DIMENSIONS.intersection(question.by)

    def result(
        self,
        group: tuple[GroupPart, ...],
        sides: Sides,
        pulse: PulseShare | None,
        doubts: DoubtfulTimes | None,
        *,
        like: DayEffects | None = None,
    ) -> Result:
        """Give the result of a group's counts; hours and profiles have no days of their own and take the whole's."""
        clusters: Clusters | None
        sound_clusters: Clusters | None
        whole, clusters = self._form.opened(sides.both)
        sound, sound_clusters = self._form.opened(sides.sound) if sides.flagged else (whole, clusters)
        if group and not self._has_days:
            clusters = sound_clusters = None
        else:
            like = None
        stated = self._stated(group)
        population = stated.users if stated else None
        smallest = self._question.smallest_group
        if pulse is not None and pulse.n < smallest:
            pulse = None
        people = whole.complete + whole.incomplete
        if 0 < whole.complete < smallest or (group and people < smallest):
            return withheld(Result(group, None, 0, 0, None, None, None, None, None, pulse), pulse=pulse)
        found = self._index(whole, population, clusters, like)
        flagged = whole.complete - sound.complete
        if flagged and sound.complete < smallest:
            without = None
        elif flagged:
            without = self._index(sound, population, sound_clusters, like)
        else:
            without = found
        return Result(
            group=group,
            n=whole.complete,
            incomplete=whole.incomplete,
            flagged=flagged,
            index=found,
            without_flagged=without,
            other_policy=self._other_policy(whole, population, clusters, like),
            sufficiency=(
                sufficiency(collected=whole.complete, population=population)
                if population is not None
                else None
            ),
            stated=stated,
            pulse=pulse,
            timing=(
                self._timing(whole, doubts, population, found.day_effects if found else None)
                if doubts is not None
                else None
            ),
            shares=self._shares(whole, clusters),
        )

    def _shares(self, whole: Tally, clusters: Clusters | None) -> tuple[QuestionShares, ...] | None:
        if self._form.instrument.kind is not Kind.SHARES or not whole.complete:
            return None
        return shares(self._form.instrument, whole, clusters=clusters)

    def _other_policy(
        self, whole: Tally, population: int | None, clusters: Clusters | None, like: DayEffects | None
    ) -> Index | None:
        """Give the index under the other policy where many broke off: the discontented may be those who do."""
        places = range(len(self._form.keys))
        # People who stopped and had answered something: at least as many as answered one and the same question.
        differ = max(sum(whole.counts_at(place, incomplete=True)) for place in places)
        broke_off = whole.incomplete > MANY_BROKEN_OFF * (whole.complete + whole.incomplete)
        if not broke_off or 0 < differ < self._question.smallest_group:
            return None
        other = Policy.ALL if self._question.policy is Policy.COMPLETE else Policy.COMPLETE
        return self._index(whole, population, clusters, like, policy=other)

    def _timing(
        self, whole: Tally, doubts: DoubtfulTimes, population: int | None, like: DayEffects | None
    ) -> Timing:
        """Give what is doubtful about times, and the index both ways where nobody is told apart by the difference."""
        outside, inside = self._form.tally(doubts.outside), self._form.tally(doubts.inside)
        least = self._question.smallest_group
        narrowed = whole - outside
        return Timing(
            late=self._form.tally(doubts.late).complete,
            redated=self._form.tally(doubts.redated).complete,
            outside=outside.complete,
            inside=inside.complete,
            narrow=(
                self._index(narrowed, population, None, like)
                if outside.complete >= least and narrowed.complete >= least
                else None
            ),
            wide=self._index(whole + inside, population, None, like) if inside.complete >= least else None,
        )

    def _index(
        self,
        tally: Tally,
        population: int | None,
        clusters: Clusters | None,
        like: DayEffects | None,
        *,
        policy: Policy | None = None,
    ) -> Index | None:
        question = self._question
        if self._form.instrument.kind is Kind.SHARES:
            return None
        try:
            return index(
                self._form.instrument,
                tally,
                weight_mode=question.weight_mode,
                mapping=question.mapping,
                rounding=question.rounding,
                policy=policy or question.policy,
                population=population,
                clusters=clusters,
                like=like,
            )
        except NothingAnswered:
            return None

    def _stated(self, group: Sequence[GroupPart]) -> StatedUsers | None:
        """Give the users behind a group: they are stated for a whole unit, not for parts of it."""
        asked, unit = self._question.population, self._question.scope.unit
        if not group and asked is not None:
            return StatedUsers(asked, by="", at=None)
        if self._question.scope.needs_series:
            return None
        if not group:
            return self._populations.get(unit) if unit else None
        if [part.dimension for part in group] == [Dimension.UNIT]:
            return self._populations.get(group[0].code)
        return None


def _count(number: int | None, form: CodedForm, question: IndexQuestion, days: Days) -> Counted:
    """Give the counts of the whole and of every group; none before the form's first response."""
    return Counted(Sides(), {}) if number is None else count(number, form, question.scope, days, question.by)


def _count_archived(
    number: int | None, form: CodedForm, question: IndexQuestion, days: Days
) -> dict[GroupKey, int]:
    """Count the complete responses that are history; nothing is asked where no archive key concerns the period."""
    first = datetime.combine(days.first, time.min, UTC) - timedelta(days=1)
    last = datetime.combine(days.last, time.max, UTC) + timedelta(days=1)
    known = KioskKey.objects.filter(archive_from__lte=last, archive_until__gte=first)
    if number is None or not known.exists():
        return {}
    found = count(number, form, replace(question.scope, archived=True), days, question.by)
    groups = {(): found.whole, **found.groups}
    return {key: form.opened(sides.both)[0].complete for key, sides in groups.items()}


def _pulses(question: IndexQuestion, days: Days) -> dict[GroupKey, PulseShare]:
    """Give the pulse of the whole under `()` and of each group, from the smileys of the same scope and days."""
    number, form = find_form(PULSE)
    counted = _count(number, form, question, days)
    has_days = not GROUP_DIMENSIONS.intersection(question.by)
    found = {}
    for key, sides in {**counted.groups, (): counted.whole}.items():
        tally, clusters = form.opened(sides.both)
        if tally.complete:
            known = clusters if has_days or key == () else None
            found[key] = share(form.instrument, tally, clusters=known)
    return found
