"""The papers of a release at the desk: all of them, the words of its report, and everything in one ZIP."""

import hashlib
from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.jobs import asking
from collector.language import say_here
from collector.papers import kept, making
from collector.papers.press import Apart
from collector.papers.registry import SKM_ONLY, Audience, Format, find, formats, formats_of, kind_of
from collector.papers.report import passages, returned
from collector.papers.report.plan import plan_of
from collector.papers.report.telling import report_of
from collector.papers.said import said_of
from collector.people import trail
from collector.releases import address
from collector.releases.models import Release
from collector.releases.show.reading import Reading, shown_releases

MOST_AT_ONCE = 5_000
"""Respondents up to whom a sheet is made while one waits; larger ones are made by the workers."""
_REPORT = "report-docx"


class Shown(NamedTuple):
    """A paper in the list."""

    paper: Format
    is_public: bool
    waits: bool
    """Whether it takes too long for a page."""


@login_required
@require_safe
def listed(request: HttpRequest, text: str) -> HttpResponse:
    """List all papers of a release."""
    release = found_release(request, text)
    papers = [
        Shown(one, one.audience is Audience.EVERYBODY, _is_long(one, release))
        for one in _of(request, release)
    ]
    words = passages.written(release)
    context = {
        "release": release,
        "reading": Reading(release),
        "papers": papers,
        "refused": [
            one.title
            for one in formats().values()
            if one.kinds == SKM_ONLY and kind_of(release) not in SKM_ONLY
        ],
        "has_report": find(_REPORT).suits(release),
        "written": sum(1 for text in words.values() if text),
        "passages": len(passages.PASSAGES),
    }
    return render(request, "desk/papers.html", context)


@login_required
@require_GET
def one(request: HttpRequest, text: str, file: str) -> HttpResponse:
    """Give a paper; one for the office alone stands in the trail."""
    release = found_release(request, text)
    wanted = next((each for each in _of(request, release) if each.file == file), None)
    if wanted is None or _is_long(wanted, release):
        raise Http404(file)
    try:
        if wanted.audience is Audience.EVERYBODY:
            data = kept.paper(release, wanted, kept.stamp_of(release))
        else:
            data = wanted.make(said_of(release), Apart())
            trail.note(
                who=request.user.get_username(),
                action="paper made",
                subject=f"release {release.address}",
                facts={"formats": [wanted.name]},
            )
    except CollectorError as error:
        messages.error(request, refused(error))
        return redirect("desk-papers", text=release.address)
    response = HttpResponse(data, content_type=wanted.content_type)
    name = f"{release.code}_{release.period}_{release.address}_{file}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def everything(request: HttpRequest, text: str) -> HttpResponse:
    """Have all papers of a release made into one ZIP."""
    release = found_release(request, text)
    if isinstance(request.user, AnonymousUser):
        raise PermissionDenied
    try:
        job = asking.papers_of(release, user=request.user)
    except CollectorError as error:
        messages.error(request, refused(error))
        return redirect("desk-papers", text=release.address)
    return redirect("job", number=job.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, text: str) -> HttpResponse:
    """Write the report's own words, or read them; what was typed is never lost to an error."""
    release = found_release(request, text)
    if refusal := _no_report(request, release):
        return refusal
    stored = passages.written(release)
    shown, seen, status = stored, passages.stamp(stored), 200
    if request.method == "POST":
        typed = {key: request.POST.get(key, stored[key]) for key in passages.KEYS}
        try:
            changed = passages.write(
                release, typed, who=request.user.get_username(), seen=request.POST.get("seen", "")
            )
        except CollectorError as error:
            messages.error(request, refused(error))
            shown, seen, status = typed, request.POST.get("seen", ""), 400
        else:
            messages.success(
                request,
                say_here("desk.passages_kept", number=len(changed))
                if changed
                else say_here("desk.passages_same"),
            )
            return redirect("desk-report", text=release.address)
    told = report_of(said_of(release), plan=plan_of)
    context = {
        "release": release,
        "reading": Reading(release),
        "fields": [(each, shown[each.key]) for each in passages.PASSAGES],
        "empty": [each.title for each in passages.PASSAGES if each.alone and not stored[each.key]],
        "longest": passages.LONGEST,
        "seen": seen,
        "strange": [
            (passages.title(key), found)
            for key, found in passages.strange_numbers(stored, repr(told)).items()
        ],
    }
    return render(request, "desk/report.html", context, status=status)


@login_required
@require_POST
def give_back(request: HttpRequest, text: str) -> HttpResponse:
    """Take the words out of a DOCX that was written on."""
    release = found_release(request, text)
    if refusal := _no_report(request, release):
        return refusal
    given = request.FILES.get("file")
    try:
        data = given.read() if given is not None else b""
        made = find(_REPORT).make(said_of(release), Apart())
        found = returned.read(data, release, made=made)
        changed = passages.write(release, found.words, who=request.user.get_username())
    except CollectorError as error:
        messages.error(request, refused(error))
        return redirect("desk-report", text=release.address)
    digest = hashlib.sha256(data).hexdigest()[:12]
    messages.success(request, say_here("desk.report_read", digest=digest, number=len(changed)))
    for kind, titles in (
        ("lost", found.lost),
        ("pictures", found.pictures),
        ("stray", found.stray),
    ):
        if titles:
            messages.error(request, say_here(f"desk.report_{kind}", titles="; ".join(titles)))
    return redirect("desk-report", text=release.address)


def _of(request: HttpRequest, release: Release) -> list[Format]:
    """Give the formats of a release that the account may have."""
    user = request.user
    if isinstance(user, AnonymousUser):
        return []
    return [one for one in formats_of(release) if making.may_have(user, one, release)]


def _no_report(request: HttpRequest, release: Release) -> HttpResponse | None:
    """Send back to the papers, with the reason, whoever asks for the report of a release that has none."""
    why = find(_REPORT).why_not(release)
    if why is None:
        return None
    messages.error(request, refused(why))
    return redirect("desk-papers", text=release.address)


def _is_long(one: Format, release: Release) -> bool:
    return one.name.startswith("tabulation") and (release.n or 0) > MOST_AT_ONCE


def found_release(request: HttpRequest, text: str) -> Release:
    """Give a release with a number, to who may have all its papers."""
    release = (
        shown_releases()
        .select_related("unit")
        .exclude(n=None)
        .filter(address=address.read(text) or "")
        .first()
    )
    if release is None:
        raise Http404(text)
    if isinstance(request.user, AnonymousUser) or not making.may_have_all(request.user, release):
        raise PermissionDenied
    return release
