"""A unit's visits one after the other: what each found, what changed since the one before, and what the unit said of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from collector.fleet.models import Unit
from collector.standards.checklist import GROUPS, ITEMS, NAMES
from collector.standards.models import Found, Visit, VisitPhoto, VisitReply

NOT_LOOKED_AT = "tidak diperiksa"


@dataclass(frozen=True, slots=True)
class Change:
    """An item of which something else was found than before."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ItemRead:
    """An item of a visit as a page tells it."""

    name: str
    kind: str
    """A value of `Found`; empty where nobody looked."""
    found: str
    """In words; `tidak diperiksa` where nobody looked."""
    note: str
    photos: tuple[int, ...]
    """By their keys."""


@dataclass(frozen=True, slots=True)
class VisitRead:
    """A visit with what it is compared to."""

    visit: Visit
    counts: tuple[tuple[str, int], ...]
    """How many items were found how, in words."""
    before: Visit | None
    changes: tuple[Change, ...]
    """Since the visit before; none where there is none."""
    replies: tuple[VisitReply, ...]
    """The oldest first; the last counts."""

    @property
    def reply(self) -> VisitReply | None:
        """What the unit says of it last."""
        return self.replies[-1] if self.replies else None


def visits_of(unit: Unit) -> list[VisitRead]:
    """Give a unit's visits, the newest first; as many queries for one as for a hundred."""
    told = sorted(Visit.objects.filter(unit=unit), key=lambda one: (one.visited_on, one.number))
    replies: dict[int, list[VisitReply]] = {}
    for one in VisitReply.objects.filter(visit__unit=unit).order_by("pk"):
        replies.setdefault(one.visit_id, []).append(one)
    read = [
        VisitRead(
            visit,
            _counts(visit),
            before,
            tuple(_changes(before, visit)) if before is not None else (),
            tuple(replies.get(visit.pk, ())),
        )
        for before, visit in zip([None, *told], told, strict=False)
    ]
    return read[::-1]


def unanswered(units: Iterable[Unit]) -> list[Visit]:
    """Give the visits of some units of which these have said nothing yet, the oldest first."""
    found = Visit.objects.filter(unit__in=list(units), replies=None).select_related("unit")
    return list(found.order_by("visited_on", "pk"))


def items_of(visit: Visit) -> list[tuple[str, list[ItemRead]]]:
    """Give what a visit found, by the four indicators."""
    photos: dict[str, list[int]] = {}
    for key, pk in VisitPhoto.objects.filter(visit=visit).order_by("pk").values_list("item", "pk"):
        photos.setdefault(key, []).append(pk)
    return [
        (
            title,
            [
                ItemRead(
                    one.name,
                    visit.answers.get(one.key, {}).get("found", ""),
                    found_words(visit, one.key),
                    visit.answers.get(one.key, {}).get("note", ""),
                    tuple(photos.get(one.key, ())),
                )
                for one in items
            ],
        )
        for title, items in GROUPS.items()
    ]


def found_words(visit: Visit, key: str) -> str:
    """Give what a visit found of an item, in words."""
    said = visit.answers.get(key)
    return str(Found(said["found"]).label).lower() if said else NOT_LOOKED_AT


def _counts(visit: Visit) -> tuple[tuple[str, int], ...]:
    words = [found_words(visit, one.key) for one in ITEMS]
    order = [*(str(one.label).lower() for one in Found), NOT_LOOKED_AT]
    return tuple((word, words.count(word)) for word in order)


def _changes(before: Visit, visit: Visit) -> list[Change]:
    return [
        Change(name, found_words(before, key), found_words(visit, key))
        for key, name in NAMES.items()
        if found_words(before, key) != found_words(visit, key)
    ]
