"""Tokens of programs at the desk: which there are, making one, which is shown once, and ending one. For administrators."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collector import clock
from collector.accounts import roles
from collector.accounts.models import Office
from collector.api import tokens
from collector.api.models import Token
from collector.desk.templatetags.desk import role as role_words
from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.fleet.tree import below
from collector.language import later, say_here

ROWS = 40
MOST_LISTED = 200
"""As many offices stand in a list to choose from."""
_SCOPES = [(one, later(f"desk.token_scope_{one}")) for one in tokens.SCOPES]


class _OfficeField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's own has no type at run time
    """A choice among offices."""

    def label_from_instance(self, obj: Office) -> str:
        """Call an office by its holder, what it is and where."""
        name = obj.user.get_full_name() or obj.user.get_username()
        return ", ".join(filter(None, (name, role_words(obj.role), str(obj.scope))))


class TokenForm(forms.Form):
    """What a token is for, whose office it acts with, and until when."""

    name = forms.CharField(
        label=later("desk.field_token_name"), max_length=80, help_text=later("desk.field_token_name_help")
    )
    scopes = forms.MultipleChoiceField(
        label=later("desk.field_token_scopes"), choices=_SCOPES, widget=forms.CheckboxSelectMultiple
    )
    days = forms.IntegerField(
        label=later("desk.field_token_days"), min_value=1, max_value=tokens.LONGEST_DAYS, initial=90
    )

    def __init__(self, *args: object, offices: QuerySet[Office], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own arguments
        self.fields["office"] = _OfficeField(
            label=later("desk.field_token_office"), queryset=offices, empty_label=later("desk.field_token_choose"),
            help_text=later("desk.field_token_office_help"),
        )  # fmt: skip
        self.order_fields(["name", "office", "scopes", "days"])


@login_required
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List the tokens of offices in reach: those that work first, the newest first."""
    now = clock.now()
    found = _tokens(request).select_related(
        "office__user", "office__unit", "office__region", "office__agency"
    )
    order = ("ended_at", "-pk") if request.GET.get("tampil") == "semua" else ("-pk",)
    shown = found if request.GET.get("tampil") == "semua" else found.filter(_works(now))
    page = Paginator(shown.order_by(*order), ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [(one, [say_here(f"desk.token_scope_{name}") for name in one.scopes], tokens.works(one, now=now)) for one in page],
        "working": found.filter(_works(now)).count(),
        "total": found.count(),
        "everything": request.GET.get("tampil") == "semua",
    }  # fmt: skip
    return render(request, "desk/tokens.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest) -> HttpResponse:
    """Make a token; it is shown once. Where there are too many offices for a list, one is chosen among the accounts."""
    offices = _may_act(request)
    chosen = request.GET.get("jabatan", "")
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 19:
        offices = offices.filter(pk=int(chosen))
    elif request.method != "POST" and offices.count() > MOST_LISTED:
        return render(request, "desk/token_make.html", {})
    form = TokenForm(request.POST or None, offices=offices, initial={"office": chosen})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            token, text = tokens.make(
                given["office"], name=given["name"], scopes=given["scopes"], days=given["days"],
                who=request.user.get_username(), now=clock.now(),
            )  # fmt: skip
        except CollectorError as error:
            form.add_error(None, refused(error))
        else:
            context = {"token": token, "text": text, "site": settings.IKM_PUBLIC_URL.rstrip("/")}
            response = render(request, "desk/token.html", context)
            response["Cache-Control"] = "private, no-store"
            return response
    return render(request, "desk/token_make.html", {"form": form}, status=400 if form.errors else 200)


@login_required
@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    """End a token at once."""
    token = get_object_or_404(_tokens(request), pk=number)
    try:
        tokens.revoke(token.pk, who=request.user.get_username(), now=clock.now())
    except CollectorError as error:
        messages.error(request, refused(error))
    else:
        messages.success(request, say_here("desk.token_ended", name=token.name))
    return redirect("desk-tokens")


def _tokens(request: HttpRequest) -> QuerySet[Token]:
    return Token.objects.filter(Exists(_reach(request).filter(pk=OuterRef("office"))))


def _may_act(request: HttpRequest) -> QuerySet[Office]:
    """Give the offices that a token may be made for here: held now, with something to see, and of no auditor but oneself, who watches administrators too."""
    found = _reach(request).filter(until=None, user__is_active=True).exclude(role=roles.VIEWER)
    own = found.exclude(~Q(user=request.user.pk), role=roles.AUDITOR)
    return own.select_related("user", "unit", "region", "agency").order_by("user__username", "pk")


def _reach(request: HttpRequest) -> QuerySet[Office]:
    """Give the offices that lie wholly where the account administers; all of them, where that is everywhere.

    Raises:
        PermissionDenied: it administers nowhere.
    """
    held = roles.held(request.user, (roles.ADMINISTRATOR,))
    if not held:
        raise PermissionDenied
    reach = Q(pk__in=())
    for office in held:
        region, agency, unit = office.region, office.agency, office.unit
        if region is None and agency is None and unit is None:
            return Office.objects.all()
        inside = Q(unit__in=roles.units_of([office]))
        if region is not None:
            inside |= below(region.pk)
        if agency is not None:
            inside |= Q(agency=agency)
        reach |= inside
    return Office.objects.filter(reach)


def _works(now: object) -> Q:
    return Q(ended_at=None, expires_at__gt=now, office__until=None, office__user__is_active=True)
