"""Releases by mail: how often the account wants them, and what it was sent."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from collector.accounts import roles
from collector.desk import release_mails
from collector.desk.models import ReleaseMail
from collector.desk.release_mails import Often
from collector.desk.told import READERS
from collector.errors import CollectorError

_WORDS = {
    Often.NEVER: "tidak",
    Often.EACH: "begitu ada yang terbit, paling banyak sekali sehari",
    Often.MONTHLY: "sekali sebulan",
}
_SENT = 12


@login_required
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Show how often the account wants releases by mail."""
    user = request.user
    context = {
        "often": release_mails.wanted_by(user),  # type: ignore[arg-type]  # `login_required` has seen to it
        "choices": [(often.value, words) for often, words in _WORDS.items()],
        "may_have": roles.has_role(user, READERS),
        "sent": list(ReleaseMail.objects.filter(user=user.pk).order_by("-until")[:_SENT]),
    }
    return render(request, "desk/release_mails.html", context)


@login_required
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep how often the account wants them."""
    try:
        often = Often(request.POST.get("often", ""))
    except ValueError:
        often = Often.NEVER
    try:
        release_mails.subscribe(request.user, often)  # type: ignore[arg-type]  # `login_required` has seen to it
    except CollectorError as error:
        messages.error(request, error.for_page(settings.IKM_LANGUAGE))
    else:
        messages.success(request, f"Rilis lewat surel: {_WORDS[often]}.")
    return redirect("release-mails")
