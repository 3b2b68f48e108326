"""The screens of an earlier complaint: its code, how it stands, and what its citizen adds."""

from datetime import UTC, date, datetime

from kiosk.show.complaint.visited import hint
from kiosk.show.labels import long_date
from kiosk.show.large.reading import parted
from kiosk.show.screen import Screen
from kiosk.show.views import Bar, KeyboardView, LetterView, MessageView
from survey.record.complaint import MAX_TEXT_CHARACTERS
from survey.record.ticket import CODE_CHARACTERS, read_code, show_code
from survey.visit.reading import answer_pages, is_asked, standing_pages
from survey.visit.state import Outcome
from survey.wire.ticket_states import TicketState


def code(screen: Screen) -> KeyboardView:
    """Give the keys of a ticket's code, with a word on whether what stands there can be one."""
    get, typed = screen.texts.get, screen.state.code
    note = hint(screen)
    own = "action.complaint" if screen.state.large_text else "complaint.own"
    if len(typed) == CODE_CHARACTERS:
        note = get("code.good") if read_code(typed) else get("code.wrong")
        if (
            screen.state.large_text
        ):  # what to do then is seen: the code stands above, and the key to erase below
            note = parted(note, 2)[0]
    return KeyboardView(
        bar=Bar(left_strong=get(own), actions=screen.extras()),
        title=get("code.title"),
        text=show_code(typed),
        hint=get("code.hint"),
        limit=CODE_CHARACTERS,
        layout="code",
        options=screen.options(),
        note=note,
    )


def standing(screen: Screen) -> LetterView:
    """Give how a complaint stands: in words, since when, by when, and the answer."""
    get, state = screen.texts.get, screen.state
    bar = Bar(left_strong=get("complaint.own"), actions=screen.extras())
    found = state.found
    if found is None:
        key = "late" if state.outcome is Outcome.LATE else "unknown"
        return LetterView(
            bar=bar,
            title=get(f"standing.{key}_title"),
            paragraphs=(get(f"standing.{key}"),),
            options=screen.options(),
        )
    pages = answer_pages(found.answer, large=state.large_text)
    count = standing_pages(state)
    if state.large_text:  # the dates come before the answer, and what is asked after it
        pages = ("", *(pages if found.answer else ()), "")[:count]
    page = min(state.page, count - 1)
    if len(pages) > 1:
        bar = bar._replace(right=get("page.number", number=page + 1, count=len(pages)))
    facts = _facts(screen, found) if page == 0 else ()
    answer = (f"“{pages[page]}”",) if pages[page] else ()
    question = (get("standing.question"),) if page == len(pages) - 1 and is_asked(found) else ()
    return LetterView(
        bar=bar,
        title=get(f"ticket_status.{found.status}"),
        paragraphs=(*facts, *answer, *question),
        options=screen.options(),
    )


def word(screen: Screen) -> KeyboardView:
    """Give the keyboard for a word more."""
    get, state = screen.texts.get, screen.state
    return KeyboardView(
        bar=Bar(
            left_strong=get("complaint.own"),
            right=get("keyboard.counter", count=len(state.text), limit=MAX_TEXT_CHARACTERS),
        ),
        title=get("word.title"),
        text=state.text,
        hint=get("complaint.text_hint"),
        limit=MAX_TEXT_CHARACTERS,
        layout=state.layout,
        options=screen.options(),
        space=get("keyboard.space"),
    )


def kept(screen: Screen) -> MessageView:
    """Say what was added and what will come of it."""
    return screen.message("kept", text=screen.texts.get(f"kept.{screen.state.added}"), icon="check")


def _facts(screen: Screen, found: TicketState) -> tuple[str, ...]:
    wall, texts = screen.around.wall, screen.texts
    facts = []
    if wall is not None:  # else this kiosk does not know the office's day
        since = datetime.fromtimestamp(found.at / 1000, UTC).astimezone(wall.tzinfo)
        facts.append(texts.get("standing.since", date=long_date(texts, since.date())))
    if found.due:
        due = date.fromisoformat(found.due)
        late = wall is not None and wall.date() > due
        key = "standing.overdue" if late else "standing.due"
        facts.append(texts.get(key, date=long_date(texts, due)))
    return tuple(facts)
