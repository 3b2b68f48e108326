"""What a citizen said, as a file for whoever works on the complaint: with a reason, and never for the unit complained of."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from collector.complaints import sight
from collector.complaints.spoken import as_file, may_hear, speech_of
from collector.desk.wording import refused
from collector.errors import CollectorError


@login_required
@require_POST
def hear(request: HttpRequest, number: str, recording: str) -> HttpResponse:
    """Give one recording of a complaint."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    ticket = get_object_or_404(sight.visible(request.user), pk=int(number))
    if not may_hear(request.user, ticket):
        raise PermissionDenied
    why = request.POST.get("why", "")[:300]
    try:
        speech = speech_of(ticket, user=request.user, why=why, number=int(recording))
    except CollectorError as error:
        return HttpResponseBadRequest(refused(error), content_type="text/plain; charset=utf-8")
    if speech is None or not speech.sound:
        raise Http404(recording)
    return as_file(speech, ticket, int(recording))
