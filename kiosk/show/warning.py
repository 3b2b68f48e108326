"""The question whether somebody is still there: it says what becomes of what was given, as the visit's table does it."""

from kiosk.show.texts import Texts
from kiosk.show.views import Action, Plain, Screenful, WarnedView
from survey.visit.action import Word
from survey.visit.moves import adds
from survey.visit.plan import Plan
from survey.visit.state import State, Step
from survey.visit.waits import expires_at, warns_at


def warned(plan: Plan, state: State, texts: Texts, view: Screenful, now: float) -> Plain:
    """Lay the question over a view when it is time for it."""
    expires, warns = expires_at(plan, state), warns_at(plan, state)
    if expires is None or warns is None or now < warns:
        return view
    left, whole = max(1, round(expires - now)), max(1, round(expires - warns))
    says = "".join(f"**{texts.get(f'still_there.{key}')}** " for key in what_becomes(state))
    return WarnedView(
        under=view,
        title=texts.get("still_there.title"),
        text=says + texts.get(f"still_there.{_leads(state)}", seconds=left),
        options=(Action(name=Word.RESUME, label=texts.get("action.continue"), icon="next", strong=True),),
        left=min(left, whole),
        of=whole,
    )


def what_becomes(state: State) -> tuple[str, ...]:
    """Give what the question says of what was given: the keys of its sentences, none where nothing was."""
    here = _of_screen(state)
    answered = state.form_open and bool(state.answers or state.service or state.profile)
    answers = ("answers",) if answered and _leads(state) == "back" else ()
    return (*here, *answers) or (("rated",) if state.rated else ())


def _of_screen(state: State) -> tuple[str, ...]:
    match state.step:
        case Step.TOPICS | Step.TEXT | Step.WORD | Step.SPEAK if state.has_draft:
            return _of_draft(state)
        case Step.HEARD:
            return ("spoken", *_of_draft(state))
        case Step.TICKET:
            return ("ticket",)
        case Step.CONSENT | Step.PHONE:
            return ("number",) if state.ticket is not None else ("other_number",)
        case Step.WITHDRAW:
            return ("withdraw",)
        case _:
            return ()


def _of_draft(state: State) -> tuple[str, ...]:
    if not state.has_draft:
        return ()
    return ("word",) if adds(state) else ("draft",)


def _leads(state: State) -> str:
    """From some screens the visit goes on by itself; from everywhere else the screen goes back to the start."""
    return "on" if state.step in (Step.TICKET, Step.OFFER, Step.KEPT) else "back"
