"""What complaints go by, at the desk: the calendar of working days, the rules with their sources, the words answers begin with."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from collector.accounts import roles
from collector.complaints import answers, calendar, rules, sight
from collector.desk import periods
from collector.desk.complaint_forms import HolidayForm, TemplateForm
from collector.desk.show.followup import found_unit
from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.fleet.models import Region, Unit
from collector.language import say_here


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def holidays(request: HttpRequest) -> HttpResponse:
    """Show the days without work of a year; evaluators enter those of their region, administrators all."""
    if not roles.has_role(request.user, (*roles.OFFICERS, roles.AUDITOR)):
        raise Http404("no office with complaints")
    year = _year(request.GET.get("tahun", ""))
    writes = roles.has_role(request.user, roles.EVALUATORS)
    form = HolidayForm(request.POST if request.POST.get("what") == "enter" else None)
    if request.method == "POST" and writes:
        try:
            if _changed(request, form, year):
                return redirect(f"{reverse('desk-calendar')}?tahun={year}")
        except CollectorError as error:
            form.add_error(None, refused(error)) if form.is_bound else messages.error(request, refused(error))
    context = {
        "year": year,
        "days": calendar.listed(year),
        "is_filled": not calendar.unfilled(date(year, 1, 1), date(year, 1, 1)),
        "without_leave": calendar.without_leave(year),
        "writes": writes,
        "administers": _reaches(request, ""),
        "form": form,
    }
    return render(request, "desk/complaint_calendar.html", context, status=400 if form.errors else 200)


@login_required
@require_safe
def shown_rules(request: HttpRequest) -> HttpResponse:
    """Show the rules that hold for what arrives now, of each agency in sight its own."""
    if not roles.has_role(request.user, (*roles.OFFICERS, roles.AUDITOR)):
        raise Http404("no office with complaints")
    found: dict[str, tuple[str, rules.Rules]] = {}
    units = sight.units_seen(request.user).select_related("agency").order_by("agency", "name")
    for unit in units.filter(agency__complaint_rules__isnull=False).distinct()[:50]:
        row = rules.in_force(unit)
        found.setdefault(
            row.digest, (unit.agency.name if unit.agency is not None else "", rules.read(row.content))
        )
    shipped = rules.read(rules.shipped())
    return render(request, "desk/complaint_rules.html", {"sets": [*found.values(), ("", shipped)]})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def templates(request: HttpRequest, code: str) -> HttpResponse:
    """Show and keep the words that a unit's answers begin with."""
    unit = found_unit(request, code)
    agency = unit.agency
    everywhere = agency is not None and roles.reaches(
        request.user, roles.EVALUATORS, kind="agency", code=agency.code
    )
    form = TemplateForm(
        request.POST if request.POST.get("what") == "keep" else None, may_everywhere=everywhere
    )
    if request.method == "POST":
        try:
            if _kept(request, unit, form, everywhere=everywhere):
                return redirect("desk-answers", code=unit.code)
        except CollectorError as error:
            form.add_error(None, refused(error)) if form.is_bound else messages.error(request, refused(error))
    context = {"unit": unit, "found": list(answers.of_unit(unit)), "form": form, "everywhere": everywhere}
    return render(request, "desk/complaint_answers.html", context, status=400 if form.errors else 200)


def _kept(request: HttpRequest, unit: Unit, form: TemplateForm, *, everywhere: bool) -> bool:
    who, what = request.user.get_username(), request.POST.get("what")
    if what == "remove":
        number = request.POST.get("number", "")
        of_agency = request.POST.get("of") == "agency" and everywhere
        owner = unit.agency if of_agency and unit.agency is not None else unit
        answers.remove(owner, int(number) if number.isdecimal() else 0, who=who)
    elif form.is_valid():
        said = form.cleaned_data
        owner = unit.agency if said.get("everywhere") and unit.agency is not None else unit
        answers.put(owner, said["name"], said["text"], who=who)
    else:
        return False
    messages.success(request, say_here("complaint.did_templates"))
    return True


def _changed(request: HttpRequest, form: HolidayForm, year: int) -> bool:
    who, what = request.user.get_username(), request.POST.get("what")
    if what == "fill":
        _insist_reaches(request, "")
        number = calendar.fill(year, who=who)
        messages.success(request, say_here("complaint.did_fill", year=year, number=number))
        return True
    if what == "remove":
        code = request.POST.get("region", "")
        _insist_reaches(request, code)
        day = _day(request.POST.get("day", ""))
        calendar.remove(day, region=_region(code), why=request.POST.get("why", ""), who=who)
    elif form.is_valid():
        said = form.cleaned_data
        code = said["region"].strip()
        _insist_reaches(request, code)
        calendar.enter(
            said["day"],
            said["name"],
            region=_region(code),
            joint=said["joint"],
            source=said["source"],
            who=who,
        )
    else:
        return False
    messages.success(request, say_here("complaint.did_calendar"))
    return True


def _reaches(request: HttpRequest, code: str) -> bool:
    """Tell whether an account may say when a region does not work; what holds everywhere is for whoever administers everything."""
    if not code:
        return roles.administers_all(request.user)
    return roles.reaches(request.user, roles.EVALUATORS, kind="region", code=code)


def _insist_reaches(request: HttpRequest, code: str) -> None:
    if not _reaches(request, code):
        raise CollectorError("holiday_not_yours")


def _region(code: str) -> Region | None:
    if not code:
        return None
    found = Region.objects.filter(pk=code).first()
    if found is None:
        raise CollectorError("office_where", code=code)
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CollectorError("policy_day", text=text[:20]) from error


def _year(text: str) -> int:
    if not text:
        return periods.today().year
    if not text.isdecimal() or not 2000 <= int(text[:6]) <= 2100:
        raise Http404(text)
    return int(text)
