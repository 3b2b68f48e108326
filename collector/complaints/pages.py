"""The public page of a ticket: its steps and answers, and nothing of what was written or by whom."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from collector.complaints.models import PROMISED_DAYS, Ticket
from survey.record.ticket import read_code, show_code


@require_GET
def ticket(request: HttpRequest, code: str) -> HttpResponse:
    """Show a ticket by the code its citizen took along."""
    plain = read_code(code)
    found = Ticket.objects.filter(lookup=plain).first() if plain is not None else None
    context = {
        "code": show_code(plain) if plain is not None else code[:20],
        "steps": list(found.steps.all()) if found is not None else [],
        "found": found is not None,
        "readable": plain is not None,
        "promised_days": PROMISED_DAYS,
    }
    response = render(request, "complaints/ticket.html", context, status=200 if found is not None else 404)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
