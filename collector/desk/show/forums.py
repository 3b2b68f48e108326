"""A unit's public consultations at the desk: minutes entered, with who came, and the pack that a forum works from."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from collector.accounts import roles
from collector.desk.forms import ForumForm
from collector.desk.show.followup import found_unit
from collector.desk.wording import refused
from collector.errors import CollectorError
from collector.followup import forum
from collector.followup.models import Item
from collector.followup.reading import read
from collector.followup.register import WRITERS
from collector.language import say_here


@login_required
@require_safe
def listed(request: HttpRequest, code: str) -> HttpResponse:
    """List a unit's forums, with who came and what was agreed."""
    unit = found_unit(request, code)
    agreed = read(Item.objects.filter(unit=unit).exclude(forum=None))
    context = {
        "unit": unit,
        "forums": [
            (
                one,
                forum.came(one),
                forum.groups_present(one),
                [item for item in agreed if item.forum_on == one.held_on],
            )
            for one in forum.forums(unit)
        ],
        "may_write": roles.may(request.user, WRITERS, unit),
    }
    return render(request, "desk/forums.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, code: str) -> HttpResponse:
    """Enter the minutes of a forum; of a day that has some, correct them."""
    unit = found_unit(request, code)
    if not roles.may(request.user, WRITERS, unit):
        raise PermissionDenied
    title, signers = forum.proposed(unit)
    form = ForumForm(request.POST or None, title=title, signers=signers, place=unit.name)
    if request.method == "POST" and form.is_valid():
        try:
            held = forum.hold(
                unit, form.minutes(), who=request.user.get_username(), why=form.cleaned_data["why"]
            )
        except CollectorError as error:
            form.add_error(None, refused(error))
        else:
            messages.success(request, say_here("desk.forum_held", forum=held.title))
            return redirect("desk-forums", code=unit.code)
    context = {"unit": unit, "form": form}
    return render(request, "desk/forum.html", context, status=400 if form.errors else 200)
