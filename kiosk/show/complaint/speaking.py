"""The screens of speaking instead of writing: what becomes of it, the time that is left, and what was said."""

from kiosk.show.large.reading import here, is_first
from kiosk.show.screen import Screen
from kiosk.show.views import Bar, MessageView
from survey.visit.state import Step


def speak(screen: Screen) -> MessageView:
    """Say what becomes of what is said, before anything is recorded; or that nothing could be."""
    get = screen.texts.get
    if screen.state.not_recorded:
        return _view(screen, title=get("speaking.fails_title"), text=get("speaking.fails"), icon="warning")
    text = get("speaking.text", seconds=round(screen.plan.timing.speaking))
    return _view(screen, title=get("speaking.title"), text=text, icon="microphone")


def recording(screen: Screen, now: float) -> MessageView:
    """Give the seconds that are left, and a mark that beats with them."""
    get, whole = screen.texts.get, round(screen.plan.timing.speaking)
    gone = min(whole, max(0, int(now - screen.state.since)))
    view = _view(
        screen,
        title=get("speaking.recording_title"),
        text=get("speaking.recording", seconds=whole - gone),
        icon="microphone" if gone % 2 else "recording",
    )
    return view._replace(bar=view.bar._replace(progress=(gone, whole)))


def heard(screen: Screen) -> MessageView:
    """Give what can be done with what was said, while it is played."""
    get, length = screen.texts.get, screen.state.spoken
    if not length:
        return _view(screen, title=get("wait.title"), text="", icon="wait")
    text = get("speaking.heard", seconds=length)
    return _view(screen, title=get("speaking.heard_title"), text=text, icon="speak")


def _view(screen: Screen, *, title: str, text: str, icon: str) -> MessageView:
    get, own = screen.texts.get, screen.state.speaks_from is Step.WORD
    bar = Bar(left_strong=get("complaint.own" if own else "action.complaint"))
    title = title if is_first(screen.state) else ""
    text = here(text, screen.state)
    return MessageView(bar=bar, title=title, text=text, icon=icon, options=screen.options())
