"""What the staff's desk shows: its state and the kiosk's health as views."""

from typing import NamedTuple, assert_never

from kiosk.desk.pages import OPTIONS, Deed, DeskState, Page
from kiosk.desk.pin import MAX_DIGITS
from kiosk.desk.sheet import Sheet, Tile, Tiles
from kiosk.show.texts import Texts
from kiosk.show.troubles import trouble_words
from kiosk.show.views import Action, Bar, KeyboardView, MessageView, Plain, StaffRow, StaffView, TicketView
from kiosk.watch.health import (
    FULL_PERCENT,
    HOT_C,
    SLOW_WRITE_MS,
    VERY_FULL_PERCENT,
    VERY_HOT_C,
    Health,
    is_low,
)

_BANDS = (0, 1, 5, 10, 20, 50, 100, 200)
_MOST_MESSAGES = 3
"""More would leave the facts no room."""


class Place(NamedTuple):
    """Which kiosk this is, and who helps."""

    kiosk: str
    call: str = ""
    """By name and number; nothing where the configuration names nobody."""
    address: str = ""
    """What the code of the test leads to."""


class Shown(NamedTuple):
    """What the desk shows beside its state: the tiles, and the page with a state of its own."""

    tiles: Tiles
    offered: tuple[Deed, ...] = ()
    sheet: Sheet | None = None


_NOTHING = Shown(Tiles())


def staff_view(  # noqa: PLR0911 - one line a page
    state: DeskState,
    health: Health,
    place: Place,
    *,
    locks_in: int,
    now: float,
    shown: Shown = _NOTHING,
) -> Plain:
    """Give the view of the desk's page."""
    texts = Texts(state.language)
    bar = Bar(
        left_strong=texts.get("staff.name"),
        left=place.kiosk,
        right=texts.get("staff.locks", seconds=locks_in),
    )
    match state.page:
        case Page.PIN:
            return _pin(state, texts, bar, now)
        case Page.TEST:
            return _test(state, texts, bar)
        case Page.RESTART:
            return MessageView(
                bar=bar,
                title=texts.get("staff.restart_ask"),
                text=texts.get("staff.restart_text"),
                options=_options(state, texts),
            )
        case Page.CODE:
            return _code(state, texts, bar, place)
        case Page.MORE:
            tiles = [Tile(_label(deed, state, texts), _ICONS[deed]) for deed in shown.offered]
            return shown.tiles.view(texts, bar, tiles, title=texts.get("desk.title"))
        case Page.SHEET if shown.sheet is not None:
            return shown.sheet.view(texts, bar)
        case Page.FACTS | Page.SHEET | Page.CLOSED:
            return StaffView(
                bar=bar,
                title="",
                rows=fact_rows(health, texts),
                messages=_messages(state, health, texts, place.call),
                options=_options(state, texts),
            )
        case page:
            assert_never(page)


_ICONS = {
    Deed.ASSIST: "assist",
    Deed.TRAINING: "training",
    Deed.HOURS: "clock",
    Deed.PLACE: "place",
    Deed.WIFI: "wifi",
    Deed.PHONE: "phone",
    Deed.CASE: "lock",
    Deed.LANGUAGE: "language",
    Deed.RESTART: "restart",
}


def fact_rows(health: Health, texts: Texts) -> tuple[StaffRow, ...]:
    """Give the facts, each with its state."""
    get, journal, board = texts.get, health.journal, health.board
    connected = bool(health.uplink.get("connected"))
    slow = journal.write_ms_p99 > SLOW_WRITE_MS
    rows = [
        StaffRow(get("staff.today"), get("staff.visits", band=_band(health.visits_today)), ""),
        StaffRow(
            get("staff.stored"),
            get("staff.records", count=texts.number(journal.head)),
            "bad" if not journal.accepting else "warn" if journal.damaged or slow else "ok",
            get("staff.write_time", milliseconds=round(journal.write_ms_p99)),
        ),
        StaffRow(
            get("staff.confirmed"),
            get("staff.records", count=texts.number(journal.confirmed)),
            "ok" if journal.waiting < 1000 else "warn",
            get("staff.waiting", count=texts.number(journal.waiting)),
        ),
        StaffRow(
            get("staff.network"),
            get("staff.connected" if connected else "staff.offline"),
            "ok" if connected else "warn",
            str(health.uplink.get("transport") or "") if connected else _since(health, texts),
        ),
        StaffRow(
            get("staff.clock"),
            get("staff.clock_trusted" if health.clock_trusted else "staff.clock_unknown"),
            "ok" if health.clock_trusted else "warn",
            "" if health.clock_trusted else get("staff.clock_hidden"),
        ),
    ]
    if health.log.words or health.log.alarm:
        size = health.log.seen.size if health.log.seen is not None else 0
        rows.append(
            StaffRow(
                get("staff.log"),
                health.log.words or "…",
                "bad" if health.log.alarm else "ok",
                get("staff.log_alarm" if health.log.alarm else "staff.log_size", count=texts.number(size)),
            )
        )
    if board is not None:
        used = board.disk_used_percent
        rows.append(
            StaffRow(
                get("staff.disk"),
                get("staff.disk_used", percent=used),
                "bad" if used >= VERY_FULL_PERCENT else "warn" if used >= FULL_PERCENT else "ok",
            )
        )
        if board.temperature_c is not None:
            heat = board.temperature_c
            rows.append(
                StaffRow(
                    get("staff.temperature"),
                    get("staff.temperature_value", degrees=round(heat)),
                    "bad" if heat >= VERY_HOT_C else "warn" if heat >= HOT_C else "ok",
                    get("staff.weak_power") if board.was_under_voltage else "",
                )
            )
        if (battery := board.battery) is not None:
            low = is_low(battery)
            rows.append(
                StaffRow(
                    get("staff.battery"),
                    get("staff.battery_value", percent=battery.percent),
                    "warn" if low else "ok",
                    get("staff.battery_used") if battery.draining else "",
                )
            )
    rows.append(
        StaffRow(
            get("staff.screen"),
            get("staff.fault" if health.touch_fault or health.picture_fault else "staff.ok"),
            "bad" if health.touch_fault or health.picture_fault else "ok",
        )
    )
    return tuple(rows)


def _band(visits: int) -> str:
    """A number of visits in bands: who reads it every hour must not learn what one of them did."""
    floor = max(edge for edge in _BANDS if edge <= visits)
    if floor in (0, _BANDS[-1]):
        return f"{floor}" if floor == 0 else f"{floor}+"
    return f"{floor}–{_BANDS[_BANDS.index(floor) + 1] - 1}"


def _since(health: Health, texts: Texts) -> str:
    if health.heard is None:
        return ""
    return texts.get("staff.since", day=health.heard.day, month=texts.month(health.heard.month))


def _messages(state: DeskState, health: Health, texts: Texts, call: str) -> tuple[str, ...]:
    messages = []
    if state.message is not None:
        key, given = state.message
        values = {
            name: texts.number(value) if isinstance(value, int) else value for name, value in given.items()
        }
        if state.trouble is not None:
            values = values | {"reason": trouble_words(state.trouble, texts)}
        messages.append(texts.get(key, **values))
    messages += [trouble_words(told, texts) for told in health.troubles()]
    if not health.clock_trusted and not health.settled:  # later it is among the troubles
        messages.append(texts.get("staff.clock_remedy"))
    version = texts.get("staff.version", version=health.version)
    if len(messages) == 0:
        version = f"{version} · {texts.get('staff.no_errors')}"
    helps = texts.get("staff.call", who=call) if call else ""
    return (*messages[:_MOST_MESSAGES], " · ".join(filter(None, (helps, version))))


def _pin(state: DeskState, texts: Texts, bar: Bar, now: float) -> Plain:
    wait = round(state.locked_until - now)
    hint = texts.get("pin.hint")
    if not state.pin_set:
        hint = texts.get("pin.none")
    elif wait > 0:
        hint = texts.get("pin.wrong", seconds=wait)
    elif state.trouble is not None:
        hint = trouble_words(state.trouble, texts)
    elif state.checking:
        hint = texts.get("wait.title")
    elif state.message is not None:
        hint = texts.get(state.message[0])
    return KeyboardView(
        bar=bar,
        title=texts.get("pin.title"),
        text=state.typed,
        hint=hint,
        limit=MAX_DIGITS,
        layout="pin",
        concealed=True,
        options=_options(state, texts),
    )


def _test(state: DeskState, texts: Texts, bar: Bar) -> Plain:
    rows = [
        StaffRow(
            texts.get("staff.button", number=number),
            texts.get("staff.ok") if number in state.tested else "…",
            "ok" if number in state.tested else "",
        )
        for number in (1, 2, 3, 4)
    ]
    touched = texts.get("staff.ok") if state.touched else "…"
    rows.append(StaffRow(texts.get("staff.screen"), touched, "ok" if state.touched else ""))
    options = tuple(Action(name, _label(name, state, texts)) for name in OPTIONS[Page.TEST])
    return StaffView(
        bar=bar,
        title=texts.get("staff.test_title"),
        rows=tuple(rows),
        messages=(texts.get("staff.test_text"),),
        options=options,
    )


def _code(state: DeskState, texts: Texts, bar: Bar, place: Place) -> Plain:
    """A code for the telephone of whoever tests: no printer is needed to see that it can be read."""
    return TicketView(
        bar=bar,
        title=texts.get("desk.code_title"),
        text=texts.get("desk.code_text"),
        code=place.kiosk,
        url=place.address,
        options=_options(state, texts),
        caption=texts.get("desk.code_caption", address=place.address),
    )


def _options(state: DeskState, texts: Texts) -> tuple[Action, ...]:
    return tuple(
        Action(
            name,
            _label(name, state, texts),
            button=place,
            strong=name in (Deed.PIN_ENTER, Deed.CLOSE, Deed.CODE_READ),
        )
        for place, name in enumerate(OPTIONS[state.page], start=1)
    )


def _label(deed: Deed, state: DeskState, texts: Texts) -> str:  # noqa: C901, PLR0911, PLR0912 - one branch a deed
    match deed:
        case Deed.PIN_LESS:
            return texts.get("pin.less")
        case Deed.PIN_MORE:
            return texts.get("pin.more")
        case Deed.PIN_TAKE:
            return texts.get("pin.take", digit=state.dial)
        case Deed.PIN_ENTER:
            return texts.get("pin.enter")
        case Deed.TEST:
            return texts.get("staff.test")
        case Deed.USB:
            return texts.get("staff.usb")
        case Deed.MORE:
            return texts.get("action.more")
        case Deed.ASSIST:
            return texts.get("staff.assist")
        case Deed.FACTS:
            return texts.get("action.skip" if state.page is Page.CODE else "action.back")
        case Deed.CLOSE:
            return texts.get("action.done")
        case Deed.LANGUAGE:
            return texts.get("staff.language")
        case Deed.RESTART | Deed.RESTART_NOW:
            return texts.get("staff.restart")
        case Deed.TOUCH:
            return texts.get("staff.touch_here")
        case Deed.CODE | Deed.CODE_READ | Deed.CODE_UNREAD:
            return texts.get({Deed.CODE: "action.next"}.get(deed, f"desk.{deed.name.lower()}"))
        case Deed.HOURS | Deed.PLACE | Deed.WIFI | Deed.PHONE | Deed.CASE | Deed.TRAINING:
            return texts.get(f"desk.{deed.name.lower()}")
        case _:
            assert_never(deed)
