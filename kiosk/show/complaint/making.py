"""The screens of making a complaint: what it is about, its words, its ticket, and the number that may be left with it."""

from kiosk.show.large.reading import parted
from kiosk.show.screen import Screen
from kiosk.show.views import Bar, ConsentView, KeyboardView, LetterView, TicketView, TilesView
from survey.record.complaint import CONTACT_KEPT_DAYS, MAX_TEXT_CHARACTERS, AdditionKind
from survey.record.phone import MAX_PHONE_DIGITS, read_phone
from survey.record.ticket import show_code
from survey.visit.offer import tile_pages, tiles
from survey.visit.reading import page_number, reads_on
from survey.visit.state import State, Step

CONSENT_VERSION = "2"
"""Version of the consent texts; it stands in every record that holds a contact."""
_STEPS = (Step.TOPICS, Step.TEXT)
_SHORTEST_PHONE = 9


def topics(screen: Screen) -> TilesView:
    """Give the tiles of what can be complained of."""
    get, plan, state = screen.texts.get, screen.plan, screen.state
    here = tiles(plan, state)
    bar = _bar(screen)
    if state.complaint_from is Step.SERVICE:
        said = get("complaint.rated")  # its second sentence is thanks, for which large text has no room
        bar = bar._replace(left_strong=parted(said, 2)[0] if state.large_text else said, left="")
    if tile_pages(plan) > 1:
        number = state.page % tile_pages(plan) + 1
        bar = bar._replace(right=get("page.number", number=number, count=tile_pages(plan)))
    extras = tuple(screen.action(name) for name in screen.offer.extras if name not in here)
    why = state.complaint_from is Step.SERVICE
    return TilesView(
        bar=bar._replace(actions=extras),
        title=get("complaint.why_title" if why else "complaint.topics_title"),
        subtitle=get("complaint.topics_subtitle"),
        tiles=tuple(screen.action(name) for name in here),
        focus=state.focus,
        options=screen.options(),
    )


def text(screen: Screen) -> KeyboardView:
    """Give the keyboard for a complaint's words."""
    get = screen.texts.get
    return KeyboardView(
        bar=_bar(screen)._replace(right=_counter(screen)),
        title=get("complaint.text_title"),
        text=screen.state.text,
        hint=get("complaint.text_hint"),
        limit=MAX_TEXT_CHARACTERS,
        layout=screen.state.layout,
        options=screen.options(),
        space=get("keyboard.space"),
    )


def ticket(screen: Screen) -> TicketView:
    """Give the ticket: its code, how to find its page, and by when an answer is due."""
    get, around, state = screen.texts.get, screen.around, screen.state
    code = state.ticket or ""
    address = around.status_address
    days = around.answer_days
    promise = get("ticket.text_days", days=days) if days is not None else get("ticket.text")
    kept = f"**{get('ticket.number_kept')}** " if state.has_number else ""
    if state.added is AdditionKind.SPOKEN:
        kept = f"**{get('ticket.spoken_kept')}** "
    short = address.partition("://")[2].rstrip("/")
    view = TicketView(
        bar=screen.place_bar()._replace(left_strong=get("complaint.saved"), left=""),
        title=get("ticket.title"),
        text=f"{kept}{promise} {get('ticket.keep')}",
        code=show_code(code),
        url=f"{address}#{code}" if address else "",
        options=screen.options(),
        spoken=f"“{screen.texts.spell(show_code(code))}”",
        caption=get("ticket.caption", address=short) if address else "",
    )
    return page_of_ticket(view, state) if state.large_text else view


def page_of_ticket(view: TicketView, state: State) -> TicketView:
    """In large text: the code, what becomes of it, and its picture for telephones, each on a page of its own."""
    page = page_number(state)
    if page == 0:
        return view._replace(text="", url="", caption="")
    text = (view.text, "") if view.url else parted(view.text, 2)
    view = view._replace(title="", code="", spoken="", number="", text=text[page - 1])
    return view._replace(url="", caption="") if page == 1 else view


def consent(screen: Screen) -> ConsentView | LetterView:
    """Give what a visitor agrees to before a telephone number is taken; in large text it is read before it is asked."""
    get = screen.texts.get
    first = (get("consent.purpose"), get("consent.keeping", days=CONTACT_KEPT_DAYS))
    rest = (get("consent.rights"), get("consent.children"))
    page = page_number(screen.state)
    if reads_on(screen.state):
        return LetterView(
            bar=_number_bar(screen),
            title=get("consent.title") if page == 0 else "",
            paragraphs=(first[:1], first[1:], rest)[page],
            options=screen.options(),
        )
    return ConsentView(
        bar=_number_bar(screen),
        title=get("consent.title"),
        paragraphs=() if screen.state.large_text else (*first, *rest),
        box_label=get("consent.box"),
        ticked=screen.state.consented,
        options=screen.options(),
    )


def phone(screen: Screen) -> KeyboardView:
    """Give the number pad, with a word on whether what stands there can be a number."""
    get, typed = screen.texts.get, screen.state.phone
    return KeyboardView(
        bar=_number_bar(screen)._replace(actions=screen.extras()),
        title=get("complaint.phone_title"),
        text=" ".join(typed[start : start + 4] for start in range(0, len(typed), 4)),
        hint=get("complaint.phone_hint"),
        limit=MAX_PHONE_DIGITS,
        layout="digits",
        options=screen.options(),
        note=_phone_note(screen, typed),
    )


def _phone_note(screen: Screen, typed: str) -> str:
    get = screen.texts.get
    if not typed:
        return get("phone.empty")
    if read_phone(typed):
        return get("phone.good")
    if not "0".startswith(typed[:1]) and not "62".startswith(typed[:2]):
        return get("phone.beginning")
    if len(typed) < _SHORTEST_PHONE:
        return get("phone.short", count=len(typed))
    return get("phone.wrong")


def _counter(screen: Screen) -> str:
    typed = len(screen.state.text)
    return screen.texts.get("keyboard.counter", count=typed, limit=MAX_TEXT_CHARACTERS)


def _bar(screen: Screen) -> Bar:
    number, count = _STEPS.index(screen.state.step) + 1, len(_STEPS)
    # In large text the line alone shows it.
    left = "" if screen.state.large_text else screen.texts.get("complaint.step", number=number, count=count)
    return Bar(left=left, progress=(number, count))


def _number_bar(screen: Screen) -> Bar:
    key = "complaint.saved" if screen.state.ticket is not None else "complaint.own"
    return Bar(left_strong=screen.texts.get(key), left=screen.texts.get("complaint.number"))
