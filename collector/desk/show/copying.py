"""The copy sheet at the desk: every number in the words of the form it is typed into, with a button that copies it where scripts may run."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from collector.desk.show.papers import found_release
from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.headers import WITH_SCRIPT
from collector.papers.copying.sheet import Part, parts_of
from collector.papers.said import said_of
from collector.people import trail


@login_required
@require_safe
def sheet(request: HttpRequest, text: str) -> HttpResponse:
    """Show the sheet of a release."""
    release = found_release(request, text)
    try:
        said = said_of(release)
        parts = parts_of(said)
    except CollectorError as error:
        messages.error(request, refused(error))
        return redirect("desk-papers", text=release.address)
    trail.note(
        who=request.user.get_username(),
        action="paper made",
        subject=f"release {release.address}",
        facts={"formats": ["copy-sheet"]},
    )
    response = render(
        request,
        "desk/copying.html",
        {"release": release, "said": said, "parts": [_shown(one) for one in parts]},
    )
    response["Content-Security-Policy"] = WITH_SCRIPT
    response["Cache-Control"] = "no-store"
    return response


def _shown(part: Part) -> dict[str, object]:
    """Give a part with each value beside its column's name: on a phone the heads are not there."""
    rows = [(line.label, list(zip(part.heads[1:], line.cells, strict=True))) for line in part.lines]
    return {"title": part.title, "source": part.source, "heads": part.heads, "rows": rows}
