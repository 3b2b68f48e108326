"""The register of standards and the maklumat: versions, what is in force, how complete it is, and what is refused."""

from datetime import UTC, date, datetime

import pytest

from collector.people.models import TrailEntry
from collector.standards import promise
from collector.standards.components import COMPONENTS, INNER, PUBLIC, completeness
from collector.standards.models import LONGEST_TEXT, Standard
from collector.standards.reading import promise_of, services_of
from collector.standards.register import in_force, versions
from tests.collector.conftest import OwnClock
from tests.collector.standards import office

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _spring(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2026, 5, 11, 3, tzinfo=UTC)


def test_six_components_are_for_everybody_and_eight_for_the_office() -> None:
    assert (len(PUBLIC), len(INNER), len({one.key for one in COMPONENTS})) == (6, 8, 14)
    assert {one.part for one in PUBLIC}.isdisjoint({one.part for one in INNER})


def test_how_complete_a_standard_is_is_said_in_words() -> None:
    assert completeness(office.whole()).words == "14 dari 14: lengkap"
    texts = {
        key: text for key, text in office.whole().items() if key not in ("dasar_hukum", "waktu", "jaminan")
    }
    assert (
        completeness(texts).words
        == "11 dari 14; yang kurang: Jangka waktu pelayanan, Dasar hukum, Jaminan pelayanan"
    )
    assert completeness(texts, PUBLIC).words == "5 dari 6; yang kurang: Jangka waktu pelayanan"
    assert completeness({}, PUBLIC).filled == 0


def test_a_version_is_kept_over_the_one_before_and_nothing_is_lost() -> None:
    service = office.service(office.unit())
    first = office.write(service, texts=office.TEXTS, groups=("pengguna", "media"))
    second = office.write(service, seen=1, why="biaya berubah", in_force_from=date(2026, 4, 1))
    assert [one.number for one in versions(service)] == [2, 1]
    first.refresh_from_db()
    assert (first.texts, first.group_names) == (office.TEXTS, ["Pengguna layanan", "Media massa"])
    entries = list(TrailEntry.objects.order_by("pk"))
    assert [one.action for one in entries] == ["standard entered"] * 2
    assert (entries[1].why, entries[1].facts["texts"]) == ("biaya berubah", second.texts)


def test_in_force_is_the_version_of_the_latest_day_that_has_come() -> None:
    unit = office.unit()
    service = office.service(unit)
    office.write(service)
    office.write(service, seen=1, why="x", in_force_from=date(2026, 7, 1))
    office.write(service, seen=2, why="salah tulis", in_force_from=date(2026, 3, 1))

    def told(day: date) -> int | None:
        found = in_force(Standard.objects.all(), day).get(service.pk)
        return found.number if found else None

    assert [told(date(2026, 2, 28)), told(date(2026, 3, 1)), told(date(2026, 7, 1))] == [None, 3, 2]
    (read,) = services_of(unit, date(2026, 5, 11))
    assert read.standard is not None
    assert read.coming is not None
    assert (read.standard.number, read.coming.number, read.latest) == (3, 2, 3)


@pytest.mark.parametrize(
    "word, other",
    [
        ("standard_nothing", {"texts": {}}),
        ("standard_nothing", {"texts": {"waktu": " \n\t"}}),
        ("standard_component", {"texts": {"parkir": "luas"}}),
        ("standard_long", {"texts": {"waktu": "a" * (LONGEST_TEXT + 1)}}),
        ("standard_decree", {"decree_number": ""}),
        ("standard_decree", {"decided_by": " "}),
        ("standard_decree", {"decree_date": None}),
        ("standard_day", {"decree_date": date(2026, 5, 12)}),
        ("standard_day", {"reviewed_on": date(2026, 5, 12)}),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(word: str, other: dict[str, object]) -> None:
    service = office.service(office.unit())
    with office.refused(word):
        office.write(service, **other)
    assert (Standard.objects.count(), TrailEntry.objects.count()) == (0, 0)


def test_a_draft_without_a_decree_is_kept_and_says_so() -> None:
    draft = office.write(office.service(office.unit()), decided_by="", decree_number="", decree_date=None)
    assert not draft.is_decreed


def test_a_later_version_needs_its_reason_and_never_writes_over_a_colleagues() -> None:
    service = office.service(office.unit())
    office.write(service)
    with office.refused("standard_why"):
        office.write(service, seen=1, why=" ")
    office.write(service, seen=1, why="rapat")
    with office.refused("standard_moved"):
        office.write(service, seen=1, why="rapat")
    assert Standard.objects.count() == 2


def test_texts_keep_their_lines_and_lose_what_steers_a_screen() -> None:
    kept = office.write(
        office.service(office.unit()), texts={"waktu": "\n  satu\u202e \x07hari \r\n\r\nkerja\n\n"}
    )
    assert kept.texts == {"waktu": "satu hari\n\nkerja"}


def test_a_maklumat_has_versions_and_its_photo_is_drawn_anew() -> None:
    unit = office.unit()
    assert promise_of(unit, date(2026, 5, 11)) is None
    first = office.issue(unit)
    assert bytes(first.photo)[:3] == b"\xff\xd8\xff"
    assert b"Pak Kades" not in bytes(first.photo), "what the camera wrote is gone"
    with office.refused("standard_why"):
        office.issue(unit, seen=1)
    second = office.issue(unit, seen=1, why="kepala desa baru", issued_on=date(2026, 4, 1), photo=None)
    told = promise_of(unit, date(2026, 5, 11))
    assert (told, second.has_photo) == (second, False)
    assert promise_of(unit, date(2026, 3, 31)) == first
    with office.refused("maklumat_moved"):
        office.issue(unit, seen=1, why="x")
    with office.refused("standard_day"):
        office.issue(unit, seen=2, why="x", issued_on=date(2026, 5, 12))
    with office.refused("picture"):
        office.issue(unit, seen=2, why="x", photo=("a.jpg", b"<script>"))
    with office.refused("standard_empty"):
        office.issue(unit, seen=2, why="x", text=" \n ")
    with office.refused("standard_empty"):
        office.issue(unit, seen=2, why="x", signer="")
    assert promise.versions(unit).count() == 2


def test_a_photo_that_is_taken_back_is_gone_and_its_digest_stays() -> None:
    kept = office.issue(office.unit())
    with office.refused("standard_why"):
        promise.take_photo_back(kept, who="budi", why="")
    promise.take_photo_back(kept, who="budi", why="wajah warga")
    kept.refresh_from_db()
    assert (bytes(kept.photo), kept.has_photo, len(kept.photo_digest)) == (b"", False, 64)
    assert TrailEntry.objects.filter(action="maklumat photo taken back", why="wajah warga").exists()
    with office.refused("maklumat_photo"):
        promise.take_photo_back(kept, who="budi", why="lagi")
