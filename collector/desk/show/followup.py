"""A unit's follow-up at the desk: plans made, corrected, done and given up by its officers, and seen by its evaluators."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collector.accounts import roles
from collector.accounts.roles import OFFICERS
from collector.desk import periods
from collector.desk.forms import Choices, DoneForm, PlanForm
from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.fleet.models import Unit
from collector.followup import forum, register
from collector.followup.files import CONTENT_TYPES
from collector.followup.mend import mends
from collector.followup.models import Evidence, Forum, Item, Report
from collector.followup.reading import ItemRead, elements_of, items_of_unit, read
from collector.followup.reports import issue
from collector.followup.sentences import mend_lines
from collector.followup.standing import standings
from collector.language import say_here, spoken
from collector.papers.registry import Audience, formats
from collector.releases.content import opened, two_decimals
from collector.releases.models import Release
from collector.releases.states import State as ReleaseState
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from collector.scores.show.formats import comma
from collector.scores.show.labels import gloss
from survey.index.periods import parse

_RELEASES = 6
_SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


@login_required
@require_safe
def listed(request: HttpRequest, code: str) -> HttpResponse:
    """List a unit's plans below the releases they follow, with levels and what is about to be lost."""
    unit = found_unit(request, code)
    items = items_of_unit(unit)
    rows = rows_of(unit, items)
    page = Paginator(_releases(unit, {(one.period, one.instrument) for one in items}), _RELEASES).get_page(
        request.GET.get("page")
    )
    told = standings(page, periods.today(unit.time_zone))
    context = {
        "unit": unit,
        "page": page,
        "papers": [one for one in formats().values() if one.of_units and one.audience is Audience.OFFICE],
        "rounds": [(one, [row for row in reversed(rows) if _follows(row.item, one.release)]) for one in told],
        "agreed": [row for row in rows if row.item.forum_on is not None],
        "may_write": roles.may(request.user, register.WRITERS, unit),
        "forums": forum.forums(unit)[:3],
    }
    return render(request, "desk/followup.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, code: str) -> HttpResponse:
    """Make a plan that follows a release (`rilis`), or a forum (`forum`, its day)."""
    unit = _to_write(request, code)
    release, held = _source(request, unit)
    elements = _elements(release)
    form = PlanForm(request.POST or None, elements=elements, first=periods.today(unit.time_zone))
    form.initial.setdefault("element", request.GET.get("unsur", elements[0][0]))
    if request.method == "POST" and form.is_valid():
        try:
            item = register.add(
                unit, form.plan(), release=release, forum=held, who=request.user.get_username()
            )
        except CollectorError as error:
            form.add_error(None, refused(error))
        else:
            messages.success(request, say_here("desk.plan_added", number=item.number))
            return redirect("desk-followup", code=unit.code)
    context = {"unit": unit, "form": form, "release": release, "held": held}
    return render(request, "desk/plan.html", context, status=400 if form.errors else 200)


@login_required
@require_safe
def one(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Show a plan with its history, and what may be done with it."""
    unit = found_unit(request, code)
    return _shown(request, unit, _item(unit, number), DoneForm(item=_item(unit, number)))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Say a plan otherwise, with the reason."""
    unit = _to_write(request, code)
    item = _item(unit, number)
    first = min(item.first_month, periods.today(unit.time_zone))
    form = PlanForm(request.POST or None, elements=_elements(item.release), first=first, item=item)
    if request.method == "POST" and form.is_valid():
        try:
            register.correct(item, form.plan(), who=request.user.get_username(), why=form.cleaned_data["why"])
        except CollectorError as error:
            form.add_error(None, refused(error))
        else:
            messages.success(request, say_here("desk.plan_corrected", number=item.number))
            return redirect("desk-plan", code=unit.code, number=item.number)
    context = {"unit": unit, "form": form, "release": item.release, "held": item.forum, "item": item}
    return render(request, "desk/plan.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def done(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Say that a plan is done, with what shows it."""
    unit = _to_write(request, code)
    item = _item(unit, number)
    form = DoneForm(request.POST, request.FILES, item=item)
    if form.is_valid():
        said = form.cleaned_data
        try:
            register.done(
                item,
                day=said["day"],
                result=said["result"],
                people=said["people"],
                files=[(said["file"].name, said["file"].read())] if said["file"] else [],
                who=request.user.get_username(),
                why=said.get("why", ""),
            )
        except CollectorError as error:
            form.add_error(None, refused(error))
            item = _item(unit, number)
        else:
            messages.success(request, say_here("desk.plan_done", number=item.number))
            return redirect("desk-plan", code=unit.code, number=item.number)
    return _shown(request, unit, item, form, status=400)


class Act(NamedTuple):
    """Something that may be done with a plan, beside saying that it is done."""

    words: str
    """What is said once it is done, by its key."""
    do: Callable[[HttpRequest, Item, str], object]


@login_required
@require_POST
def act(request: HttpRequest, code: str, number: int, name: str) -> HttpResponse:
    """Do something with a plan: open it again, give it up, add a file, take one back."""
    unit = _to_write(request, code)
    item, chosen = _item(unit, number), ACTS.get(name)
    if chosen is None:
        raise Http404(name)
    try:
        chosen.do(request, item, request.user.get_username())
    except CollectorError as error:
        messages.error(request, refused(error))
    else:
        messages.success(request, say_here(f"desk.did_{chosen.words}"))
    return redirect("desk-plan", code=unit.code, number=item.number)


@login_required
@require_POST
def report(request: HttpRequest, code: str) -> HttpResponse:
    """State the day on which a report was issued."""
    unit = _to_write(request, code)
    release = get_object_or_404(Release, unit=unit, address=request.POST.get("rilis", ""))
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
        kind = Report(request.POST.get("report", ""))
    except ValueError:
        messages.error(request, say_here("desk.report_choose"))
        return redirect("desk-followup", code=unit.code)
    try:
        issue(release, kind, day, who=request.user.get_username(), why=request.POST.get("why", ""))
    except CollectorError as error:
        messages.error(request, refused(error))
    else:
        messages.success(request, say_here(f"desk.report_{kind.value.replace(' ', '_')}"))
    return redirect("desk-followup", code=unit.code)


@login_required
@require_safe
def evidence(request: HttpRequest, code: str, file: int) -> HttpResponse:
    """Give a file that shows what was done: a PDF is only ever saved, and nothing of it runs here."""
    unit = found_unit(request, code)
    found = get_object_or_404(Evidence, pk=file, item__unit=unit, taken_back_at=None)
    response = HttpResponse(bytes(found.data), content_type=CONTENT_TYPES[found.kind])
    how = "inline" if found.kind == "jpg" else "attachment"
    response["Content-Disposition"] = f'{how}; filename="{found.name}"'
    response["Content-Security-Policy"] = _SANDBOX
    response["Cache-Control"] = "private, no-store"
    return response


class Row(NamedTuple):
    """A plan as a page tells it."""

    item: ItemRead
    mend: list[str]
    """What the releases say of it; empty where it is not done."""
    is_late: bool


def rows_of(unit: Unit, items: Sequence[ItemRead]) -> list[Row]:
    """Give plans as a page tells them."""
    seen, today = mends(unit, items), periods.today(unit.time_zone)
    return [
        Row(
            one,
            mend_lines(seen[one.number], spoken()) if one.number in seen else [],
            one.is_late(today),
        )
        for one in items
    ]


def found_unit(request: HttpRequest, code: str) -> Unit:
    """Give a unit to who may see its desk; to anybody else there is none."""
    unit = get_object_or_404(Unit.objects.select_related("region", "agency"), code=code)
    if not roles.may(request.user, OFFICERS, unit):
        raise Http404(code)
    return unit


def _to_write(request: HttpRequest, code: str) -> Unit:
    unit = found_unit(request, code)
    if not roles.may(request.user, register.WRITERS, unit):
        raise PermissionDenied
    return unit


def _item(unit: Unit, number: int) -> Item:
    try:
        return register.find(unit, number)
    except CollectorError as error:
        raise Http404(number) from error


def _shown(
    request: HttpRequest, unit: Unit, item: Item, form: DoneForm, *, status: int = 200
) -> HttpResponse:
    (told,) = read(Item.objects.filter(pk=item.pk))
    context = {
        "unit": unit,
        "row": rows_of(unit, [told])[0],
        "form": form,
        "steps": list(item.steps.order_by("pk")),
        "may_write": roles.may(request.user, register.WRITERS, unit),
    }
    return render(request, "desk/plan_one.html", context, status=status)


def _releases(unit: Unit, planned: set[tuple[str, str]]) -> list[Release]:
    """Give the releases that plans may follow or do follow, the newest first; of a period its newest edition."""
    out = Release.objects.filter(unit=unit, subject="unit", state=ReleaseState.PUBLISHED).exclude(n=None)
    kind = periods.last_closed(unit).kind
    found = out.defer("basis", "breakdown", "content").order_by("-last_day", "-number")
    return [
        one
        for one in found
        if (one.period, one.instrument) in planned
        or (one.instrument == DEFAULT_INSTRUMENT and parse(one.period).kind is kind)
    ]


def _source(request: HttpRequest, unit: Unit) -> tuple[Release | None, Forum | None]:
    asked = request.GET.get("rilis", "")
    if asked:
        return get_object_or_404(
            Release.objects.exclude(n=None), unit=unit, subject="unit", address=asked
        ), None
    try:
        return None, forum.find(unit, date.fromisoformat(request.GET.get("forum", "")))
    except (ValueError, CollectorError) as error:
        raise Http404("neither a release nor a forum") from error


def _elements(release: Release | None) -> Choices:
    """Give the elements to choose from, the lowest three first and said to be so; of a forum all, and none."""
    if release is None:
        every = [
            (key, f"{label} {gloss(name, spoken()) or name}")
            for key, label, name in elements_of(DEFAULT_INSTRUMENT)
        ]
        return [("", say_here("desk.no_element")), *every]
    index = opened(release)["index"]
    elements = {one["key"]: one for one in index["elements"]}
    low = [key for key in index.get("priorities") or [] if key in elements][:3]
    shown = {
        key: f"{one['label']} {gloss(one['name'], spoken()) or one['name']}, {comma(two_decimals(one['value']), spoken())}"
        for key, one in elements.items()
    }
    return [(key, say_here("desk.lowest_three", words=shown[key])) for key in low] + [
        (key, words) for key, words in shown.items() if key not in low
    ]


def _follows(item: ItemRead, release: Release) -> bool:
    return (item.period, item.instrument) == (release.period, release.instrument)


def _attach(request: HttpRequest, item: Item, who: str) -> None:
    file = request.FILES.get("file")
    if file is None:
        raise CollectorError("rtl_empty", field="berkas")
    register.attach(
        item, name=file.name or "", data=file.read(), caption=request.POST.get("caption", ""), who=who
    )


def _take_back(request: HttpRequest, item: Item, who: str) -> None:
    number = request.POST.get("file", "")
    found = get_object_or_404(Evidence, item=item, pk=int(number) if number.isdecimal() else 0)
    register.take_back(found, who=who, why=request.POST.get("why", ""))


ACTS: Mapping[str, Act] = {
    "buka": Act("reopened", lambda request, item, who: register.reopen(item, who=who, why=_why(request))),
    "batal": Act("dropped", lambda request, item, who: register.drop(item, who=who, why=_why(request))),
    "bukti": Act("proof", _attach),
    "tarik": Act("proof_taken_back", _take_back),
}  # fmt: skip


def _why(request: HttpRequest) -> str:
    return str(request.POST.get("why", ""))
