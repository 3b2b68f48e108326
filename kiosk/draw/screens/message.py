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
        room = height * (51 if theme.large else 58) // 100
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
    # In large text the words have the picture's room, on a panel that is not upright.
    bare = small or not view.icon or (theme.large and not theme.portrait)
    icon = 0 if bare else min(theme.px(112), height * 30 // 100)
    gap = theme.px(20)
    narrow = width if theme.large else min(width, theme.px(860))
    left = x + (width - narrow) // 2
    rest = height - (icon + gap if icon else 0)
    share = 45 if view.text else 100
    wished = 36 if small or theme.large else 48
    title = fit(view.title, theme, TITLE, wished, width=narrow, height=rest * share // 100)
    above = title.height + gap if view.title else 0
    text = fit(view.text, theme, CENTRED, 26 if small else 30, width=narrow, height=rest - above)
    used = above + (text.height if view.text else -gap) + (icon + gap if icon else 0)
    top = y + max(0, (height - used) // 2)
    parts: list[PlacedPart] = []
    if icon:
        parts.append(
            PlacedPart((x, top, width, icon), Picture(_LARGE.get(view.icon, view.icon), icon, "accent"))
        )
        top += icon + gap
    if view.title:
        parts.append(PlacedPart((left, top, narrow, title.height), Words(title, TITLE, align="centre")))
    if view.text:
        box = (left, top + above, narrow, text.height)
        parts.append(PlacedPart(box, Words(text, CENTRED, align="centre")))
    return parts
