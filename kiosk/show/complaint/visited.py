"""The screens around a visit's code: the thanks with it, what is known here of one that comes back, and a test visit's."""

from datetime import date

from kiosk.show.complaint.making import page_of_ticket
from kiosk.show.labels import long_date, period_label
from kiosk.show.screen import Screen
from kiosk.show.views import Bar, KeyboardView, LetterView, MessageView, TicketView
from survey.record.ticket import CODE_CHARACTERS, read_code, show_code
from survey.record.visit_code import VisitCode, show_letters
from survey.visit.coded import KeptCode
from survey.visit.offer import asks_for_visit


def thanks(screen: Screen) -> TicketView | MessageView:
    """Thank, and give what the visitor can take along: the same whatever was answered."""
    state, get = screen.state, screen.texts.get
    said, code = _said(screen), state.own_code
    if code is None:
        return screen.message("thanks", text=said, icon="check")
    address = screen.around.code_address
    view = TicketView(
        bar=screen.place_bar()._replace(actions=screen.extras()),
        title=get("thanks.title"),
        text=f"{said} {get('visit.take')}",
        code=show_letters(code.letters),
        url=f"{address}#{code.fragment}" if address else "",
        options=screen.options(),
        spoken=get("visit.mark", number=screen.texts.number(code.number), kiosk=code.kiosk),
        caption=f"**{_short(address)}**" if address else "",
        number=str(code.number),
    )
    return page_of_ticket(view, state) if state.large_text else view


def thanked(screen: Screen) -> str:
    """Say beneath the faces what the last visitor takes along, who may still be copying it."""
    get, code = screen.texts.get, screen.state.own_code
    if code is None:
        return _said(screen)
    return get("thanks.faces", code=show_letters(code.letters), number=screen.texts.number(code.number))


def _said(screen: Screen) -> str:
    state = screen.state
    key = "partial" if state.partial else "complaint" if state.complained and not state.rated else "text"
    return screen.texts.get(f"thanks.{key}")


def card(screen: Screen) -> KeyboardView:
    """Give the keys of an auditor's card."""
    get, typed = screen.texts.get, screen.state.code
    note = get("code.counter", count=len(typed), limit=CODE_CHARACTERS)
    if len(typed) == CODE_CHARACTERS and not read_code(typed):
        note = get("code.wrong")
    return KeyboardView(
        bar=Bar(left_strong=get("visit.test_name"), actions=screen.extras()),
        title=get("visit.card_title"),
        text=show_code(typed),
        hint=get("visit.card_hint"),
        limit=CODE_CHARACTERS,
        layout="code",
        options=screen.options(),
        note=note,
    )


def tested(screen: Screen) -> LetterView:
    """Say that the visit is declared a test, with its code once more; nothing of what was answered, for the card may be none."""
    get, code = screen.texts.get, screen.state.own_code or VisitCode("", 0, "")
    mark = get("visit.mark", number=screen.texts.number(code.number), kiosk=code.kiosk)
    return LetterView(
        bar=Bar(left_strong=get("visit.test_name"), actions=screen.extras()),
        title=get("visit.tested_title"),
        paragraphs=(
            f"**{show_letters(code.letters)}** · {mark}",
            get("visit.tested"),
            get("visit.compare", address=_short(screen.around.code_address)),
        ),
        options=screen.options(),
    )


def returned(screen: Screen, found: KeptCode) -> LetterView:
    """Say what this kiosk knows of the visit whose letters were typed."""
    get = screen.texts.get
    day = long_date(screen.texts, date.fromisoformat(found.day)) if found.day else ""
    said: tuple[str, ...] = (
        get("visit.given", date=day) if day else "",
        get(_standing(found)),
        _released(screen, found),
        get("visit.page", address=_short(screen.around.code_address)),
    )
    if screen.state.large_text:
        said = said[2:] if screen.state.page else said[:2]
    return LetterView(
        bar=Bar(left_strong=get("visit.name"), actions=screen.extras()),
        title=get("visit.found_title", number=screen.texts.number(found.number)),
        paragraphs=tuple(one for one in said if one),
        options=screen.options(),
    )


def hint(screen: Screen) -> str:
    """Give what is said of a code that is being typed: its first eight may have been a visit's letters."""
    get, typed = screen.texts.get, screen.state.code
    if asks_for_visit(screen.state) and screen.state.no_visit:
        return get("visit.unknown")
    return get("code.counter", count=len(typed), limit=CODE_CHARACTERS)


def _standing(found: KeptCode) -> str:
    if found.arrived is None:
        return "visit.elsewhere"
    return "visit.arrived" if found.arrived else "visit.waits"


def _released(screen: Screen, found: KeptCode) -> str:
    """Say whether the release is out that the visit's day belongs to, as far as this kiosk has heard of one."""
    published = screen.around.published
    if not found.day or found.arrived is not True:
        return ""
    from survey.index.periods import parse  # noqa: PLC0415 - few ask for a visit, and the first frame need not wait for it

    day = date.fromisoformat(found.day)
    period = parse(published.period) if published is not None else None
    if published is None or period is None or day > period.last:
        return screen.texts.get("visit.release_waits")
    if day < period.first:
        return ""
    label = period_label(screen.texts, published.period)
    return screen.texts.get("visit.released", period=label, address=published.address)


def _short(address: str) -> str:
    return address.partition("://")[2].rstrip("/")
