"""A question with at most four equal answers: the smiley, an official question, a page of a list."""

from kiosk.draw.screens.controls import answers
from kiosk.draw.screens.frame import frame
from kiosk.draw.screens.paragraph import SECONDARY, TITLE, fit
from kiosk.draw.screens.parts import PlacedPart, Words
from kiosk.draw.screens.rows import least_height, rows
from kiosk.draw.screens.told import height_of
from kiosk.draw.screens.told import layout as tell
from kiosk.draw.theme import Theme
from kiosk.show.views import ChoiceView


def layout(view: ChoiceView, theme: Theme) -> list[PlacedPart]:
    """Place the question, its paraphrase and the answers beneath."""
    parts, (x, y, width, height) = frame(view.bar, theme)
    # In large text the answers have what they need, and the question as much of the rest as it can fill.
    stacked = theme.large and not any(option.icon.startswith("face-") for option in view.options)
    room = height - least_height(view.options, theme) - theme.px(12) if stacked else 0
    wished = 36 if theme.large else 38 if view.bar.progress else 44
    told = view.told is not None and not theme.portrait  # what is told leaves the question one line
    share = 22 if theme.portrait else 32 if theme.large else 15 if told else 27
    title = fit(
        view.title,
        theme,
        TITLE,
        wished,
        width=width,
        height=min(room, height * 40 // 100) if stacked else height * share // 100,
    )
    parts.append(PlacedPart((x, y, width, title.height), Words(title, TITLE)))
    top = y + title.height + theme.px(6 if theme.large else 10)
    if view.subtitle:
        room = theme.px(
            (150 if theme.portrait else 112) if theme.large else 50 if told else 66
        )  # in large text the faces give way
        subtitle = fit(view.subtitle, theme, SECONDARY, 24, width=width, height=room)
        parts.append(PlacedPart((x, top, width, subtitle.height), Words(subtitle, SECONDARY, colour="muted")))
        top += subtitle.height + theme.px(16)
    elif not theme.large:
        top += theme.px(10)
    if view.told is not None:
        room = height_of(view.told, theme)
        parts += tell(view.told, (x, y + height - room, width, room), theme)
        height -= room + theme.px(12)
    area = (x, top, width, y + height - top)
    if stacked:
        return parts + rows(view.options, area, theme, pressed=view.pressed)
    return parts + answers(view.options, area, theme, pressed=view.pressed, glow=view.glow)
