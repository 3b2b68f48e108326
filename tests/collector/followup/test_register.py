"""The register of plans: what is kept, what is refused, and that nothing said is ever lost."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collector.followup import register
from collector.followup.files import MOST_FILES, MOST_PDF_BYTES
from collector.followup.models import Evidence, Item, ItemStep, State
from collector.followup.reading import items_between, items_of, items_of_unit
from collector.people.models import TrailEntry
from collector.releases import publishing
from collector.releases.models import Release
from tests.collector.conftest import OwnClock
from tests.collector.followup import desa
from tests.collector.papers import town
from tests.collector.scores.village import Post

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 9, 3, tzinfo=UTC)


@pytest.fixture
def release() -> Release:
    return desa.released(town.post())


def test_a_plan_is_kept_with_what_showed_it_and_counted_within_its_unit(release: Release) -> None:
    first = desa.add(release)
    second = desa.add(release, element="biaya", last_month=date(2027, 12, 31))
    other = desa.released(Post(town.post("lain").unit, name="k2", stream=2))
    assert (first.number, second.number, desa.add(other).number) == (1, 2, 1)
    one, two = items_of(release)
    assert (one.label, one.element_name, one.address, one.period) == (
        "U3", "Waktu Penyelesaian", release.address, "2026-TW4",
    )  # fmt: skip
    assert (two.first_month, two.last_month, two.state) == (
        date(2027, 1, 1),
        date(2027, 12, 1),
        "direncanakan",
    )
    assert not one.is_late(date(2027, 2, 28))
    assert one.is_late(date(2027, 3, 1))


@pytest.mark.parametrize(
    "word, other",
    [
        ("rtl_empty", {"problem": " \n "}),
        ("rtl_empty", {"action": ""}),
        ("rtl_empty", {"responsible": "\t"}),
        ("rtl_long", {"problem": "x" * 501}),
        ("rtl_months", {"last_month": date(2026, 12, 1)}),
        ("rtl_months", {"last_month": date(2032, 1, 1)}),
        ("rtl_element", {"element": "parkir"}),
        ("rtl_element", {"element": ""}),
    ],
)
def test_what_is_no_plan_is_refused(release: Release, word: str, other: dict[str, object]) -> None:
    with desa.refused(word):
        desa.add(release, **other)
    assert not Item.objects.exists()
    assert not TrailEntry.objects.filter(action__startswith="follow-up").exists()


def test_a_plan_follows_a_release_of_its_own_unit_that_has_a_number(release: Release) -> None:
    other = town.post("lain")
    nothing = publishing.propose(other.unit, desa.QUARTER, who="x")
    for wrong in (nothing, None):
        with desa.refused("rtl_release"):
            register.add(other.unit, desa.plan(), release=wrong, who="x")
    with desa.refused("rtl_release"):
        register.add(other.unit, desa.plan(), release=release, who="x")


def test_a_correction_needs_its_reason_and_what_was_said_before_stays(release: Release) -> None:
    item = desa.add(release)
    with desa.refused("rtl_why"):
        register.correct(item, desa.plan(action="Lain"), who="sari", why=" ")
    register.correct(item, desa.plan(action="Loket kedua"), who="sari", why="kurang orang")
    assert items_of(release)[0].action == "Loket kedua"
    steps = list(ItemStep.objects.order_by("pk").values_list("what", "who", "why"))
    assert steps == [("added", "budi", ""), ("corrected", "sari", "kurang orang")]
    first = ItemStep.objects.order_by("pk")[0].said
    assert first["action"] == desa.plan().action
    trail = TrailEntry.objects.filter(action__startswith="follow-up").order_by("pk")
    assert [one.action for one in trail] == ["follow-up added", "follow-up corrected"]


def test_done_has_a_day_and_words_and_may_be_unsaid_with_a_reason(
    release: Release, own_clock: OwnClock
) -> None:
    item = desa.add(release)
    for word, day in (("rtl_done_day", date(2026, 12, 30)), ("rtl_done_day", date(2027, 1, 10))):
        with desa.refused(word):
            register.done(item, day=day, result="x", who="budi")
    with desa.refused("rtl_empty"):
        register.done(item, day=date(2027, 1, 8), result=" ", who="budi")
    with desa.refused("rtl_people"):
        register.done(item, day=date(2027, 1, 8), result="x", people=-1, who="budi")
    register.done(item, day=date(2027, 1, 8), result="SK pengganti terbit", people=12, who="budi")
    (one,) = items_of(release)
    assert (one.state, one.done_on, one.people, one.recorded_on) == (
        State.DONE,
        date(2027, 1, 8),
        12,
        date(2027, 1, 9),
    )
    with desa.refused("rtl_why"):
        register.done(item, day=date(2027, 1, 7), result="SK", who="budi")
    with desa.refused("rtl_closed"):
        register.drop(item, who="budi", why="x")
    register.reopen(item, who="budi", why="SK dicabut")
    assert items_of(release)[0].done_on is None
    with desa.refused("rtl_open"):
        register.reopen(item, who="budi", why="x")
    with desa.refused("rtl_why"):
        register.drop(item, who="budi", why="")
    register.drop(item, who="budi", why="dana tidak ada")
    assert items_of(release)[0].given_up == "dana tidak ada"
    assert [one.what for one in ItemStep.objects.order_by("pk")] == ["added", "done", "reopened", "dropped"]


def test_two_who_change_a_plan_at_once_do_not_both_get_their_way(release: Release) -> None:
    item = desa.add(release)
    other = Item.objects.get()
    register.drop(item, who="budi", why="dana")
    with desa.refused("rtl_moved"):
        register.done(other, day=date(2027, 1, 8), result="x", who="sari")
    assert items_of(release)[0].state == State.DROPPED
    assert ItemStep.objects.count() == 2


def test_evidence_is_drawn_anew_or_a_pdf_and_nothing_else(release: Release) -> None:
    item = desa.add(release)
    jpeg = register.attach(item, name=r"C:\foto rapat.PNG", data=desa.picture(), caption="Rapat", who="budi")
    assert (jpeg.name, jpeg.kind) == ("foto-rapat.jpg", "jpg")
    assert b"Pak Kades" in desa.picture()
    assert b"Pak Kades" not in bytes(jpeg.data)
    pdf = register.attach(item, name="../../sk.exe", data=PDF, who="budi")
    assert (pdf.name, bytes(pdf.data)) == ("sk.pdf", PDF)
    for data in (b"MZ\x90", b"", b"<html>", b"\xff\xd8\xff"):
        with desa.refused("picture"):
            register.attach(item, name="a.jpg", data=data, who="budi")
    with desa.refused("evidence_large"):
        register.attach(item, name="a.pdf", data=PDF + b" " * MOST_PDF_BYTES, who="budi")
    for _ in range(MOST_FILES - 2):
        register.attach(item, name="a.pdf", data=PDF, who="budi")
    with desa.refused("evidence_many"):
        register.attach(item, name="a.pdf", data=PDF, who="budi")


def test_evidence_that_was_wrong_is_gone_and_its_digest_stays(release: Release) -> None:
    item = desa.add(release)
    file = register.attach(item, name="ktp.jpg", data=desa.picture(), who="budi")
    with desa.refused("rtl_why"):
        register.take_back(file, who="budi", why="")
    register.take_back(file, who="budi", why="ada KTP warga")
    with desa.refused("evidence_gone"):
        register.take_back(file, who="budi", why="lagi")
    left = Evidence.objects.get()
    assert (bytes(left.data), left.digest, left.why) == (b"", file.digest, "ada KTP warga")
    assert items_of(release)[0].evidence == ()


def test_plans_between_two_days_are_those_of_periods_that_end_there(release: Release) -> None:
    desa.add(release)
    assert len(items_between(release.unit, date(2026, 10, 1), date(2026, 12, 31))) == 1
    assert items_between(release.unit, date(2026, 1, 1), date(2026, 12, 30)) == []
    assert items_between(release.unit, date(2027, 1, 1), date(2027, 12, 30)) == []


def test_reading_many_plans_asks_no_more_than_reading_one(release: Release) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            items_of_unit(release.unit)
        return len(queries)

    desa.add(release)
    one = asked()
    for element in ("biaya", "produk", "sarpras"):
        desa.add(release, element=element)
    assert asked() == one
