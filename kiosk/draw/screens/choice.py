"""A question with at most four equal answers: the smiley, an official question, a page of a list."""

from kiosk.draw.screens.controls import answers
from kiosk.draw.screens.frame import frame
from kiosk.draw.screens.paragraph import SECONDARY, TITLE, fit
from kiosk.draw.screens.parts import PlacedPart, Words
from kiosk.draw.theme import Theme
from kiosk.show.views import ChoiceView


def layout(view: ChoiceView, theme: Theme) -> list[PlacedPart]:
    """Place the question, its paraphrase and the answers beneath."""
    parts, (x, y, width, height) = frame(view.bar, theme)
    wished = 38 if view.bar.progress else 44
    if theme.text_scale > 1 and not view.bar.progress:
        wished = 38  # what is large already need not grow as much: the answers want the room
    title = fit(
        view.title, theme, TITLE, wished, width=width, height=height * (22 if theme.portrait else 27) // 100
    )
    parts.append(PlacedPart((x, y, width, title.height), Words(title, TITLE)))
    top = y + title.height + theme.px(10)
    if view.subtitle:
        room = theme.px(
            112 if theme.text_scale > 1 else 66
        )  # in large text the answers give way, for they are short
        subtitle = fit(view.subtitle, theme, SECONDARY, 24, width=width, height=room)
        parts.append(PlacedPart((x, top, width, subtitle.height), Words(subtitle, SECONDARY, colour="muted")))
        top += subtitle.height + theme.px(16)
    else:
        top += theme.px(10)
    return parts + answers(view.options, (x, top, width, y + height - top), theme, pressed=view.pressed)
