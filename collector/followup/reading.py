"""The register as others read it: plain values, for pages, papers and reports."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Q, QuerySet

from collector.fleet.models import Unit
from collector.followup.models import Evidence, Item, ItemStep, State
from collector.local import local_date
from collector.releases.content import opened
from collector.releases.models import Release
from collector.scores.ask.lookups import find_form
from survey.instrument.instrument import in_language


@dataclass(frozen=True, slots=True)
class EvidenceRead:
    """A file that shows what was done."""

    pk: int
    name: str
    kind: str
    """`jpg` or `pdf`."""
    caption: str
    digest: str
    added_on: date
    added_by: str


@dataclass(frozen=True, slots=True)
class ItemRead:
    """One plan as it stands."""

    number: int
    """Counted within the unit."""
    unit: str
    """The unit's code."""
    instrument: str
    element: str
    """A key; empty where a forum named none."""
    label: str
    """`U4` as the release has it; empty without an element."""
    element_name: str
    address: str
    """Of the release that showed it; empty where a forum agreed on it."""
    period: str
    """Of that release."""
    forum_on: date | None
    """The day of the forum that agreed on it."""
    problem: str
    action: str
    responsible: str
    first_month: date
    last_month: date
    """Months by their first days; both are included."""
    state: str
    done_on: date | None
    result: str
    people: int | None
    given_up: str
    """Why it was given up."""
    made_on: date
    recorded_on: date | None
    """The day on which `done_on` was entered last."""
    evidence: tuple[EvidenceRead, ...]

    @property
    def is_done(self) -> bool:
        """Whether the office says that it is done."""
        return self.state == State.DONE

    @property
    def is_open(self) -> bool:
        """Whether it still is to be done."""
        return self.state == State.PLANNED

    def is_late(self, today: date) -> bool:
        """Whether its last month is over and it is not done."""
        return self.is_open and (today.year, today.month) > (self.last_month.year, self.last_month.month)


def items_between(unit: Unit, first: date, last: date) -> list[ItemRead]:
    """Give the plans of a unit that follow releases whose period ends between two days, or forums held between them; both included."""
    shown = Q(release__last_day__gte=first, release__last_day__lte=last)
    agreed = Q(release=None, forum__held_on__gte=first, forum__held_on__lte=last)
    return read(Item.objects.filter(shown | agreed, unit=unit))


def items_of(release: Release) -> list[ItemRead]:
    """Give the plans that follow a release, or another edition of the same period."""
    return read(
        Item.objects.filter(unit=release.unit, release__period=release.period, instrument=release.instrument)
    )


def items_of_unit(unit: Unit) -> list[ItemRead]:
    """Give all plans of a unit, the newest release's first."""
    return sorted(read(Item.objects.filter(unit=unit)), key=lambda one: -one.number)


def read(found: QuerySet[Item]) -> list[ItemRead]:
    """Give items in the order of their numbers, with what belongs to them; as many queries for one as for a hundred."""
    joined = found.select_related("unit", "release", "forum").defer("release__basis", "release__breakdown")
    items = list(joined.order_by("number"))
    files: dict[int, list[Evidence]] = {}
    for file in Evidence.objects.filter(item__in=items, taken_back_at=None).defer("data").order_by("pk"):
        files.setdefault(file.item_id, []).append(file)
    steps: dict[tuple[int, str], ItemStep] = {}
    for step in ItemStep.objects.filter(item__in=items, what__in=("done", "dropped")).order_by("pk"):
        steps[step.item_id, step.what] = step
    names = _names(one.release for one in items if one.release is not None) | _names_of_today(
        {one.instrument for one in items if one.release is None}
    )
    return [_one(item, files.get(item.pk, []), steps, names) for item in items]


def _one(
    item: Item,
    files: Iterable[Evidence],
    steps: Mapping[tuple[int, str], ItemStep],
    names: Mapping[tuple[int | str, str], tuple[str, str]],
) -> ItemRead:
    zone = item.unit.time_zone or settings.IKM_TIME_ZONE
    release = item.release
    label, name = names.get((release.pk if release else item.instrument, item.element), ("", ""))
    done, dropped = steps.get((item.pk, "done")), steps.get((item.pk, "dropped"))
    return ItemRead(
        number=item.number,
        unit=item.unit.code,
        instrument=item.instrument,
        element=item.element,
        label=label,
        element_name=name,
        address=release.address if release else "",
        period=release.period if release else "",
        forum_on=item.forum.held_on if item.forum else None,
        problem=item.problem,
        action=item.action,
        responsible=item.responsible,
        first_month=item.first_month,
        last_month=item.last_month,
        state=item.state,
        done_on=item.done_on,
        result=item.result,
        people=item.people,
        given_up=dropped.why if dropped and item.state == State.DROPPED else "",
        made_on=local_date(item.made_at, zone),
        recorded_on=local_date(done.at, zone) if done and item.state == State.DONE else None,
        evidence=tuple(
            EvidenceRead(
                one.pk,
                one.name,
                one.kind,
                one.caption,
                one.digest,
                local_date(one.added_at, zone),
                one.added_by,
            )
            for one in files
        ),
    )


def _names(releases: Iterable[Release]) -> dict[tuple[int | str, str], tuple[str, str]]:
    """Give label and name of each element as releases froze them."""
    return {
        (pk, element["key"]): (element["label"], element["name"])
        for pk, release in {one.pk: one for one in releases}.items()
        for element in opened(release)["index"]["elements"]
    }


def _names_of_today(instruments: Iterable[str]) -> dict[tuple[int | str, str], tuple[str, str]]:
    """Give label and name of each element as questionnaires have them now: what a forum named follows no release."""
    return {(name, key): (label, shown) for name in instruments for key, label, shown in elements_of(name)}


def elements_of(instrument: str) -> list[tuple[str, str, str]]:
    """Give key, label and Indonesian name of each element of a questionnaire, in its order."""
    form = find_form(instrument)[1].instrument
    return [(one.key, form.labels[one.key], in_language(one.name, "id")) for one in form.elements]
