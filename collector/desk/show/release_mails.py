"""Releases by mail: how often the account wants them, and what it was sent."""

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
from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.language import later, say_here

_WORDS = {
    Often.NEVER: later("desk.mails_never"),
    Often.EACH: later("desk.mails_each"),
    Often.MONTHLY: later("desk.mails_monthly"),
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
        messages.error(request, refused(error))
    else:
        messages.success(request, say_here("desk.mails_kept", often=_WORDS[often]))
    return redirect("release-mails")
