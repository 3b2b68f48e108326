"""What can be read before a visit begins: by touch and by the buttons, and never as a rating."""

from survey.settings.keys import check
from survey.visit.action import Word
from survey.visit.aided import Aid
from survey.visit.informed import Floor, floor_at, floors
from survey.visit.offer import offer
from survey.visit.plan import Counter
from survey.visit.state import AidCalled, Step
from tests.survey.visits import Walk, full_plan

COUNTERS = tuple(Counter(f"Loket {number}", "Lantai 1", here=number == 2) for number in range(6))


def mall() -> Walk:
    return Walk(full_plan(counters=COUNTERS))


def test_one_thing_to_read_is_named_by_itself_and_several_stand_behind_one_word() -> None:
    plan = full_plan()
    assert Word.STANDARDS in offer(plan, Walk().state).extras
    assert Word.ABOUT in offer(full_plan(counters=COUNTERS), Walk().state).extras
    bare = full_plan(standards=())
    assert {Word.ABOUT, Word.STANDARDS, Word.NEWS}.isdisjoint(offer(bare, Walk().state).actions)
    assert Word.NEWS in offer(bare, Walk().state._replace(large_text=True)).extras


def test_the_counters_are_read_page_by_page_and_back_by_touch() -> None:
    walk = mall()
    walk.touch("about")
    assert walk.state.step is Step.ABOUT
    walk.touch("counters")
    assert "more" in offer(walk.plan, walk.state).options
    walk.touch("more")
    assert "more" not in offer(walk.plan, walk.state).options
    walk.touch("back")
    assert (walk.state.step, walk.state.page) == (Step.COUNTERS, 0)
    walk.touch("back")
    assert (walk.state.step, walk.responses) == (Step.IDLE, [])


def test_the_counters_are_reached_and_left_by_the_buttons_alone() -> None:
    walk = mall()
    walk.wait(1)
    walk.give(AidCalled(Aid.MENU))
    walk.choose("about")
    walk.choose("counters")
    assert walk.state.step is Step.COUNTERS
    walk.press(offer(walk.plan, walk.state).options.index("more"))
    assert walk.state.page == 1
    walk.press(offer(walk.plan, walk.state).options.index("close"))
    assert (walk.state.step, walk.responses) == (Step.IDLE, [])


def test_in_large_text_the_news_are_read_on_pages_and_the_size_stays() -> None:
    walk = Walk()
    walk.touch("text-size")
    walk.touch("about")
    walk.touch("news")
    assert walk.state.step is Step.NEWS
    walk.touch("more")
    walk.touch("close")
    assert (walk.state.step, walk.state.large_text) == (Step.IDLE, True)


def test_what_was_left_open_goes_back_to_the_start() -> None:
    walk = mall()
    walk.touch("about")
    walk.touch("counters")
    walk.wait(91)
    assert walk.state.step is Step.IDLE


def test_the_signed_settings_bring_the_counters() -> None:
    content = {"counters": [{"number": "1", "name": "KTP", "floor": "Lantai 1", "way": "kiri", "here": True}]}
    assert check(content).counters == (Counter("KTP", "Lantai 1", "kiri", "1", here=True),)


DRAWN = (
    Counter("Dukcapil", "Lantai 2", "kiri", "1", box=(0, 0, 4, 4)),
    Counter("BPJS", "Lantai 1", "kanan", "2", here=True, box=(0, 0, 4, 4)),
    Counter("Tangga", "Lantai 1", box=(4, 0, 2, 4)),
    Counter("Musala", "Lantai 1"),
)


def drawn() -> Walk:
    walk = Walk(full_plan(counters=DRAWN))
    walk.touch("about")
    walk.touch("counters")
    return walk


def test_floors_are_pages_the_own_one_first_and_the_list_follows() -> None:
    walk = drawn()
    assert [floor.name for floor in floors(walk.plan, walk.state)] == ["Lantai 1", "Lantai 2"]
    walk.press(offer(walk.plan, walk.state).options.index("more"))
    assert floor_at(walk.plan, walk.state) == Floor("Lantai 2", (0,))
    assert "following" not in offer(walk.plan, walk.state).options, "there is only one"
    walk.press(offer(walk.plan, walk.state).options.index("more"))
    assert floor_at(walk.plan, walk.state) is None
    assert "more" not in offer(walk.plan, walk.state).options
    for _ in range(3):
        walk.press(offer(walk.plan, walk.state).options.index("back"))
    assert (walk.state.step, walk.responses) == (Step.IDLE, [])


def test_a_counter_is_pointed_at_by_the_buttons_and_by_touch_and_never_one_of_another_floor() -> None:
    walk = drawn()
    walk.press(offer(walk.plan, walk.state).options.index("following"))
    assert walk.state.focus == 1
    walk.press(offer(walk.plan, walk.state).options.index("following"))
    assert walk.state.focus == 0
    walk.touch("counter:2")
    assert walk.state.focus == 1
    for action in ("counter:0", "counter:3", "counter:9", "counter:x"):
        walk.touch(action)
    assert walk.state.focus == 1
    walk.touch("more")
    assert walk.state.focus == 0


def test_whoever_listens_has_the_list_and_gets_out_of_it_page_by_page() -> None:
    walk = drawn()
    walk.touch("more")
    walk.touch("more")
    walk.wait(1)
    walk.give(AidCalled(Aid.SPEECH))
    assert floors(walk.plan, walk.state) == ()
    assert offer(walk.plan, walk.state).options == ("back", "listen", "close")
    walk.touch("back")
    assert walk.state.step is Step.IDLE
