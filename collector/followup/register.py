"""The register of follow-up plans (*Rencana Tindak Lanjut*): made, corrected, done, given up. Each change is a step with who and why."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction
from django.db.models import Max

from collector import clock
from collector.accounts import roles
from collector.errors import CollectorError
from collector.fleet import publication
from collector.fleet.models import Unit
from collector.followup.files import MOST_FILES, keep
from collector.followup.models import LONGEST, Evidence, Forum, Item, ItemStep, State
from collector.followup.reading import elements_of
from collector.local import local_date
from collector.people import trail
from collector.releases.content import opened
from collector.releases.models import Release
from collector.releases.states import State as ReleaseState
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from collector.words.foreign import in_one_line

WRITERS = (roles.UNIT_OFFICER, roles.ADMINISTRATOR)
"""Who writes in a unit's register: an evaluator rates it, and so only reads."""
LONGEST_MONTHS = 60


@dataclass(frozen=True, slots=True)
class Plan:
    """What an office writes of a plan."""

    element: str
    """A key; empty only where a forum named none."""
    problem: str
    action: str
    first_month: date
    last_month: date
    responsible: str

    def cleaned(self) -> "Plan":
        """Give it as it is kept: each text in one line, months as their first days.

        Raises:
            CollectorError: a text is missing (`rtl_empty`) or too long (`rtl_long`), or the months are none (`rtl_months`).
        """
        texts = {name: in_one_line(getattr(self, name)) for name in ("problem", "action", "responsible")}
        for name, text in texts.items():
            if not text:
                raise CollectorError("rtl_empty", field=name)
            _fits(name, text)
        first, last = self.first_month.replace(day=1), self.last_month.replace(day=1)
        if not 0 <= 12 * (last.year - first.year) + last.month - first.month < LONGEST_MONTHS:
            raise CollectorError("rtl_months", first=first, last=last)
        return Plan(element=self.element, first_month=first, last_month=last, **texts)


def add(
    unit: Unit, plan: Plan, *, release: Release | None = None, forum: Forum | None = None, who: str
) -> Item:
    """Add a plan that a release showed, or a forum agreed on.

    Raises:
        CollectorError: neither is named, or it is another unit's or has no number (`rtl_release`); the release has no such element
            (`rtl_element`); or the plan cannot be kept so (see `Plan.cleaned`).
    """
    _check_source(unit, plan, release, forum)
    kept = plan.cleaned()
    with transaction.atomic():
        Unit.objects.select_for_update().get(pk=unit.pk)
        last = Item.objects.filter(unit=unit).aggregate(last=Max("number"))["last"] or 0
        item = Item.objects.create(
            unit=unit,
            number=last + 1,
            instrument=release.instrument if release is not None else DEFAULT_INSTRUMENT,
            release=release,
            forum=forum,
            made_at=clock.now(),
            **asdict(kept),
        )
        _step(item, "added", who=who, why="")
    return item


def correct(item: Item, plan: Plan, *, who: str, why: str) -> None:
    """Say a plan otherwise; what it said before stands in its steps.

    Raises:
        CollectorError: there is no reason (`rtl_why`), or the plan cannot be kept so (as `add`).
    """
    _check_source(item.unit, plan, item.release, item.forum)
    _need(why)
    with transaction.atomic():
        _change(item, asdict(plan.cleaned()))
        _step(item, "corrected", who=who, why=why)


def done(
    item: Item,
    *,
    day: date,
    result: str,
    people: int | None = None,
    files: Iterable[tuple[str, bytes]] = (),
    who: str,
    why: str = "",
) -> None:
    """Say that a plan is done, on which day and what was done, with named files that show it; said again, with the reason, it corrects that.

    Raises:
        CollectorError: the day lies in the future or before what showed the plan (`rtl_done_day`), nothing is said of what was
            done (`rtl_empty`), people are fewer than none (`rtl_people`), or a correction has no reason (`rtl_why`).
    """
    first, today = earliest(item), local_date(clock.now(), item.unit.time_zone)
    if not first <= day <= today:
        raise CollectorError("rtl_done_day", day=day, first=first, last=today)
    text = in_one_line(result)
    if not text:
        raise CollectorError("rtl_empty", field="result")
    _fits("result", text)
    if people is not None and not 0 <= people <= 1_000_000:
        raise CollectorError("rtl_people", people=people)
    if item.state != State.PLANNED:
        _need(why)
    with transaction.atomic():
        _change(item, {"state": State.DONE, "done_on": day, "result": text, "people": people})
        _step(item, "done", who=who, why=why)
        for name, data in files:  # one that cannot be kept leaves nothing half done
            attach(item, name=name, data=data, who=who)


def reopen(item: Item, *, who: str, why: str) -> None:
    """Say that a plan is not done, or not given up, after all.

    Raises:
        CollectorError: it stands open (`rtl_open`), or there is no reason (`rtl_why`).
    """
    if item.state == State.PLANNED:
        raise CollectorError("rtl_open", number=item.number)
    _need(why)
    with transaction.atomic():
        _change(item, {"state": State.PLANNED, "done_on": None, "result": "", "people": None})
        _step(item, "reopened", who=who, why=why)


def drop(item: Item, *, who: str, why: str) -> None:
    """Give a plan up, with a reason that everybody reads. It was planned, and still counts among what was planned.

    Raises:
        CollectorError: it is not open (`rtl_closed`), or there is no reason (`rtl_why`).
    """
    if item.state != State.PLANNED:
        raise CollectorError("rtl_closed", number=item.number)
    _need(why)
    with transaction.atomic():
        _change(item, {"state": State.DROPPED})
        _step(item, "dropped", who=who, why=why)


def attach(item: Item, *, name: str, data: bytes, caption: str = "", who: str) -> Evidence:
    """Keep a file that shows what was done.

    Raises:
        CollectorError: it is none that may be kept (see `files.keep`), or there are too many (`evidence_many`).
    """
    kept = keep(name, data)
    with transaction.atomic():
        Item.objects.select_for_update().get(pk=item.pk)
        if Evidence.objects.filter(item=item, taken_back_at=None).count() >= MOST_FILES:
            raise CollectorError("evidence_many", most=MOST_FILES)
        made = Evidence.objects.create(
            item=item,
            name=kept.name,
            kind=kept.kind,
            data=kept.data,
            digest=kept.digest,
            caption=in_one_line(caption)[:200],
            added_at=clock.now(),
            added_by=who[:150],
        )
        trail.note(
            who=who,
            action="follow-up evidence added",
            subject=_name(item),
            facts={"file": kept.name, "sha256": kept.digest},
        )
    return made


def take_back(evidence: Evidence, *, who: str, why: str) -> None:
    """Take a file back that should not have been kept (somebody's papers in a picture): it is gone, its row and digest stay.

    Raises:
        CollectorError: there is no reason (`rtl_why`), or it was taken back before (`evidence_gone`).
    """
    _need(why)
    with transaction.atomic():
        taken = Evidence.objects.filter(pk=evidence.pk, taken_back_at=None).update(
            data=b"", taken_back_at=clock.now(), taken_back_by=who[:150], why=why[:300]
        )
        if not taken:
            raise CollectorError("evidence_gone", name=evidence.name)
        trail.note(
            who=who,
            action="follow-up evidence taken back",
            subject=_name(evidence.item),
            why=why,
            facts={"file": evidence.name, "sha256": evidence.digest},
        )


def earliest(item: Item) -> date:
    """Give the first day on which a plan can have been done: the last day of what showed it."""
    found = item.release.last_day if item.release is not None else item.forum and item.forum.held_on
    if not found:
        raise ValueError("a plan has a release or a forum")
    return found


def find(unit: Unit, number: int) -> Item:
    """Give a unit's plan by its number.

    Raises:
        CollectorError: there is none (`rtl_unknown`).
    """
    found = Item.objects.select_related("unit", "release", "forum").filter(unit=unit, number=number).first()
    if found is None:
        raise CollectorError("rtl_unknown", unit=unit.code, number=number)
    return found


def _check_source(unit: Unit, plan: Plan, release: Release | None, forum: Forum | None) -> None:
    if release is None:
        if forum is None or forum.unit_id != unit.pk:
            raise CollectorError("rtl_release")
        keys = [key for key, _, _ in elements_of(DEFAULT_INSTRUMENT)]
        if plan.element and plan.element not in keys:
            raise CollectorError("rtl_element", element=plan.element, known=", ".join(keys))
        return
    if (
        release.unit_id != unit.pk
        or release.n is None
        or release.subject != "unit"
        or release.state not in (ReleaseState.PUBLISHED, ReleaseState.WITHDRAWN)
    ):
        raise CollectorError("rtl_release")
    keys = [one["key"] for one in opened(release)["index"]["elements"]]
    if plan.element not in keys:
        raise CollectorError("rtl_element", element=plan.element, known=", ".join(keys))


def _change(item: Item, fields: Mapping[str, object]) -> None:
    """Change a plan that stands as it was read; whoever moved it in the meantime goes before. Kiosks show what is done."""
    before = item.state
    if not Item.objects.filter(pk=item.pk, state=item.state).update(**fields):
        raise CollectorError("rtl_moved", number=item.number)
    for name, value in fields.items():
        setattr(item, name, value)
    if State.DONE in (before, item.state):
        publication.retell(item.unit)


def _step(item: Item, what: str, *, who: str, why: str) -> None:
    said = {
        name: getattr(item, name)
        for name in ("element", "problem", "action", "responsible", "state", "result", "people")
    } | {
        name: value.isoformat() if (value := getattr(item, name)) is not None else None
        for name in ("first_month", "last_month", "done_on")
    }
    ItemStep.objects.create(item=item, at=clock.now(), what=what, who=who[:150], why=why[:300], said=said)
    trail.note(who=who, action=f"follow-up {what}", subject=_name(item), why=why, facts=said)


def _name(item: Item) -> str:
    return f"unit {item.unit.code} RTL {item.number}"


def _need(why: str) -> None:
    if not why.strip():
        raise CollectorError("rtl_why")


def _fits(name: str, text: str) -> None:
    if len(text) > LONGEST[name]:
        raise CollectorError("rtl_long", field=name, most=LONGEST[name])
