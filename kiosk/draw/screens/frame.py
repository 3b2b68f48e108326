"""The bars above and below every screen, and the room they leave between them."""

from collections.abc import Sequence

from kiosk.draw.screens.controls import pill_row, pill_width
from kiosk.draw.screens.paragraph import SECONDARY, Fitted, fit, measure, shorten
from kiosk.draw.screens.parts import Box, Picture, PlacedPart, ProgressBar, Words
from kiosk.draw.theme import Theme
from kiosk.show.views import Action, Bar

_A_ROW = 4
_MOST_BELOW = 5


def frame(bar: Bar, theme: Theme, *, ways_out: Sequence[Action] = ()) -> tuple[list[PlacedPart], Box]:
    """Lay out both bars; the box is what is left for the screen itself.

    `ways_out` stand in the upper bar, at its end: where large text leaves no room for them below.
    """
    width = theme.size[0]
    if theme.large and not theme.portrait and not ways_out and len(bar.actions) > _MOST_BELOW:
        # Large words of six buttons are more than one row: one goes up, in the place of the time.
        ways_out = bar.actions[1:2]
        bar = bar._replace(actions=(bar.actions[0], *bar.actions[2:]), right="")
    buttons = _at_the_end(ways_out, theme)
    above, more = _above(bar, theme, end=buttons[0].box[0] - theme.px(16) if buttons else None)
    parts = buttons + above
    # An upright panel is too narrow for both texts on one line.
    head = theme.px((90 if theme.large else 72) if theme.portrait else 58)
    top = max(head + more, theme.px(4) + theme.target) if buttons else head + more
    if bar.progress:
        line = (theme.margin, top + theme.px(2), width - 2 * theme.margin, theme.px(8) // 2 * 2)
        parts.append(PlacedPart(line, ProgressBar(*bar.progress)))
        top = line[1] + line[3] + theme.px(8 if theme.large else 14)
    else:
        top += max(8, theme.px(8)) if theme.large else theme.px(14)
    below, bottom = _below(bar, theme)
    return parts + below, (theme.margin, top, width - 2 * theme.margin, bottom - top)


def _at_the_end(actions: Sequence[Action], theme: Theme) -> list[PlacedPart]:
    gap, end = max(8, theme.px(8)), theme.size[0] - theme.margin
    boxes: list[Box] = []
    shown = [_bare(action) for action in actions]
    for action in reversed(shown):
        width = pill_width(action, theme)
        boxes.insert(0, (end - width, theme.px(4), width, theme.target))
        end -= width + gap
    return pill_row(shown, boxes, theme, styles=["plain"] * len(shown))


def _above(bar: Bar, theme: Theme, *, end: int | None = None) -> tuple[list[PlacedPart], int]:
    """The upper bar, and by how much it is higher than usual: a word to staff is never cut, whatever stands beside it."""
    whole = (theme.size[0] - theme.margin if end is None else end) - theme.margin
    top, usual = theme.px(12), theme.px(58 if theme.portrait else 47)
    text, x = _left_of(bar), theme.margin
    sign = theme.px(24) if bar.sign else 0
    indent = sign + theme.px(10) if sign else 0
    parts: list[PlacedPart] = []
    if theme.large and theme.portrait and bar.right:
        # One above the other: side by side large text would be cut.
        line = theme.px(38)
        left = _left(text, theme, width=whole - indent, height=line, uncut=bool(sign))
        right = fit(bar.right, theme, SECONDARY, 20, width=whole, height=2 * line + theme.px(20))
        height, low = max(line, left.height), max(line, right.height)
        box = (x, top + height, whole, low)
        parts.append(PlacedPart(box, Words(right, SECONDARY, colour="muted", middle=True)))
        room, more = whole - indent, height + low - 2 * line
    else:
        right_width = 0
        if bar.right:
            right = shorten(bar.right, theme, SECONDARY, 20, width=_share(text, theme, whole), height=usual)
            right_width = right.width + theme.px(20)
            box = (theme.margin + whole - right.width - 2, top, right.width + 2, usual)
            parts.append(PlacedPart(box, Words(right, SECONDARY, colour="muted", align="right", middle=True)))
        room = whole - indent - right_width
        left = _left(text, theme, width=room, height=usual, uncut=bool(sign))
        height = max(usual, left.height)
        more = height - usual
    if sign:
        parts.append(PlacedPart((x, top, sign, height), Picture(bar.sign, sign, "warn")))
    if text:
        words = Words(left, SECONDARY, colour="muted", middle=True)
        parts.insert(0, PlacedPart((x + indent, top, room, height), words))
    return parts, more


def _left_of(bar: Bar) -> str:
    if not bar.left_strong:
        return bar.left
    rest = bar.left.lstrip(" ·")
    return f"**{bar.left_strong}**" + (f" · {rest}" if rest else "")


def _left(text: str, theme: Theme, *, width: int, height: int, uncut: bool) -> Fitted:
    if uncut and theme.large:
        return fit(text, theme, SECONDARY, 20, width=width, height=theme.px(180))
    return shorten(text, theme, SECONDARY, 20, width=width, height=height)


def _share(left: str, theme: Theme, whole: int) -> int:
    """Give how wide the text at the right may be: more than its share where the other one leaves it."""
    if not theme.large:
        return whole * 45 // 100
    size = theme.text(20)
    left_over = whole - measure(left.replace("**", ""), theme, SECONDARY, size, strong=True) - theme.px(20)
    return max(whole * 62 // 100, left_over)


def _below(bar: Bar, theme: Theme) -> tuple[list[PlacedPart], int]:
    """The lower bar and the height at which it begins."""
    width, height = theme.size
    note = (f"**{bar.note_strong.strip()}** {bar.note}" if bar.note_strong else bar.note).strip()
    if not bar.actions and not note:
        return [], height - theme.px(24)
    left = [action for action in bar.actions if action.icon == "back"]
    right = [action for action in bar.actions if action.icon != "back"]
    whole = width - 2 * theme.margin
    gap = max(8, theme.px(12))
    top = height - theme.px(12 if theme.large else 20) - theme.target
    boxes: dict[str, Box] = {}
    if theme.portrait and ((not left and len(right) > _A_ROW) or (theme.large and len(bar.actions) > 2)):
        # As many as the idle screen has where screens can be read aloud: two rows, each as wide as the panel.
        columns = 2 if theme.large else -(-len(bar.actions) // 2)
        parts, top = _in_rows(bar.actions, theme, gap=gap, columns=columns)
        return _note_above(note, parts, theme, top=top) if note else (parts, top - theme.px(16))
    room = whole - gap * max(0, len(bar.actions) - 1)
    if sum(pill_width(action, theme) for action in bar.actions) > room:
        # Whoever needs it cannot read its word: where the bar is full, the sign is enough.
        left, right = ([_bare(action) for action in side] for side in (left, right))
        bar = bar._replace(actions=tuple(map(_bare, bar.actions)))
    widths = _widths([*left, *right], theme, room=room)
    x = theme.margin
    for action in left:
        boxes[action.name] = (x, top, widths[action.name], theme.target)
        x += widths[action.name] + gap
    end = theme.margin + whole
    for action in reversed(right):
        boxes[action.name] = (end - widths[action.name], top, widths[action.name], theme.target)
        end = boxes[action.name][0] - gap
    styles = [
        "plain" if action.icon == "back" else "strong" if action.strong else "quiet" for action in bar.actions
    ]
    parts = pill_row(bar.actions, [boxes[action.name] for action in bar.actions], theme, styles=styles)
    if note:
        return _with_note(note, parts, theme, x=x, end=end, top=top)
    return parts, top - theme.px(10 if theme.large else 16)


def _in_rows(
    actions: Sequence[Action], theme: Theme, *, gap: int, columns: int
) -> tuple[list[PlacedPart], int]:
    width, height = theme.size
    whole = width - 2 * theme.margin
    if theme.large:
        actions = [action._replace(icon="") for action in actions]
    rows = _rows(actions, theme, columns=columns, side=(whole - gap * (columns - 1)) // columns)
    first = height - theme.px(20) - len(rows) * theme.target - (len(rows) - 1) * gap
    boxes: list[Box] = []
    for row, here in enumerate(rows):
        side = (whole - gap * (len(here) - 1)) // len(here)
        top = first + row * (theme.target + gap)
        boxes += [
            (theme.margin + place * (side + gap), top, side, theme.target) for place in range(len(here))
        ]
    placed = [action for here in rows for action in here]
    styles = ["strong" if action.strong else "quiet" for action in placed]
    return pill_row(placed, boxes, theme, styles=styles), first


def _rows(actions: Sequence[Action], theme: Theme, *, columns: int, side: int) -> list[list[Action]]:
    """Part buttons into rows; in large text one whose word is too long for its share of a row has it for itself."""
    rows: list[list[Action]] = []
    beside: list[Action] = []
    for action in actions:
        if theme.large and pill_width(action, theme) > side:
            rows.append([action])
            continue
        beside.append(action)
        if len(beside) == columns:
            rows.append(beside)
            beside = []
    return [*rows, beside] if beside else rows


def _bare(action: Action) -> Action:
    return action._replace(label="") if action.icon == "speak" else action


def _with_note(
    note: str, parts: list[PlacedPart], theme: Theme, *, x: int, end: int, top: int
) -> tuple[list[PlacedPart], int]:
    """Write the note beside the buttons, or above them where there is no room beside."""
    beside = fit(note, theme, SECONDARY, 20, width=max(1, end - x), height=theme.target)
    if beside.fits and end - x >= theme.px(200):
        words = Words(beside, SECONDARY, colour="muted", middle=True)
        return [*parts, PlacedPart((x, top, end - x, theme.target), words)], top - theme.px(16)
    return _note_above(note, parts, theme, top=top)


def _note_above(
    note: str, parts: list[PlacedPart], theme: Theme, *, top: int
) -> tuple[list[PlacedPart], int]:
    whole = theme.size[0] - 2 * theme.margin
    above = shorten(note, theme, SECONDARY, 20, width=whole, height=theme.px(56))
    box = (theme.margin, top - theme.px(12) - above.height, whole, above.height)
    return [*parts, PlacedPart(box, Words(above, SECONDARY, colour="muted"))], box[1] - theme.px(16)


def _widths(actions: Sequence[Action], theme: Theme, *, room: int) -> dict[str, int]:
    """The buttons' wished widths; where the bar is too narrow, the widest give way first and wrap their words."""
    wished = {action.name: pill_width(action, theme) for action in actions}
    most = max(wished.values(), default=0)
    while sum(min(width, most) for width in wished.values()) > room and most > theme.target:
        most -= 1
    return {name: min(width, most) for name, width in wished.items()}
