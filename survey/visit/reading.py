"""A public answer, parted into pages that can be read at a glance, and what its citizen may say to it."""

from survey.visit.action import Word
from survey.visit.state import State
from survey.wire.ticket_states import TicketState

PAGE_CHARACTERS = 220
"""So much of an answer stands on one page: what the smallest panel shows in large type."""
_ANSWERED = "dijawab"
_WITHDRAWN = "dicabut"
_SENTENCE_ENDS = (". ", "! ", "? ")


def answer_pages(answer: str) -> tuple[str, ...]:
    """Part an answer at sentences, where they are short enough, else between words; at least one page, which may be empty."""
    rest = " ".join(answer.split())
    pages: list[str] = []
    while len(rest) > PAGE_CHARACTERS:
        head = rest[: PAGE_CHARACTERS + 1]
        sentence = max(head.rfind(end) + 1 for end in _SENTENCE_ENDS)
        cut = sentence if sentence > PAGE_CHARACTERS // 2 else head.rfind(" ")
        cut = cut if cut > 0 else PAGE_CHARACTERS
        pages.append(rest[:cut].strip())
        rest = rest[cut:].strip()
    return (*pages, rest)


def reads_on(state: State) -> bool:
    """Tell whether the consent has another page: in large text it is read on two, and only the second asks."""
    return state.large_text and state.page == 0


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
