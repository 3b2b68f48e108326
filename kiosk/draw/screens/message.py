"""One message in the middle: invitation, thanks, please wait, closed, out of service."""

from kiosk.draw.screens.controls import answers, pills, pills_height
from kiosk.draw.screens.frame import frame
from kiosk.draw.screens.paragraph import CENTRED, TITLE, fit
from kiosk.draw.screens.parts import Picture, PlacedPart, Words
from kiosk.draw.theme import Theme
from kiosk.show.views import MessageView

# A lone tick is too slight for the middle of a screen; it gets a ring.
_LARGE = {"check": "thanks"}


def layout(view: MessageView, theme: Theme) -> list[PlacedPart]:
    """Place icon, title and text together in the middle, and the choices at the lower edge."""
    parts, (x, y, width, height) = frame(view.bar, theme)
    faces = any(option.icon.startswith(("face-", "step-")) for option in view.options)
    room = 0
    if faces:
        room = height * 58 // 100
        parts += answers(view.options, (x, y + height - room, width, room), theme)
    elif view.options:
        room = pills_height(view.options, theme, 88)
        parts += pills(view.options, (x, y + height - room, width, room), theme)
    free = height - room - (theme.px(24) if room else 0)
    return parts + _words(view, theme, (x, y, width, free), small=faces)


def _words(
    view: MessageView, theme: Theme, area: tuple[int, int, int, int], *, small: bool
) -> list[PlacedPart]:
    x, y, width, height = area
    icon = 0 if small or not view.icon else min(theme.px(112), height * 30 // 100)
    gap = theme.px(20)
    narrow = min(width, theme.px(860))
    left = x + (width - narrow) // 2
    rest = height - (icon + gap if icon else 0)
    title = fit(view.title, theme, TITLE, 36 if small else 48, width=narrow, height=rest * 45 // 100)
    text = fit(view.text, theme, CENTRED, 26 if small else 30, width=narrow, height=rest - title.height - gap)
    used = title.height + (text.height + gap if view.text else 0) + (icon + gap if icon else 0)
    top = y + max(0, (height - used) // 2)
    parts: list[PlacedPart] = []
    if icon:
        parts.append(
            PlacedPart((x, top, width, icon), Picture(_LARGE.get(view.icon, view.icon), icon, "accent"))
        )
        top += icon + gap
    parts.append(PlacedPart((left, top, narrow, title.height), Words(title, TITLE, align="centre")))
    if view.text:
        box = (left, top + title.height + gap, narrow, text.height)
        parts.append(PlacedPart(box, Words(text, CENTRED, align="centre")))
    return parts
