"""Pages of one's own account: an invitation taken, a code for the console, what one holds."""

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collector.accounts import console, invitations, roles
from collector.accounts.models import Invitation
from collector.errors import CollectorError
from collector.language import say_here, spoken
from collector.people import chain, trail

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_safe
def by_invitation(request: HttpRequest) -> HttpResponse:
    """Say how one comes to an account, and back into one."""
    return render(request, "account/by_invitation.html")


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Show what a link is for, and take it."""
    try:
        found = invitations.find(secret)
    except CollectorError as error:
        return render(
            request,
            "account/invitation_over.html",
            {"error": error.for_page(spoken())},
            status=404,
        )
    context: dict[str, object] = {"invitation": found, "typed": request.POST}
    if request.method != "POST":
        return render(request, "account/invitation.html", context)
    try:
        return _taken(request, secret, found)
    except CollectorError as error:
        return render(
            request,
            "account/invitation.html",
            context | {"error": error.for_page(spoken())},
            status=400,
        )


def _taken(request: HttpRequest, secret: str, found: Invitation) -> HttpResponse:
    if request.user.is_authenticated and found.user is None:
        invitations.take(secret, request.user)
        return _in_office(request, found)
    password = request.POST.get("password", "")
    if password != request.POST.get("again", ""):
        raise CollectorError("password_differs")
    if found.user is not None:
        user = invitations.come_back(secret, password=password)
    else:
        account, name = (request.POST.get(key, "").strip() for key in ("account", "name"))
        user = invitations.join(secret, account=account, name=name, password=password)
    login(request, user, backend=_BACKEND)
    return _in_office(request, found)


def _in_office(request: HttpRequest, found: Invitation) -> HttpResponse:
    """Go to the desk, which says what has just been taken over, and from whom."""
    if found.user is None:
        messages.success(request, render_to_string("account/_taken.html", {"invitation": found}))
    return redirect("desk")


@require_safe
def trail_head(_: HttpRequest) -> JsonResponse:
    """Give everybody where the trail's chain ends; whoever keeps it can hold the trail against it later."""
    end = chain.head()
    return JsonResponse({"number": end.number, "link": end.link.hex()})


@login_required
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Show what the account holds and how it is secured."""
    context = {"offices": roles.held(request.user), "two_factors": is_mfa_enabled(request.user)}
    return render(request, "account/own.html", context)


@login_required
@require_POST
def address(request: HttpRequest) -> HttpResponse:
    """Keep where the account's week is mailed to; nothing ends the mails. The trail says that it changed, and not to what."""
    given = request.POST.get("email", "").strip()
    try:
        if given:
            validate_email(given)
    except ValidationError:
        messages.error(request, CollectorError("mail_address", address=given[:80]).for_page(spoken()))
        return redirect("account")
    with transaction.atomic():
        who = request.user.get_username()
        User.objects.filter(username=who).update(email=given)
        trail.note(who=who, action="mail address", subject=who, facts={"kept": bool(given)})
    messages.success(request, say_here("desk.mail_kept") if given else say_here("desk.mail_gone"))
    return redirect("account")


@login_required
@require_POST
def console_code(request: HttpRequest) -> HttpResponse:
    """Make a code for the console; an account with a second factor has used it to come here."""
    code = console.new_code(request.user)  # type: ignore[arg-type]  # `login_required` has seen to it
    return render(request, "account/console_code.html", {"code": f"{code[:5]}-{code[5:]}"})
