"""Long work at the desk: how far it is, its file, and stopping it."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST, require_safe

from collector.accounts import roles
from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.jobs import alive, asking, doing
from collector.jobs.models import Job, JobState, Piece
from collector.people import trail
from collector.scores.ask.queries import DEFAULT_INSTRUMENT

ROWS = 40


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List what the account asked for."""
    if isinstance(request.user, AnonymousUser) or not roles.has_role(request.user, roles.OFFICERS):
        raise PermissionDenied
    page = Paginator(asking.asked_by(request.user), ROWS).get_page(request.GET.get("page"))
    context = {"page": page, "days": settings.IKM_KEEP_FILES_DAYS}
    return render(request, "desk/jobs.html", context)


@login_required
@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    """Show how far a job is; the page asks again by itself while it runs."""
    job = _found(request, number)
    if isinstance(request.user, AnonymousUser):
        raise PermissionDenied
    is_open = job.state == JobState.OPEN
    context = {
        "job": job,
        "progress": asking.progress(job),
        "is_open": is_open,
        "may_stop": is_open and asking.may_stop(request.user, job),
        "is_idle": is_open and not alive.anybody(),
        "troubles": Piece.objects.filter(job=job)
        .exclude(why="")
        .select_related("release__unit", "unit")
        .order_by("place")[:50],
        "days": settings.IKM_KEEP_FILES_DAYS,
    }
    return render(request, "desk/job.html", context)


@login_required
@require_POST
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Have a job stopped: by who asked for it, or who is above all of it."""
    job = _found(request, number)
    if isinstance(request.user, AnonymousUser) or not asking.may_stop(request.user, job):
        raise PermissionDenied
    try:
        asking.cancel(job, user=request.user)
    except CollectorError as error:
        messages.error(request, refused(error))
    else:
        messages.success(request, "Pekerjaan dibatalkan.")
    return redirect("job", number=job.pk)


@login_required
@require_GET
def file(request: HttpRequest, number: int) -> HttpResponseBase:
    """Give what a job made; that it left the house stands in the trail."""
    job = _found(request, number)
    try:
        opened = doing.result_of(job).open("rb")
    except OSError as error:
        raise Http404(number) from error
    if job.state != JobState.DONE:
        opened.close()
        raise Http404(number)
    trail.note(
        who=request.user.get_username(),
        action="papers fetched",
        subject=f"job {job.pk}",
        facts={"what": job.title},
    )
    response = FileResponse(opened, as_attachment=True, filename=job.file, content_type="application/zip")
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def of_period(request: HttpRequest) -> HttpResponse:
    """Have all papers of all units' releases of a period made."""
    if isinstance(request.user, AnonymousUser) or not _evaluates(request):
        raise PermissionDenied
    period = request.POST.get("period", "")[:10]
    try:
        job = asking.papers_of_period(period, instrument=DEFAULT_INSTRUMENT, user=request.user)
    except CollectorError as error:
        messages.error(request, refused(error))
        return redirect("desk-releases")
    return redirect("job", number=job.pk)


def _evaluates(request: HttpRequest) -> bool:
    return roles.has_role(request.user, roles.EVALUATORS)


def _found(request: HttpRequest, number: int) -> Job:
    """Give a job to who asked for it or may have all it makes; of others nobody learns that there is one."""
    job = get_object_or_404(Job.objects.select_related("asked_by"), pk=number)
    if isinstance(request.user, AnonymousUser) or not asking.may_see(request.user, job):
        raise Http404(number)
    return job
