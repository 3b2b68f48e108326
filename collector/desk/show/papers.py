"""The papers of a release at the desk, those for the office too."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AbstractBaseUser
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from collector.errors import CollectorError
from collector.papers import making
from collector.papers.press import Apart
from collector.papers.registry import Audience, formats
from collector.papers.said import said_of
from collector.people import trail
from collector.releases import address
from collector.releases.show.reading import shown_releases


@login_required
@require_GET
def one(request: HttpRequest, text: str, file: str) -> HttpResponse:
    """Give a paper; one for the office alone stands in the trail."""
    found = shown_releases().select_related("unit__region", "unit__agency").exclude(n=None)
    release = found.filter(address=address.read(text) or "").first()
    wanted = next((each for each in formats().values() if each.file == file), None)
    if (
        not isinstance(request.user, AbstractBaseUser)
        or release is None
        or wanted is None
        or not wanted.suits(release)
        or not making.may_have(request.user, wanted, release)
    ):
        raise Http404(file)
    try:
        data = wanted.make(said_of(release), Apart())
    except CollectorError as error:
        raise Http404(str(error)) from error
    if wanted.audience is Audience.OFFICE:
        trail.note(
            who=request.user.get_username(),
            action="paper made",
            subject=f"release {release.address}",
            facts={"formats": [wanted.name]},
        )
    response = HttpResponse(data, content_type=wanted.content_type)
    name = f"{release.code}_{release.period}_{release.address}_{file}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
