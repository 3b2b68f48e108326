"""What is wrong now at the desk: open alerts in reach, many of one cause as one, taken on by name; and who is told of them."""

from datetime import timedelta
from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from collector import clock
from collector.accounts import roles
from collector.alerts import audience, receivers, rules
from collector.alerts.models import Alert, MessageState, Receiver, Turn
from collector.alerts.rules import Kind, Level
from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.fleet.models import Region
from collector.language import say_here

ROWS = 40
STALE = timedelta(minutes=3)
"""Whoever looks does so every quarter of a minute; a turn in which a whole country falls silent takes longer."""
_TOGETHER = Q(cause__isnull=False, cause__ended_at=None)


class Group(NamedTuple):
    """Kiosks that are silent by one cause, as far as the account reaches."""

    cause: int
    where: str
    code: str
    """By which the list of kiosks is asked for them."""
    number: int
    waiting: int
    """How many of them nobody has taken on."""
    since: object


class Other(NamedTuple):
    """Something that is wrong and is no kiosk's."""

    alert: Alert
    what: str
    where: str
    path: str
    """Where it is dealt with."""

    @classmethod
    def of(cls, one: Alert) -> "Other":
        """Say an alert."""
        what = say_here(f"alert.kind_{one.kind}")
        if one.kind == Kind.RELEASES:
            word = "late_units" if one.level == Level.DOWN else "due_units"
            what = say_here(f"alert.{word}", number=one.number)
            return cls(one, what, one.subject.partition(":")[2], reverse("desk-missing"))
        if one.unit is not None:
            return cls(one, what, one.unit.name, reverse("desk-numbers"))
        return cls(one, what, say_here("alert.the_centre"), reverse("log-checkpoint"))


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show what is wrong now: what many have in common first, then what nobody has taken on, the longest first."""
    found = _reach(request)
    groups = _groups(found)
    alone = found.exclude(_TOGETHER).select_related("kiosk__stands")
    order = (F("acknowledged_at").asc(nulls_first=True), "-level", "since", "pk")
    page = Paginator(alone.order_by(*order), ROWS).get_page(request.GET.get("page"))
    every = audience.of_others(request.user)
    order_of_others = (F("acknowledged_at").asc(nulls_first=True), "-level", "kind", "pk")
    number = every.count()
    others = [
        Other.of(one) for one in every.select_related("unit", "kiosk").order_by(*order_of_others)[:ROWS]
    ]
    complaints = audience.of_complaints(request.user)
    looked = Turn.objects.filter(pk=1).values_list("at", flat=True).first()
    context = {
        "groups": groups,
        "page": page,
        "lines": [(one, say_here(f"alert.kind_{one.kind}")) for one in page],
        "others": _named(others),
        "others_left": number - len(others),
        "complaints_left": max(0, len(complaints) - ROWS),
        "complaints": [(one, say_here(f"alert.kind_{one.office.kind.value}")) for one in complaints[:ROWS]],
        "total": page.paginator.count + sum(one.number for one in groups) + number + len(complaints),
        "looked": looked,
        "is_stale": looked is None or clock.now() - looked > STALE,
        "administers": roles.has_role(request.user, (roles.ADMINISTRATOR,)),
    }
    return render(request, "desk/alerts.html", context)


@login_required
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Note that the account takes an alert on, or all of one cause in its reach."""
    found = _reach(request) | audience.of_others(request.user)
    alert, cause = request.POST.get("alert", ""), request.POST.get("cause", "")
    number = alert or cause
    chosen = found.none()
    if number.isascii() and number.isdigit() and len(number) < 19:
        chosen = found.filter(pk=int(number)) if alert else found.filter(_TOGETHER, cause=int(number))
    if receivers.take_on(chosen, who=request.user.get_username()):
        messages.success(request, say_here("alert.taken"))
    else:
        messages.error(request, say_here("alert.not_waiting"))
    return redirect("desk-alerts")


@login_required
@require_safe
def told(request: HttpRequest) -> HttpResponse:
    """List who is told, how their last message went, and let each be tried."""
    waiting = Count("messages", filter=Q(messages__state__in=(MessageState.WAITING, MessageState.TAKEN)))
    every = (
        _receivers(request)
        .select_related("reader")
        .annotate(sent=Max("messages__sent_at"), waiting=waiting)
        .order_by("name")
    )
    context = {
        "receivers": [
            (one, [say_here(f"alert.kind_{kind}") for kind in one.kinds]) for one in every.iterator()
        ]
    }
    return render(request, "desk/alert_receivers.html", context)


@login_required
@require_POST
def test(request: HttpRequest) -> HttpResponse:
    """Send a receiver a message of trial."""
    name = request.POST.get("name", "")[:40]
    try:
        receivers.test(receivers.find(name, among=_receivers(request)).name)
    except CollectorError as error:
        messages.error(request, refused(error))
    else:
        messages.success(request, say_here("alert.trial_sent"))
    return redirect("desk-alert-receivers")


def _reach(request: HttpRequest) -> QuerySet[Alert]:
    if not roles.has_role(request.user, roles.OFFICERS):
        raise PermissionDenied
    return audience.of_kiosks(request.user)


def _named(others: list[Other]) -> list[Other]:
    """Call regencies by their names."""
    codes = [one.where for one in others if one.alert.kind == Kind.RELEASES]
    names = dict(Region.objects.filter(pk__in=codes).values_list("pk", "name")) if codes else {}
    return [
        one._replace(where=names.get(one.where) or say_here("alert.regency", code=one.where))
        if one.alert.kind == Kind.RELEASES
        else one
        for one in others
    ]


def _receivers(request: HttpRequest) -> QuerySet[Receiver]:
    """Give the receivers that an administrator reaches: all, or those of the regions administered."""
    if not roles.has_role(request.user, (roles.ADMINISTRATOR,)):
        raise PermissionDenied
    codes = roles.regions_administered(request.user)
    if codes is None:
        return Receiver.objects.all()
    within = Q(pk__in=[])
    for code in codes:
        within |= Q(region=code) | Q(region__startswith=f"{code}.")
    return Receiver.objects.filter(within)


def _groups(found: QuerySet[Alert]) -> list[Group]:
    rows = (
        found.filter(_TOGETHER)
        .order_by()
        .values_list("cause", "cause__key")
        .annotate(Count("pk"), Count("acknowledged_at"), Min("since"))
    )
    listed = list(rows)
    codes = {key: rules.told_to(key) for _, key, *_ in listed}
    names = dict(Region.objects.filter(pk__in=codes.values()).values_list("pk", "name"))
    groups = []
    for cause, key, number, taken, since in listed:
        code = codes[key]
        where = say_here("alert.regency", code=code) if code else say_here("alert.everywhere")
        where = names.get(code) or where
        if key.startswith("provider:"):
            where = say_here("alert.provider", provider=key.split(":")[2], where=names.get(code) or code)
        groups.append(Group(cause, where, code, number, number - taken, since))
    return sorted(groups, key=lambda one: (one.waiting == 0, -one.number))
