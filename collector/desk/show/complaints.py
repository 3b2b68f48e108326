"""Complaints at the desk: the list, one of them, and what may be done with it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from collector import clock
from collector.accounts import roles
from collector.complaints import (
    answers,
    calendar,
    clockwork,
    levels,
    life,
    moves,
    opening,
    passing,
    sight,
    sorting,
    spoken,
)
from collector.complaints.levels import LAPOR, Holder
from collector.complaints.life import Words
from collector.complaints.models import CLOSED, Level, PassOn, Stop, Ticket, TicketStatus, TicketStep
from collector.complaints.opening import Opened
from collector.desk import complaint_list, periods
from collector.desk.complaint_forms import (
    ClassForm,
    LaporForm,
    MergeForm,
    MoveForm,
    PassForm,
    StopForm,
    WhyForm,
)
from collector.desk.forms import Choices
from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.language import say_here
from survey.record.complaint import CONTACT, TEXT, AdditionKind
from survey.record.officers import masked

_NO_STORE = "private, no-store"


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List what an account sees, what waits for it first."""
    if not roles.has_role(request.user, roles.OFFICERS):
        raise Http404("no office with complaints")
    offered, now = complaint_list.offered(request.user), clock.now()
    chosen = request.GET.get("tampil", "")
    if chosen and chosen not in offered:
        raise Http404(chosen)
    found = {name: complaint_list.FILTERS[name](request.user, now) for name in offered}
    of = request.GET.get("unit", "")
    tickets = found[chosen or offered[0]]
    tickets = tickets.filter(unit__code=of) if of else tickets
    context = {
        "chosen": chosen or offered[0],
        "filters": [(name, found[name].count()) for name in offered],
        "page": complaint_list.page(tickets, request.GET.get("sesudah", ""), now),
        "of": of,
        "evaluates": roles.has_role(request.user, roles.EVALUATORS),
        "own": list(sight.units_seen(request.user).order_by("name")[:2]),
        "unfilled": calendar.unfilled(*_near()),
    }
    return _unkept(render(request, "desk/complaints.html", context))


@login_required
@require_safe
def one(request: HttpRequest, number: str) -> HttpResponse:
    """Show a complaint: its steps, its date, and what may be done next."""
    return _shown(request, _found(request, number))


@login_required
@require_POST
def read(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Open the words, or the number, with a reason; they stand on this one answer and nowhere else."""
    ticket = _found(request, number)
    form = WhyForm(request.POST)
    if not form.is_valid():
        return _shown(request, ticket, status=400)
    try:
        opened = _READS[name](ticket, user=request.user, why=form.cleaned_data["why"])
    except CollectorError as error:
        messages.error(request, refused(error))
        return _shown(request, ticket, status=403 if isinstance(error, life.NotAllowed) else 400)
    return _shown(request, ticket, opened={name: opened})


@login_required
@require_POST
def act(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Do something with a complaint."""
    ticket, chosen = _found(request, number), ACTS.get(name)
    if chosen is None:
        raise Http404(name)
    form = chosen.form(request, ticket)
    if not form.is_valid():
        return _shown(request, ticket, filled={name: form}, status=400)
    try:
        chosen.do(request, ticket, form)
    except CollectorError as error:
        ticket.refresh_from_db()
        form.add_error(None, refused(error))
        return _shown(
            request, ticket, filled={name: form}, status=403 if isinstance(error, life.NotAllowed) else 400
        )
    messages.success(request, say_here(f"complaint.did_{name}", number=ticket.number))
    if not sight.may_see(request.user, ticket):
        return redirect("desk-complaints")
    return redirect("desk-complaint", number=ticket.number)


class Act(NamedTuple):
    """Something that may be done with a complaint."""

    form: Callable[[HttpRequest, Ticket], forms.Form]
    do: Callable[[HttpRequest, Ticket, forms.Form], object]


def _move(request: HttpRequest, ticket: Ticket, form: forms.Form) -> None:
    said = form.cleaned_data
    status = TicketStatus(said["status"])
    words = Words(**{name: said.get(name, "") for name in Words._fields})
    life.move(ticket, status, user=request.user, now=clock.now(), words=words)  # type: ignore[arg-type]  # logged in


def _pass(request: HttpRequest, ticket: Ticket, form: forms.Form) -> None:
    said = form.cleaned_data
    key = said["receiver"]
    receiver = Holder(Level.UNIT, said.get("unit", "").strip()) if key == "unit:" else Holder.of_key(key)
    passing.pass_on(ticket, receiver, user=request.user, why=said["why"], now=clock.now())  # type: ignore[arg-type]  # as above


def _merge(request: HttpRequest, ticket: Ticket, form: forms.Form) -> None:
    leader = life.find(form.cleaned_data["leader"].strip())
    if not sight.may_see(request.user, leader):
        raise CollectorError("ticket_unknown", number=form.cleaned_data["leader"][:20])
    sorting.merge(ticket, leader, user=request.user, now=clock.now())  # type: ignore[arg-type]  # as above


def _classify(request: HttpRequest, ticket: Ticket, form: forms.Form) -> None:
    said = form.cleaned_data
    sorting.classify(
        ticket, kind=said["kind"], supervision=said["supervision"], forms=said["forms_of"],
        user=request.user, now=clock.now(),  # type: ignore[arg-type]  # as above
    )  # fmt: skip


def _guard(request: HttpRequest, ticket: Ticket, _: forms.Form) -> None:
    life.insist_may(request.user, ticket)  # type: ignore[arg-type]  # as above
    life.guard(ticket, clock.now(), who=request.user.get_username())


def _plain(request: HttpRequest, _: Ticket) -> forms.Form:
    return forms.Form(request.POST)


ACTS: Mapping[str, Act] = {
    "langkah": Act(lambda request, ticket: MoveForm(request.POST, possible=moves.by_office(ticket.status)), _move),
    "teruskan": Act(
        lambda request, ticket: PassForm(request.POST, receivers=_receivers(ticket), guarded=ticket.guarded), _pass
    ),
    "terima": Act(
        _plain, lambda request, ticket, _: passing.acknowledge(ticket, user=request.user, now=clock.now())  # type: ignore[arg-type]  # as above
    ),
    "lapor": Act(
        lambda request, _: LaporForm(request.POST),
        lambda request, ticket, form: passing.acknowledge(
            ticket, user=request.user, now=clock.now(), lapor_number=form.cleaned_data["lapor_number"]  # type: ignore[arg-type]  # as above
        ),
    ),
    "berhenti": Act(
        lambda request, ticket: StopForm(request.POST, rules=clockwork.rules_of(ticket)),
        lambda request, ticket, form: passing.stop_clock(
            ticket, Stop(form.cleaned_data["why"]), user=request.user, now=clock.now()  # type: ignore[arg-type]  # as above
        ),
    ),
    "jalan": Act(
        _plain, lambda request, ticket, _: passing.run_clock(ticket, user=request.user, now=clock.now())  # type: ignore[arg-type]  # as above
    ),
    "golongkan": Act(lambda request, _: ClassForm(request.POST), _classify),
    "gabung": Act(lambda request, _: MergeForm(request.POST), _merge),
    "pisah": Act(
        _plain, lambda request, ticket, _: sorting.part(ticket, user=request.user, now=clock.now())  # type: ignore[arg-type]  # as above
    ),
    "jaga": Act(_plain, _guard),
}  # fmt: skip
_READS: Mapping[str, Callable[..., Opened]] = {"isi": opening.text_of, "nomor": opening.contact_of}


def _found(request: HttpRequest, number: str) -> Ticket:
    """Give a ticket to who sees it; to anybody else there is none."""
    try:
        ticket = life.find(number)
    except CollectorError as error:
        raise Http404(number) from error
    if not sight.may_see(request.user, ticket):
        raise Http404(number)
    return ticket


def _shown(
    request: HttpRequest,
    ticket: Ticket,
    *,
    filled: Mapping[str, forms.Form] | None = None,
    opened: Mapping[str, Opened] | None = None,
    status: int = 200,
) -> HttpResponse:
    now, works = clock.now(), sight.may_work_on(request.user, ticket)
    holder, rules = levels.holder_of(ticket), clockwork.rules_of(ticket)
    span = rules.classes[rules.class_of(ticket.topics)]
    waits = PassOn.objects.filter(ticket=ticket, acknowledged_at=None).order_by("-pk").first()
    context = {
        "ticket": ticket,
        "works": works,
        "acts": works and ticket.leader_id is None,
        "holder": levels.name_of(holder) if holder is not None else "",
        "is_late": clockwork.is_late(ticket, now),
        "is_owed": clockwork.owes(ticket.status),
        "left": _days_left(ticket, now),
        "span": span,
        "rules": rules,
        "verify_by": clockwork.verify_by(ticket),
        "steps": [_step(one, whole=works) for one in ticket.steps.order_by("pk")],
        "passes": [_pass_read(one, whole=works) for one in ticket.passes.order_by("pk")],
        "stops": list(ticket.stops.order_by("pk")),
        "followers": list(ticket.followers.order_by("pk")),
        "waits": waits,
        "waits_for_lapor": waits is not None and waits.receiver.startswith(LAPOR),
        "has_text": opening.has(ticket, TEXT, AdditionKind.WORD),
        "has_contact": opening.has(ticket, CONTACT, AdditionKind.NUMBER),
        "recordings": spoken.listed(ticket),
        "may_contact": sight.may_open_contact(request.user, ticket),
        "is_open": ticket.status not in CLOSED,
        "templates": list(answers.of_unit(ticket.unit)) if works else [],
        "forms": _forms(request, ticket) | dict(filled or {}),
        "filled": list(filled or ()),
        "opened": opened or {},
    }
    return _unkept(render(request, "desk/complaint.html", context, status=status))


def _forms(request: HttpRequest, ticket: Ticket) -> dict[str, forms.Form]:
    possible = moves.by_office(ticket.status)
    begun = request.GET.get("templat", "")
    words = (
        answers.of_unit(ticket.unit).filter(pk=int(begun)).first()
        if begun.isdecimal() and len(begun) < 12
        else None
    )
    initial = {
        "answer": words.text if words is not None else "",
        "root_cause": ticket.root_cause,
        "compensation": ticket.compensation,
    }
    classed = {"kind": ticket.kind, "supervision": ticket.supervision, "forms_of": ticket.maladministration}
    found: dict[str, forms.Form] = {"golongkan": ClassForm(initial=classed)}
    if possible:
        found["langkah"] = MoveForm(possible=possible, initial=initial)
    if TicketStatus.FORWARDED in moves.MOVES[TicketStatus(ticket.status)]:
        found["teruskan"] = PassForm(receivers=_receivers(ticket), guarded=ticket.guarded)
    if ticket.status in moves.RUNNING and ticket.stopped_on is None:
        found["berhenti"] = StopForm(rules=clockwork.rules_of(ticket))
    if ticket.status not in CLOSED:
        found |= {"gabung": MergeForm(), "lapor": LaporForm()}
    return found


def _receivers(ticket: Ticket) -> Choices:
    """Give to whom a ticket may be passed on: its unit and any other, the levels above where somebody is, LAPOR!."""
    here = levels.holder_of(ticket)
    own, *higher = levels.chain_of(ticket.unit)
    units = [] if ticket.guarded else [own]
    staffed = [
        one
        for one in higher
        if one == levels.ALL or levels.is_staffed(one, ticket.unit, guarded=ticket.guarded)
    ]
    choices = [(one.key, levels.name_of(one)) for one in (*units, *staffed) if one != here]
    other = [] if ticket.guarded else [("unit:", say_here("complaint.another_unit"))]
    return [*choices, *other, (Holder(LAPOR).key, "SP4N-LAPOR!")]


def _step(one: TicketStep, *, whole: bool) -> TicketStep:
    """Give a step as an account reads it: who does not hold the ticket reads no names and numbers, and no note."""
    if not whole:
        one.answer, one.note = masked(one.answer), ""
    return one


def _pass_read(one: PassOn, *, whole: bool) -> dict[str, object]:
    names = {
        side: levels.name_of(Holder.of_key(key))
        for side, key in (("sender", one.sender), ("receiver", one.receiver))
    }
    return {"pass": one, "why": one.why if whole else masked(one.why)} | names


def _days_left(ticket: Ticket, now: datetime) -> int | None:
    today = clockwork.today_at(ticket, now)
    if ticket.due_on is None or ticket.due_on < today or not clockwork.owes(ticket.status):
        return None
    return calendar.working_days_between(today, ticket.due_on, ticket.unit)


def _near() -> tuple[date, date]:
    """Give the days in which dates that are set now lie."""
    today = periods.today()
    return today, today + timedelta(days=90)


def _unkept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = _NO_STORE
    return response
