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
from django.views.decorators.http import require_POST, require_safe

from collector import clock
from collector.accounts import roles
from collector.alerts import receivers
from collector.alerts.models import Alert, MessageState, Receiver, Turn
from collector.alerts.rules import ALL
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


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show what is wrong now: what many have in common first, then what nobody has taken on, the longest first."""
    found = _reach(request)
    groups = _groups(found)
    alone = found.exclude(_TOGETHER).select_related("kiosk__stands")
    order = (F("acknowledged_at").asc(nulls_first=True), "-level", "since", "pk")
    page = Paginator(alone.order_by(*order), ROWS).get_page(request.GET.get("page"))
    looked = Turn.objects.filter(pk=1).values_list("at", flat=True).first()
    context = {
        "groups": groups,
        "page": page,
        "lines": [(one, say_here(f"alert.kind_{one.kind}")) for one in page],
        "total": page.paginator.count + sum(one.number for one in groups),
        "looked": looked,
        "is_stale": looked is None or clock.now() - looked > STALE,
        "administers": roles.has_role(request.user, (roles.ADMINISTRATOR,)),
    }
    return render(request, "desk/alerts.html", context)


@login_required
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Note that the account takes an alert on, or all of one cause in its reach."""
    found = _reach(request)
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
    every = _receivers(request).annotate(sent=Max("messages__sent_at"), waiting=waiting).order_by("name")
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
    """Give the open alerts of kiosks that stand at units of the account's offices."""
    offices = roles.held(request.user, roles.OFFICERS)
    if not offices:
        raise PermissionDenied
    units = roles.units_of(offices)
    found = Alert.objects.filter(ended_at=None, kiosk__stands__isnull=False)
    if not units.query.has_filters():  # of a whole country no unit is looked up
        return found
    return found.filter(kiosk__stands__in=units.order_by().values("pk"))


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
    codes = {key: "" if key == ALL else key.partition(":")[2] for _, key, *_ in listed}
    names = dict(Region.objects.filter(pk__in=codes.values()).values_list("pk", "name"))
    groups = []
    for cause, key, number, taken, since in listed:
        code = codes[key]
        where = say_here("alert.regency", code=code) if code else say_here("alert.everywhere")
        where = names.get(code) or where
        groups.append(Group(cause, where, code, number, number - taken, since))
    return sorted(groups, key=lambda one: (one.waiting == 0, -one.number))
