"""The public pages: what was published, rendered without scripts and without anything from elsewhere; nothing live but a band."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from collector import clock
from collector.fleet.models import Agency, Region, Unit
from collector.local import local_date
from collector.releases.bands import Band, band
from collector.releases.models import Release
from collector.releases.policy import official
from collector.releases.show.reading import Reading, shown_releases
from collector.releases.states import State
from collector.scores.ask.counting import count
from collector.scores.ask.lookups import find_form
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from collector.scores.ask.scope import Days, Scope
from collector.scores.show.charts import Trend, TrendValue, trend_of
from survey.index.doubt import Interval
from survey.index.periods import Period, PeriodKind, around, parse
from survey.instrument.regions import parse as parse_region
from survey.record.errors import Malformed

UNITS_A_PAGE = 40
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)

View = Callable[..., HttpResponse]


def guarded(respond: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give error pages the policy of all others: a middleware, for no view makes them."""

    def shown(request: HttpRequest) -> HttpResponse:
        response = respond(request)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        return response

    return shown


def public(view: View) -> View:
    """Make a page that runs nothing, loads nothing from elsewhere and is put into no frame."""

    @require_safe
    @wraps(view)
    def shown(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    return shown


@public
def home(request: HttpRequest) -> HttpResponse:
    """List the units with what is out of them for a period, and find one by name or code."""
    words = "".join(filter(str.isprintable, request.GET.get("q", "")))[:80].strip()
    units = Unit.objects.select_related("region", "agency").order_by("name", "code")
    if words:
        units = units.filter(
            Q(name__icontains=words) | Q(code__icontains=words) | Q(region__code__startswith=words)
        )
    page = Paginator(units, UNITS_A_PAGE).get_page(request.GET.get("page"))
    periods = _periods(Release.objects.filter(subject="unit"))
    period = _chosen(request, periods) or around(today(), PeriodKind.QUARTER).previous()
    rows = _rows(page, period)
    context = {"rows": rows, "page": page, "words": words, "period": period, "periods": periods or [period]}
    return render(request, "releases/home.html", context)


@public
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """Show a unit: its newest release or that of a period, all that is out of it, and how the running period goes."""
    found = get_object_or_404(Unit.objects.select_related("region", "agency"), code=code)
    return render(
        request,
        "releases/unit.html",
        {
            "unit": found,
            "crumbs": _crumbs(found.region_id),
            "running": _running(found),
            **_of_subject(request, subject="unit", code=code),
        },
    )


@public
def region(request: HttpRequest, code: str) -> HttpResponse:
    """Show what is out of a region, and the regions and units in it."""
    try:
        place = parse_region(code)
    except Malformed as error:
        raise Http404(str(error)) from error
    below = Q(region_id=code) | Q(region__code__startswith=f"{code}.")
    units = Unit.objects.filter(below)
    if not units.exists():
        raise Http404("no unit is there")
    named = Region.objects.filter(pk=code).values_list("name", flat=True).first() or code
    context = _of_subject(request, subject="region", code=code)
    page = Paginator(units.order_by("name", "code"), UNITS_A_PAGE).get_page(request.GET.get("page"))
    rows = _rows(page, context["period"])
    extra = {"place": place, "name": named, "units": units.count(), "rows": rows, "page": page}
    return render(request, "releases/larger.html", {**context, **extra, "crumbs": _crumbs(code)[:-1]})


@public
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """Show what is out of an agency, and its units."""
    found = get_object_or_404(Agency, code=code)
    units = Unit.objects.filter(agency=found).order_by("name", "code")
    context = _of_subject(request, subject="agency", code=code)
    page = Paginator(units, UNITS_A_PAGE).get_page(request.GET.get("page"))
    rows = _rows(page, context["period"])
    extra = {"name": found.name, "units": units.count(), "rows": rows, "page": page, "crumbs": []}
    return render(request, "releases/larger.html", {**context, **extra})


def today(zone: str = "") -> date:
    """Give the local day in a zone, or where the collector stands."""
    return local_date(clock.now(), zone or settings.IKM_TIME_ZONE)


def _of_subject(request: HttpRequest, *, subject: str, code: str) -> dict[str, Any]:
    out = shown_releases().filter(subject=subject, code=code)
    periods = _periods(Release.objects.filter(subject=subject, code=code))
    period = _chosen(request, periods)
    shown = _newest(subject=subject, code=code, period=period) if period is not None else None
    reading = Reading(shown) if shown is not None else None
    return {
        "reading": reading,
        "period": period or around(today(), PeriodKind.QUARTER).previous(),
        "periods": periods,
        "history": list(out.order_by("-first_day", "-last_day", "-number")),
        "trend": _trend(reading) if reading is not None else None,
    }


def _rows(units: Iterable[Unit], period: Period) -> list[tuple[Unit, Release | None]]:
    """Give units with what is out of them for a period, found at once."""
    listed = list(units)
    found = shown_releases().filter(subject="unit", unit__in=listed, period=period.identifier)
    newest = {release.unit_id: release for release in found.order_by("number")}
    return [(unit, newest.get(unit.pk)) for unit in listed]


def _newest(*, subject: str, code: str, period: Period) -> Release | None:
    found = shown_releases().filter(subject=subject, code=code, period=period.identifier)
    return found.order_by("-number").first()


def _periods(found: Any) -> list[Period]:
    """Give the periods of which something is out, the newest first."""
    named = found.exclude(content=b"").values_list("period", "first_day").distinct().order_by("-first_day")
    return [parse(period) for period in dict.fromkeys(period for period, _ in named)]


def _chosen(request: HttpRequest, periods: Sequence[Period]) -> Period | None:
    """Give the period asked for, or the newest of which something is out."""
    asked = request.GET.get("period", "")
    if not asked:
        return periods[0] if periods else None
    for period in periods:
        if period.identifier == asked.upper():
            return period
    raise Http404("nothing is out of that period")


def _trend(reading: Reading) -> Trend | None:
    """Give the releases of the same kind up to this one."""
    release = reading.release
    kind = parse(release.period).kind
    series = Release.objects.filter(
        subject=release.subject,
        code=release.code,
        instrument=release.instrument,
        state=State.PUBLISHED,
        last_day__lte=release.last_day,
    ).exclude(n=None)
    columns = ("period", "value", "low", "high", "category", "n", "archived")
    points = [
        TrendValue(period, value, Interval(low, high) if low is not None else None, letter, n, archived)
        for period, value, low, high, letter, n, archived in series.order_by("-first_day").values_list(
            *columns
        )
        if parse(period).kind is kind
    ]
    return trend_of(points[:8][::-1], reading.bands) if reading.bands is not None else None


def _running(unit: Unit) -> tuple[Period, Band]:
    """Give the running period of a unit and how many have answered in it, as everybody may know it."""
    day = today(unit.time_zone)
    kind = PeriodKind(official(unit, around(day, PeriodKind.QUARTER)).period_kind)
    period = around(day, kind)
    number, form = find_form(DEFAULT_INSTRUMENT)
    if number is None:
        return period, band(0)
    row = count(number, form, Scope(unit=unit.code), Days(period.first, period.last)).whole.both
    tally, _ = form.opened(row)
    return period, band(tally.complete + tally.incomplete)


def _crumbs(code: str) -> list[tuple[str, str]]:
    """Give codes and names of a region and those it lies in, the largest first."""
    parts = code.split(".")
    codes = [".".join(parts[: length + 1]) for length in range(len(parts))]
    names = dict(Region.objects.filter(code__in=codes).values_list("code", "name"))
    return [(code, names.get(code) or code) for code in codes]
