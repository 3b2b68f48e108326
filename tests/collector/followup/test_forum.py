"""Forums: who came by group, who signs, and what was agreed flowing back into the register."""

from datetime import UTC, date, datetime

import pytest

from collector.followup import forum, register
from collector.followup.models import Forum
from collector.followup.reading import items_between
from collector.people.models import TrailEntry
from tests.collector.conftest import OwnClock
from tests.collector.followup import desa
from tests.collector.papers import town
from tests.collector.scores.village import Post

pytestmark = pytest.mark.django_db
DAY = date(2027, 1, 7)


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 9, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return town.post()


def test_the_five_groups_are_counted(post: Post) -> None:
    held = forum.hold(post.unit, desa.minutes(), who="budi")
    assert dict(forum.came(held)) == {
        "Pengguna layanan": 14, "Ahli, praktisi, akademisi": 1, "Instansi terkait": 2, "Organisasi masyarakat sipil": 0,
        "Media massa": 0,
    }  # fmt: skip
    assert forum.groups_present(held) == 3
    assert TrailEntry.objects.get(action="forum entered").facts["attendance"]["pengguna"] == 14


@pytest.mark.parametrize(
    "word, other",
    [
        ("forum_day", {"held_on": date(2027, 1, 10)}),
        ("forum_empty", {"place": " "}),
        ("forum_empty", {"topic": ""}),
        ("forum_empty", {"title": ""}),
        ("forum_empty", {"signers": (" ",)}),
        ("forum_count", {"attendance": {"pengguna": -1}}),
        ("forum_count", {"attendance": {"media": 10_001}}),
    ],
)
def test_what_is_no_forum_is_refused(post: Post, word: str, other: dict[str, object]) -> None:
    with desa.refused(word):
        forum.hold(post.unit, desa.minutes(**other), who="budi")
    assert not Forum.objects.exists()


def test_a_correction_is_another_version_with_its_reason(post: Post) -> None:
    forum.hold(post.unit, desa.minutes(), who="budi")
    with desa.refused("rtl_why"):
        forum.hold(post.unit, desa.minutes(place="Aula"), who="budi")
    forum.hold(post.unit, desa.minutes(place="Aula"), who="sari", why="pindah ruang")
    (told,) = forum.forums(post.unit)
    assert (told.place, told.number, Forum.objects.count()) == ("Aula", 2, 2)


def test_title_and_signers_are_proposed_as_they_were_said_last(post: Post) -> None:
    assert forum.proposed(post.unit) == (forum.TITLE, forum.SIGNERS)
    forum.hold(post.unit, desa.minutes(title="FKM", signers=("Bupati", "Kepala OPD")), who="budi")
    assert forum.proposed(post.unit) == ("FKM", ("Bupati", "Kepala OPD"))
    sister = town.post("lain")
    assert forum.proposed(sister.unit) == ("FKM", ("Bupati", "Kepala OPD")), "of the same agency"


def test_what_was_agreed_is_a_plan_of_the_register_even_without_an_element(post: Post) -> None:
    held = forum.hold(post.unit, desa.minutes(), who="budi")
    register.add(post.unit, desa.plan(element=""), forum=held, who="budi")
    register.add(post.unit, desa.plan(element="sarpras"), forum=held, who="budi")
    one, two = items_between(post.unit, DAY, DAY)
    assert (one.element_name, one.label, one.forum_on, one.address) == ("", "", DAY, "")
    assert (two.element_name, two.label) == ("Sarana dan Prasarana", "U9")
    other = town.post("lain")
    with desa.refused("rtl_release"):
        register.add(other.unit, desa.plan(), forum=held, who="budi")
    with desa.refused("rtl_element"):
        register.add(post.unit, desa.plan(element="parkir"), forum=held, who="budi")
