"""The public pages: server-rendered, without scripts and without anything from elsewhere."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from http import HTTPStatus

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from collector import clock
from collector.fleet.models import Region, Unit
from collector.local import local_date
from collector.scores.ask import latest, overview
from collector.scores.ask.attendance import attendance
from collector.scores.ask.queries import IndexQuestion, indices
from collector.scores.ask.results import IndexAnswer, QuestionError
from collector.scores.ask.scope import Dimension, Scope
from collector.scores.proof.held import holdings
from collector.scores.show.labels import page_language
from collector.words.catalogue import say
from survey.index.periods import Period, PeriodError, PeriodKind, around
from survey.index.periods import parse as parse_period
from survey.instrument.instrument import in_language
from survey.instrument.regions import parse as parse_region
from survey.record.errors import Malformed

UNITS_A_PAGE = 40
_FIRST_YEAR, _LAST_YEAR = 2000, 2200  # periods before and after the shown one must exist too

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
    """Show the units with their index of a period, and find one by name or code."""
    words = "".join(filter(str.isprintable, request.GET.get("q", "")))[:80].strip()
    units = Unit.objects.select_related("region", "agency").order_by("name", "code")
    if words:
        units = units.filter(
            Q(name__icontains=words) | Q(code__icontains=words) | Q(region__code__startswith=words)
        )
    page = Paginator(units, UNITS_A_PAGE).get_page(request.GET.get("page"))
    period = _period(request, latest.month())
    listed = tuple(unit.code for unit in page)
    results = {}
    if listed:
        answer = indices(IndexQuestion(scope=Scope(units=listed), period=period, by=(Dimension.UNIT,)))
        results = {result.group[0].code: result for result in answer.groups}
    rows = [(unit, results.get(unit.code)) for unit in page]
    context = {"rows": rows, "page": page, "words": words, "period": period, "periods": _choices(period)}
    return render(request, "scores/home.html", context)


@public
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """Show a unit's index with everything that belongs beside it."""
    found = get_object_or_404(Unit.objects.select_related("region", "agency"), code=code)
    period = _period(request, latest.month(unit=found.pk), zone=found.time_zone)
    answer = indices(IndexQuestion(scope=Scope(unit=code), period=period))
    context = {
        "unit": found,
        "answer": answer,
        "whole": answer.whole,
        "period": period,
        "periods": _choices(period),
        "trend": overview.trend(Scope(unit=code), period),
        **_elements(answer),
        "services": overview.broken_down(Scope(unit=code), period, Dimension.SERVICE),
        "kiosks": overview.broken_down(Scope(unit=code), period, Dimension.KIOSK),
        "hours": overview.broken_down(Scope(unit=code), period, Dimension.HOUR),
        "endings": overview.endings(Scope(unit=code), period),
        "attendance": attendance(found, period),
        "holdings": holdings(found),
        "zone": found.time_zone,
        "crumbs": _crumbs(found.region_id),
    }
    return render(request, "scores/unit.html", context)


@public
def region(request: HttpRequest, code: str) -> HttpResponse:
    """Show the pooled index of a region's units, and of each part of it."""
    try:
        place = parse_region(code)
    except Malformed as error:
        raise Http404(str(error)) from error
    period = _period(request, latest.month())
    scope = Scope(region=code)
    dimension = overview.DIMENSION_BELOW.get(place.level, Dimension.UNIT)
    try:
        answer = indices(IndexQuestion(scope=scope, period=period, by=(dimension,)))
    except QuestionError as error:
        raise Http404(str(error)) from error
    context = {
        "region": place,
        "name": answer.names["region"],
        "answer": answer,
        "whole": answer.whole,
        "period": period,
        "periods": _choices(period),
        "head": say(f"head.{dimension.value}", page_language()),
        "link": "unit" if dimension is Dimension.UNIT else "region",
        "trend": overview.trend(scope, period),
        **_elements(answer),
        "units": Unit.objects.filter(Q(region_id=code) | Q(region__code__startswith=f"{code}.")).count(),
        "crumbs": _crumbs(code)[:-1],
    }
    return render(request, "scores/region.html", context)


def _elements(answer: IndexAnswer) -> dict[str, object]:
    """Give what the table of elements needs beside the index."""
    lowest = overview.lowest_elements(answer)
    return {
        "change": overview.change(answer),
        "priorities": lowest,
        "lowest": {entry.element.key for entry in lowest},
        "names": {
            element.key: in_language(element.name, page_language()) for element in answer.instrument.elements
        },
    }


def _crumbs(code: str) -> list[tuple[str, str]]:
    """Give codes and names of a region and those it lies in, the largest first."""
    parts = code.split(".")
    codes = [".".join(parts[: length + 1]) for length in range(len(parts))]
    names = dict(Region.objects.filter(code__in=codes).values_list("code", "name"))
    return [(code, names.get(code) or code) for code in codes]


def today(zone: str = "") -> date:
    """Give the local day in a zone, or where the collector stands."""
    return local_date(clock.now(), zone or settings.IKM_TIME_ZONE)


def _period(request: HttpRequest, last_month: date | None, *, zone: str = "") -> Period:
    """Give the period asked for, or the quarter of the latest responses."""
    asked = request.GET.get("period", "")
    if not asked:
        return around(min(last_month or today(zone), today(zone)), PeriodKind.QUARTER)
    try:
        period = parse_period(asked)
    except PeriodError as error:
        raise Http404(str(error)) from error
    if not _FIRST_YEAR <= period.first.year <= period.last.year <= _LAST_YEAR:
        raise Http404("no responses are kept of such a time")
    return period


def _choices(period: Period) -> list[Period]:
    """Give periods to choose from: quarters, semesters and years around now and around the period shown."""
    quarter = around(max(today(), period.last), PeriodKind.QUARTER)
    quarters = [quarter]
    while len(quarters) < 8:
        quarters.append(quarters[-1].previous())
    choices = [*quarters, *_distinct(quarters, PeriodKind.SEMESTER), *_distinct(quarters, PeriodKind.YEAR)]
    return choices if period in choices else [period, *choices]


def _distinct(quarters: list[Period], kind: PeriodKind) -> list[Period]:
    return list(dict.fromkeys(around(quarter.first, kind) for quarter in quarters))
