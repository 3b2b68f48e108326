"""A public answer, parted into pages that can be read at a glance, and what its citizen may say to it."""

from collections.abc import Mapping

from survey.visit.action import Word
from survey.visit.state import State, Step
from survey.wire.ticket_states import TicketState

PAGE_CHARACTERS = 220
"""So much of an answer stands on one page: what the smallest panel shows."""
LARGE_CHARACTERS = 110
"""The same in large text."""
LARGE_PAGES: Mapping[Step, int] = {
    Step.INVITATION: 2,
    Step.SPEAK: 2,
    Step.TICKET: 3,
    Step.CONSENT: 4,
    Step.THANKS: 3,
}
"""What is too long for large text on the smallest panel is read on so many pages instead of in smaller type."""
OUT: Mapping[Step, tuple[Word, ...]] = {
    Step.INVITATION: (Word.DECLINE,),
    Step.SPEAK: (Word.BACK,),
    Step.CONSENT: (Word.BACK,),
    Step.THANKS: (Word.CLOSE,),
}
"""What leads away while there is more to read."""
_ANSWERED = "dijawab"
_WITHDRAWN = "dicabut"
_SENTENCE_ENDS = (". ", "! ", "? ")


def answer_pages(answer: str, *, large: bool = False) -> tuple[str, ...]:
    """Part an answer at sentences, where they are short enough, else between words; at least one page, which may be empty."""
    most = LARGE_CHARACTERS if large else PAGE_CHARACTERS
    rest = " ".join(answer.split())
    pages: list[str] = []
    while len(rest) > most:
        head = rest[: most + 1]
        sentence = max(head.rfind(end) + 1 for end in _SENTENCE_ENDS)
        cut = sentence if sentence > most // 2 else head.rfind(" ")
        cut = cut if cut > 0 else most
        pages.append(rest[:cut].strip())
        rest = rest[cut:].strip()
    return (*pages, rest)


def standing_pages(state: State) -> int:
    """Give how many pages there are of how a complaint stands: those of its answer; in large text the dates come before, what is asked after."""
    if state.found_code is not None:
        return 2 if state.large_text else 1
    answer = state.found.answer if state.found is not None else ""
    count = len(answer_pages(answer, large=state.large_text))
    if not state.large_text:
        return count
    if state.found is not None and state.found.status == _WITHDRAWN and not answer:
        return 1  # there is nothing to be said to it
    return count + 2 if answer else 2


def page_count(state: State) -> int:
    """Give on how many pages a screen is read before it asks: one, or more in large text."""
    if not state.large_text or state.faces or (state.step is Step.THANKS and state.own_code is None):
        return 1
    return LARGE_PAGES.get(state.step, 1)


def page_number(state: State) -> int:
    """Give which of these pages is shown, from 0 on; after the last comes the first."""
    return state.page % page_count(state)


def reads_on(state: State) -> bool:
    """Tell whether there is more to read; only the last page asks."""
    return page_number(state) < page_count(state) - 1


def has_fewer(state: State) -> bool:
    """Tell whether a page of the list has two names only: services are called as their unit calls them, and large text needs two lines."""
    return state.large_text and state.step in (Step.SERVICE, Step.STANDARDS)


def is_whole(state: State) -> bool:
    """Tell whether the official sentence stands there by itself: in large text it has no room beside the answers."""
    return state.step is Step.QUESTION and state.large_text and state.branch == Word.WHOLE


def is_asked(found: TicketState) -> bool:
    """Tell whether its citizen is asked if the matter is settled: as long as the answer counts."""
    return bool(found.until)


def replies(state: State, *, contact: bool) -> tuple[str, ...]:
    """Give what a citizen may add to the complaint that was found, in order; the way out is not among them."""
    found = state.found
    if found is None or found.status == _WITHDRAWN:
        return ()
    settled = (Word.SETTLED,) if found.status == _ANSWERED else ()
    unsettled = (Word.UNSETTLED,) if is_asked(found) else ()
    return (*settled, *unsettled, Word.WORD, *((Word.NUMBER,) if contact else ()), Word.WITHDRAW)
