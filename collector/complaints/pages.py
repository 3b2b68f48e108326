"""The public page of a ticket: its steps and answers, and nothing of what was written or by whom."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from collector.complaints.models import Ticket
from collector.trust import public
from survey.record.ticket import read_code, salt_of, secrets_of, show_code


@require_GET
def ticket(request: HttpRequest, code: str) -> HttpResponse:
    """Show a ticket by the code its citizen took along."""
    plain = read_code(code)
    found = None
    if plain is not None:
        lookup = secrets_of(plain, salt_of(public.read(settings.IKM_KEYS).signing)).lookup
        found = Ticket.objects.filter(lookup=lookup).order_by("pk").first()
    context = {
        "code": show_code(plain) if plain is not None else code[:20],
        "steps": list(found.steps.all()) if found is not None else [],
        "found": found is not None,
        "readable": plain is not None,
        "due": found.due_on if found is not None else None,
    }
    response = render(request, "complaints/ticket.html", context, status=200 if found is not None else 404)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
