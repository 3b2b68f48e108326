"""The public pages: what was published, rendered without scripts and without anything from elsewhere; nothing live but a band."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from collector import clock
from collector.errors import CollectorError
from collector.fleet.models import Agency, Region, Unit
from collector.local import local_date
from collector.releases import publishing
from collector.releases.bands import Band, band
from collector.releases.evaluation.result import SUBJECT
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
from survey.instrument.instrument import Instrument
from survey.instrument.regions import parse as parse_region
from survey.record.errors import Malformed

UNITS_A_PAGE = 40


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """List the units with what is out of them for a period, and find one by name or code."""
    instrument = _instrument(request)
    words = "".join(filter(str.isprintable, request.GET.get("q", "")))[:80].strip()
    units = Unit.objects.select_related("region", "agency").order_by("name", "code")
    if words:
        units = units.filter(
            Q(name__icontains=words) | Q(code__icontains=words) | Q(region__code__startswith=words)
        )
    page = Paginator(units, UNITS_A_PAGE).get_page(request.GET.get("page"))
    periods = _periods(Release.objects.filter(subject="unit", instrument=instrument.id))
    period = _chosen(request, periods) or around(today(), PeriodKind.QUARTER).previous()
    rows = _rows(page, period, instrument)
    context = {"rows": rows, "page": page, "words": words, "period": period, "periods": periods or [period]}
    shown = _offered(Release.objects.filter(subject="unit"), instrument)
    return render(request, "releases/home.html", {**context, **shown})


@require_safe
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """Show a unit: its newest release or that of a period, all that is out of it, and how the running period goes."""
    found = get_object_or_404(Unit.objects.select_related("region", "agency"), code=code)
    return render(
        request,
        "releases/unit.html",
        {
            "unit": found,
            "crumbs": _crumbs(found.region_id),
            "evaluations": list(
                shown_releases().filter(subject=SUBJECT, code=code).order_by("-first_day", "-number")
            ),
            "running": _running(found, _instrument(request)),
            **_of_subject(request, subject="unit", code=code),
        },
    )


@require_safe
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
    rows = _rows(page, context["period"], context["instrument"])
    extra = {"place": place, "name": named, "units": units.count(), "rows": rows, "page": page}
    return render(request, "releases/larger.html", {**context, **extra, "crumbs": _crumbs(code)[:-1]})


@require_safe
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """Show what is out of an agency, and its units."""
    found = get_object_or_404(Agency, code=code)
    units = Unit.objects.filter(agency=found).order_by("name", "code")
    context = _of_subject(request, subject="agency", code=code)
    page = Paginator(units, UNITS_A_PAGE).get_page(request.GET.get("page"))
    rows = _rows(page, context["period"], context["instrument"])
    extra = {"name": found.name, "units": units.count(), "rows": rows, "page": page, "crumbs": []}
    return render(request, "releases/larger.html", {**context, **extra})


def today(zone: str = "") -> date:
    """Give the local day in a zone, or where the collector stands."""
    return local_date(clock.now(), zone or settings.IKM_TIME_ZONE)


def _of_subject(request: HttpRequest, *, subject: str, code: str) -> dict[str, Any]:
    instrument = _instrument(request)
    whole = Release.objects.filter(subject=subject, code=code)
    own = whole.filter(instrument=instrument.id)
    out = shown_releases().filter(subject=subject, code=code, instrument=instrument.id)
    periods = _periods(own)
    period = _chosen(request, periods)
    shown = out.filter(period=period.identifier).order_by("-number").first() if period is not None else None
    reading = Reading(shown) if shown is not None else None
    return {
        **_offered(whole, instrument),
        "reading": reading,
        "period": period or around(today(), PeriodKind.QUARTER).previous(),
        "periods": periods,
        "history": list(out.order_by("-first_day", "-last_day", "-number")),
        "trend": _trend(reading) if reading is not None else None,
    }


def _instrument(request: HttpRequest) -> Instrument:
    """Give the instrument asked for, in its newest version here; the SKM where none is.

    Raises:
        Http404: there is none of that name, or its number is no index.
    """
    try:
        return publishing.check_instrument(request.GET.get("instrument") or DEFAULT_INSTRUMENT)
    except CollectorError as error:
        raise Http404(str(error)) from error


def _offered(found: Any, instrument: Instrument) -> dict[str, object]:
    """Give the instrument a page shows, and those of which it could show something."""
    names = dict.fromkeys(
        [DEFAULT_INSTRUMENT, *_out(found).values_list("instrument", flat=True), instrument.id]
    )
    known = [instrument if name == instrument.id else find_form(name)[1].instrument for name in names]
    return {"instrument": instrument, "instruments": known, "is_default": instrument.id == DEFAULT_INSTRUMENT}


def _out(found: Any) -> Any:
    return found.exclude(content=b"").order_by("instrument").distinct()


def _rows(units: Iterable[Unit], period: Period, instrument: Instrument) -> list[tuple[Unit, Release | None]]:
    """Give units with what is out of them for a period, found at once."""
    listed = list(units)
    found = shown_releases().filter(
        subject="unit", unit__in=listed, period=period.identifier, instrument=instrument.id
    )
    newest = {release.unit_id: release for release in found.order_by("number")}
    return [(unit, newest.get(unit.pk)) for unit in listed]


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
    return trend_of(points[:8][::-1], reading.bands, reading.ends)


def _running(unit: Unit, instrument: Instrument) -> tuple[Period, Band]:
    """Give the running period of a unit and how many have answered in it, as everybody may know it."""
    day = today(unit.time_zone)
    kind = PeriodKind(official(unit, around(day, PeriodKind.QUARTER)).period_kind)
    period = around(day, kind)
    number, form = find_form(instrument.id)
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
