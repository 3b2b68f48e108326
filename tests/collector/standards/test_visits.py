"""Visits: signed once, held against the trail, compared with the one before, replied to."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collector.people import chain
from collector.people.models import TrailEntry
from collector.standards import visits
from collector.standards.checklist import GROUPS, ITEMS
from collector.standards.components import COMPONENTS
from collector.standards.history import items_of, visits_of
from collector.standards.models import Found, Visit, VisitPhoto
from collector.standards.visits import MOST_PHOTOS, Answer, Photo
from tests.collector.conftest import OwnClock
from tests.collector.standards import office

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _spring(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2026, 5, 11, 3, tzinfo=UTC)


def test_the_list_holds_each_component_once_and_the_maklumat() -> None:
    assert sorted(one.key for one in ITEMS) == sorted([one.key for one in COMPONENTS] + ["maklumat"])
    assert list(GROUPS) == [
        "Standar pelayanan",
        "Pengelolaan pengaduan",
        "Sarana prasarana pelayanan",
        "Kompetensi pelaksana",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_signed_visit_stands_in_the_chain_of_the_trail_with_name_office_and_moment() -> None:
    kept = office.visit(office.unit())
    entry = TrailEntry.objects.get()
    assert (entry.who, entry.action, entry.subject) == ("wati", "visit signed", "unit sukamaju visit 1")
    assert entry.number == 1, "it is chained as soon as it is kept"
    assert {key: entry.facts[key] for key in ("name", "office", "visited_on", "filled_ms", "answers")} == {
        "name": "Wati Rahayu",
        "office": "Analis, Bagian Organisasi Setda",
        "visited_on": "2026-05-11",
        "filled_ms": 1_778_466_000_000,
        "answers": {"persyaratan": "ada", "biaya": "sebagian", "maklumat": "tidak"},
    }
    assert entry.facts["digest"] == kept.digest
    assert list(chain.faults()) == []
    photo = VisitPhoto.objects.get()
    assert (photo.item, b"Pak Kades" in bytes(photo.data)) == ("persyaratan", False)


def test_a_visit_that_is_altered_afterwards_no_longer_fits_its_entry() -> None:
    kept = office.visit(office.unit())

    def fits() -> bool:
        return visits.seal(Visit.objects.select_related("unit").get(pk=kept.pk)).fits

    assert fits()
    for field, value in (
        ("answers", {"biaya": {"found": "ada", "note": ""}}), ("note", "baik"), ("name", "Orang lain"), ("office", "-"),
        ("visited_on", date(2026, 5, 10)), ("filled_ms", 1), ("evaluator", "budi"), ("digest", "0" * 64),
    ):  # fmt: skip
        before = getattr(kept, field)
        Visit.objects.filter(pk=kept.pk).update(**{field: value})
        assert not fits(), field
        Visit.objects.filter(pk=kept.pk).update(**{field: before})
    assert fits()
    photo = VisitPhoto.objects.get()
    VisitPhoto.objects.filter(pk=photo.pk).update(data=office.picture(colour="red"))
    assert not fits(), "another picture under the same digest"
    VisitPhoto.objects.all().delete()
    assert not fits(), "a photo that is gone"


def test_what_is_sent_twice_is_kept_once_and_something_else_under_its_key_is_refused() -> None:
    unit, given = office.unit(), office.checked()
    first = visits.sign(unit, given, who="wati")
    later = office.checked(key=given.key, filled_ms=1_778_466_090_000)
    assert visits.sign(unit, later, who="wati") == first, "signed again, for no answer was heard"
    for other in ({"note": "lain"}, {"photos": []}, {"visited_on": date(2026, 5, 10)}):
        with office.refused("visit_sent"):
            visits.sign(unit, office.checked(key=given.key, **other), who="wati")
    with office.refused("visit_sent"):
        visits.sign(unit, given, who="tuti")
    with office.refused("visit_sent"):
        visits.sign(office.unit("lain", "Balai Lain"), given, who="wati")
    assert (Visit.objects.count(), VisitPhoto.objects.count(), TrailEntry.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    "word, other",
    [
        ("standard_day", {"visited_on": date(2026, 5, 12)}),
        ("visit_nothing", {"answers": {}, "photos": []}),
        ("standard_component", {"answers": {"parkir": Answer(Found.THERE)}}),
        ("standard_component", {"photos": [Photo("parkir", "a.jpg", office.picture())]}),
        ("standard_empty", {"name": " \n"}),
        ("standard_empty", {"office": ""}),
        ("standard_long", {"note": "a" * 1001}),
        ("standard_long", {"answers": {"biaya": Answer(Found.THERE, "a" * 501)}}),
        ("visit_photos", {"photos": [Photo("biaya", "a.jpg", b"")] * (MOST_PHOTOS + 1)}),
        ("picture", {"photos": [Photo("biaya", "a.jpg", b"<script>")]}),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(word: str, other: dict[str, object]) -> None:
    with office.refused(word):
        office.visit(office.unit(), **other)
    assert (Visit.objects.count(), VisitPhoto.objects.count(), TrailEntry.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("said", [0, -1, 10**18])
def test_a_device_without_a_clock_signs_all_the_same(said: int) -> None:
    assert office.visit(office.unit(), filled_ms=said).filled_ms is None


def test_history_says_what_changed_since_the_visit_before_whatever_came_in_first() -> None:
    unit = office.unit()
    office.visit(unit)
    office.visit(
        unit,
        visited_on=date(2026, 1, 5),
        answers={"persyaratan": Answer(Found.MISSING), "biaya": Answer(Found.PARTLY, "lain")},
        photos=[],
    )
    later, earlier = visits_of(unit)
    assert (later.visit.number, earlier.visit.number, earlier.before, earlier.changes) == (1, 2, None, ())
    assert [(one.name, one.before, one.after) for one in later.changes] == [
        ("Persyaratan", "tidak", "ada"),
        ("Maklumat pelayanan", "tidak diperiksa", "tidak"),
    ]
    assert later.counts == (("ada", 1), ("sebagian", 1), ("tidak", 1), ("tidak diperiksa", 12))
    rows = {one.name: one for _, items in items_of(later.visit) for one in items}
    assert (rows["Persyaratan"].note, len(rows["Persyaratan"].photos)) == ("terpasang di dinding", 1)
    assert (rows["Dasar hukum"].kind, rows["Dasar hukum"].found) == ("", "tidak diperiksa")


def test_a_unit_acknowledges_or_objects_and_says_why(own_clock: OwnClock) -> None:
    unit = office.unit()
    kept = office.visit(unit)
    with office.refused("visit_objection"):
        visits.reply(kept, accepts=False, note=" ", who="budi")
    with office.refused("visit_own"):
        visits.reply(kept, accepts=True, who="wati")
    visits.reply(kept, accepts=False, note="Maklumat terpasang di pintu", who="budi")
    own_clock.moment += timedelta(days=1)
    visits.reply(kept, accepts=True, note="", who="budi")
    (read,) = visits_of(unit)
    assert [one.accepts for one in read.replies] == [False, True]
    assert read.reply is not None
    assert read.reply.accepts
    actions = list(TrailEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["visit signed", "visit objected to", "visit acknowledged"]
    assert visits.seal(kept).fits, "a reply changes nothing of the visit"


def test_the_history_asks_as_little_for_many_visits_as_for_one() -> None:
    unit = office.unit()

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            visits_of(unit)
        return len(queries)

    visits.reply(office.visit(unit), accepts=True, who="budi")
    before = asked()
    for _ in range(4):
        visits.reply(office.visit(unit, key=uuid4()), accepts=True, who="budi")
    assert asked() == before
