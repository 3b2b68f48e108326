"""The idle screen tells what is published, page after page, shines slowly, and stands still where it is asked to."""

import pytest

from kiosk.rehearsal.samples import AROUND
from kiosk.rehearsal.told_samples import MENDED, STANDARDS
from kiosk.show.aloud.spoken import pieces
from kiosk.show.idle.told import PULSE_SECONDS, TURN_SECONDS
from kiosk.show.present import next_change, present
from kiosk.show.surroundings import Surroundings
from kiosk.show.texts import Texts
from kiosk.show.views import GLOW, ChoiceView
from survey.visit.aided import Aids
from survey.visit.plan import Plan
from survey.visit.state import State
from tests.survey.visits import full_plan

PLAN = full_plan(standards=STANDARDS)
NOTHING = AROUND._replace(published=None, mended=(), hours={})


def idle(
    now: float = 0.0, *, state: State | None = None, around: Surroundings = AROUND, plan: Plan = PLAN
) -> ChoiceView:
    state = state or State()
    view = present(plan, state, around, Texts(state.language), now)
    assert isinstance(view, ChoiceView)
    return view


def test_every_page_has_its_turn_and_begins_anew() -> None:
    pages = idle().told
    assert pages is not None
    count = len(pages.pages)
    assert count == 6, "two mends, one of them on two pages, two glimpses of standards, the hours"
    shown = [view.told.page for turn in range(count + 1) if (view := idle(turn * TURN_SECONDS)).told]
    assert shown == [*range(count), 0]


def test_what_a_page_says_is_what_was_told() -> None:
    told = idle().told
    assert told is not None
    first, wrong, mended, glimpse, _, hours = told.pages
    assert (first.heading, first.text, first.note) == (
        "Sudah dibenahi: Surat pengantar lama",
        "Kini selesai di tempat, paling lama 30 menit.",
        "Selesai 16 Nov 2026.",
    )
    assert wrong.text == MENDED[1].problem
    assert (mended.text, mended.note) == (MENDED[1].result, "Selesai 30 Sep 2026.")
    assert glimpse.text == "30 menit sejak berkas lengkap. Biaya: Tidak dipungut biaya."
    assert hours.text == ("Senin–Kamis\u00a008.00–12.00, 13.00–15.30 · Jumat\u00a008.00–11.30")
    assert (told.value, told.caption) == ("84,12 Baik", "IKM Triwulan III 2026")
    assert "81,26" in told.doubt
    assert "312" in told.doubt
    assert "KH33RUMM" in told.doubt


def test_a_kiosk_that_was_told_nothing_tells_nothing() -> None:
    told = idle(around=NOTHING, plan=full_plan(standards=())).told
    assert told is not None
    assert (told.value, told.doubt, told.pages) == ("", "", ())
    assert told.caption == Texts("id").get("idle.index_none")


def test_the_faces_shine_alike_for_less_than_two_seconds_of_five_and_come_back_to_rest() -> None:
    moments = [place / 20 for place in range(int(PULSE_SECONDS * 20))]
    glows = [idle(moment).glow for moment in moments]
    assert max(glows) == GLOW
    assert sum(glow > 0 for glow in glows) < 0.4 * len(glows)
    assert (glows[0], idle(PULSE_SECONDS).glow) == (0, 0)


def test_the_next_change_is_the_next_change() -> None:
    now, seen = 0.0, 0
    while now < 2 * TURN_SECONDS:
        before = idle(now)
        moment = next_change(PLAN, State(), now)
        assert moment is not None
        assert moment > now
        assert idle(now + (moment - now) * 0.99) == before
        seen += idle(moment) != before
        now = moment
    assert seen == 2 * TURN_SECONDS / PULSE_SECONDS * 6


@pytest.mark.parametrize(
    "state",
    [
        State(still_at=12.0),
        State(large_text=True),
        State(aids=Aids(aloud=True)),
        State(pressed="answer:3"),
    ],
    ids=["stopped", "large text", "speech", "pressed"],
)
def test_nothing_moves_where_it_would_disturb(state: State) -> None:
    later = [idle(12.0 + step / 4, state=state) for step in range(40)]
    if state.pressed is None:
        assert len(set(later)) == 1
    assert {view.glow for view in later} == {0}


def test_what_was_stopped_stays_on_its_page_and_says_how_to_go_on() -> None:
    told = idle(55.0, state=State(still_at=12.0)).told
    assert told is not None
    assert told.pause is not None
    assert (told.page, told.pause.label) == (1, Texts("id").get("idle.play"))


def test_all_pages_are_read_after_the_answers() -> None:
    read = pieces(idle(), "id")
    told = idle().told
    assert told is not None
    answers = [place for place, piece in enumerate(read) if piece.startswith("Tombol")]
    for page in told.pages:
        assert page.text in read[max(answers) :]
    assert told.value in read
