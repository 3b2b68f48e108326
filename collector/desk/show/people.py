"""Who holds which office: inviting, handing over, ending, letting back in."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collector.accounts import invitations, offices, roles
from collector.accounts.models import Office
from collector.accounts.scope import EVERYWHERE, Scope
from collector.desk import suggesting
from collector.desk.suggesting import Suggestion, suggest
from collector.desk.templatetags.desk import role as role_words
from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.fleet.models import Agency, Region, Unit
from collector.language import later, say_here


class InvitationForm(forms.Form):
    """A person, a role and where."""

    name = forms.CharField(label=later("desk.field_full_name"), max_length=120)
    role = forms.ChoiceField(label=later("desk.field_role"))
    where = forms.CharField(
        label=later("desk.field_where"), required=False, max_length=40,
        help_text=later("desk.field_where_help"),
    )  # fmt: skip

    def __init__(
        self, *args: object, allowed: tuple[str, ...], places: list[Suggestion], **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own arguments
        suggest(self.fields["where"], places)
        self.fields["role"].choices = [(one, role_words(one)) for one in allowed]  # type: ignore[attr-defined]

    def scope(self) -> Scope:
        """Give where the office is to hold.

        Raises:
            CollectorError: nothing is called so (`office_where`).
        """
        code = self.cleaned_data["where"].strip()
        if not code:
            return EVERYWHERE
        if unit := Unit.objects.filter(code=code).first():
            return Scope(unit=unit)
        if region := Region.objects.filter(pk=code).first():
            return Scope(region=region)
        if agency := Agency.objects.filter(code=code).first():
            return Scope(agency=agency)
        raise CollectorError("office_where", code=code)


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List the offices that the account may give and end."""
    found = _reach(request)
    words = "".join(filter(str.isprintable, request.GET.get("q", "")))[:80].strip()
    if words:
        found = found.filter(
            Q(user__username__icontains=words)
            | Q(user__first_name__icontains=words)
            | Q(unit__name__icontains=words)
        )
    page = Paginator(found.order_by("user__first_name", "pk"), 40).get_page(request.GET.get("page"))
    return render(request, "desk/people.html", {"page": page, "words": words})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Invite a person; the link is shown once."""
    _reach(request)
    allowed = roles.ROLES if _administers(request) else (roles.UNIT_OFFICER, *_of_regions(request))
    form = InvitationForm(request.POST or None, allowed=allowed, places=_places(request))
    if request.method == "POST" and form.is_valid():
        try:
            return _invited(request, form)
        except CollectorError as error:
            form.add_error(None, refused(error))
    return render(request, "desk/invite.html", {"form": form}, status=400 if form.errors else 200)


def _places(request: HttpRequest) -> list[Suggestion]:
    """Give where the account may invite somebody to, as far as a list helps."""
    units = suggesting.units(roles.units_of(roles.held(request.user, roles.EVALUATORS)))
    return units + (suggesting.agencies() if _administers(request) else [])


def _invited(request: HttpRequest, form: InvitationForm) -> HttpResponse:
    scope, name = form.scope(), form.cleaned_data["name"]
    role = form.cleaned_data["role"]
    if not _administers(request) and not _may_give(request, role, scope):
        raise CollectorError("office_not_yours")
    secret = invitations.invite(name, role, scope, who=request.user.get_username())
    return _link(request, secret, name)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, number: int) -> HttpResponse:
    """Hand an office over: its holder, or who may end it, makes the successor's link."""
    office = get_object_or_404(Office.objects.select_related("user", "unit"), pk=number, until=None)
    if office.user_id != request.user.pk and not _reach(request).filter(pk=office.pk).exists():
        raise PermissionDenied
    error = ""
    if request.method == "POST":
        name = request.POST.get("name", "")
        try:
            secret = invitations.invite(
                name, office.role, office.scope, who=request.user.get_username(), follows=office
            )
        except CollectorError as caught:
            error = refused(caught)
        else:
            return _link(request, secret, name, ends=office)
    return render(
        request, "desk/hand_over.html", {"office": office, "error": error}, status=400 if error else 200
    )


@login_required
@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    """End an office, with the reason."""
    office = get_object_or_404(_reach(request), pk=number)
    try:
        offices.end(office, who=request.user.get_username(), why=request.POST.get("why", ""))
    except CollectorError as error:
        messages.error(request, refused(error))
    else:
        messages.success(request, say_here("desk.office_ended", account=office.user.get_username()))
    return redirect("people")


@login_required
@require_POST
def let_back(request: HttpRequest, number: int) -> HttpResponse:
    """Make a link back into the account that holds an office."""
    office = get_object_or_404(_reach(request), pk=number)
    held = Office.objects.filter(user=office.user, until=None)
    if held.exclude(pk__in=_reach(request).values("pk")).exists():
        raise PermissionDenied  # the account reaches further than who would let anybody into it
    secret = invitations.let_back(office.user, who=request.user.get_username())
    return _link(request, secret, office.user.get_full_name() or office.user.get_username())


def _link(request: HttpRequest, secret: str, name: str, *, ends: Office | None = None) -> HttpResponse:
    address = settings.IKM_PUBLIC_URL + reverse("invitation", args=[secret])
    return render(request, "desk/link.html", {"address": address, "name": name, "ends": ends})


def _administers(request: HttpRequest) -> bool:
    return roles.administers_all(request.user)


def _of_regions(request: HttpRequest) -> tuple[str, ...]:
    """Give the roles over regions that whoever administers a region may give within it."""
    return roles.EVALUATORS if roles.has_role(request.user, (roles.ADMINISTRATOR,)) else ()


def _may_give(request: HttpRequest, role: str, scope: Scope) -> bool:
    """Tell whether an account that does not administer everything may give a role there."""
    if role == roles.UNIT_OFFICER:
        return scope.unit is not None and roles.may(request.user, roles.EVALUATORS, scope.unit)
    if role not in _of_regions(request) or scope.region is None:
        return False
    return roles.reaches(request.user, (roles.ADMINISTRATOR,), kind="region", code=scope.region.pk)


def _reach(request: HttpRequest) -> QuerySet[Office]:
    """Give the offices that the account may give and end: all; of a region it administers all that lie in it; those of officers it evaluates."""
    held = roles.held(request.user, roles.EVALUATORS)
    if not held:
        raise PermissionDenied
    found = Office.objects.filter(until=None).select_related("user", "unit", "region", "agency")
    if _administers(request):
        return found
    reached = Q(role=roles.UNIT_OFFICER, unit__in=roles.units_of(held))
    for code in roles.regions_administered(request.user) or ():
        within = Q(region=code) | Q(region__code__startswith=f"{code}.")
        reached |= Q(role__in=roles.EVALUATORS) & within
    return found.filter(reached)
