"""Public consultations (*Forum Konsultasi Publik*, PermenPAN-RB 16/2017): what was held, who came, and who signs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from collector import clock
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.followup.models import Forum, Group
from collector.local import local_date
from collector.people import trail

TITLE = "Forum Konsultasi Publik (FKP)"
SIGNERS = (
    "Kepala unit penyelenggara pelayanan",
    "Wakil pengguna layanan",
    "Wakil organisasi masyarakat sipil",
)
"""Until an office says otherwise; what it said last is proposed from then on."""
MOST_PEOPLE = 10_000
MOST_SIGNERS = 20


@dataclass(frozen=True, slots=True)
class Minutes:
    """What is said of a forum."""

    held_on: date
    place: str
    title: str
    topic: str
    attendance: Mapping[str, int]
    """How many came, by the names of the five groups; a group that is not named sent nobody."""
    signers: tuple[str, ...]


def hold(unit: Unit, said: Minutes, *, who: str, why: str = "") -> Forum:
    """Keep the minutes of a forum; those of the same day again are a correction, which needs its reason.

    Raises:
        CollectorError: the day is still to come (`forum_day`), a text is missing (`forum_empty`), a number of people is none
            (`forum_count`), or a correction has no reason (`rtl_why`).
    """
    if said.held_on > local_date(clock.now(), unit.time_zone):
        raise CollectorError("forum_day", day=said.held_on)
    texts = {"place": said.place.strip(), "title": said.title.strip(), "topic": said.topic.strip()}
    for name, text in texts.items():
        if not text:
            raise CollectorError("forum_empty", field=name)
    signers = [line.strip()[:150] for line in said.signers if line.strip()][:MOST_SIGNERS]
    if not signers:
        raise CollectorError("forum_empty", field="signers")
    came = {group.value: said.attendance.get(group.value, 0) for group in Group}
    if not all(0 <= count <= MOST_PEOPLE for count in came.values()):
        raise CollectorError("forum_count", most=MOST_PEOPLE)
    with transaction.atomic():
        Unit.objects.select_for_update().get(pk=unit.pk)
        before = Forum.objects.filter(unit=unit, held_on=said.held_on).order_by("number").last()
        if before is not None and not why.strip():
            raise CollectorError("rtl_why")
        kept = Forum.objects.create(
            unit=unit,
            held_on=said.held_on,
            number=before.number + 1 if before is not None else 1,
            place=texts["place"][:150],
            title=texts["title"][:150],
            topic=texts["topic"][:200],
            attendance=came,
            signers="\n".join(signers),
            entered_at=clock.now(),
            entered_by=who[:150],
            why=why[:300],
        )
        trail.note(
            who=who,
            action="forum entered",
            subject=f"unit {unit.code} {said.held_on.isoformat()} #{kept.number}",
            why=why,
            facts={"attendance": came},
        )
    return kept


def forums(unit: Unit) -> list[Forum]:
    """Give a unit's forums as they are told last, the newest first."""
    told = {one.held_on: one for one in Forum.objects.filter(unit=unit).order_by("number")}
    return [told[day] for day in sorted(told, reverse=True)]


def find(unit: Unit, day: date) -> Forum:
    """Give a unit's forum of a day.

    Raises:
        CollectorError: there was none (`forum_unknown`).
    """
    found = Forum.objects.filter(unit=unit, held_on=day).order_by("number").last()
    if found is None:
        raise CollectorError("forum_unknown", unit=unit.code, day=day)
    return found


def proposed(unit: Unit) -> tuple[str, tuple[str, ...]]:
    """Give title and signers for a unit's next forum: as it, else as its agency, said last."""
    last = Forum.objects.filter(unit=unit).order_by("-pk").first()
    if last is None and unit.agency_id is not None:
        last = Forum.objects.filter(unit__agency=unit.agency_id).order_by("-pk").first()
    return (last.title, tuple(last.signers.splitlines())) if last is not None else (TITLE, SIGNERS)


def came(forum: Forum) -> list[tuple[str, int]]:
    """Give the five groups with how many came of each."""
    return [(str(group.label), int(forum.attendance.get(group.value, 0))) for group in Group]


def groups_present(forum: Forum) -> int:
    """Give how many of the five groups were there: what PEKPPP's indicator 2 counts."""
    return sum(count > 0 for _, count in came(forum))
