"""What this place does with data, and how it may be read: two pages that say what is tested, and nothing else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collector.complaints import retention


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is kept of whom, for how long, and who sees it."""
    days = {"contact_days": retention.CONTACT_AFTER_CLOSING.days, "text_days": retention.TEXT_AFTER.days}
    return render(request, "releases/privacy.html", days)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say for whom the pages were tried, and what is not known."""
    return render(request, "releases/accessibility.html")
